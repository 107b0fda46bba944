"""Who may read what, and the filter that every search leg applies before scoring."""

from dataclasses import dataclass
from datetime import datetime

from retrieval.records import Record, RecordContent, RecordKind

EVERYONE = "everyone"
"""The group that every signed-in person is in."""


@dataclass(frozen=True, slots=True)
class Reader:
    """On whose behalf something is read.

    ``groups`` is ``None`` only for the operator of the installation, who owns the
    database files anyway; use :meth:`operator` so that this is visible at the call.
    """

    name: str
    groups: frozenset[str] | None

    @classmethod
    def operator(cls) -> "Reader":
        """The person at the command line of the installation: reads everything."""
        return cls(name="operator", groups=None)

    def may_read(self, record: RecordContent) -> bool:
        """True when the reader shares a group with the record. No group, no access."""
        return self.may_read_groups(record.groups)

    def may_read_groups(self, groups: frozenset[str]) -> bool:
        """The same for what only these groups may read."""
        return self.groups is None or bool(self.groups & groups)


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """Which records a search may score at all. Applied before relevance, in every leg.

    ``as_of`` admits only content known by then. Empty ``kinds``, ``sources`` and
    ``services`` do not restrict. ``exclude`` names record ids to leave out, such as
    the ticket that is being asked about.
    """

    reader: Reader
    as_of: datetime | None = None
    kinds: frozenset[RecordKind] = frozenset()
    sources: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()

    def admits(self, record: Record) -> bool:
        """The same rule for one loaded record: the definition that indexes must agree with."""
        return (
            self.reader.may_read(record)
            and (self.as_of is None or record.known_at <= self.as_of)
            and (not self.kinds or record.kind in self.kinds)
            and (not self.sources or record.source in self.sources)
            and (not self.services or bool(self.services & frozenset(record.services)))
            and record.id not in self.exclude
        )
