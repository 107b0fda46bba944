"""Suites as files, and the records that a suite is made of."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evals.datasets import CORPUS
from evals.installation import bare_installation
from evals.json_lines import identity, objects, shortened, wrong
from evals.planted.cases import KINDS, TRUE, PlantedCase
from ingest.pipeline import IngestOptions
from retrieval.access import EVERYONE
from retrieval.errors import InvalidInput, UnreadableFile
from retrieval.records import Record

_READABLE = (".csv", ".tsv", ".jsonl")


def load_suite(file: Path) -> tuple[PlantedCase, ...]:
    """Read ``{"id", "claim", "evidence", "kind", "origin"}`` a line; ``origin`` may be missing.

    Raises ``UnreadableFile`` or ``InvalidInput`` at the first thing that is wrong, naming the
    file, the line and the field.
    """
    cases: list[PlantedCase] = []
    first: dict[str, str] = {}
    for place, entry in objects(file):
        case = _case(entry, place)
        if case.id in first:
            raise wrong(place, "id", f"{case.id!r} was already used at {first[case.id]}")
        first[case.id] = place
        cases.append(case)
    if not cases:
        raise UnreadableFile(f"{file} holds no cases.")
    return tuple(cases)


def _case(entry: dict[str, Any], place: str) -> PlantedCase:
    claim, evidence, kind = entry.get("claim"), entry.get("evidence"), entry.get("kind")
    if not isinstance(claim, str):
        raise wrong(place, "claim", f"it must be a text, not {shortened(claim)}")
    if not isinstance(evidence, list) or not all(isinstance(text, str) for text in evidence):
        problem = f"it must be a list of texts, not {shortened(evidence)}"
        raise wrong(place, "evidence", problem)
    if kind not in (TRUE, *KINDS):
        known = ", ".join((TRUE, *KINDS))
        raise wrong(place, "kind", f"{shortened(kind)} is unknown; use one of {known}")
    name = identity(entry, "id", place)
    return PlantedCase(name, claim, tuple(evidence), kind, str(entry.get("origin") or name))


def write_suite(cases: Sequence[PlantedCase], file: Path) -> None:
    """Write a suite as :func:`load_suite` reads it; ``InvalidInput`` where that cannot be."""
    lines = (json.dumps(case.as_json(), ensure_ascii=False) + "\n" for case in cases)
    try:
        file.write_text("".join(lines), encoding="utf-8")
    except OSError as exc:
        raise InvalidInput(f"{file} cannot be written: {exc.strerror}.") from exc


def corpus_files(folder: Path) -> tuple[Path, ...]:
    """What of a folder holds records: its ``corpus.jsonl``, else its tables and folders."""
    if not folder.is_dir():
        raise UnreadableFile(f"{folder} is neither a folder of records nor a suite (.jsonl).")
    if (folder / CORPUS).is_file():
        return (folder / CORPUS,)
    found = tuple(
        path
        for path in sorted(folder.iterdir())
        if path.suffix in _READABLE or (path.is_dir() and any(path.glob("*.md")))
    )
    if not found:
        raise UnreadableFile(f"{folder} has no {CORPUS}, no table and no folder of Markdown files.")
    return found


def records_of(files: Sequence[Path]) -> tuple[Record, ...]:
    """The records of files and folders, read and redacted by the product's own way in."""
    with bare_installation() as app:
        for path in files:
            options = IngestOptions(source=path.stem, groups=frozenset({EVERYONE}))
            app.pipeline.take_in(path, options)
        return tuple(sorted(app.store.iter_current(), key=lambda record: record.id))


def bytes_of(files: Sequence[Path]) -> Iterator[Path]:
    """Every file that :func:`records_of` reads, in a fixed order."""
    for path in files:
        yield from sorted(path.rglob("*.md")) if path.is_dir() else (path,)
