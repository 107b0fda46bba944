"""``precedent eval …``: measure suggestion quality on judged data.

Mounted by the entry point ``precedent.commands``. This module is imported at every start
of ``precedent``, so it imports nothing that takes time: see
:func:`evals.commands.measuring.module`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from evals.commands import comparing, suite
from evals.commands.measuring import Json, module

app = typer.Typer(help="Measure suggestion quality on judged data.", no_args_is_help=True)

app.command()(comparing.compare)
app.command()(comparing.gate)
app.command()(suite.suite)

Corpus = Annotated[str, typer.Option(metavar="FILE", help="The corpus: a file of DIR, or a path.")]
Cases = Annotated[str, typer.Option(metavar="FILE", help="The cases: a file of DIR.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Embed anew instead of reusing vectors.")]


@app.callback()
def group() -> None:
    """Measure suggestion quality on judged data."""


@app.command()
def retrieval(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder of corpus.jsonl, queries.jsonl, qrels.tsv."),
    ],
    *,
    corpus: Corpus = "corpus.jsonl",
    query_field: Annotated[
        str, typer.Option(metavar="NAME", help="The field of the queries to ask with.")
    ] = "text",
    system: Annotated[
        str, typer.Option(metavar="NAME", help="precedent, bm25, dense, rrf, …")
    ] = "precedent",
    no_cache: NoCache = False,
    json: Json = None,
) -> None:
    """nDCG@10, Recall@5, MRR and hit@1 with 95 % intervals, offline."""
    _measured(
        json,
        lambda runner, bars: runner.run_retrieval(
            runner.RetrievalRun(
                folder=folder,
                corpus=corpus,
                query_field=query_field,
                system=system,
                cache_file=_cache(no_cache),
            ),
            bars.embedding,
            bars.asking,
        ),
    )


@app.command()
def triage(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder of cases.jsonl and, if any, train.jsonl."),
    ],
    *,
    field: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Ask for this field of the corpus instead of cases."),
    ] = None,
    corpus: Corpus = "corpus.jsonl",
    system: Annotated[
        str, typer.Option(metavar="NAME", help="precedent, majority, bm25-knn.")
    ] = "precedent",
    no_cache: NoCache = False,
    json: Json = None,
) -> None:
    """Accuracy, macro-F1 and coverage of a suggested field, with 95 % intervals, offline."""
    _measured(
        json,
        lambda runner, bars: runner.run_fields(
            runner.FieldRun(
                folder=folder,
                field=field,
                corpus=corpus,
                system=system,
                cache_file=_cache(no_cache),
            ),
            bars.embedding,
            bars.asking,
        ),
    )


@app.command()
def hypotheses(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder of cases.jsonl and, if any, corpus.jsonl."),
    ],
    *,
    cases: Cases = "cases.jsonl",
    system: Annotated[
        str, typer.Option(metavar="NAME", help="precedent, copy-nearest.")
    ] = "precedent",
    no_cache: NoCache = False,
    json: Json = None,
) -> None:
    """Is the cause that was found afterwards among the hypotheses? With 95 % intervals."""
    _measured_cases(
        json, "run_hypotheses", folder=folder, cases=cases, system=system, no_cache=no_cache
    )


@app.command()
def drafts(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of cases.jsonl and corpus.jsonl.")
    ],
    *,
    cases: Cases = "cases.jsonl",
    system: Annotated[
        str, typer.Option(metavar="NAME", help="extractive, copy-nearest, lead, chat.")
    ] = "extractive",
    no_cache: NoCache = False,
    json: Json = None,
) -> None:
    """Do the citations of early drafts hold, and how much of the later RCA is there?"""
    _measured_cases(
        json, "run_drafts", folder=folder, cases=cases, system=system, no_cache=no_cache
    )


@app.command()
def verifier(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="DIR|FILE", help="Records to plant errors into, or a suite of cases (.jsonl)."
        ),
    ],
    *,
    seed: Annotated[int, typer.Option(metavar="N", help="Which errors are planted.")] = 1,
    keep: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the suite that was made.")
    ] = None,
    json: Json = None,
) -> None:
    """Which planted errors does the gate catch, and which true claims does it keep?"""
    _measured(
        json,
        lambda runner, bars: runner.run_verifier(
            runner.VerifierRun(source=source, seed=seed, keep=keep), bars.asking
        ),
    )


def _measured(json: str | None, carry_out: Callable[[Any, Any], Any]) -> None:
    """Carry a run out with the runner and its progress bars, and write what came of it."""
    report, runner = module("evals.report"), module("evals.runner")
    report.check_target(json)
    with report.bars() as bars:
        result = carry_out(runner, bars)
    report.write(result, json)


def _measured_cases(
    json: str | None, run: str, *, folder: Path, cases: str, system: str, no_cache: bool
) -> None:
    """The same for the two tasks that ask past incidents as they were known early."""
    _measured(
        json,
        lambda runner, bars: getattr(runner, run)(
            runner.CaseRun(folder=folder, cases=cases, system=system, cache_file=_cache(no_cache)),
            bars.embedding,
            bars.asking,
        ),
    )


def _cache(none: bool) -> Path | None:
    """Where vectors are kept between runs."""
    file: Path = module("evals.vector_cache").default_cache_file()
    return None if none else file
