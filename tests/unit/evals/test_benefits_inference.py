"""The comparison finds what is there, and little where nothing is."""

import math
from datetime import UTC, date, datetime, timedelta
from itertools import product

import numpy as np
import pytest

from assistant.domain.holdout import Holdout, Unit
from evals.benefits.inference import Measured, difference
from evals.benefits.planning import Spread, fewest_blocks, plan
from retrieval.errors import InvalidInput

START = datetime(2026, 1, 5, tzinfo=UTC)


def history(
    seed: int, weeks: int, size: int, effect: float = 0.0, *, one_in: int = 2, between: float = 0.3
) -> tuple[list[Measured], Holdout]:
    """Log minutes of weeks unlike each other, ever longer, and the draw of this history."""
    chance = np.random.default_rng(seed)
    drawn = Holdout(mode="holdout", starts=date(2026, 1, 5), seed=f"s{seed}", one_in=one_in)
    found: list[Measured] = []
    for week in range(weeks):
        place = drawn.place((), START + week * timedelta(days=7))
        assert place is not None
        mean = 4.0 + 0.02 * week + chance.normal(0, between)
        if place.cell != drawn.held_back(place.block):
            mean += math.log1p(-effect)
        count = 1 + chance.poisson(size - 1)
        found += [Measured(*place, value) for value in chance.normal(mean, 0.9, count)]
    return found, drawn


def p_value(seed: int, weeks: int, size: int, effect: float = 0.0, *, one_in: int = 2) -> float:
    measured, drawn = history(seed, weeks, size, effect, one_in=one_in)
    found = difference(measured, one_in, drawn.held_back)
    assert found is not None
    return found.p_value


class TestNothingThere:
    @pytest.mark.parametrize("one_in", [2, 3])
    def test_weeks_that_are_not_alike_give_no_more_false_alarms_than_promised(
        self, one_in: int
    ) -> None:
        alarms = sum(p_value(seed, 16, 20, one_in=one_in) <= 0.05 for seed in range(400))
        # Three standard deviations above 5 % of 400.
        assert alarms <= 33

    def test_the_interval_holds_the_truth_as_often_as_it_says(self) -> None:
        truth, held = math.log1p(-0.3), 0
        for seed in range(200):
            measured, drawn = history(seed, 16, 10, 0.3)
            found = difference(measured, 2, drawn.held_back)
            assert found is not None
            held += found.lo <= truth <= found.hi
        # Three standard deviations below 95 % of 200.
        assert held >= 180


class TestSomethingThere:
    def test_a_fifth_saved_is_found_in_enough_weeks(self) -> None:
        measured, drawn = history(3, 52, 60, 0.2, between=0.1)
        found = difference(measured, 2, drawn.held_back)
        assert found is not None
        assert found.is_measurable
        assert found.lo < math.log1p(-0.2) < found.hi < 0

    def test_in_few_weeks_nothing_can_be_said(self) -> None:
        measured, drawn = history(1, 8, 500, 0.9, between=0.0)
        found = difference(measured, 2, drawn.held_back)
        assert found is not None
        assert (found.least_p, found.p_value) == (2 / 2**4, 2 / 2**4)
        assert not found.is_measurable
        assert (found.lo, found.hi) == (-math.inf, math.inf)

    def test_weeks_of_one_arm_only_say_nothing(self) -> None:
        assert difference([Measured(0, 0, 1.0), Measured(1, 1, 2.0)], 2, lambda block: 0) is None


class TestAgainstPencilAndPaper:
    def test_difference_and_p_of_pairs_by_hand(self) -> None:
        values = {(b, c): float(3 * b + 2 * c + (b * c) % 3) for b, c in product(range(6), (0, 1))}
        measured = [Measured(b, c, v) for (b, c), v in values.items()]
        found = difference(measured, 2, lambda block: block % 2)
        assert found is not None
        gaps = [values[b, 1 - b % 2] - values[b, b % 2] for b in range(6)]
        assert found.value == pytest.approx(sum(gaps) / 6)
        flips = list(product((1, -1), repeat=6))
        as_far = [
            abs(sum(s * g for s, g in zip(signs, gaps, strict=True))) >= abs(sum(gaps)) - 1e-9
            for signs in flips
        ]
        assert found.p_value == pytest.approx(sum(as_far) / 64)

    def test_the_ends_of_the_interval_are_where_the_test_begins_to_refuse(self) -> None:
        measured, drawn = history(5, 24, 15, 0.3)
        found = difference(measured, 2, drawn.held_back)
        assert found is not None
        for end, beyond in ((found.lo, -0.01), (found.hi, 0.01)):
            moved = [
                each
                if each.cell == drawn.held_back(each.block)
                else each._replace(value=each.value - end - beyond)
                for each in measured
            ]
            refused = difference(moved, 2, drawn.held_back)
            assert refused is not None
            assert refused.is_measurable
            inside = [
                each
                if each.cell == drawn.held_back(each.block)
                else each._replace(value=each.value - end + beyond)
                for each in measured
            ]
            kept = difference(inside, 2, drawn.held_back)
            assert kept is not None
            assert not kept.is_measurable


class TestPlan:
    def test_the_variances_of_the_past_are_found_again(self) -> None:
        measured, _ = history(11, 600, 20)
        spread = Spread.of(measured)
        assert spread.within == pytest.approx(0.81, rel=0.05)
        assert spread.between == pytest.approx(0.09, rel=0.25)

    @pytest.mark.parametrize("one_in", [2, 4])
    def test_so_many_weeks_show_the_effect_as_often_as_promised(self, one_in: int) -> None:
        measured, _ = history(7, 400, 30, one_in=one_in)
        told = plan(Unit.WEEK, one_in, 0.3, Spread.of(measured), {})
        assert told.units_needed is not None
        found = [
            p_value(seed, told.units_needed, 30, 0.3, one_in=one_in) <= 0.05 for seed in range(200)
        ]
        # Promised is .8; the rest is chance of 200 and of the variances.
        assert 0.7 <= np.mean(found) <= 0.92

    def test_smaller_effects_and_unlike_weeks_need_more(self) -> None:
        alike, unlike = (Spread.of(history(2, 100, 20, between=b)[0]) for b in (0.05, 0.5))
        weeks = [
            plan(Unit.WEEK, 2, effect, spread, {}).units_needed or math.inf
            for effect, spread in ((0.3, alike), (0.1, alike), (0.3, unlike))
        ]
        assert weeks[0] < weeks[1]
        assert weeks[0] < weeks[2]

    def test_never_fewer_than_the_draw_needs(self) -> None:
        measured, _ = history(2, 100, 200, between=0.0)
        assert plan(Unit.WEEK, 2, 0.9, Spread.of(measured), {}).units_needed == 12
        assert [fewest_blocks(one_in) for one_in in (2, 3, 4)] == [6, 3, 3]

    def test_a_history_of_one_week_plans_nothing(self) -> None:
        with pytest.raises(InvalidInput, match="too few past incidents"):
            Spread.of([Measured(0, 0, 1.0), Measured(0, 0, 2.0)])

    @pytest.mark.parametrize("effect", [0.0, 1.0, 20.0])
    def test_an_effect_is_a_part(self, effect: float) -> None:
        spread = Spread.of(history(2, 10, 5)[0])
        with pytest.raises(InvalidInput, match="between 0 and 1"):
            plan(Unit.WEEK, 2, effect, spread, {})
