"""Differences are found where there are some, and not claimed where there are none."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from assistant.services.backtest.intervals import bootstrap_mean
from evals.statistics.corrections import ALPHA, holm
from evals.statistics.paired import compare_paired, sign_flip
from evals.statistics.power import POWER, detectable, queries_needed

# Charles Darwin's maize: the example with which the test was published (Fisher 1935, § 21).
MAIZE = (49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48)


def equal_rankers(seed: int, queries: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scores of two systems of the same quality over the same hard and easy queries.

    Like nDCG of real runs: between 0 and 1, most near the ends, many the same in both.
    """
    chance = np.random.default_rng(seed)
    easiness = chance.beta(0.5, 0.5, queries)
    noise = chance.normal(0, 0.15, (2, queries))
    scores: NDArray[np.float64] = np.clip(easiness + noise, 0.0, 1.0).round(1)
    return scores[0], scores[1]


def degraded(scores: Sequence[float], by: float, seed: int) -> list[float]:
    """The scores with relevant records one rank further down, until the mean fell by ``by``."""
    found = list(scores)
    for place in np.random.default_rng(seed).permutation(len(found)):
        if np.mean(scores) - np.mean(found) >= by:
            break
        # What nDCG leaves of a record at rank 2 that was at rank 1: log2(2) / log2(3).
        found[place] *= 0.631
    return found


class TestSignFlip:
    def test_fishers_example(self) -> None:
        # 863 of the 32,768 ways to sign the differences give at least as large a sum.
        assert sign_flip(MAIZE) == 2 * 863 / 32_768

    def test_drawn_flips_agree_with_all_flips(self) -> None:
        # Three more queries that hardly differ: too many to count every flip.
        more = (*MAIZE, 1e-6, 1e-6, -1e-6)
        assert sign_flip(more) == pytest.approx(sign_flip(MAIZE), abs=0.01)

    def test_it_is_two_sided(self) -> None:
        assert sign_flip([-value for value in MAIZE]) == sign_flip(MAIZE)

    def test_it_is_one_where_no_query_differs(self) -> None:
        assert sign_flip([0.0] * 40) == 1.0
        assert sign_flip([]) == 1.0

    def test_it_is_never_zero(self) -> None:
        assert sign_flip([0.5] * 100, resamples=1000) == 1 / 1001
        assert sign_flip([0.5] * 5) == 2 / 32

    def test_queries_that_do_not_differ_change_nothing(self) -> None:
        assert sign_flip([*MAIZE, *[0.0] * 500]) == sign_flip(MAIZE)

    @pytest.mark.parametrize("queries", [12, 33, 100])
    def test_of_200_pairs_of_equal_rankers_one_in_twenty_is_called_different(
        self, queries: int
    ) -> None:
        found = [
            sign_flip(np.subtract(*equal_rankers(seed, queries)), seed=seed, resamples=2000) < ALPHA
            for seed in range(200)
        ]
        # With exactly 5 % false alarms there are 10, and at most 18 in 99 of 100 such trials.
        assert sum(found) <= binom.ppf(0.99, 200, ALPHA) == 18

    def test_nor_more_in_the_long_run(self) -> None:
        found = [
            sign_flip(np.subtract(*equal_rankers(seed, 40)), seed=seed, resamples=500) < ALPHA
            for seed in range(2000)
        ]
        assert sum(found) / 2000 <= binom.ppf(0.99, 2000, ALPHA) / 2000 < 0.062
        # It is no test that hardly ever speaks, either.
        assert sum(found) / 2000 > 0.03


class TestComparePaired:
    def test_an_injected_drop_of_five_points_is_found(self) -> None:
        for seed in range(20):
            scores = equal_rankers(seed, 120)[0].tolist()
            worse = degraded(scores, 0.05, seed)
            found = compare_paired(scores, worse)
            assert -0.06 < found.difference.mean <= -0.05
            assert found.p < 0.05
            assert found.difference.hi < 0

    def test_the_interval_is_of_the_differences_and_not_of_the_means(self) -> None:
        one, other = equal_rankers(1, 60)
        found = compare_paired(one.tolist(), other.tolist())
        assert found.difference == bootstrap_mean((other - one).tolist())
        # Hard queries are hard for both: pairing is what makes the interval narrow.
        apart = found.reference.hi - found.reference.lo
        assert found.difference.hi - found.difference.lo < apart / 1.5

    def test_a_constant_shift_is_certain(self) -> None:
        found = compare_paired([0.25, 0.5, 0.75] * 10, [0.5, 0.75, 1.0] * 10)
        assert (found.difference.lo, found.difference.hi) == (0.25, 0.25)
        assert found.spread == 0.0
        assert found.p < 0.001

    def test_the_same_values_give_the_same_answer(self) -> None:
        one, other = equal_rankers(3, 50)
        first = compare_paired(one.tolist(), other.tolist())
        assert compare_paired(one.tolist(), other.tolist()) == first

    def test_lists_of_different_length_are_refused(self) -> None:
        with pytest.raises(ValueError, match="2 scores cannot be paired with 1"):
            compare_paired([1.0, 2.0], [1.0])


class TestHolm:
    def test_a_worked_example(self) -> None:
        # Times 4, 3, 2, 1 from the smallest: .02, .03, .06, .04; the last may not be less.
        assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))

    def test_one_is_left_alone_and_none_is_none(self) -> None:
        assert holm([0.04]) == (0.04,)
        assert holm([]) == ()

    def test_nothing_is_above_one(self) -> None:
        assert holm([0.5, 0.9, 0.7]) == (1.0, 1.0, 1.0)

    def test_any_false_claim_among_twenty_is_as_rare_as_among_one(self) -> None:
        chance = np.random.default_rng(7)
        families = [min(holm(chance.uniform(size=20).tolist())) < ALPHA for _ in range(1000)]
        assert sum(families) <= binom.ppf(0.99, 1000, ALPHA)


class TestPower:
    @pytest.mark.parametrize("queries", [20, 60])
    def test_what_is_called_detectable_is_found_four_times_in_five(self, queries: int) -> None:
        chance = np.random.default_rng(queries)
        true = detectable(0.3, queries)
        found = [
            sign_flip(chance.normal(true, 0.3, queries), resamples=500) < ALPHA for _ in range(600)
        ]
        # 600 trials stray by .016; twice that, and a little for the test being another one.
        assert sum(found) / 600 == pytest.approx(POWER, abs=0.05)

    def test_also_where_half_of_the_queries_never_differ(self) -> None:
        chance = np.random.default_rng(5)
        spread, queries, found = 0.25, 80, []
        true = detectable(spread, queries)
        for _ in range(400):
            values = np.where(chance.random(queries) < 0.5, 0.0, chance.normal(0, 1, queries))
            # Standard deviation of half zeros, half standard normal: √½.
            found.append(sign_flip(values * spread * 2**0.5 + true, resamples=500) < ALPHA)
        assert sum(found) / 400 == pytest.approx(POWER, abs=0.06)

    def test_the_textbook_size(self) -> None:
        # (1.960 + 0.842)² · (0.3 / 0.05)² = 282.6 with normal quantiles; t asks for two more.
        assert queries_needed(0.05, 0.3) == 285

    @pytest.mark.parametrize("queries", [2, 3, 33, 500])
    def test_the_two_questions_are_each_others_inverse(self, queries: int) -> None:
        assert queries_needed(detectable(0.3, queries) * 1.0001, 0.3) == queries

    def test_one_query_shows_nothing_and_no_spread_says_nothing(self) -> None:
        assert detectable(0.3, 1) == float("inf")
        assert detectable(0.0, 50) == 0.0

    def test_no_number_of_queries_shows_that_there_is_no_difference(self) -> None:
        with pytest.raises(ValueError, match="no number of queries"):
            queries_needed(0.0, 0.3)
