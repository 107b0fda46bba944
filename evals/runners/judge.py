"""One run of a judge: the check against people first, and only then what nobody labelled."""

import hashlib
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from assistant.bootstrap import connected_chat
from assistant.services.backtest.intervals import SEED, Interval, wilson
from evals.agreement import SUBSTANTIAL
from evals.installation import bare_installation
from evals.judge.check import Check, check_labels
from evals.judge.items import Item, ToJudge, load_claims, load_pairs
from evals.judge.judging import Judge, Judged, may_be_judged
from evals.judge.labels import JudgeCard, JudgeLabels, check_keep, write_labels
from evals.judge.questions import CLAIMS
from evals.results import EvalResult, Latency
from evals.tasks.retrieval import Step
from ingest.redaction import REDACTION_VERSION
from retrieval.errors import InvalidInput, InvalidSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRun:
    """What to run: a file of claims, or a folder whose records people judged.

    ``run`` is a TREC run whose first ``depth`` records of each query are judged where people have
    not; ``most`` is how many labels of people the check takes; ``keep`` is where the judge's
    labels are written. Without it only the check is made.
    """

    source: Path
    run: Path | None = None
    depth: int = 10
    most: int = 200
    keep: Path | None = None


class Outcome(NamedTuple):
    """The record of a run. ``refusal`` says why nothing was judged, where the check failed."""

    result: EvalResult
    refusal: str | None


def run_judge(run: JudgeRun, asking: Step | None = None) -> Outcome:
    """Check the configured chat model against people and, if it may, let it judge.

    Raises ``InvalidInput`` for a source that is wrong and for labels that nothing can be checked
    against, ``InvalidSettings`` without a chat model, ``ModelUnavailable`` when it does not
    answer. Nothing is written then.
    """
    check_keep(run.keep)
    asked = _loaded(run)
    sample = _sample([item for item in asked.labelled if may_be_judged(item)], run.most)
    check_labels(sample, asked)
    open_items = [item for item in asked.open if may_be_judged(item)] if run.keep else []
    with bare_installation() as app:
        chat = app.settings.chat
        if not chat.model:
            raise InvalidSettings(
                "No chat model is configured to judge with. Set PRECEDENT_CHAT__MODEL "
                "(docs/chat-models.md)."
            )
        model = connected_chat(chat, SEED)
        judge = Judge(model, asked.question, app.redactor.clean, chat.context_tokens)
        asking_judge = _Asking(judge, asking, len(sample), len(open_items))
        check = Check.of(asked.question, asking_judge.all(sample))
        judged = asking_judge.all(open_items) if check.passed else []
    if run.keep is not None and check.passed:
        card = _card(judge, check, sample, asked)
        labels = JudgeLabels.of(card, asked.question.name, asked.texts_hash, judged)
        write_labels(labels, run.keep)
    done = _Done(judge, check, judged, asking_judge.milliseconds)
    return Outcome(_result(run, asked, done), None if check.passed else _refusal(judge, check))


def _loaded(run: JudgeRun) -> ToJudge:
    if not run.source.is_file():
        return load_pairs(run.source, run.run, run.depth)
    if run.run is not None:
        raise InvalidInput("--run goes with a folder of records, not with a file of claims.")
    return load_claims(run.source)


def _sample(items: Sequence[Item], most: int) -> tuple[Item, ...]:
    """At most so many, chosen by the hash of their ids: the same at every run, whatever the
    order of the lines.
    """
    ordered = sorted(items, key=lambda item: hashlib.sha256(item.id.encode()).digest())
    return tuple(ordered[:most])


class _Done(NamedTuple):
    """What a run found. ``milliseconds`` are of the answers, those of the check first."""

    judge: Judge
    check: Check
    judged: Sequence[Judged]
    milliseconds: Sequence[float]


class _Asking:
    """Asks one after the other, tells how far it is, and keeps what an answer took."""

    def __init__(self, judge: Judge, step: Step | None, first: int, then: int) -> None:
        self._judge = judge
        self._step = step
        self._total = first + then
        self.milliseconds: list[float] = []

    def all(self, items: Sequence[Item]) -> list[Judged]:
        found = []
        for item in items:
            begin = time.perf_counter()
            found.append(self._judge.judge(item))
            self.milliseconds.append((time.perf_counter() - begin) * 1000)
            if self._step is not None:
                self._step(len(self.milliseconds), self._total)
        return found


def _card(judge: Judge, check: Check, sample: Sequence[Item], asked: ToJudge) -> JudgeCard:
    return JudgeCard(
        model=judge.model.name,
        prompt=judge.prompt.id,
        parameters=dict(judge.model.parameters),
        kappa=check.kappa,
        checked_on=len(sample),
        labels_hash=asked.labels_hash,
    )


def _refusal(judge: Judge, check: Check) -> str:
    kappa = check.kappa
    return (
        f"{judge.model.name} with {judge.prompt.id} is refused as a judge: κ {kappa.mean:.2f} "
        f"(95 % interval {kappa.lo:.2f} – {kappa.hi:.2f}) on {len(check.items)} labels of people, "
        f"{SUBSTANTIAL} is needed. Nothing was judged. Use another model, or read where it differs "
        "(per_query of --json) and write a new version of the prompt."
    )


def _result(run: JudgeRun, asked: ToJudge, done: _Done) -> EvalResult:
    judge, check = done.judge, done.check
    return EvalResult(
        task="judge",
        dataset=asked.name,
        dataset_hash=asked.hash,
        system=judge.model.name,
        metrics=_metrics(asked, check, done.judged),
        # Those of the check, in its order; what is judged afterwards has no place in the record.
        latency=Latency.of(done.milliseconds[: len(check.items)]),
        per_query=check.items,
        settings={
            "question": asked.question.name,
            "needed_kappa": SUBSTANTIAL,
            "most": run.most,
            "labels_hash": asked.labels_hash,
        },
        seed=SEED,
        versions={
            "precedent": version("precedent"),
            "redaction": REDACTION_VERSION,
            "python": platform.python_version(),
        },
        models={"judge": judge.model.name},
        prompts=(judge.prompt.id,),
        configuration={"judge": dict(judge.model.parameters)},
        notes=tuple(_notes(run, asked, check, done.judged)),
        confusion=check.confusion(),
    )


def _metrics(asked: ToJudge, check: Check, judged: Sequence[Judged]) -> dict[str, Interval]:
    """``kappa`` and shares of the check. ``supported_says_judge``: of the claims that nobody
    labelled, those that it finds supported.
    """
    items = check.items
    found = {"kappa": check.kappa} | {
        name: wilson(sum(bool(item.scores[name]) for item in items), len(items))
        for name in ("agreement", "answered")
    }
    said = [one.said for one in judged if one.said is not None]
    if asked.question is CLAIMS and said:
        found["supported_says_judge"] = wilson(sum(said), len(said))
    return found


def _notes(run: JudgeRun, asked: ToJudge, check: Check, judged: Sequence[Judged]) -> list[str]:
    suspect = [i for i in (*asked.labelled, *asked.open) if not may_be_judged(i)]
    unlabelled = sum(item.judged.said is None for item in check.items)
    cut = sum(one.cut for one in (*(item.judged for item in check.items), *judged))
    remarks = [
        (unlabelled, "answers of the check were no label and count as disagreement"),
        (len(suspect), "items read like an instruction to a model and are left for people"),
        (cut, "items were too long for the prompt: the judge saw less than people do"),
        (sum(one.said is None for one in judged), "answers were no label and are left out"),
    ]
    notes = [f"{count} {what}." for count, what in remarks if count]
    if check.passed and check.kappa.lo < SUBSTANTIAL:
        notes.append(f"The interval of κ reaches below {SUBSTANTIAL}: label more to be surer.")
    if check.passed and run.keep is not None:
        said = sum(one.said is not None for one in judged)
        notes.append(f"{said} labels of the judge are in {run.keep.name}; they are not people's.")
    return notes
