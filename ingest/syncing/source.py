"""A stream that is open for reading."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.connections import Connection
from ingest.http import VendorClient
from ingest.streams.definition import Stream
from ingest.streams.pagers import Pager, pager_for
from ingest.streams.rows import RowReader, text_at
from ingest.syncing.cursors import StreamName


@dataclass(frozen=True, slots=True)
class OpenStream:
    """A stream with what reads it. Its records are those of the source ``name``."""

    name: StreamName
    stream: Stream
    connection: Connection
    client: VendorClient
    pager: Pager
    reader: RowReader

    @classmethod
    def of(cls, stream: Stream, connection: Connection, client: VendorClient) -> "OpenStream":
        """A stream of a system, over one client of it."""
        name = StreamName(connection.name, stream.stream)
        extra = {"connection": connection.name, "table": stream.stream}
        return cls(
            name=name,
            stream=stream,
            connection=connection,
            client=client,
            pager=pager_for(stream, connection, client),
            reader=RowReader(stream, str(name), connection.base_url, extra),
        )

    def key(self, row: Mapping[str, Any]) -> str:
        """The system's own id of a row."""
        return text_at(row, self.stream.rows.key)
