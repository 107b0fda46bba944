"""A text read for linting: its sentences, the part each plays, and where its headings are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property

from assistant.services.drafting.reading import Unit, read
from assistant.services.drafting.wording import Part, part_of
from assistant.services.linting.prose import Prose, prose
from ingest.sections import sections
from retrieval.records import Record, RecordKind, Section

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n.*?\n---[ \t]*(?=\n|\Z)", re.DOTALL)
_HEADING_LINE = re.compile(r"^[ \t]*#{1,6}[ \t]+(?P<title>\S[^\n]*)$", re.MULTILINE)
_VISIBLE_LINE = re.compile(r"\S[^\n]*")
# Headings that say something of the incident; the others divide or refer.
_SAYS_NOTHING = frozenset({Part.OTHER, Part.REFERENCE, Part.DURATION})
# A text with fewer kinds of section is a piece of an RCA: what it lacks may stand elsewhere.
_WHOLE_PARTS = 3
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


class DocumentKind(StrEnum):
    """What is linted."""

    RCA = "rca"
    STATUS_UPDATE = "status-update"
    NOTE = "note"
    """A handover, a dossier, a summary: judged by its sentences, not by what it lacks."""


@dataclass(frozen=True)
class Document:
    """A text with its units; every offset counts code points of ``text``."""

    text: str
    kind: DocumentKind
    units: tuple[Unit, ...]
    sections: tuple[Section, ...]
    _prose: dict[int, Prose] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of_text(cls, text: str, kind: DocumentKind = DocumentKind.RCA) -> "Document":
        """Read Markdown or plain text; YAML front matter is left out."""
        front = _FRONT_MATTER.match(text)
        blank = re.sub(r"[^\n]", " ", front.group()) if front else ""
        plain = blank + text[len(blank) :]
        return cls.of_sections(plain, sections(plain), kind, text)

    @classmethod
    def of_sections(
        cls,
        plain: str,
        divided: Sequence[Section],
        kind: DocumentKind = DocumentKind.RCA,
        text: str | None = None,
    ) -> "Document":
        """Read a text whose sections are known."""
        record = Record(
            id="",
            revision=1,
            source="",
            external_id="",
            kind=RecordKind.RCA,
            title="",
            text=plain,
            sections=tuple(divided),
            known_at=_EVER,
        )
        return cls(plain if text is None else text, kind, read(record).units, tuple(divided))

    def prose(self, unit: Unit) -> Prose:
        """The words of a unit without markup, code and quotations."""
        if unit.start not in self._prose:
            self._prose[unit.start] = prose(self.text, unit.start, unit.end)
        return self._prose[unit.start]

    def of(self, *parts: Part) -> tuple[Unit, ...]:
        """The units that play one of the parts."""
        return tuple(unit for unit in self.units if unit.part in parts)

    @cached_property
    def parts(self) -> frozenset[Part]:
        """The parts that headings and labels name, or that are filled, without the vague ones."""
        named = {part_of(section) for section in self.sections}
        return frozenset((named | {unit.part for unit in self.units}) - _SAYS_NOTHING)

    @property
    def is_whole(self) -> bool:
        """True when the text is divided like an RCA, so that something can be missing in it."""
        return len(self.parts) >= _WHOLE_PARTS

    @property
    def title(self) -> str:
        """The first Markdown heading where it stands above everything else, else nothing."""
        first, last = self.top()
        match = _HEADING_LINE.match(self.text, first, last)
        names_part = match is not None and any(
            section.heading == match["title"].strip(" *_`:#") for section in self.sections
        )
        return "" if match is None or names_part else match["title"]

    def top(self) -> tuple[int, int]:
        """Where the document says what it is: its first visible line below front matter."""
        front = _FRONT_MATTER.match(self.text)
        match = _VISIBLE_LINE.search(self.text, front.end() if front else 0)
        return (match.start(), match.end()) if match else (0, 0)

    def heading(self, *parts: Part) -> tuple[int, int] | None:
        """Where the first heading of one of the parts stands."""
        for section in self.sections:
            if part_of(section) in parts:
                place = self.text.rfind(section.heading, 0, section.start)
                if section.heading and place >= 0:
                    return place, place + len(section.heading)
        return None

    def around(self, unit: Unit) -> str:
        """What is said in the paragraph or list item of a unit, in plain words."""
        return " ".join(self.prose(one).text for one in self.units if one.block == unit.block)
