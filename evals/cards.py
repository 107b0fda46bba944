"""Dataset cards: what is in a folder, where it comes from, and what to know before using it."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.cases import CASES, load_causes, load_labelled
from evals.datasets import CORPUS, META, QUERIES, load_retrieval, read_card
from evals.json_lines import objects
from retrieval.errors import UnreadableFile

# What a card must tell, and the names under which cards tell it.
WANTED: Mapping[str, tuple[str, ...]] = {
    "source": ("source", "sources"),
    "licence": ("licence", "license"),
    "truth": ("truth",),
    "known flaws": ("known_flaws", "flaws"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetCard:
    """``hashes`` are those of results, by task; ``missing`` is what the card does not tell."""

    name: str
    told: Mapping[str, Any]
    sizes: Mapping[str, int]
    hashes: Mapping[str, str]
    notes: tuple[str, ...]
    missing: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        return {
            "dataset": self.name,
            "sizes": dict(self.sizes),
            "hashes": dict(self.hashes),
            "notes": list(self.notes),
            "missing": list(self.missing),
            "card": dict(self.told),
        }


def dataset_card(folder: Path) -> DatasetCard:
    """Read a folder and its card. Raises as the loaders do for what is broken in it."""
    has_queries, has_cases = (folder / QUERIES).exists(), (folder / CASES).exists()
    if not has_queries and not has_cases:
        raise UnreadableFile(
            f"{folder} has neither {QUERIES} nor {CASES}. Give the folder of a dataset."
        )
    told = read_card(folder / META)
    sizes: dict[str, int] = {}
    hashes: dict[str, str] = {}
    notes: tuple[str, ...] = ()
    if has_queries:
        notes = _retrieval(folder, sizes, hashes)
    if has_cases:
        _cases(folder, sizes, hashes)
    return DatasetCard(
        name=folder.resolve().name,
        told=told,
        sizes=sizes,
        hashes=hashes,
        notes=notes,
        missing=tuple(_missing(folder, told)),
    )


def flaws(told: Mapping[str, Any]) -> list[str]:
    """The flaws that a card tells, each as a text."""
    value: Any = next((told[name] for name in WANTED["known flaws"] if told.get(name)), [])
    return [shown(each) for each in (value if isinstance(value, list) else [value])]


def shown(value: Any) -> str:
    """A value of a card as people read it."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return ", ".join(f"{n}: {shown(each)}" for n, each in value.items() if each not in ({}, []))
    if isinstance(value, list):
        return "; ".join(shown(each) for each in value)
    return json.dumps(value)


def _retrieval(folder: Path, sizes: dict[str, int], hashes: dict[str, str]) -> tuple[str, ...]:
    kinds = Counter(str(entry.get("kind", "incident")) for _, entry in objects(folder / CORPUS))
    dataset = load_retrieval(folder)
    grades = Counter(grade for query in dataset.qrels.values() for grade in query.values())
    sizes |= {f"records: {kind}": kinds[kind] for kind in sorted(kinds)}
    sizes["queries that count"] = len(dataset.queries)
    sizes |= {f"judgements of grade {grade}": grades[grade] for grade in sorted(grades)}
    hashes["retrieval"] = dataset.hash
    return dataset.notes


def _cases(folder: Path, sizes: dict[str, int], hashes: dict[str, str]) -> None:
    first = next(objects(folder / CASES), None)
    if first is not None and "label" in first[1]:
        labelled = load_labelled(folder)
        labels = {label for case in (*labelled.cases, *labelled.train) for label in case.labels}
        sizes["cases with a label"] = len(labelled.cases)
        if labelled.train:
            sizes["cases to learn from"] = len(labelled.train)
        sizes["labels"] = len(labels)
        hashes["triage"] = labelled.hash
    else:
        causes = load_causes(folder)
        sizes["cases with a cause"] = len(causes.cases)
        hashes["hypotheses"] = causes.hash


def _missing(folder: Path, told: Mapping[str, Any]) -> list[str]:
    if not (folder / META).exists():
        return [f"{META}, which says: {', '.join(WANTED)}"]
    return [
        f"{what} ({META}: {names[0]!r})"
        for what, names in WANTED.items()
        if not any(told.get(name) for name in names)
    ]
