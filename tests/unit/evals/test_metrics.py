"""Metrics agree with an independent computation, also where there is nothing to score."""

import math
import random
import statistics
from collections.abc import Mapping, Sequence

import pytest

from assistant.services.backtest.intervals import RESAMPLES, bootstrap_mean
from evals.metrics import RETRIEVAL, score

NAMES = [metric.name for metric in RETRIEVAL]


def expected(grades: Mapping[str, int], ranking: Sequence[str]) -> dict[str, float]:
    """The metrics from their definitions."""
    gains = [grades.get(doc, 0) for doc in ranking]
    ideal = sorted(grades.values(), reverse=True)
    relevant = sum(1 for grade in grades.values() if grade > 0)
    first = next((rank for rank, gain in enumerate(gains, start=1) if gain > 0), None)

    def dcg(values: Sequence[int]) -> float:
        return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(values[:10], start=1))

    return {
        "ndcg@10": dcg(gains) / dcg(ideal),
        "recall@5": sum(1 for gain in gains[:5] if gain > 0) / relevant,
        "recall@20": sum(1 for gain in gains[:20] if gain > 0) / relevant,
        "mrr": 0.0 if first is None else 1 / first,
        "hit@1": float(bool(gains) and gains[0] > 0),
    }


class TestScore:
    def test_it_is_what_the_definitions_say(self) -> None:
        chance = random.Random(11)
        documents = [f"d{n}" for n in range(150)]
        qrels = {}
        rankings = {}
        for number in range(60):
            judged = chance.sample(documents, chance.randint(1, 12))
            qrels[f"q{number}"] = {doc: chance.randint(0, 2) for doc in judged}
            qrels[f"q{number}"][judged[0]] = chance.randint(1, 2)
            rankings[f"q{number}"] = chance.sample(documents, chance.choice([0, 1, 7, 100]))
        scores = score(qrels, rankings)
        for query, grades in qrels.items():
            for name, value in expected(grades, rankings[query]).items():
                assert scores[query][name] == pytest.approx(value, abs=1e-9), (query, name)

    @pytest.mark.parametrize("name", NAMES)
    def test_an_empty_and_a_missing_ranking_score_nothing(self, name: str) -> None:
        scores = score({"empty": {"a": 1}, "missing": {"a": 1}}, {"empty": []})
        assert scores["empty"][name] == scores["missing"][name] == 0.0

    @pytest.mark.parametrize("name", NAMES)
    def test_a_perfect_ranking_scores_one(self, name: str) -> None:
        assert score({"q": {"a": 2, "b": 1}}, {"q": ["a", "b", "c"]})["q"][name] == 1.0

    @pytest.mark.parametrize("name", NAMES)
    def test_only_irrelevant_records_score_nothing(self, name: str) -> None:
        assert score({"q": {"a": 1, "b": 0}}, {"q": ["b", "c"]})["q"][name] == 0.0

    def test_the_reciprocal_rank_has_no_cut_off(self) -> None:
        ranking = [f"d{n}" for n in range(99)]
        assert score({"q": {"d98": 1}}, {"q": ranking})["q"]["mrr"] == pytest.approx(1 / 99)

    def test_rankings_of_unjudged_queries_are_ignored(self) -> None:
        assert set(score({"q": {"a": 1}}, {"q": ["a"], "other": ["a"]})) == {"q"}

    def test_names_are_those_that_programs_rely_on(self) -> None:
        assert NAMES == ["ndcg@10", "recall@5", "recall@20", "mrr", "hit@1"]


class TestBootstrapMean:
    def test_the_same_values_give_the_same_interval(self) -> None:
        values = [0.0, 0.2, 1.0, 0.5, 0.5]
        assert bootstrap_mean(values) == bootstrap_mean(values)

    def test_it_agrees_with_theory_on_many_values(self) -> None:
        chance = random.Random(3)
        values = [chance.random() for _ in range(400)]
        found = bootstrap_mean(values)
        half = 1.96 * statistics.stdev(values) / math.sqrt(len(values))
        assert found.mean == pytest.approx(statistics.fmean(values))
        assert found.lo == pytest.approx(found.mean - half, abs=0.15 * half)
        assert found.hi == pytest.approx(found.mean + half, abs=0.15 * half)

    def test_it_misses_the_true_mean_about_one_time_in_twenty(self) -> None:
        chance = random.Random(5)
        missed = 0
        for _ in range(200):
            found = bootstrap_mean([float(chance.random() < 0.4) for _ in range(50)])
            missed += not found.lo <= 0.4 <= found.hi
        assert 2 <= missed <= 22

    def test_one_value_has_no_width(self) -> None:
        found = bootstrap_mean([0.25])
        assert (found.lo, found.mean, found.hi) == (0.25, 0.25, 0.25)

    def test_no_value_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no value"):
            bootstrap_mean([])

    def test_there_are_ten_thousand_resamples(self) -> None:
        assert RESAMPLES == 10_000
