"""Evaluation cases: incidents with a label, or with the cause that was found afterwards.

::

    cases.jsonl   {"id", "text", "label"} a line: which label does the text get?
                  or {"id", "input": {title, summary, timeline, …}, "reference": {root_cause, …}}:
                  what was the cause?
    train.jsonl   optional, labelled cases to learn from
                  or the same with "reference": {resolution, actions}: what does a draft cover?
    corpus.jsonl  optional, records that may serve as precedents of causes

A label is a text or a whole number, or a list of them when any is right; the first is what
is learned.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from evals.datasets import CORPUS, corpus_file, record_ids
from evals.json_lines import hash_of, identity, objects, shortened, wrong
from ingest.times import parse_moment
from retrieval.errors import InvalidInput, UnreadableFile

CASES, TRAIN = "cases.jsonl", "train.jsonl"

# What of an input tells when it began, the plainest first. What is known only afterwards
# must not be part of the question.
_OPENED = ("opened_at", "started_at", "reported_at", "date", "time")
_AFTERWARDS = frozenset({"resolved_at", "closed_at", "ended_at", "resolution", "root_cause"})
# The members of a reference that tell the cause, the plainest first.
_CAUSES = ("root_cause", "cause", "causes", "trigger", "proximate_cause", "contributing_factors")

# The members of a reference that a draft is held against.
_DRAFTED = ("resolution", "actions")


@dataclass(frozen=True, slots=True)
class LabelledCase:
    """A text and the labels that are right for it; the first is the one that is learned."""

    id: str
    text: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledDataset:
    """Cases to label. Without ``train`` they are asked by cross-validation."""

    name: str
    cases: tuple[LabelledCase, ...]
    train: tuple[LabelledCase, ...]
    hash: str


@dataclass(frozen=True, slots=True)
class CauseCase:
    """An incident as it was known early, and the cause that was written afterwards.

    ``reference`` is the text of the cause; where none is ``stated``, all that the reference
    tells. A record of the same id must not answer for itself.
    """

    id: str
    title: str
    text: str
    opened_at: datetime | None
    reference: str
    stated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseDataset:
    """Incidents and causes. Without ``corpus`` the other cases are the precedents."""

    name: str
    cases: tuple[CauseCase, ...]
    corpus: Path | None
    hash: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftCase:
    """An incident as it was known early, and what was written afterwards; either may be empty."""

    incident: CauseCase
    resolution: str
    actions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftDataset:
    """Incidents to draft, with the corpus that their precedents come from."""

    name: str
    cases: tuple[DraftCase, ...]
    corpus: Path
    hash: str
    notes: tuple[str, ...] = ()


class Asked(StrEnum):
    """What cases can be asked."""

    LABEL = "label"
    CAUSE = "cause"
    DRAFT = "draft"


def asked_of(file: Path) -> frozenset[Asked]:
    """What the cases of a file can be asked, by the members that they have."""
    found: set[Asked] = set()
    for _, entry in objects(file):
        reference = entry.get("reference")
        told = reference if isinstance(reference, dict) else {"root_cause": reference}
        if "input" in entry and any(plain_text(told.get(name)) for name in _CAUSES):
            found.add(Asked.CAUSE)
        if "input" in entry and any(plain_text(told.get(name)) for name in _DRAFTED):
            found.add(Asked.DRAFT)
        if "label" in entry:
            found.add(Asked.LABEL)
    return frozenset(found)


def load_drafts(folder: Path, cases: str = CASES) -> DraftDataset:
    """Read incidents with their resolutions and actions; errors as for :func:`load_labelled`."""
    file = _file(folder, cases)
    corpus = _file(folder, CORPUS)
    record_ids(corpus)
    found: list[DraftCase] = []
    for place, entry, incident in _incidents(file):
        reference = entry["reference"]
        if not isinstance(reference, dict):
            problem = f"it must be an object with resolution or actions, not {shortened(reference)}"
            raise wrong(place, "reference", problem)
        told = (plain_text(reference.get(name)) for name in _DRAFTED)
        found.append(DraftCase(incident, *told))
    told_cases = tuple(case for case in found if case.resolution or case.actions)
    if not told_cases:
        raise InvalidInput(f"No case of {file} has a reference with a resolution or actions.")
    silent = len(found) - len(told_cases)
    return DraftDataset(
        name=folder.resolve().name,
        cases=told_cases,
        corpus=corpus,
        hash=hash_of(cases=file, corpus=corpus),
        notes=(f"{silent} of the cases have no resolution and no actions.",) if silent else (),
    )


def load_labelled(folder: Path) -> LabelledDataset:
    """Read ``cases.jsonl`` and, if there is one, ``train.jsonl``.

    Raises ``UnreadableFile`` or ``InvalidInput`` at the first thing that is wrong, naming the
    file, the line and the field.
    """
    cases = tuple(_labelled(_file(folder, CASES)))
    train_file = folder / TRAIN
    train = tuple(_labelled(train_file)) if train_file.exists() else ()
    files = {"cases": folder / CASES} | ({"train": train_file} if train else {})
    return LabelledDataset(
        name=folder.resolve().name, cases=cases, train=train, hash=hash_of(**files)
    )


def labelled_by_field(folder: Path, corpus: str, field: str) -> LabelledDataset:
    """The records of a corpus that have the field, each a case; the field is its label."""
    file = corpus_file(folder, corpus)
    record_ids(file)
    found = []
    for place, entry in objects(file):
        value = (entry.get("fields") or {}).get(field)
        if value in (None, "", []):
            continue
        text = f"{entry.get('title') or ''}\n{entry.get('text') or ''}"
        labels = _labels(value, field, place)
        found.append(LabelledCase(identity(entry, "id", place), text, labels))
    if not found:
        raise InvalidInput(f"No record of {file} has the field {field!r}.")
    return LabelledDataset(
        name=folder.resolve().name, cases=tuple(found), train=(), hash=hash_of(corpus=file)
    )


def load_causes(folder: Path, cases: str = CASES) -> CauseDataset:
    """Read incidents with their causes; errors as for :func:`load_labelled`."""
    file = _file(folder, cases)
    found = [case for _, _, case in _incidents(file)]
    told = tuple(case for case in found if case.reference)
    if not told:
        raise InvalidInput(f"No case of {file} has a reference with a text in it.")
    remarks = (
        (len(found) - len(told), "have an empty reference and are not counted"),
        (sum(not case.stated for case in told), "state no cause: AC and Avg leave them out"),
    )
    corpus = folder / CORPUS
    if corpus.exists():
        record_ids(corpus)
    files = {"cases": file} | ({"corpus": corpus} if corpus.exists() else {})
    return CauseDataset(
        name=folder.resolve().name,
        cases=told,
        corpus=corpus if corpus.exists() else None,
        hash=hash_of(**files),
        notes=tuple(f"{count} of the cases {what}." for count, what in remarks if count),
    )


def _file(folder: Path, name: str) -> Path:
    if not folder.is_dir():
        raise UnreadableFile(f"{folder} is not a folder. Give a folder with {name}.")
    if not (folder / name).is_file():
        raise UnreadableFile(f"{folder} has no {name}.")
    return folder / name


def _labelled(file: Path) -> Iterator[LabelledCase]:
    first: dict[str, str] = {}
    for place, entry in objects(file):
        name = identity(entry, "id", place) if "id" in entry or file.name == CASES else place
        if name in first:
            raise wrong(place, "id", f"{name!r} was already used at {first[name]}")
        first[name] = place
        text = entry.get("text")
        if not isinstance(text, str):
            raise wrong(place, "text", f"it must be a text, not {shortened(text)}")
        yield LabelledCase(name, text, _labels(entry.get("label"), "label", place))
    if not first:
        raise UnreadableFile(f"{file} holds no cases.")


def _labels(value: Any, name: str, place: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) and value else [value]
    found = []
    for each in values:
        plain = isinstance(each, str) and each.strip()
        if not plain and (isinstance(each, bool) or not isinstance(each, int)):
            problem = f"it must be a text that is not empty, not {shortened(value)}"
            raise wrong(place, name, problem)
        found.append(str(each).strip())
    return tuple(dict.fromkeys(found))


def _incidents(file: Path) -> Iterator[tuple[str, Mapping[str, Any], CauseCase]]:
    """(place, entry, incident) of each line; an id that comes twice is an error."""
    seen: dict[str, str] = {}
    for place, entry in objects(file):
        case = _cause_case(entry, place)
        if case.id in seen:
            raise wrong(place, "id", f"{case.id!r} was already used at {seen[case.id]}")
        seen[case.id] = place
        yield place, entry, case


def _cause_case(entry: Mapping[str, Any], place: str) -> CauseCase:
    known, reference = entry.get("input"), entry.get("reference")
    if isinstance(known, str):
        known = {"text": known}
    if not isinstance(known, dict):
        raise wrong(place, "input", f"it must be an object, not {shortened(known)}")
    if isinstance(reference, str):
        reference = {"root_cause": reference}
    if not isinstance(reference, dict):
        raise wrong(place, "reference", f"it must be an object, not {shortened(reference)}")
    early = {name: value for name, value in known.items() if name not in _AFTERWARDS}
    opened = next((early[name] for name in _OPENED if isinstance(early.get(name), str)), None)
    parts = [
        (name, text)
        for name, value in early.items()
        if name not in _OPENED and (text := plain_text(value))
    ]
    title = str(early.get("title") or "").strip()
    body = "\n\n".join(
        f"## {name.replace('_', ' ').capitalize()}\n\n{text}"
        for name, text in parts
        if name != "title"
    )
    return CauseCase(
        id=identity(entry, "id", place),
        title=title,
        text=body,
        opened_at=_moment(opened),
        reference=_cause_of(reference),
        stated=any(plain_text(reference.get(name)) for name in _CAUSES),
    )


def _moment(value: str | None) -> datetime | None:
    """When it began; a date that cannot be read is no reason to lose the case."""
    try:
        return None if value is None else parse_moment(value)
    except ValueError:
        return None


def _cause_of(reference: Mapping[str, Any]) -> str:
    """What the reference names as the cause; all its texts where it has no such member."""
    for name in _CAUSES:
        if text := plain_text(reference.get(name)):
            return text
    return "\n".join(text for value in reference.values() if (text := plain_text(value)))


def plain_text(value: Any) -> str:
    """A JSON value as lines of text: lists line by line, objects by their values."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "\n".join(f"- {text}" for each in value if (text := plain_text(each)))
    if isinstance(value, dict):
        return ", ".join(text for each in value.values() if (text := plain_text(each)))
    return "" if value is None or isinstance(value, bool) else str(value)
