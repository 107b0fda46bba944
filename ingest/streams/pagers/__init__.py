"""The catalogue of pagers: the ways in which systems give a long list part by part.

To add one: write its file here, implement ``ingest.streams.pagers.base.Pager``, add its name to
``definition.Paging`` and a line to ``pager_for``. A pager goes through a list in the order in
which rows were changed, so that it can stop anywhere and go on from there.
"""

from ingest.connections import Connection
from ingest.http import VendorClient
from ingest.streams.definition import Stream
from ingest.streams.pagers.base import Page, Pager
from ingest.streams.pagers.keyset import KeysetPager
from ingest.streams.pagers.next_token import NextTokenPager

__all__ = ["Page", "Pager", "pager_for"]


def pager_for(stream: Stream, connection: Connection, client: VendorClient) -> Pager:
    """The pager that a stream names."""
    if stream.pager.kind == "next-token":
        return NextTokenPager(stream, connection, client)
    return KeysetPager(stream, client)
