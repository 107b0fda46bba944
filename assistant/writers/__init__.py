"""The catalogue of ticket writers.

To add one: write its file here, implement ``assistant.domain.delivery.TicketWriter``,
add a line to ``ticket_writers``. ``tests/contract/test_ticket_writers.py`` runs over
every entry.
"""

from pathlib import Path

from assistant.domain.delivery import TicketWriter
from assistant.writers.console import ConsoleWriter
from assistant.writers.markdown_folder import MarkdownFolderWriter


def ticket_writers(markdown_folder: Path) -> dict[str, TicketWriter]:
    """The configured writers by name."""
    writers: list[TicketWriter] = [MarkdownFolderWriter(markdown_folder), ConsoleWriter()]
    return {writer.name: writer for writer in writers}
