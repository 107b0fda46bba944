"""``precedent eval …``: measure suggestion quality on judged data.

Mounted by the entry point ``precedent.commands``. This module is imported at every start
of ``precedent``, so it imports nothing that takes time: see
:func:`evals.commands.measuring.module`.
"""

import typer

from evals.commands import (
    benefits,
    calibration,
    comparing,
    guardrails,
    judge,
    own,
    reporting,
    score,
    suite,
    sweep,
    tasks,
)

app = typer.Typer(help="Measure suggestion quality on judged data.", no_args_is_help=True)

for command in (
    tasks.retrieval,
    tasks.triage,
    tasks.hypotheses,
    tasks.drafts,
    tasks.verifier,
    calibration.calibration,
    guardrails.guardrails,
    score.score,
    suite.suite,
    sweep.sweep,
    comparing.compare,
    comparing.gate,
    reporting.report,
    own.pool,
    own.judgments,
    own.card,
    judge.judge,
    benefits.benefits,
):
    app.command()(command)
app.command("import")(own.import_corpus)


@app.callback()
def group() -> None:
    """Measure suggestion quality on judged data."""
