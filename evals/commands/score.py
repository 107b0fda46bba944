"""``precedent eval score``: the ranking of another system, by our metrics."""

from pathlib import Path
from typing import Annotated

import typer

from evals.commands.measuring import Corpus, Json, measured, module


def score(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder of corpus.jsonl, queries.jsonl, qrels.tsv."),
    ],
    *,
    run: Annotated[Path, typer.Option(metavar="FILE", help="The rankings, as a TREC run.")],
    qrels: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="TREC judgements to use instead of qrels.tsv."),
    ] = None,
    corpus: Corpus = "corpus.jsonl",
    json: Json = None,
) -> None:
    """Score a TREC run that any system wrote over the records of a folder."""

    runs = module("evals.runners.foreign")
    asked = runs.ForeignRun(folder=folder, run=run, qrels=qrels, corpus=corpus)
    measured(json, lambda _runner, _bars: runs.run_score(asked))
