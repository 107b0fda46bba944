"""Guardrails: the share of attempts in which what must never happen did not happen."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from assistant.services.backtest.intervals import Interval, wilson
from evals.guardrails import GuardedCase, Setting
from evals.results import Latency
from evals.tasks.retrieval import Step

Suite = Callable[[Setting], Iterator[GuardedCase]]


class Measured(NamedTuple):
    """The task's part of a result; ``latency`` is that of a case with all that it asks."""

    metrics: dict[str, Interval]
    latency: Latency
    per_query: tuple[GuardedCase, ...]


def measure(setting: Setting, suites: Mapping[str, Suite], step: Step | None = None) -> Measured:
    """Try every suite: the share that passed, with Wilson intervals, for each and for all.

    ``SUITE_unremarked`` is the share of cases without a remark, for suites that have any: of
    instructions that were not even quoted, of answers that hidden records did not even reorder.
    A suite that the records give no case for is left out; with none at all, ``ValueError``.
    """
    cases: list[GuardedCase] = []
    milliseconds: list[float] = []
    for suite in suites.values():
        begin = time.perf_counter()
        for case in suite(setting):
            milliseconds.append((time.perf_counter() - begin) * 1000)
            cases.append(case)
            if step is not None:
                step(len(cases), len(cases))
            begin = time.perf_counter()
    groups = {name: [case for case in cases if case.suite == name] for name in suites}
    metrics = {
        f"{name}_passed": wilson(sum(case.passed for case in group), len(group))
        for name, group in groups.items()
        if group
    }
    metrics |= {
        f"{name}_unremarked": wilson(sum(not case.remarks for case in group), len(group))
        for name, group in groups.items()
        if any(case.remarks for case in group)
    }
    return Measured(
        {"passed": wilson(sum(case.passed for case in cases), len(cases)), **metrics},
        Latency.of(milliseconds),
        tuple(cases),
    )
