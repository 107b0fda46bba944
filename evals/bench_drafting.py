"""What a draft costs at size: ``python -m evals.bench_drafting [--size N] [--json FILE|-]``.

Incidents with five hundred work notes each lie among the demo corpus and generated records. Each
is drafted once by the writer that needs no model, evidence search and storing included. Beside
it, lint over texts of three thousand words made of the demo's RCAs.
"""

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import typer

from assistant.domain.people import Person, Role
from assistant.services.linting.linter import lint
from evals.at_size import (
    DEMO,
    SIZE,
    JsonTarget,
    Size,
    demo_among,
    milliseconds,
    percentiles,
    tell,
)

_INCIDENTS = 25
_NOTES = 500
_WARM = 5
_LINTED_WORDS = 3_000
_AUTHOR = Person(name="author", roles=frozenset({Role.AUTHOR}))
_BEGAN = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def measure(size: int, folder: Path) -> dict[str, Any]:
    """Fill, take the demo and the long incidents in, draft each; milliseconds."""
    long = folder / "long.jsonl"
    notes = _demo_sentences()
    entries = [_incident(number, notes) for number in range(_INCIDENTS)]
    long.write_text("\n".join(json.dumps(entry) for entry in entries), encoding="utf-8")
    app = demo_among(size, folder / "var", long)
    ids = [str(entry["id"]) for entry in entries]
    drafted = milliseconds(lambda name: app.drafting.create(_AUTHOR, _AUTHOR.reader(), name), ids)
    app.database.close()
    return {
        "records": size,
        "work notes": _NOTES,
        "draft_ms": percentiles(drafted[_WARM:]),
        "linted words": _LINTED_WORDS,
        "lint_ms": percentiles(milliseconds(lint, _long_texts())[_WARM:]),
    }


def _demo_sentences() -> list[str]:
    texts = [file.read_text(encoding="utf-8") for file in sorted((DEMO / "rcas").glob("*.md"))]
    lines = (line.strip(" -*#") for text in texts for line in text.splitlines())
    return [line for line in lines if len(line.split()) > 5]


def _incident(number: int, notes: list[str]) -> dict[str, Any]:
    """An incident whose notes are sentences of the demo's RCAs, a minute or so apart."""
    chance = random.Random(number)  # noqa: S311 — texts, not secrets
    at = _BEGAN + timedelta(days=number)
    lines = []
    for _ in range(_NOTES):
        at += timedelta(seconds=chance.randint(20, 240))
        lines.append(
            f"- {at:%Y-%m-%d %H:%M:%S} oncall-{chance.randint(1, 9)}: {chance.choice(notes)}"
        )
    text = f"{chance.choice(notes)}\n\n## Work notes\n" + "\n".join(lines)
    opened = f"{_BEGAN + timedelta(days=number):%Y-%m-%d %H:%M:%S}"
    return {
        "id": f"LONG{number:04}",
        "kind": "incident",
        "title": chance.choice(notes)[:80],
        "text": text,
        "fields": {"service": "ERP finance", "opened_at": opened},
    }


def _long_texts() -> list[str]:
    files = sorted((DEMO / "rcas").glob("*.md"))
    found = []
    for first in range(len(files)):
        words = 0
        parts = []
        for file in files[first:] + files[:first]:
            parts.append(file.read_text(encoding="utf-8"))
            words += len(parts[-1].split())
            if words >= _LINTED_WORDS:
                break
        found.append("\n\n".join(parts))
    return found


def main(size: Size = SIZE, json_target: JsonTarget = None) -> None:
    """Measure drafting from the request to the stored draft, and lint."""
    tell(measure, size, json_target)


if __name__ == "__main__":
    typer.run(main)
