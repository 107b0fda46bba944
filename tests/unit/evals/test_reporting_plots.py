"""Plots of a report: every point where it belongs."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.services.backtest.measures import Bin
from evals.reporting.curves import Curves, curves_of, reliability_plot, risk_coverage_plot
from evals.reporting.drawing import BOTTOM, LEFT, RIGHT, TOP, across, rounded_up, steps, upward
from evals.reporting.latency_plot import latency_plot
from evals.reporting.queries import changes_of
from evals.reporting.score_plots import deltas_plot, histogram
from evals.results import Latency
from evals.runs import RunRecord, load_run
from tests.unit.evals.kept_runs import kept, result

KINDS = {"old": "reference", "new": "other"}


def with_queries(file: Path, queries: list[dict[str, Any]], **members: Any) -> RunRecord:
    """A run whose queries hold more than scores."""
    found = result({"m": [0.0] * len(queries)}).as_json() | members
    found["per_query"] = [{"id": f"q{n}", **query} for n, query in enumerate(queries)]
    file.write_text(json.dumps(found), encoding="utf-8")
    return load_run(file)


class TestScales:
    def test_the_ends_of_a_scale_are_the_edges_of_the_plot(self) -> None:
        x, y = across(0, 10), upward(0, 1)
        assert [x.at(value) for value in (0, 5, 10)] == [LEFT, (LEFT + RIGHT) / 2, RIGHT]
        assert [y.at(value) for value in (0, 1)] == [BOTTOM, TOP]

    def test_what_is_outside_stands_at_the_edge(self) -> None:
        assert across(0, 10).at(99) == RIGHT

    @pytest.mark.parametrize(
        ("low", "high", "wanted"),
        [
            (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
            (-1, 1, [-1, -0.5, 0, 0.5, 1]),
            (0, 12_000, [0, 2500, 5000, 7500, 10_000]),
            (0, 0.003, [0, 0.001, 0.002, 0.003]),
        ],
    )
    def test_the_grid_has_round_numbers(self, low: float, high: float, wanted: list[float]) -> None:
        assert steps(low, high) == pytest.approx(wanted)

    @pytest.mark.parametrize("value", [0.0003, 0.7, 1.0, 3.2, 99, 101, 36_502])
    def test_an_axis_ends_above_its_largest_value_and_not_far_above(self, value: float) -> None:
        assert value <= rounded_up(value) * (1 + 1e-9) <= value * 1.35


class TestDeltas:
    @pytest.fixture
    def runs(self, tmp_path: Path) -> tuple[RunRecord, RunRecord]:
        before = kept(tmp_path / "a.json", {"ndcg@10": [0.5, 1.0, 0.5, 0.2]})
        after = kept(tmp_path / "b.json", {"ndcg@10": [0.5, 0.0, 1.0, 0.1]}, system="bm25")
        return before, after

    def test_rises_stand_above_nothing_on_the_left_and_drops_below_it_on_the_right(
        self, runs: tuple[RunRecord, RunRecord]
    ) -> None:
        plot = deltas_plot(changes_of(*runs, "ndcg@10"), "ndcg@10")
        bars = plot.drawing.bars
        assert [bar.kind for bar in bars] == ["better", "same", "worse", "worse"]
        assert [bar.said for bar in bars] == ["q2: +0.500", "q0: 0.000", "q3: −0.100", "q1: −1.000"]
        nothing = bars[1].y
        assert bars[0].y < nothing
        assert bars[0].y + bars[0].height == pytest.approx(nothing, abs=0.11)
        assert [bars[2].y, bars[3].y] == [nothing, nothing]
        assert bars[3].height == pytest.approx(10 * bars[2].height, abs=1)
        assert [bar.x for bar in bars] == sorted(bar.x for bar in bars)

    def test_the_axis_reaches_as_far_as_the_changes(
        self, runs: tuple[RunRecord, RunRecord]
    ) -> None:
        labels = [t.label for t in deltas_plot(changes_of(*runs, "ndcg@10"), "m").drawing.y_ticks]
        assert labels == ["−1", "−0.5", "0", "+0.5"]

    def test_less_of_an_error_is_better(self, tmp_path: Path) -> None:
        before = kept(tmp_path / "a.json", {"unsupported": [0.4, 0.1]})
        after = kept(tmp_path / "b.json", {"unsupported": [0.2, 0.3]})
        kinds = {each.id: each.kind for each in changes_of(before, after, "unsupported")}
        assert kinds == {"q0": "better", "q1": "worse"}

    def test_no_change_at_all_is_drawn_as_a_line(self, tmp_path: Path) -> None:
        run = kept(tmp_path / "a.json", {"m": [0.5, 0.5]})
        plot = deltas_plot(changes_of(run, run, "m"), "m")
        assert {bar.height for bar in plot.drawing.bars} == {0}
        assert [key.text for key in plot.keys] == ["0 better", "0 worse", "2 the same"]

    def test_of_thousands_some_are_drawn_both_ends_among_them_and_all_are_counted(
        self, tmp_path: Path
    ) -> None:
        before = kept(tmp_path / "a.json", {"m": [0.0] * 1500})
        after = kept(tmp_path / "b.json", {"m": [n / 1500 for n in range(1500)]})
        plot = deltas_plot(changes_of(before, after, "m"), "m")
        assert len(plot.drawing.bars) <= 200
        assert plot.drawing.bars[0].said.startswith("q1499:")
        assert plot.drawing.bars[-1].said.startswith("q0:")
        assert plot.keys[0].text == "1499 better"
        assert len(plot.rows) == 200
        assert "1,500" in plot.rows_note


class TestHistogram:
    def test_every_query_is_counted_once_and_full_marks_stand_on_the_right(self) -> None:
        plot = histogram({"a": 1.0, "b": 1.0, "c": 0.0, "d": 0.3}, "ndcg@10")
        assert [bar.said for bar in plot.drawing.bars] == [
            "0.000 to 0.100: 1 query",
            "0.300 to 0.400: 1 query",
            "0.900 to 1.000: 2 queries",
        ]
        heights = [bar.height for bar in plot.drawing.bars]
        assert heights[2] == pytest.approx(2 * heights[0], abs=0.2)

    def test_scores_that_are_no_shares_get_an_axis_of_their_own(self) -> None:
        plot = histogram({"a": 120.0, "b": 480.0}, "words")
        assert plot.drawing.x_ticks[-1].label == "500"


class TestLatency:
    def test_the_median_stands_half_way_up_at_its_time(self, tmp_path: Path) -> None:
        run = kept(
            tmp_path / "a.json",
            {"m": [1.0] * 5},
            latency=Latency.of([10.0, 20.0, 30.0, 40.0, 50.0]),
        )
        drawing = latency_plot({"new": run}, KINDS).drawing
        end = float(drawing.x_ticks[-1].label)
        assert drawing.dots[0].x == across(0, end).at(30)
        assert drawing.dots[0].y == upward(0, 1).at(0.5)
        assert drawing.lines[-1].d.startswith(f"M {LEFT} {BOTTOM}")

    def test_one_slow_answer_does_not_squeeze_the_others_and_is_told(self, tmp_path: Path) -> None:
        times = Latency.of([10.0] * 99 + [5000.0])
        run = kept(tmp_path / "a.json", {"m": [1.0] * 100}, latency=times)
        plot = latency_plot({"new": run}, KINDS)
        assert float(plot.drawing.x_ticks[-1].label) < 100
        assert "1 answer took longer than is drawn, up to 5,000 ms." in plot.note

    def test_both_runs_are_drawn_on_one_axis(self, tmp_path: Path) -> None:
        slow = kept(tmp_path / "a.json", {"m": [1.0] * 2}, latency=Latency.of([90.0, 100.0]))
        fast = kept(tmp_path / "b.json", {"m": [1.0] * 2}, latency=Latency.of([9.0, 10.0]))
        plot = latency_plot({"old": slow, "new": fast}, KINDS)
        assert [dot.kind for dot in plot.drawing.dots] == ["reference"] * 2 + ["other"] * 2
        assert plot.drawing.dots[0].x > plot.drawing.dots[2].x
        assert [row[0] for row in plot.rows] == ["old", "new"]


class TestCurves:
    def test_hypotheses_give_a_dot_where_said_and_true_meet(self, tmp_path: Path) -> None:
        # Each says 60 % twice; one of the two agrees with what was found.
        named = [{"probability": 0.6, "agreement": value} for value in (0.99, 0.0)]
        run = with_queries(tmp_path / "a.json", [{"hypotheses": named}] * 20)
        curves = curves_of(run)
        assert curves is not None
        (dot,) = reliability_plot({"new": curves}, KINDS).drawing.dots
        assert (dot.x, dot.y) == (across(0, 1).at(0.6), upward(0, 1).at(0.5))
        assert dot.said == "new: 40 answers, said 60%, true 50%"

    def test_risk_ends_at_the_share_of_wrong_answers(self, tmp_path: Path) -> None:
        queries = [
            {"predicted": "vpn", "probability": 0.9 - n / 100, "correct": n < 3} for n in range(4)
        ]
        curves = curves_of(with_queries(tmp_path / "a.json", queries))
        assert curves is not None
        drawing = risk_coverage_plot({"new": curves}, KINDS).drawing
        x, y = across(0, 1), upward(0, 1)
        assert drawing.lines[0].d.endswith(f"L {x.at(1)} {y.at(0.25)}")
        assert f"{x.at(0.75)} {y.at(0)} " in drawing.lines[0].d

    def test_points_that_the_run_kept_are_drawn_as_they_are(self, tmp_path: Path) -> None:
        points = {"reliability": [{"said": 0.2, "true": 0.4, "size": 30}]}
        run = with_queries(tmp_path / "a.json", [{}], curves=points)
        assert curves_of(run) == Curves((Bin(0.2, 0.4, 30),), ())

    def test_a_run_without_probabilities_has_none(self, tmp_path: Path) -> None:
        assert curves_of(kept(tmp_path / "a.json", {"m": [1.0]})) is None
