"""One run: a dataset, a system, a task → a result."""

import platform
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from assistant.bootstrap import Application
from assistant.services.backtest.intervals import SEED, Interval
from assistant.services.drafting.chat import PROMPT_NAME
from assistant.services.fields.learning import Labelled
from evals.cases import (
    CASES,
    CauseCase,
    LabelledDataset,
    labelled_by_field,
    load_causes,
    load_drafts,
    load_labelled,
)
from evals.datasets import CORPUS, as_known, load_retrieval
from evals.deployment import Deployment, deployed_version, is_address
from evals.deployment_triage import fields_suggested_by, named_field
from evals.footprint import Footprint, ReadIn
from evals.installation import bare_installation, holding, installed, vectors_of
from evals.json_lines import hash_of
from evals.judge.labels import judged_by_model, labels_for
from evals.labellers import Embed, Labeller, labeller
from evals.namers import namer
from evals.planted import suite
from evals.planted.files import bytes_of, corpus_files, load_suite, records_of, write_suite
from evals.results import CaseResult, EvalResult, Latency
from evals.systems import system
from evals.tasks import drafts, fields, hypotheses, retrieval, verifier
from evals.tasks.retrieval import Step, write_trec
from ingest.normalise import NORMALISE_VERSION
from ingest.redaction import REDACTION_VERSION
from retrieval.analysis import ANALYSIS_VERSION
from retrieval.chunking import CHUNKER_VERSION
from retrieval.errors import InvalidInput
from retrieval.generations import GenerationFolder
from retrieval.indexer import Progress

_PACKAGES = ("faiss-cpu", "ir-measures", "numpy", "onnxruntime", "scipy", "tantivy")
# The settings that an answer depends on, without secrets and without addresses, which may
# hold secrets.
ANSWERS = {
    "embedder",
    "vectors",
    "fusion",
    "reranker",
    "chat",
    "verifier",
    "triage",
    "redaction",
}
_PLACES = {
    "embedder": {"api_key", "base_url"},
    "vectors": {"api_key", "url"},
    "chat": {"api_key", "base_url"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalRun:
    """What to run. Without ``cache_file`` everything is embedded anew.

    ``trec_run`` and ``trec_qrels`` are where rankings and judgements are written.
    ``judge_labels`` are grades of a judge, for what nobody judged; the result names the judge.
    """

    folder: Path
    corpus: str = CORPUS
    query_field: str = "text"
    system: str = "precedent"
    cache_file: Path | None = None
    trec_run: Path | None = None
    trec_qrels: Path | None = None
    judge_labels: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRun:
    """What to run: the cases of a folder, or a field of its corpus."""

    folder: Path
    corpus: str = CORPUS
    field: str | None = None
    system: str = "precedent"
    cache_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRun:
    """What to run: a file of cases of past incidents, with the folder's corpus."""

    folder: Path
    system: str
    cases: str = CASES
    cache_file: Path | None = None


class _Measured(Protocol):
    """What every task gives."""

    @property
    def metrics(self) -> Mapping[str, Interval]: ...
    @property
    def latency(self) -> Latency: ...
    @property
    def per_query(self) -> Sequence[CaseResult]: ...


class _Product(NamedTuple):
    """The installation that answered."""

    versions: Mapping[str, str]
    models: Mapping[str, str]
    prompts: tuple[str, ...]
    configuration: Mapping[str, Any]
    footprint: Footprint


class _Dataset(Protocol):
    """What every dataset says of itself."""

    @property
    def name(self) -> str: ...
    @property
    def hash(self) -> str: ...


def run_retrieval(
    run: RetrievalRun, embedding: Progress | None = None, asking: Step | None = None
) -> EvalResult:
    """Carry a run out, offline; the two callbacks hear of its progress.

    Raises ``InvalidInput`` for an unknown system or a folder that is not a dataset.
    """
    build = system(run.system)
    labels = None if run.judge_labels is None else labels_for(run.folder, run.judge_labels)
    grades = None if labels is None else labels.grades()
    dataset = load_retrieval(run.folder, run.corpus, run.query_field, besides=grades)
    with holding(run.system, dataset.corpus, run.cache_file, embedding) as installation:
        if not is_address(run.system):
            records = installation.app.store.iter_current()
            dataset = as_known(dataset, {each.external_id: each.known_at for each in records})
        measured = retrieval.measure(dataset, build(installation.app), asking)
        product = _product(installation.app, run.system, installation.read)
    write_trec(run.trec_run, run.trec_qrels, dataset, measured, run.system)
    result = _result(
        "retrieval",
        run.system,
        dataset=dataset,
        measured=measured,
        product=product,
        settings={
            "corpus": dataset.corpus.name,
            "query_field": run.query_field,
            "depth": retrieval.DEPTH,
        },
        notes=dataset.notes + installation.notes,
    )
    return result if labels is None else judged_by_model(result, labels)


def run_fields(
    run: FieldRun, embedding: Progress | None = None, asking: Step | None = None
) -> EvalResult:
    """Label every case of a folder, offline. Raises ``InvalidInput`` as above."""
    dataset, learn = _labelled(run)
    with bare_installation() as app, vectors_of(app, run.cache_file, embedding) as embed:
        measured = fields.measure(dataset, learn, embed, asking)
        product = _product(app, run.system)
    return _result(
        "triage",
        run.system,
        dataset=dataset,
        measured=measured,
        product=product,
        settings={
            "field": run.field,
            "learned_from": "train.jsonl" if dataset.train else f"{fields.FOLDS}-fold",
        },
    )


def _labelled(run: FieldRun) -> tuple[LabelledDataset, Callable[[Labelled, Embed], Labeller]]:
    """The cases and who labels them. What is wrong with the system is told first."""
    if is_address(run.system):
        field = named_field(run.field)
        dataset = labelled_by_field(run.folder, run.corpus, field)
        return dataset, fields_suggested_by(Deployment.at(run.system), field, dataset.cases)
    learn = labeller(run.system)
    if run.field is None:
        return load_labelled(run.folder), learn
    return labelled_by_field(run.folder, run.corpus, run.field), learn


def run_hypotheses(
    run: CaseRun, embedding: Progress | None = None, asking: Step | None = None
) -> EvalResult:
    """Ask every case for its cause, offline. Raises ``InvalidInput`` as above."""
    with asked_for_causes(run, embedding, asking) as asked:
        return asked.result


class AskedForCauses(NamedTuple):
    """The answers to the cases, and the installation that they were compared in."""

    app: Application
    cases: tuple[CauseCase, ...]
    measured: hypotheses.Measured
    result: EvalResult


@contextmanager
def asked_for_causes(
    run: CaseRun, embedding: Progress | None = None, asking: Step | None = None
) -> Iterator[AskedForCauses]:
    """A run of hypotheses, for tasks that make more of its answers."""
    name_causes = namer(run.system)
    dataset = load_causes(run.folder, run.cases)
    with tempfile.TemporaryDirectory(prefix="precedent-eval-") as name:
        corpus = dataset.corpus or hypotheses.as_corpus(dataset.cases, Path(name) / "past.jsonl")
        with installed(corpus, run.cache_file, embedding) as installation:
            app = installation.app
            measured = hypotheses.measure(dataset.cases, app, name_causes, asking)
            result = _result(
                "hypotheses",
                run.system,
                dataset=dataset,
                measured=measured,
                product=_product(app, run.system, installation.read),
                settings={
                    "cases": run.cases,
                    "precedents": "the other cases" if dataset.corpus is None else CORPUS,
                    "as_of": "opened_at" if measured.timed else None,
                },
                notes=dataset.notes + installation.notes,
            )
            yield AskedForCauses(app, dataset.cases, measured, result)


def run_drafts(
    run: CaseRun, embedding: Progress | None = None, asking: Step | None = None
) -> EvalResult:
    """Draft every case from what was known early. Raises ``InvalidInput`` as above."""
    draft = drafts.drafting_system(run.system)
    dataset = load_drafts(run.folder, run.cases)
    with installed(dataset.corpus, run.cache_file, embedding) as installation:
        measured = drafts.measure(dataset.cases, installation.app, draft, asking)
        product = _product(installation.app, run.system, installation.read)
    return _result(
        "drafts",
        run.system,
        dataset=dataset,
        measured=measured,
        product=product,
        settings={
            "cases": run.cases,
            "judge": "verifier",
            "as_of": "opened_at" if measured.timed else None,
        },
        notes=dataset.notes + installation.notes,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierRun:
    """What to run: a suite (``.jsonl``), or a folder of records to plant errors into.

    ``keep`` is where the suite that was made is written.
    """

    source: Path
    seed: int = 1
    keep: Path | None = None


def run_verifier(run: VerifierRun, asking: Step | None = None) -> EvalResult:
    """Check every claim of a suite, offline. Raises ``InvalidInput`` as above."""
    is_suite = run.source.is_file()
    files = (run.source,) if is_suite else corpus_files(run.source)
    cases = load_suite(run.source) if is_suite else suite(records_of(files), run.seed)
    if not cases:
        raise InvalidInput(f"{run.source} has no sentence that an error could be planted into.")
    if run.keep is not None:
        write_suite(cases, run.keep)
    measured = verifier.measure(cases, asking)
    return EvalResult(
        task="verifier",
        dataset=run.source.resolve().stem,
        dataset_hash=hash_of(
            **{f"{n} {path.name}": path for n, path in enumerate(bytes_of(files))}
        ),
        system="precedent",
        metrics=measured.metrics,
        latency=measured.latency,
        per_query=measured.per_query,
        settings={"suite": "as given" if is_suite else "planted"},
        seed=run.seed,
        versions={"precedent": version("precedent"), "python": platform.python_version()},
        confusion=measured.confusion,
    )


def _result(
    task: str,
    system: str,
    *,
    dataset: _Dataset,
    measured: _Measured,
    product: _Product,
    settings: Mapping[str, Any],
    notes: tuple[str, ...] = (),
) -> EvalResult:
    return EvalResult(
        task=task,
        dataset=dataset.name,
        dataset_hash=dataset.hash,
        system=system,
        metrics=measured.metrics,
        latency=measured.latency,
        per_query=tuple(measured.per_query),
        settings=settings,
        seed=SEED,
        versions=product.versions,
        models=product.models,
        prompts=product.prompts,
        configuration=product.configuration,
        footprint=product.footprint,
        notes=notes,
    )


def _product(app: Application, system: str, read: ReadIn | None = None) -> _Product:
    """What the figures depend on besides the data; a deployment says its own version."""
    versions = {
        "precedent": app.version,
        "embedder": app.embedder.model_id,
        "analysis": ANALYSIS_VERSION,
        "chunker": CHUNKER_VERSION,
        "normalise": NORMALISE_VERSION,
        "redaction": REDACTION_VERSION,
        "python": platform.python_version(),
        **{name: version(name) for name in _PACKAGES},
        **deployed_version(system),
    }
    asks_chat = system == "chat"
    models = {"embedder": app.embedder.model_id}
    if asks_chat:
        models["chat"] = app.settings.chat.model
    configuration = app.settings.model_dump(mode="json", include=ANSWERS, exclude=_PLACES)
    prompts = (f"{PROMPT_NAME}/{app.settings.chat.prompt}",) if asks_chat else ()
    index = GenerationFolder(app.settings.data_dir / "index").current()
    footprint = Footprint.of(app.settings.embedder, index, read)
    return _Product(versions, models, prompts, configuration, footprint)
