"""Classifiers of ticket fields, learned from the organisation's own records and kept in files."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.services.fields.classifier import Classifier, Guess
from assistant.services.fields.learning import Labelled, learned
from assistant.services.triage.opening import as_opened
from retrieval.access import Reader
from retrieval.batches import batched
from retrieval.errors import InvalidSettings
from retrieval.ports import Embedder, Vectors
from retrieval.records import PRECEDENT_KINDS, Record, sha256_of_json

LEARNED = (
    "service",
    "ci",
    "category",
    "assignment_group",
    "impact_level",
    "urgency",
    "priority",
    "severity",
)
"""The fields that are learned where a corpus has them, the most useful first."""

# What tools write where nobody chose anything.
_EMPTY = frozenset({"", "-", "--", "---", "none", "n/a", "na", "unknown", "undefined", "null"})
# Fewer say nothing; more take longer to embed than they teach.
_FEWEST, _MOST = 20, 5_000
_LEAST_LABELS, _LEAST_OF_A_LABEL = 2, 3
_EMBEDDED_AT_ONCE = 64

Step = Callable[[int, int], None]
"""Called with (done, total)."""


class FittedField(BaseModel):
    """What a classifier was learned from, and how it does on records that it had not seen.

    ``coverage`` is the share of held-out records that it is sure about, ``precision`` the share
    of these that is right. ``readers`` are the groups that may read a record with this label:
    nobody else is told that there is such a label.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    examples: int
    labels: int
    accuracy: float
    coverage: float
    precision: float
    readers: dict[str, list[str]] = {}

    def may_know(self, label: str, reader: Reader) -> bool:
        """Whether the reader could have seen this label in some record."""
        return reader.may_read_groups(frozenset(self.readers.get(label, ())))


class SetPriorities(BaseModel):
    """How often people set a priority with an impact and an urgency, in records of these groups."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    impact: str
    urgency: str
    priority: str
    groups: list[str]
    count: int


class Manifest(BaseModel):
    """All fitted fields, and the priorities as people set them.

    What was learned was known at ``known_until``: it answers no question as of an earlier moment.
    """

    # One that an earlier version wrote says things that this one does not ask for.
    model_config = ConfigDict(frozen=True, extra="ignore")

    fields: list[FittedField]
    priorities: list[SetPriorities] = []
    embedder: str
    data_hash: str
    known_until: datetime
    fitted_at: datetime


def field_value(record: Record, name: str) -> str | None:
    """What a record says; the first where it lists several, ``None`` for a placeholder."""
    value = record.services if name == "service" else record.fields.get(name)
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = str(value).strip()
    return None if text.lower() in _EMPTY else text


@dataclass(frozen=True, slots=True)
class _Loaded:
    changed: int
    manifest: Manifest
    classifiers: Mapping[str, Classifier]


class FittedFields:
    """The learned classifiers; a new fit is noticed without a restart."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder
        self._embedder = embedder
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    def guess(
        self, name: str, text: str, reader: Reader, as_of: datetime | None = None
    ) -> Guess | None:
        """The likeliest value; ``None`` where the field was not learned with this model.

        Nor where it was learned from what was not known yet at ``as_of``, and where the reader
        may read no record that has this value.
        """
        found = self._current()
        if found is None or name not in found.classifiers:
            return None
        if as_of is not None and as_of < found.manifest.known_until:
            return None
        guess = found.classifiers[name].guess(text, self._embedder.passages([text])[0])
        described = next(field for field in found.manifest.fields if field.name == name)
        return guess if described.may_know(guess.label, reader) else None

    def priorities(self, reader: Reader) -> dict[tuple[str, str], Counter[str]]:
        """How often each impact and urgency got each priority, in what the reader may read."""
        found = self._current()
        seen: dict[tuple[str, str], Counter[str]] = {}
        for told in () if found is None else found.manifest.priorities:
            if reader.may_read_groups(frozenset(told.groups)):
                seen.setdefault((told.impact, told.urgency), Counter())[told.priority] += told.count
        return seen

    def write(self, manifest: Manifest, classifiers: Mapping[str, Classifier]) -> None:
        """Keep what was learned. The manifest comes last: what it names is there."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, classifier in classifiers.items():
            classifier.save(self._folder / f"{name}.npz")
        aside = self._folder / "manifest.new"
        aside.write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
        aside.replace(self._folder / "manifest.json")

    def _current(self) -> _Loaded | None:
        path = self._folder / "manifest.json"
        with self._lock:
            try:
                changed = path.stat().st_mtime_ns
            except FileNotFoundError:
                return None
            if self._loaded is None or self._loaded.changed != changed:
                self._loaded = self._load(path, changed)
            same_model = self._loaded.manifest.embedder == self._embedder.model_id
            return self._loaded if same_model else None

    def _load(self, path: Path, changed: int) -> _Loaded:
        try:
            manifest = Manifest.model_validate_json(path.read_text(encoding="utf-8"))
        except (ValidationError, ValueError) as exc:
            raise InvalidSettings(
                f"{path} does not describe learned fields. Delete it, or run 'precedent fit'."
            ) from exc
        files = {field.name: self._folder / f"{field.name}.npz" for field in manifest.fields}
        classifiers = {name: Classifier.load(file) for name, file in files.items()}
        return _Loaded(changed, manifest, classifiers)


class FieldFitting:
    """Use case: learn the fields of tickets from past records, as they were when opened."""

    def __init__(
        self, fitted: FittedFields, embedder: Embedder, clock: Callable[[], datetime]
    ) -> None:
        self._fitted = fitted
        self._embedder = embedder
        self._clock = clock

    def fit(self, records: Iterable[Record], step: Step | None = None) -> Manifest:
        """Learn every field that has enough examples, from at most 5,000 of the newest records.

        Deterministic. Tickets that are still open are left out where others have an end: their
        fields are not settled, and their own cards would repeat them. A field with fewer than two
        labels of three examples each is not learned;
        the card then goes by what the close records say.
        """
        past = _over(record for record in records if record.kind in PRECEDENT_KINDS)
        texts = [as_opened(record) for record in past]
        vectors = self._embedded(texts, step)
        found = {name: self._learned(name, past, texts, vectors) for name in LEARNED}
        taught = {name: each for name, each in found.items() if each is not None}
        manifest = Manifest(
            fields=[described for described, _ in taught.values()],
            priorities=_priorities(past),
            embedder=self._embedder.model_id,
            data_hash=_hash(past),
            known_until=max((record.known_at for record in past), default=self._clock()),
            fitted_at=self._clock().astimezone(UTC),
        )
        self._fitted.write(manifest, {name: each[1] for name, each in taught.items()})
        return manifest

    def _embedded(self, texts: Sequence[str], step: Step | None) -> Vectors:
        parts = []
        done = 0
        for part in batched(texts, _EMBEDDED_AT_ONCE):
            parts.append(self._embedder.passages(part))
            done += len(part)
            if step is not None:
                step(done, len(texts))
        empty = np.empty((0, self._embedder.dimension), dtype=np.float32)
        return np.concatenate([empty, *parts])

    def _learned(
        self, name: str, past: Sequence[Record], texts: Sequence[str], vectors: Vectors
    ) -> tuple[FittedField, Classifier] | None:
        values = [field_value(record, name) for record in past]
        counts = Counter(value for value in values if value is not None)
        places = [place for place, value in enumerate(values) if value is not None]
        frequent = [label for label, count in counts.items() if count >= _LEAST_OF_A_LABEL]
        if len(places) < _FEWEST or len(frequent) < _LEAST_LABELS:
            return None
        labels = [str(values[place]) for place in places]
        examples = Labelled([texts[place] for place in places], vectors[places], labels)
        known = sorted(counts)
        names = dict(zip(known, self._embedder.passages(known), strict=True))
        result = learned(examples, names)
        described = FittedField(
            name=name,
            examples=len(places),
            labels=len(counts),
            accuracy=round(result.accuracy, 4),
            coverage=round(result.coverage, 4),
            precision=round(result.precision, 4),
            readers=_readers(past, values),
        )
        return described, result.classifier


def _over(records: Iterable[Record]) -> list[Record]:
    """The newest records that are over, oldest first."""
    ordered = sorted(records, key=lambda r: (r.opened_at or r.known_at, r.id))
    ended = [record for record in ordered if record.resolved_at is not None]
    return (ended or ordered)[-_MOST:]


def _readers(records: Iterable[Record], values: Iterable[str | None]) -> dict[str, list[str]]:
    """The groups that may read some record with a label, by label."""
    found: dict[str, set[str]] = {}
    for record, value in zip(records, values, strict=True):
        if value is not None:
            found.setdefault(value, set()).update(record.groups)
    return {label: sorted(groups) for label, groups in sorted(found.items())}


def _priorities(past: Iterable[Record]) -> list[SetPriorities]:
    counts: Counter[tuple[str, str, str, tuple[str, ...]]] = Counter()
    for record in past:
        impact, urgency = field_value(record, "impact_level"), field_value(record, "urgency")
        priority = field_value(record, "priority")
        if impact and urgency and priority:
            counts[impact, urgency, priority, tuple(sorted(record.groups))] += 1
    return [
        SetPriorities(impact=i, urgency=u, priority=p, groups=list(groups), count=count)
        for (i, u, p, groups), count in sorted(counts.items())
    ]


def _hash(past: Iterable[Record]) -> str:
    digest: str = sha256_of_json([list(_identity(record)) for record in past])
    return digest


def _identity(record: Record) -> Iterator[str]:
    yield record.id
    yield str(record.revision)
    yield from (f"{name}={field_value(record, name)}" for name in LEARNED)
