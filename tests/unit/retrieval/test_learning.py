"""Weights are learned from what was relevant, and stay near their start without evidence."""

import numpy as np
import pytest

from retrieval.learning import Judged, fit, ndcg
from retrieval.ranking import FEATURES, SHIPPED, Weights

TELLING = FEATURES.index("service")


def judged(count: int, seed: int, telling: int = TELLING) -> list[Judged]:
    """Queries in which one feature alone tells the relevant candidate."""
    chance = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        features = chance.random((40, len(FEATURES)))
        features[:, telling] = 0.0
        relevant = chance.integers(40)
        features[relevant, telling] = 1.0
        grades = np.zeros(40)
        grades[relevant] = 1.0
        found.append(Judged(features, grades))
    return found


class TestFit:
    def test_it_finds_the_feature_that_tells(self) -> None:
        learned = fit([judged(60, seed=1)], restraint=0.001)
        unseen = judged(40, seed=2)
        assert np.mean(ndcg(unseen, learned)) > np.mean(ndcg(unseen, SHIPPED)) + 0.1
        assert learned.vector()[TELLING] > SHIPPED.vector()[TELLING]

    def test_restraint_keeps_it_near_its_start(self) -> None:
        near = fit([judged(60, seed=1)], restraint=100.0).vector()
        far = fit([judged(60, seed=1)], restraint=0.001).vector()
        start = SHIPPED.vector()
        assert np.linalg.norm(near - start) < 0.05 < np.linalg.norm(far - start)

    def test_weights_are_never_negative(self) -> None:
        backwards = [Judged(1.0 - query.features, query.grades) for query in judged(60, seed=3)]
        assert (fit([backwards], restraint=0.001).vector() >= 0).all()

    def test_every_set_counts_the_same_whatever_its_size(self) -> None:
        other = FEATURES.index("words")
        small, large = judged(10, seed=4), judged(200, seed=5, telling=other)
        both = fit([small, large], restraint=0.001)
        alone = fit([large], restraint=0.001)
        assert both.vector()[TELLING] > alone.vector()[TELLING]

    @pytest.mark.parametrize("grades", [np.zeros(3), np.ones(3)])
    def test_without_a_duel_nothing_moves(self, grades: np.ndarray) -> None:
        query = Judged(np.ones((3, len(FEATURES))), grades)
        assert fit([[query]]) == SHIPPED
        assert fit([[]]) == SHIPPED

    def test_the_same_every_time(self) -> None:
        assert fit([judged(20, seed=6)]) == fit([judged(20, seed=6)])


class TestNdcg:
    def only(self, feature: str) -> Weights:
        return Weights(**{name: float(name == feature) for name in FEATURES})

    def test_by_hand(self) -> None:
        features = np.zeros((3, len(FEATURES)))
        features[:, FEATURES.index("words")] = [0.9, 0.5, 0.1]
        query = Judged(features, np.array([0.0, 1.0, 0.0]))
        assert ndcg([query], self.only("words")) == [pytest.approx(1 / np.log2(3))]

    def test_relevant_records_that_no_leg_proposed_count_against_it(self) -> None:
        features = np.zeros((1, len(FEATURES)))
        found = Judged(features, np.array([1.0]))
        missed = Judged(features, np.array([1.0]), unseen=(1.0,))
        assert ndcg([found, missed], SHIPPED) == [1.0, pytest.approx(1 / (1 + 1 / np.log2(3)))]
