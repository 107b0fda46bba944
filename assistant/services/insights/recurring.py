"""Incidents that come again and again: what a problem could be opened for."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from assistant.services.insights.corpus_hygiene import Example
from assistant.services.insights.likeness import Star, stars
from assistant.services.insights.remembering import Remembered
from retrieval.access import Reader, RecordFilter
from retrieval.analysis import STOP_WORDS, word_terms
from retrieval.corpus.database import Database
from retrieval.corpus.store import SqlRecordStore
from retrieval.corpus.vectors import VectorStore
from retrieval.links import named
from retrieval.ports import Embedder
from retrieval.records import Record, RecordKind

LOOKED_AT = 2_000
"""The newest incidents: each is compared with each other (see ``likeness.stars``)."""
# Two may be chance; ITIL speaks of a problem from recurring incidents, without a number.
_FEWEST = 3
_EXPLAINING = frozenset({RecordKind.PROBLEM, RecordKind.RCA})
# Newest problems and RCAs that are asked whether they explain a group.
_EXPLANATIONS = 2_000
_EXAMPLES = 5
_WORDS = 5
# A word is shared when six in ten of a group use it.
_SHARED_BY = 0.6
_READ_CHARS = 2_000
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Incidents that are alike, of which ``title`` is the middle one's.

    ``linked`` are problems and RCAs that belong to one of them; ``named`` is how many of the
    incidents name a problem or another ticket at all, also one that is not in the corpus.
    """

    record_id: str
    title: str
    size: int
    services: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    words: tuple[str, ...]
    examples: tuple[Example, ...]
    linked: tuple[Example, ...]
    named: int

    @property
    def is_candidate(self) -> bool:
        """Whether nothing says that somebody looks for its cause already."""
        return not self.linked and not self.named


@dataclass(frozen=True, slots=True)
class Recurring:
    """Groups among the newest incidents; candidates first, then by size, then by age."""

    incidents: int
    limit: int
    since: datetime | None
    until: datetime | None
    clusters: tuple[Cluster, ...]

    @property
    def candidates(self) -> int:
        """How many of the groups have no problem yet."""
        return sum(1 for each in self.clusters if each.is_candidate)


class RecurringReport:
    """Groups what the reader may read; what they may not read is in no group."""

    def __init__(
        self,
        store: SqlRecordStore,
        database: Database,
        embedder: Embedder,
        limit: int = LOOKED_AT,
    ) -> None:
        self._store = store
        self._database = database
        self._embedder = embedder
        self._limit = limit
        self.of = Remembered(store, self._report)

    def _report(self, reader: Reader) -> Recurring:
        wanted = RecordFilter(reader, kinds=frozenset({RecordKind.INCIDENT}))
        found = self._store.newest(wanted, self._limit)
        vectors = VectorStore(self._database, self._embedder.model_id)
        means = vectors.means([record.id for record in found])
        placed = [record for record in found if record.id in means]
        groups: list[Star] = []
        if placed:
            matrix = np.stack([means[record.id] for record in placed])
            groups = stars(matrix, [frozenset(record.services) for record in placed], _FEWEST)
        explanations = self._store.newest(RecordFilter(reader, kinds=_EXPLAINING), _EXPLANATIONS)
        common = _document_frequency(placed) if groups else Counter()
        clusters = [
            _cluster(placed[group.centre], [placed[m] for m in group.members], common, explanations)
            for group in groups
        ]
        opened = [record.opened_at for record in found if record.opened_at is not None]
        return Recurring(
            incidents=len(found),
            limit=self._limit,
            since=min(opened, default=None),
            until=max(opened, default=None),
            clusters=tuple(sorted(clusters, key=_order)),
        )


def _order(cluster: Cluster) -> tuple[bool, int, float]:
    last = cluster.last.timestamp() if cluster.last else 0.0
    return not cluster.is_candidate, -cluster.size, -last


def _cluster(
    centre: Record,
    members: Sequence[Record],
    common: Mapping[str, int],
    explanations: Iterable[Record],
) -> Cluster:
    opened = [record.opened_at for record in members if record.opened_at is not None]
    services = Counter(name for record in members for name in record.services)
    names = [{name for _, name in named(record.fields)} for record in members]
    linked = _linked(members, frozenset().union(*names), explanations)
    return Cluster(
        record_id=centre.id,
        title=centre.title,
        size=len(members),
        services=tuple(name for name, _ in services.most_common()),
        first=min(opened, default=None),
        last=max(opened, default=None),
        words=_shared_words(members, common),
        examples=tuple(Example(record.id, record.title) for record in members[:_EXAMPLES]),
        linked=linked,
        named=sum(1 for each in names if each),
    )


def _linked(
    members: Sequence[Record], names: frozenset[str], explanations: Iterable[Record]
) -> tuple[Example, ...]:
    """Explanations that a member names, that name a member, or that name the same ticket."""
    ours = {record.external_id for record in members} | {record.id for record in members}
    return tuple(
        Example(each.id, each.title)
        for each in explanations
        if {each.external_id, each.id} & names
        or {name for _, name in named(each.fields)} & (ours | names)
    )


def _words(record: Record) -> dict[str, str]:
    """The terms of its beginning without headings, each with a word as it is written."""
    bodies = [record.text[part.start : part.end] for part in record.sections] or [record.text]
    text = "\n".join([record.title, *bodies])[:_READ_CHARS].lower()
    words = (word for word in _WORD.findall(text) if word not in STOP_WORDS)
    return {term: word for word in words for term in word_terms(word)[:1]}


def _document_frequency(records: Iterable[Record]) -> Counter[str]:
    return Counter(term for record in records for term in _words(record))


def _shared_words(members: Sequence[Record], common: Mapping[str, int]) -> tuple[str, ...]:
    """What most of them say and few others do, most telling first."""
    written: dict[str, Counter[str]] = {}
    for record in members:
        for term, word in _words(record).items():
            written.setdefault(term, Counter())[word] += 1
    told = {
        term: words.total() * math.log((1 + max(common.values())) / common[term])
        for term, words in written.items()
        if words.total() >= _SHARED_BY * len(members)
    }
    best = sorted(told, key=lambda term: (-told[term], term))[:_WORDS]
    return tuple(written[term].most_common(1)[0][0] for term in best if told[term] > 0)
