"""The catalogue of notifiers.

To add one for a kind of outside system: write its file here, implement
``assistant.domain.notices.Notifier``, add a line to ``NOTIFIERS``; a connection of that kind
then has it. ``tests/integration/test_notices.py`` runs over every entry.
"""

from collections.abc import Callable, Iterable

from assistant.domain.notices import Notifier
from assistant.notices.slack import slack_notifier
from assistant.notices.teams import teams_notifier
from ingest.connections import Connection

NOTIFIERS: dict[str, Callable[[Connection], Notifier]] = {
    "slack": slack_notifier,
    "teams": teams_notifier,
}
"""The notifiers for connections, by their kind."""


def notifiers(connections: Iterable[Connection]) -> list[Notifier]:
    """One for each connection that is enabled, no dry run, and of a kind that can be told."""
    return [
        NOTIFIERS[connection.kind](connection)
        for connection in connections
        if connection.enabled and not connection.dry_run and connection.kind in NOTIFIERS
    ]
