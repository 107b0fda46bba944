"""``fit``: learn from the organisation's own history."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from rich.progress import Progress

from assistant import console
from assistant.bootstrap import Application
from assistant.commands import Json, application
from assistant.schemas.fitting import BacktestOut, FitOut
from retrieval.errors import InvalidInput

Backtest = Annotated[
    bool,
    typer.Option(
        "--backtest",
        help="Ask past incidents as of their opening, and fit how far answers can be believed.",
    ),
]
Step = Callable[[int, int], None]
Learned = TypeVar("Learned")


def fit(backtest: Backtest = False, json: Json = None) -> None:
    """Learn how to rank, which fields to suggest and, with --backtest, what to believe."""
    app = application()
    notes: list[str] = []
    with console.progress() as bars:
        learned = FitOut(
            ranking=_tried(bars, "Asking about linked records", app.fitting.fit, notes),
            fields=_tried(
                bars,
                "Reading past records",
                lambda step: app.field_fitting.fit(app.store.iter_current(), step),
                notes,
            ),
            backtest=_backtest(bars, app, notes) if backtest else None,
            notes=notes,
        )
    fields = learned.fields is not None and learned.fields.fields
    wanted = learned.backtest if backtest else learned.ranking or fields
    if not wanted:
        raise InvalidInput(" ".join(notes) or "There is nothing to learn from yet.")
    if json is None:
        console.show_fitted(learned)
    else:
        console.write_model(json, learned)


def _backtest(bars: Progress, app: Application, notes: list[str]) -> BacktestOut | None:
    wanted = app.settings.triage.wanted_precision
    report = _tried(
        bars,
        "Asking past incidents",
        lambda step: app.calibrating.run(wanted, step),
        notes,
    )
    return None if report is None else BacktestOut.of(report)


def _tried(
    bars: Progress, label: str, learn: Callable[[Step], Learned], notes: list[str]
) -> Learned | None:
    """What was learned; where there is too little to learn from, the reason goes to the notes."""
    task = bars.add_task(label, total=None)
    try:
        return learn(lambda done, total: bars.update(task, completed=done, total=total))
    except InvalidInput as exc:
        notes.append(str(exc))
        return None
