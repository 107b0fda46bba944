"""How often the linter is right: ``python -m evals.lint_quality FILE.jsonl [--json FILE|-]``.

Each line is a text with the rules that a person expects in it: ``{"id", "text", "kind",
"context", "rules", "unseen"}``. A rule counts once for a text, whatever it found how often.
``unseen`` texts were written after the rules were frozen.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from pydantic import BaseModel, ConfigDict
from rich.table import Table

from assistant import console
from assistant.services.linting import RULES
from assistant.services.linting.document import DocumentKind
from assistant.services.linting.linter import lint
from retrieval.errors import UnreadableFile


class LabelledText(BaseModel):
    """A text, the heading that it stands under, and the rules that a person expects."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    kind: DocumentKind
    context: str
    rules: tuple[str, ...]
    unseen: bool = False

    def found(self) -> frozenset[str]:
        """The rules that find something."""
        text = f"## {self.context}\n\n{self.text}" if self.context else self.text
        return frozenset(finding.rule for finding in lint(text, self.kind))


class RuleQuality(NamedTuple):
    """Counts of texts for one rule.

    ``precision`` is the share of what was found that was expected, ``recall`` the share of
    what was expected that was found; both are 1 where there is nothing to divide.
    """

    rule: str
    expected: int
    found: int
    agreed: int

    @property
    def precision(self) -> float:
        """Agreed of found."""
        return self.agreed / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Agreed of expected."""
        return self.agreed / self.expected if self.expected else 1.0


def labelled(path: Path) -> tuple[LabelledText, ...]:
    """The texts of a file, in its order."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(LabelledText.model_validate(json.loads(line)) for line in lines)
    except (OSError, ValueError) as exc:
        raise UnreadableFile(f"{path} cannot be read as labelled texts: {exc}") from exc


def quality(texts: Iterable[LabelledText]) -> tuple[RuleQuality, ...]:
    """Each rule in the order of the catalogue, and ``all`` rules together."""
    pairs = [(frozenset(text.rules), text.found()) for text in texts]
    each = [
        RuleQuality(
            rule.id,
            sum(rule.id in expected for expected, _ in pairs),
            sum(rule.id in found for _, found in pairs),
            sum(rule.id in expected & found for expected, found in pairs),
        )
        for rule in RULES
    ]
    sums = [sum(counts) for counts in zip(*(one[1:] for one in each), strict=True)]
    return (*each, RuleQuality("all", *sums))


def main(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl")] = Path("tests/data/lint.jsonl"),
    json_target: Annotated[str | None, typer.Option("--json", metavar="FILE")] = None,
) -> None:
    """Print precision and recall of each rule, over all texts and over the unseen ones."""
    texts = labelled(file)
    parts = {"all texts": texts, "unseen": [text for text in texts if text.unseen]}
    if json_target is not None:
        told = {name: _told(quality(part)) for name, part in parts.items()}
        console.write_json(json_target, json.dumps(told))
        return
    for name, part in parts.items():
        _show(name, part)


def _told(rows: Sequence[RuleQuality]) -> list[dict[str, object]]:
    return [row._asdict() | {"precision": row.precision, "recall": row.recall} for row in rows]


def _show(name: str, texts: Sequence[LabelledText]) -> None:
    clean = sum(not text.rules for text in texts)
    alarms = sum(not text.rules and bool(text.found()) for text in texts)
    table = Table(title=f"{name}: {len(texts)}, {clean} clean of which {alarms} raise an alarm")
    for column in ("rule", "expected", "found", "precision", "recall"):
        table.add_column(column)
    for row in quality(texts):
        table.add_row(
            row.rule, str(row.expected), str(row.found), f"{row.precision:.3f}", f"{row.recall:.3f}"
        )
    console.out.print(table)


if __name__ == "__main__":
    typer.run(main)
