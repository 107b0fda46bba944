"""The types that cross rooms: records, their sections and passages, spans and citations.

All offsets count Unicode code points of a revision's stored ``text``; ``end`` is
exclusive, so ``text[start:end]`` is the quoted passage.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue


class RecordKind(StrEnum):
    """What sort of thing a record is."""

    INCIDENT = "incident"
    PROBLEM = "problem"
    RCA = "rca"
    RUNBOOK = "runbook"
    KB = "kb"
    CHANGE = "change"
    ALERT = "alert"
    CI = "ci"


PRECEDENT_KINDS = frozenset({RecordKind.INCIDENT, RecordKind.PROBLEM, RecordKind.RCA})
"""Kinds that can be a precedent: something happened and somebody dealt with it."""

GUIDANCE_KINDS = frozenset({RecordKind.RUNBOOK, RecordKind.KB})
"""Kinds that say what to do."""


class SectionKind(StrEnum):
    """The role that a part of a record plays."""

    SYMPTOM = "symptom"
    IMPACT = "impact"
    TIMELINE = "timeline"
    CAUSE = "cause"
    RESOLUTION = "resolution"
    ACTION = "action"
    STEP = "step"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Section:
    """A typed part of a record's text: ``text[start:end]`` is its body without the heading."""

    kind: SectionKind
    heading: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordContent:
    """What a source says about one thing, redacted and normalised.

    ``external_id`` is unique within ``source``. ``groups`` are the groups that may
    read the record: an empty set means nobody may. ``known_at`` is the moment from
    which this content counts as known (see ``ingest.times``), in UTC like all times here.
    """

    source: str
    external_id: str
    kind: RecordKind
    title: str
    text: str
    fields: Mapping[str, JsonValue] = field(default_factory=dict)
    sections: tuple[Section, ...] = ()
    services: tuple[str, ...] = ()
    groups: frozenset[str] = frozenset()
    url: str = ""
    opened_at: datetime | None = None
    resolved_at: datetime | None = None
    known_at: datetime

    def content_hash(self) -> str:
        """SHA-256 over everything that makes a revision, in a canonical JSON form.

        ``groups`` are not part of it: permission belongs to the record.
        """
        parts = {
            "kind": self.kind,
            "title": self.title,
            "text": self.text,
            "fields": dict(self.fields),
            "sections": [[s.kind, s.heading, s.start, s.end] for s in self.sections],
            "services": list(self.services),
            "url": self.url,
        }
        return sha256_of_json(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(RecordContent):
    """One revision of a stored record.

    ``id`` is what people and programs call it: the external id where that is free,
    else ``source:external_id``. It never changes.
    """

    id: str
    revision: int

    def cite(self, start: int, end: int) -> "Citation":
        """A citation of ``text[start:end]`` of this revision.

        Raises ``ValueError`` when the span is empty or outside the text.
        """
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"span {start}:{end} is outside {self.id} ({len(self.text)} chars)")
        return Citation(
            record_id=self.id,
            revision=self.revision,
            start=start,
            end=end,
            quote=self.text[start:end],
        )

    def sections_of(self, *kinds: SectionKind) -> tuple[Section, ...]:
        """The sections of the given kinds, in the order of the text."""
        return tuple(section for section in self.sections if section.kind in kinds)


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is embedded: ``text[start:end]`` of a revision, in a section."""

    ordinal: int
    start: int
    end: int
    kind: SectionKind
    heading: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A span that supports a claim, with the words found there."""

    record_id: str
    revision: int
    start: int
    end: int
    quote: str


def sha256_of_json(value: object) -> str:
    """SHA-256 of the canonical JSON form (sorted keys, no spaces, UTF-8), as hex."""
    canonical = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str
    )
    # Lone surrogates can arrive in broken exports; they must not make hashing fail.
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
