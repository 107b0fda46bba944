"""True sentences of a corpus, each with the text around it, and the names used in there."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.services.sentences import Sentence, UnitKind, sentences
from assistant.services.verification.folding import tidy
from retrieval.records import Record, RecordKind

_TELLING = frozenset({RecordKind.INCIDENT, RecordKind.PROBLEM, RecordKind.RCA, RecordKind.CHANGE})
_MIN_WORDS, _MAX_WORDS = 6, 40
# Asks, or says nothing that could be false.
_NO_STATEMENT = re.compile(r"\?|^(?:see|please|refer)\b|mozilla/|\bhttps?:", re.IGNORECASE)
_VERB = re.compile(
    r"(?<![\w.])(?:is|are|was|were|has|have|had|did|does|do|can|could|will|would|\w{3,}ed"
    r"|\w{3,}ing|ran|went|took|made|lost|fell|rose|kept|began|broke|came|got)(?![\w.-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Source:
    """A true sentence: as written (``raw``), as plain text, and the text that it stands in.

    ``before`` is the sentence before it; ``follower`` the one after it in the same paragraph,
    or empty.
    """

    record_id: str
    start: int
    end: int
    raw: str
    claim: str
    evidence: str
    before: str
    follower: str

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.record_id} {self.start}:{self.end}"


@dataclass(frozen=True, slots=True)
class Names:
    """Names of things in a corpus by their shape; one is exchanged for another of its shape."""

    hosts: tuple[str, ...]
    products: tuple[str, ...]
    services: tuple[str, ...]
    teams: tuple[str, ...]


def sources(records: Iterable[Record]) -> Iterator[Source]:
    """Every sentence that states something, with one sentence before and one after it."""
    for record in records:
        if record.kind not in _TELLING:
            continue
        units = [u for u in sentences(record.text) if u.kind is not UnitKind.CODE]
        for index, unit in enumerate(units):
            claim = tidy(record.text[unit.start : unit.end])
            if states(claim):
                yield _source(record, units, index, claim)


def states(claim: str) -> bool:
    """True for a sentence of usual length that could be false."""
    count = len(claim.split())
    return (
        _MIN_WORDS <= count <= _MAX_WORDS
        and bool(_VERB.search(claim))
        and not _NO_STATEMENT.search(claim)
    )


def _source(record: Record, units: Sequence[Sentence], index: int, claim: str) -> Source:
    unit = units[index]
    first, last = units[max(index - 1, 0)], units[min(index + 1, len(units) - 1)]
    after = last if last is not unit and last.block == unit.block else None
    follower = "" if after is None else tidy(record.text[after.start : after.end])
    return Source(
        record_id=record.id,
        start=unit.start,
        end=unit.end,
        raw=record.text[unit.start : unit.end],
        claim=claim,
        evidence=record.text[first.start : last.end],
        before="" if first is unit else tidy(record.text[first.start : first.end]),
        follower=follower if follower and states(follower) else "",
    )


_CODE = re.compile(r"`([^`\s]{4,40})`")
_HOST = re.compile(r"(?<![\w./@-])[a-z][a-z0-9]+(?:-[a-z0-9]+)+(?![\w/@-]|\.\w)")
# Four letters and a small one: "Grafana" and "GitHub", not "UTC", "VMs" or a checksum.
_CAPITAL = re.compile(r"(?<=[a-z,] )(?=\w*[a-z]{2})[A-Z][A-Za-z]{3,}(?![\w'’-]| [A-Z])")
_TEAM = re.compile(
    r"\b(?!The|This|That|Our|Verify|Hence|All|Some|Ask|Two)(?:[A-Z]\w{2,} ){1,2}"
    r"(?:team|Team|Ops|engineers|Support|Desk)\b"
)
_CALENDAR = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july"
    r"|august|september|october|november|december",
    re.IGNORECASE,
)
_SEEN_OFTEN = 2


def names_of(records: Sequence[Record]) -> Names:
    """The names that a corpus uses at least twice, or marks as code."""
    texts = [tidy(record.text) for record in records]
    hosts = Counter(m for text in texts for m in _HOST.findall(text))
    marked = {
        code
        for record in records
        for code in _CODE.findall(record.text)
        if re.fullmatch(r"[a-z][a-z0-9]*(?:[-.][a-z0-9]+)+", code)
    }
    products = Counter(m for text in texts for m in _CAPITAL.findall(text))
    lower = {word for text in texts for word in re.findall(r"\b[a-z]{3,}\b", text)}
    teams = Counter(m for text in texts for m in _TEAM.findall(text))
    return Names(
        hosts=_sorted(marked | {h for h, n in hosts.items() if n >= _SEEN_OFTEN and _digit(h)}),
        products=_sorted(
            product
            for product, count in products.items()
            if count >= _SEEN_OFTEN
            and product.lower() not in lower
            and not _CALENDAR.fullmatch(product)
        ),
        services=_sorted(s for r in records for s in r.services if len(s) > 3),
        teams=_sorted(team for team, count in teams.items() if count >= _SEEN_OFTEN),
    )


def _digit(name: str) -> bool:
    return any(character.isdigit() for character in name)


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
