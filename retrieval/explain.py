"""Why a record is similar to a query, what differs, and the words that show it."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from retrieval.analysis import WORD, analyse, identifiers, word_terms
from retrieval.records import PRECEDENT_KINDS, Citation, Record, SectionKind

_MAX_TERMS = 5
_MAX_IDENTIFIERS = 4
_COMMON_SHARE = 0.1
_COMMON_FLOOR = 3
# A longer "word" is an address; its parts are shown by themselves.
_MAX_WORD_CHARS = 40
# A quote that an analyst reads at a glance in a narrow sidebar.
_MAX_QUOTE_CHARS = 280
_MAX_CITATIONS = 2
# Cosine of all-MiniLM-L6-v2 above which two texts are usually about the same thing; the
# middle between related (≈ .6) and unrelated (≈ .2) pairs of the data we looked at.
CLOSE_IN_MEANING = 0.45

_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"https?://\S+")
_LINE = re.compile(r"[^\n]+")
_SENTENCE = re.compile(r".+?(?:[.!?](?=\s)|$)", re.DOTALL)
# List markers, and a bold label in front of what it labels.
_LEADING = re.compile(r"[\s\-+>|]*(?:\*\s+)?(?:\*\*[^*\n]{1,40}\*\*:?)?[\s\-*_:>|`]*")


class ReasonKind(StrEnum):
    """The ways in which a record can match or differ."""

    IDENTIFIER = "identifier"
    TERMS = "terms"
    SERVICE = "service"
    SECTION = "section"
    MEANING = "meaning"
    OUTCOME = "outcome"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that matches or differs, as a short sentence and as values."""

    kind: ReasonKind
    text: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueryProfile:
    """What there is to match: terms with their rarity, identifiers and services."""

    weights: Mapping[str, float]
    identifiers: tuple[str, ...]
    services: frozenset[str]

    def coverage(self, terms: Mapping[str, int]) -> float:
        """The share of the query's rarity-weighted terms that occur; between 0 and 1."""
        total = sum(self.weights.values())
        found = sum(weight for term, weight in self.weights.items() if term in terms)
        return found / total if total else 0.0


def profile(
    text: str,
    services: frozenset[str],
    frequency: Callable[[str], int],
    documents: int,
    max_terms: int,
) -> QueryProfile:
    """The profile of a query text; of a very long one, the ``max_terms`` rarest known terms.

    The weight of a term is its inverse document frequency,
    ln(1 + (N − n + ½) / (n + ½)) as in BM25; a term that no record has weighs as one
    that a single record has.
    """
    weights = {}
    for term in analyse(text):
        occurs = min(max(frequency(term), 1), documents)
        weights[term] = math.log(1 + (documents - occurs + 0.5) / (occurs + 0.5))
    if len(weights) > max_terms:
        known = [term for term in weights if frequency(term) > 0]
        rarest = sorted(known, key=lambda term: -weights[term])[:max_terms]
        weights = {term: weights[term] for term in rarest}
    # A name that every tenth record has (the wiki, the chat) tells nothing apart.
    common = max(_COMMON_FLOOR, documents * _COMMON_SHARE)
    telling = tuple(name for name in identifiers(text) if frequency(name.lower()) <= common)
    return QueryProfile(weights, telling, services)


def why(
    query: QueryProfile,
    record: Record,
    terms: Mapping[str, int],
    similarity: float,
    section: SectionKind,
) -> tuple[Reason, ...]:
    """What the record shares with the query, the most telling first."""
    reasons = []
    text = f"{record.title}\n{record.text}".lower()
    shared = [value for value in query.identifiers if value.lower() in text][:_MAX_IDENTIFIERS]
    if shared:
        reasons.append(Reason(ReasonKind.IDENTIFIER, f"Both name {_listed(shared)}", tuple(shared)))
    same = sorted(query.services & frozenset(record.services))
    if same:
        reasons.append(Reason(ReasonKind.SERVICE, f"Same service: {_listed(same)}", tuple(same)))
    words = _shared_words(query, record, terms, named=analyse(" ".join(shared)))
    if words:
        reasons.append(Reason(ReasonKind.TERMS, f"Shared words: {', '.join(words)}", words))
    if similarity >= CLOSE_IN_MEANING:
        reasons.append(
            Reason(
                ReasonKind.MEANING, f"Close in meaning ({similarity:.2f})", (f"{similarity:.2f}",)
            )
        )
    if section is not SectionKind.OTHER:
        reasons.append(
            Reason(ReasonKind.SECTION, f"Matches its {section} section", (str(section),))
        )
    return tuple(reasons)


def differs(query: QueryProfile, record: Record) -> tuple[Reason, ...]:
    """What the query has and the record does not, or the other way round."""
    reasons = []
    text = f"{record.title}\n{record.text}".lower()
    missing = [value for value in query.identifiers if value.lower() not in text]
    if missing:
        missing = missing[:_MAX_IDENTIFIERS]
        reasons.append(
            Reason(ReasonKind.IDENTIFIER, f"Does not name {_listed(missing)}", tuple(missing))
        )
    if query.services and record.services and not query.services & frozenset(record.services):
        names = sorted(record.services)
        reasons.append(Reason(ReasonKind.SERVICE, f"Other service: {_listed(names)}", tuple(names)))
    told = record.sections_of(SectionKind.CAUSE, SectionKind.RESOLUTION, SectionKind.ACTION)
    if record.kind in PRECEDENT_KINDS and not told:
        reasons.append(Reason(ReasonKind.OUTCOME, "No recorded cause or resolution"))
    return tuple(reasons)


def citations(
    query: QueryProfile, record: Record, spans: tuple[tuple[int, int], ...]
) -> tuple[Citation, ...]:
    """The lines of the matched passages that carry most of the query's rare terms.

    At least one for a record with text: where no line shares a term (a match by
    meaning), the first line of the best passage.
    """
    scored: list[tuple[float, int, int]] = []
    for start, end in spans:
        for line_start, line_end in _quotable(record.text, start, end):
            # The words of an address are not what a line says.
            words = analyse(_ADDRESS.sub(" ", record.text[line_start:line_end]))
            weight = sum(query.weights.get(term, 0.0) for term in words)
            scored.append((weight, line_start, line_end))
    best = sorted(set(scored), key=lambda item: (-item[0], item[1]))
    chosen = [item for item in best if item[0] > 0][:_MAX_CITATIONS] or scored[:1]
    return tuple(record.cite(start, end) for _, start, end in sorted(chosen, key=lambda c: c[1]))


def _quotable(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Lines, long ones by sentence, without markup at the ends; always within the passage."""
    for line in _LINE.finditer(text, start, end):
        if line.end() - line.start() <= _MAX_QUOTE_CHARS:
            pieces: list[tuple[int, int]] = [line.span()]
        else:
            pieces = [m.span() for m in _SENTENCE.finditer(text, line.start(), line.end())]
        for piece_start, piece_end in pieces:
            piece = text[piece_start : min(piece_end, piece_start + _MAX_QUOTE_CHARS)].rstrip()
            leading = _LEADING.match(piece)
            first = piece_start + (leading.end() if leading else 0)
            # A heading says what comes, not what is.
            if first < piece_start + len(piece) and not piece.startswith("#"):
                yield first, piece_start + len(piece)


def _shared_words(
    query: QueryProfile, record: Record, terms: Mapping[str, int], named: Mapping[str, int]
) -> tuple[str, ...]:
    """The rarest shared terms beyond those already named, as the record writes them."""
    shared = sorted(
        (term for term in query.weights if term in terms and term not in named),
        key=lambda term: -query.weights[term],
    )[:_MAX_TERMS]
    surface: dict[str, str] = {}
    missing = set(shared)
    for match in WORD.finditer(f"{record.title}\n{record.text}"):
        word = match.group()
        for term in missing.intersection(word_terms(word)):
            if len(word) <= _MAX_WORD_CHARS and _LETTER.search(word):
                surface[term] = word
                missing.remove(term)
        if not missing:
            break
    return tuple(dict.fromkeys(surface[term] for term in shared if term in surface))


def _listed(values: list[str]) -> str:
    return ", ".join(values)
