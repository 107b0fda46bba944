"""The catalogue of file connectors.

To add one: write its file here, implement ``base.Connector``, add it to ``CONNECTORS``.
The first one that accepts a path reads it, so a folder connector comes last.
"""

from pathlib import Path

from ingest.connectors.base import Connector
from ingest.connectors.jsonl import JsonLines
from ingest.connectors.markdown import MarkdownFolder
from ingest.connectors.table import TicketTable
from retrieval.errors import UnreadableFile

CONNECTORS: tuple[Connector, ...] = (JsonLines(), TicketTable(), MarkdownFolder())


def connector_for(path: Path) -> Connector:
    """The connector that reads a path; ``UnreadableFile`` when none does."""
    if not path.exists():
        raise UnreadableFile(f"{path} does not exist. Check the spelling.")
    for connector in CONNECTORS:
        if connector.accepts(path):
            return connector
    raise UnreadableFile(
        f"{path} is of no kind that can be read. Give JSON Lines (.jsonl), a table (.csv, .tsv, "
        ".xlsx, .xls, .ods), Markdown (.md), or a folder of Markdown files."
    )
