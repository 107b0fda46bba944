"""The catalogue of ticket writers.

To add one for a kind of outside system: write its file here, implement
``assistant.domain.delivery.TicketWriter``, add a line to ``WRITERS``; a connection of that kind
then has it. Every writer passes the tests of ``tests/contract/ticket_writers.py``.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from assistant.domain.delivery import TicketWriter
from assistant.writers.console import ConsoleWriter
from assistant.writers.jira import jira_writer
from assistant.writers.markdown_folder import MarkdownFolderWriter
from assistant.writers.servicenow import servicenow_writer
from ingest.connections import Connection
from retrieval.errors import InvalidSettings

WRITERS: dict[str, Callable[[Connection], TicketWriter]] = {
    "jira": jira_writer,
    "servicenow": servicenow_writer,
}
"""The writers for connections, by their kind."""


def ticket_writers(
    markdown_folder: Path, connections: Iterable[Connection] = ()
) -> dict[str, TicketWriter]:
    """The configured writers by name: those that are always there, and one a connection.

    A connection has a writer if it is enabled, has an identity that writes, and is of a kind
    that can be written to.
    """
    own: list[TicketWriter] = [MarkdownFolderWriter(markdown_folder), ConsoleWriter()]
    writers = {writer.name: writer for writer in own}
    for connection in connections:
        if connection.name in writers:
            raise InvalidSettings(
                f"A connection cannot be called {connection.name!r}: that is a target already."
            )
        if connection.enabled and connection.write is not None and connection.kind in WRITERS:
            writers[connection.name] = WRITERS[connection.kind](connection)
    return writers
