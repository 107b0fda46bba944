"""``precedent eval retrieval``, ``triage``, ``hypotheses``, ``drafts`` and ``verifier``."""

from pathlib import Path
from typing import Annotated

import typer

from evals.commands.measuring import Cases, Corpus, Json, NoCache, cache, measured, measured_cases


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
        str,
        typer.Option(metavar="NAME|URL", help="precedent, bm25, dense, rrf, … or a deployment."),
    ] = "precedent",
    no_cache: NoCache = False,
    trec_run: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the rankings as a TREC run.")
    ] = None,
    trec_qrels: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the judgements as TREC qrels.")
    ] = None,
    judge_labels: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Grades of 'eval judge' for what nobody judged."),
    ] = None,
    json: Json = None,
) -> None:
    """nDCG@10, Recall@5 and @20, MRR and hit@1 with 95 % intervals, offline."""
    measured(
        json,
        lambda runner, bars: runner.run_retrieval(
            runner.RetrievalRun(
                folder=folder,
                corpus=corpus,
                query_field=query_field,
                system=system,
                cache_file=cache(no_cache),
                trec_run=trec_run,
                trec_qrels=trec_qrels,
                judge_labels=judge_labels,
            ),
            bars.embedding,
            bars.asking,
        ),
        trec_run,
        trec_qrels,
    )


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
        str, typer.Option(metavar="NAME|URL", help="precedent, majority, bm25-knn.")
    ] = "precedent",
    no_cache: NoCache = False,
    json: Json = None,
) -> None:
    """Accuracy, macro-F1 and coverage of a suggested field, with 95 % intervals, offline."""
    measured(
        json,
        lambda runner, bars: runner.run_fields(
            runner.FieldRun(
                folder=folder,
                field=field,
                corpus=corpus,
                system=system,
                cache_file=cache(no_cache),
            ),
            bars.embedding,
            bars.asking,
        ),
    )


def hypotheses(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Folder of cases.jsonl and, if any, corpus.jsonl."),
    ],
    *,
    cases: Cases = "cases.jsonl",
    system: Annotated[
        str, typer.Option(metavar="NAME|URL", help="precedent, copy-nearest.")
    ] = "precedent",
    no_cache: NoCache = False,
    json: Json = None,
) -> None:
    """Is the cause that was found afterwards among the hypotheses? With 95 % intervals."""
    measured_cases(
        json, "run_hypotheses", folder=folder, cases=cases, system=system, no_cache=no_cache
    )


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
    measured_cases(json, "run_drafts", folder=folder, cases=cases, system=system, no_cache=no_cache)


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
    measured(
        json,
        lambda runner, bars: runner.run_verifier(
            runner.VerifierRun(source=source, seed=seed, keep=keep), bars.asking
        ),
    )
