"""What one triage card costs at size: ``python -m evals.bench_triage [--size N] [--json FILE|-]``.

The demo corpus lies among generated records, so that the search is as wide as asked for and
what it finds is as long to read as real tickets are. Its past incidents are asked as of their
opening, each once: nothing about an answer was computed before.
"""

from pathlib import Path
from typing import Any

import typer

from assistant.services.backtest.history import past_incidents
from evals.at_size import SIZE, JsonTarget, Size, demo_among, milliseconds, percentiles, tell
from evals.rss import current_mb
from retrieval.access import EVERYONE, Reader

_READER = Reader("analyst", frozenset({EVERYONE}))
_WARM = 5


def measure(size: int, folder: Path) -> dict[str, Any]:
    """Fill, take the demo in, ask; milliseconds of a card, first asked and asked again."""
    app = demo_among(size, folder)
    past = [
        each
        for each in past_incidents(app.store.iter_current())
        if each.record.source != "generated"
    ]
    asked = [each.question() for each in past]
    before = current_mb()
    for question in asked[:_WARM]:
        app.triage.card(question, _READER)
    first, again = (
        milliseconds(lambda question: app.triage.card(question, _READER), asked[_WARM:])
        for _ in range(2)
    )
    figures = {
        "records": len(app.index.current().table),
        "asked": len(first),
        "first_ms": percentiles(first),
        "again_ms": percentiles(again),
        "resident_mb": round(current_mb()),
        "answers_mb": round(current_mb() - before),
    }
    app.database.close()
    return figures


def main(size: Size = SIZE, json_target: JsonTarget = None) -> None:
    """Measure triage from the question to the card."""
    tell(measure, size, json_target)


if __name__ == "__main__":
    typer.run(main)
