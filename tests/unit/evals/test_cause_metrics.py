"""AC@k, Avg@k and the metrics of calibration, from their definitions."""

import random
import statistics

import pytest

from assistant.domain.triage import Hypothesis
from assistant.services.triage.same_cause import SAME_CAUSE
from evals.metrics.calibration import aurc, brier, brier_of_share, roc
from evals.metrics.causes import accuracy_at, average_at
from evals.tasks.calibration import KnownCase, curves, measure
from evals.tasks.hypotheses import CauseCaseResult
from retrieval.errors import InvalidInput


class TestCauses:
    def test_the_cause_in_second_place(self) -> None:
        right = [False, True, False]
        assert [accuracy_at(k, right) for k in (1, 2, 3, 5)] == [0, 1, 1, 1]
        assert average_at(5, right) == pytest.approx(4 / 5)

    def test_no_hypothesis_scores_nothing(self) -> None:
        assert accuracy_at(3, []) == average_at(5, []) == 0


class TestProbabilities:
    def test_brier(self) -> None:
        assert brier([0.9, 0.2], [True, False]) == pytest.approx((0.01 + 0.04) / 2)
        assert brier([], []) == 0
        assert brier_of_share([True, False, False, False]) == pytest.approx(3 / 16)

    def test_the_surest_are_answered_first(self) -> None:
        # Right, wrong, right: risks 0, 1/2, 1/3.
        assert aurc([0.9, 0.5, 0.1], [True, False, True]) == pytest.approx(5 / 18)
        assert aurc([], []) == 0

    def test_every_threshold_is_a_point(self) -> None:
        assert [point[:2] for point in roc([0.9, 0.5], [0.5, 0.1])] == [(0, 0.5), (0.5, 1), (1, 1)]
        assert roc([0.9], []) == ()


def case(number: int, said: float | None, *, right: bool, known: bool) -> KnownCase:
    named = (Hypothesis("x", 1.0, (), probability=said),)
    agreement = (SAME_CAUSE if right else 0.0,)
    closeness = 0.8 if known else 0.3
    answered = CauseCaseResult(f"c{number}", "x", not known, named, agreement, closeness=closeness)
    return KnownCase(answered, known)


class TestCalibration:
    def test_probabilities_that_come_true(self) -> None:
        chance = random.Random(7)
        cases = []
        for number in range(120):
            said = chance.choice([0.1, 0.5, 0.9])
            right = chance.random() < said
            cases.append(case(number, said, right=right, known=said > 0.4))
        found = measure(cases)
        assert found["ece"].mean < 0.12
        assert found["brier"].mean < found["brier_of_share"].mean
        assert found["novelty_auroc"].mean == found["novelty_accuracy"].mean == 1.0
        drawn = curves(cases)
        assert sum(point["size"] for point in drawn["reliability"]) == len(cases)
        assert len(drawn["risk_coverage"]) == len(cases)
        assert statistics.fmean(p["risk"] for p in drawn["risk_coverage"]) == pytest.approx(
            found["aurc"].mean
        )
        assert list(drawn["novelty_roc"][0]) == [
            "false_known",
            "true_known",
            "threshold",
        ]

    def test_without_new_cases_novelty_has_no_auroc(self) -> None:
        cases = [case(n, 0.5, right=n % 2 == 0, known=True) for n in range(4)]
        assert "novelty_auroc" not in measure(cases)

    def test_without_probabilities_it_says_so(self) -> None:
        with pytest.raises(InvalidInput, match="no probability"):
            measure([case(1, None, right=True, known=True)])
