"""Writes the folder of a dataset, the same bytes for the same content."""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.datasets import META, QRELS
from retrieval.errors import InvalidInput

QRELS_BEFORE = "qrels_before.tsv"
"""The judgements as they were before those of a pool were merged."""

QRELS_PEOPLE = "qrels_people.tsv"
"""Only what people judged in a pool, without what links or feedback said."""

_HEADER = "query_id\tdoc_id\tgrade\n"
# What an earlier import, or what was merged into it, left behind; nothing else is removed.
_FILES = """corpus.jsonl corpus_blind.jsonl queries.jsonl cases.jsonl""".split()
_FILES += [QRELS, QRELS_BEFORE, QRELS_PEOPLE, META]
_FOLDERS = ("fields", "judged")
# What lies in it was readable for few, and must not become readable for all.
_PRIVATE = 0o700


def check_folder(folder: Path, *, force: bool) -> None:
    """Raise ``InvalidInput`` unless the folder is new, empty, or may be overwritten."""
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"{folder} is a file. Name a folder for the dataset.")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise InvalidInput(
            f"{folder} is not empty. Name another folder, or write over the dataset with --force."
        )


def write_folder(
    folder: Path,
    files: Mapping[str, Sequence[Mapping[str, Any]]],
    graded: Mapping[str, Mapping[str, int]],
    cards: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write everything; a file without a line is left out, and so is what was there before.

    ``graded`` are the judgements by query; ``cards`` are by the folder that each is of.
    """
    try:
        folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        _clear(folder)
        for name, entries in files.items():
            if entries:
                write_lines(folder / name, entries)
        write_qrels(folder / QRELS, graded)
        for name, card in cards.items():
            write_card(folder / name, card)
    except OSError as exc:
        raise InvalidInput(f"{folder} cannot be written: {exc.strerror}.") from exc


def write_lines(file: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    """JSON Lines, in the order given."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        for entry in entries:
            stream.write(json.dumps(entry, ensure_ascii=False) + "\n")


def write_qrels(file: Path, graded: Mapping[str, Mapping[str, int]]) -> None:
    """Judgements, by the ids of queries and records."""
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(_HEADER)
        for query_id in sorted(graded):
            for doc_id, grade in sorted(graded[query_id].items()):
                stream.write(f"{query_id}\t{doc_id}\t{grade}\n")


def write_card(folder: Path, card: Mapping[str, Any]) -> None:
    """``META.json``."""
    text = json.dumps(card, ensure_ascii=False, indent=1)
    (folder / META).write_text(text + "\n", encoding="utf-8", newline="\n")


def _clear(folder: Path) -> None:
    for name in _FILES:
        (folder / name).unlink(missing_ok=True)
    for name in _FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
