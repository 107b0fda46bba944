"""The backtest: measures that are what they say, and a fit that explains itself."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from assistant.services.backtest.asking import Asked, Guess
from assistant.services.backtest.fitting import MIN_QUESTIONS, data_hash, forecasts
from assistant.services.backtest.history import past_incidents
from assistant.services.backtest.logistic import fit_logistic
from assistant.services.backtest.measures import (
    auroc,
    calibration_error,
    reliability,
    risk_coverage,
)
from assistant.services.backtest.plots import reliability_diagram, risk_coverage_curve
from ingest.sections import sections
from retrieval.errors import InvalidInput
from retrieval.records import Record, RecordKind

START = datetime(2026, 1, 1, tzinfo=UTC)


def asked(number: int, closeness: float, *, right: bool) -> Asked:
    features = {"closeness": closeness, "score": closeness, "agreeing": closeness}
    return Asked(
        id=f"INC{number}",
        at=START + timedelta(days=number),
        hypotheses=(Guess(features, right), Guess({"closeness": closeness / 2}, False)),
        hits=(Guess(features, right),),
        precedent=features,
        without={"closeness": 0.1, "score": 0.1, "agreeing": 0.1} if right else None,
        copied=right,
    )


def history(count: int = 80) -> list[Asked]:
    """Close answers are right in nine of ten, far ones in one of ten."""
    chance = np.random.default_rng(7)
    return [
        asked(n, 0.8 if n % 2 else 0.3, right=bool(chance.random() < (0.9 if n % 2 else 0.1)))
        for n in range(count)
    ]


class TestMeasures:
    def test_said_and_true_alike_is_no_error(self) -> None:
        said = [0.25] * 40 + [0.75] * 40
        right = ([True] * 10 + [False] * 30) + ([True] * 30 + [False] * 10)
        assert calibration_error(said, right) == pytest.approx(0.0)

    def test_overconfidence_is_an_error_of_its_size(self) -> None:
        assert calibration_error([0.9] * 60, [True] * 30 + [False] * 30) == pytest.approx(0.4)

    def test_bins_hold_enough_to_mean_something(self) -> None:
        bins = reliability(np.linspace(0, 1, 100).tolist(), [True] * 100)
        assert [each.size for each in bins] == [34, 33, 33]

    def test_nothing_asked_has_no_error_and_no_curve(self) -> None:
        assert calibration_error([], []) == 0.0
        assert risk_coverage([], []) == ()

    def test_risk_grows_with_coverage_when_the_sure_are_right(self) -> None:
        points = risk_coverage([0.9, 0.8, 0.2, 0.1], [True, True, False, False])
        assert [point.risk for point in points] == pytest.approx([0.0, 0.0, 1 / 3, 0.5])
        assert [point.coverage for point in points] == [0.25, 0.5, 0.75, 1.0]

    def test_auroc_is_the_share_of_pairs_in_order(self) -> None:
        assert auroc([0.9, 0.4], [0.5, 0.1]) == pytest.approx(0.75)
        assert auroc([0.5], [0.5]) == 0.5
        assert auroc([], [0.1]) == 0.5


class TestFitting:
    def test_probabilities_follow_the_history(self) -> None:
        rows = [{"closeness": 0.8 if n % 2 else 0.2} for n in range(100)]
        right = [n % 2 == 1 and n % 10 != 1 for n in range(100)]
        model = fit_logistic(rows, right, ("closeness",))
        assert model.probability({"closeness": 0.8}) == pytest.approx(0.8, abs=0.07)
        assert model.probability({"closeness": 0.2}) == pytest.approx(0.02, abs=0.07)

    def test_a_feature_that_speaks_against_gets_no_weight(self) -> None:
        rows = [{"good": n / 50, "bad": 1 - n / 50} for n in range(50)]
        model = fit_logistic(rows, [n > 25 for n in range(50)], ("good", "bad"))
        assert model.weights["good"] > 0
        assert model.weights["bad"] == 0

    def test_nothing_ever_right_cannot_be_fitted(self) -> None:
        with pytest.raises(ValueError, match="right and wrong"):
            fit_logistic([{"x": 1.0}], [False], ("x",))

    def test_a_forecast_uses_only_what_came_before(self) -> None:
        whole = history()
        changed = [*whole[:-1], asked(79, 0.3, right=True)]
        before = [(one.asked.id, one.precedent) for one in forecasts(whole)][:-1]
        assert before == [(one.asked.id, one.precedent) for one in forecasts(changed)][:-1]

    def test_sure_forecasts_come_true_more_often(self) -> None:
        found = forecasts(history())
        sure = [one.asked.has_precedent for one in found if one.precedent > 0.5]
        unsure = [one.asked.has_precedent for one in found if one.precedent <= 0.5]
        assert np.mean(sure) > np.mean(unsure) + 0.5

    def test_too_short_a_history_says_so(self) -> None:
        with pytest.raises(InvalidInput, match=f"needs {MIN_QUESTIONS}"):
            forecasts(history(10))

    def test_a_uniform_history_says_so(self) -> None:
        with pytest.raises(InvalidInput, match="uncalibrated"):
            forecasts([asked(n, 0.5, right=False) for n in range(50)])

    def test_the_hash_follows_the_answers(self) -> None:
        assert data_hash(history()) == data_hash(history())
        assert data_hash(history()) != data_hash(history(79))


class TestHistory:
    def test_an_rca_explains_its_incident_and_is_no_question(self) -> None:
        incident = self.record("INC1", RecordKind.INCIDENT, "## Resolution\nCertificate expired.")
        rca = self.record("RCA1", RecordKind.RCA, "## Root cause\nThe renewal job was broken.")
        (past,) = past_incidents([incident, rca])
        assert past.record.id == "INC1"
        assert "The renewal job was broken." in past.causes

    def test_a_question_knows_nothing_of_the_outcome(self) -> None:
        incident = self.record(
            "INC1",
            RecordKind.INCIDENT,
            "## Description\nNo VPN.\n\n## Resolution\nThe certificate was expired.",
        )
        (past,) = past_incidents([incident])
        context = past.question(frozenset({"RCA1"}))
        assert "expired" not in context.text
        assert context.as_of == context.opened_at == START
        assert context.record_id == "INC1"
        assert context.left_out == {"RCA1"}

    def record(self, name: str, kind: RecordKind, text: str) -> Record:
        return Record(
            id=name,
            revision=1,
            source="tickets",
            external_id=name,
            kind=kind,
            title="VPN",
            text=text,
            fields={"problem": "PRB1"},
            sections=sections(text),
            opened_at=START,
            known_at=START,
        )


class TestPlots:
    def test_dots_lie_where_said_and_true_meet(self) -> None:
        svg = reliability_diagram(reliability([0.5] * 60, [True] * 30 + [False] * 30), "0.000")
        dots = set(re.findall(r'<circle class="dot" cx="([\d.]+)" cy="([\d.]+)"', svg))
        assert dots == {("220.0", "210.0")}
        assert "30 answers: said 50%, true 50%" in svg

    def test_text_in_a_picture_is_escaped(self) -> None:
        assert "<script>" not in reliability_diagram((), "<script>")

    def test_a_long_curve_stays_small(self) -> None:
        points = risk_coverage(np.linspace(0, 1, 5_000).tolist(), [True] * 5_000)
        assert len(risk_coverage_curve(points, 0.5)) < 20_000
