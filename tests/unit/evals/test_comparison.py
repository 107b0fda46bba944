"""Systems are called better or worse when it is shown, and not otherwise."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom

from evals.comparison import Compared, Pairing, compare_all, compare_runs
from evals.datasets import load_retrieval
from evals.installation import installed
from evals.metrics import score
from evals.statistics.corrections import ALPHA, holm
from evals.statistics.paired import compare_paired, sign_flip
from evals.systems import system
from retrieval.errors import InvalidInput
from tests.unit.evals.kept_runs import kept
from tests.unit.evals.test_statistics import equal_rankers

RNG = np.random.default_rng(11)
EASY = RNG.uniform(0.3, 0.9, 100)
MUCH = {"ndcg@10": EASY.tolist()}
LESS = {"ndcg@10": (EASY - RNG.uniform(0, 0.2, 100)).tolist()}


def only(pairing: Pairing) -> Compared:
    """What came of a pairing that is compared alone."""
    (row,) = compare_all([pairing])
    return row


class TestVerdict:
    def test_lower_scores_are_worse_and_higher_better(self, tmp_path: Path) -> None:
        one, other = kept(tmp_path / "a.json", MUCH), kept(tmp_path / "b.json", LESS, system="bm25")
        (row,) = compare_runs(one, [other]).rows
        assert (row.verdict, row.system, row.is_worse) == ("worse", "bm25", True)
        (back,) = compare_runs(other, [one]).rows
        assert (back.verdict, back.is_worse) == ("better", False)

    def test_fewer_unsupported_claims_are_better(self) -> None:
        row = only(Pairing("unsupported", "s", MUCH["ndcg@10"], LESS["ndcg@10"]))
        assert (row.verdict, row.is_worse) == ("better", False)
        assert only(Pairing("unsupported", "s", LESS["ndcg@10"], MUCH["ndcg@10"])).is_worse

    @pytest.mark.parametrize("metric", ["words", "coverage", "top1_by_chance"])
    def test_a_longer_answer_is_neither(self, metric: str) -> None:
        row = only(Pairing(metric, "s", MUCH["ndcg@10"], LESS["ndcg@10"]))
        assert (row.verdict, row.is_worse) == ("lower", False)

    def test_what_is_not_shown_says_what_would_have_been(self) -> None:
        one, other = equal_rankers(4, 33)
        row = only(Pairing("mrr", "s", one.tolist(), other.tolist()))
        assert row.verdict == (
            f"no difference shown; a difference below {row.detectable:.2g} "
            "would not be seen with 33 queries"
        )
        assert 0.02 < row.detectable < 0.15

    def test_the_same_answers_are_the_same(self) -> None:
        row = only(Pairing("mrr", "s", [0.5, 1.0, 0.0], [0.5, 1.0, 0.0]))
        assert row.verdict == "the same in 3 queries"

    def test_one_query_shows_nothing(self) -> None:
        row = only(Pairing("mrr", "s", [0.0], [1.0]))
        assert row.verdict == "no difference shown by one query"
        assert row.as_json()["detectable"] is None
        three = only(Pairing("mrr", "s", [0.0] * 3, [1.0] * 3))
        assert three.verdict == "no difference shown by 3 queries"


class TestManyAtOnce:
    def test_p_values_are_corrected_for_all_systems_and_metrics(self, tmp_path: Path) -> None:
        scores = {"ndcg@10": MUCH["ndcg@10"], "mrr": MUCH["ndcg@10"]}
        one = kept(tmp_path / "a.json", scores)
        others = [
            kept(tmp_path / f"{name}.json", {"ndcg@10": LESS["ndcg@10"], "mrr": scores["mrr"]})
            for name in "bc"
        ]
        rows = compare_runs(one, others).rows
        assert len(rows) == 4
        assert rows[0].p_holm == pytest.approx(4 * rows[0].paired.p)
        assert [row.system for row in rows[::2]] == ["precedent (b.json 1)", "precedent (c.json 2)"]
        alone = compare_runs(one, others[:1]).rows[0]
        assert alone.detectable < rows[0].detectable

    def test_equal_rankers_at_four_metrics_are_called_different_once_in_twenty(self) -> None:
        families = 0
        for seed in range(200):
            one, other = equal_rankers(seed, 50)
            views = [
                (one, other),
                (one > 0.5, other > 0.5),
                (one**2, other**2),
                (one > 0, other > 0),
            ]
            p_values = [
                sign_flip(there.astype(float) - here, seed=seed, resamples=1000)
                for here, there in views
            ]
            families += min(holm(p_values)) < ALPHA
        # No more than a right test of 200 families gives in 99 of 100 trials: 18.
        assert families <= binom.ppf(0.99, 200, ALPHA)

    def test_runs_without_a_metric_in_common_are_refused(self, tmp_path: Path) -> None:
        one = kept(tmp_path / "a.json", {"mrr": [1.0]})
        with pytest.raises(InvalidInput, match="no scores by query that another run has"):
            compare_runs(one, [kept(tmp_path / "b.json", {"recall@5": [1.0]})])


class TestInjectedDrop:
    @pytest.mark.shared_data
    def test_five_points_of_ndcg_of_a_real_run_are_found(self, shared_data: Path) -> None:
        dataset = load_retrieval(shared_data / "prom_runbooks")
        with installed(dataset.corpus, None) as installation:
            rank = system("bm25")(installation.app)
            rankings = {query.id: rank(query, 20) for query in dataset.queries}
        before = {name: one["ndcg@10"] for name, one in score(dataset.qrels, rankings).items()}
        assert len(before) > 100
        for seed in range(5):
            after = _worse(rankings, dataset.qrels, before, seed)
            found = compare_paired(list(before.values()), [after[name] for name in before])
            assert -0.06 < found.difference.mean <= -0.05
            assert found.p < 0.05


def _worse(
    rankings: dict[str, tuple[str, ...]],
    qrels: Mapping[str, Mapping[str, int]],
    before: dict[str, float],
    seed: int,
) -> dict[str, float]:
    """nDCG when something else comes first, in as many queries as it takes for five points."""
    found = dict(before)
    for name in np.random.default_rng(seed).permutation(list(before)):
        if sum(before.values()) - sum(found.values()) >= 0.05 * len(before):
            break
        worse = {name: ("something else", *rankings[name])}
        found[str(name)] = score({name: qrels[name]}, worse)[name]["ndcg@10"]
    return found
