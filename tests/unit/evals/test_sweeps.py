"""Which variants a sweep has, what is refused before anything runs, and what a choice is worth."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evals.runs import RunRecord
from evals.sweeps.asking import Asked, asked_of
from evals.sweeps.making import Tried
from evals.sweeps.result import SweepResult, reference_of, result_of
from evals.sweeps.selection import held_out
from evals.sweeps.variants import Variant, variants_of
from retrieval.errors import InvalidInput, InvalidSettings, UnreadableFile
from retrieval.ranking import SHIPPED
from tests.unit.evals.kept_runs import kept
from tests.unit.evals.test_statistics import equal_rankers

WORDS = f"fusion.words=0.5,{SHIPPED.words:g}"
NO_OPTIONS: dict[str, str | None] = {}


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings file of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)


class TestVariants:
    def test_they_are_every_combination_in_the_order_asked_for(self) -> None:
        found = variants_of([WORDS, "embedder.backend=hashing,onnx-minilm"], "retrieval")
        assert [each.name for each in found] == [
            "fusion.words=0.5 embedder.backend=hashing",
            "fusion.words=0.5 embedder.backend=onnx-minilm",
            "fusion.words=1 embedder.backend=hashing",
            "fusion.words=1 embedder.backend=onnx-minilm",
        ]
        assert [each.number for each in found] == [1, 2, 3, 4]
        assert len({each.file for each in found}) == 4

    def test_settings_joined_with_a_plus_change_together(self) -> None:
        text = "chat.model+chat.base_url=openai:a+http://one/v1,openai:b+http://two/v1"
        one, two = variants_of([text], "drafts")
        assert one.changes == {"chat.model": "openai:a", "chat.base_url": "http://one/v1"}
        assert two.environment()["PRECEDENT_CHAT__BASE_URL"] == "http://two/v1"

    def test_what_the_product_does_now_is_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert [each.configured for each in variants_of([WORDS], "retrieval")] == [False, True]
        monkeypatch.setenv("PRECEDENT_FUSION__WORDS", "0.50")
        assert [each.configured for each in variants_of([WORDS], "retrieval")] == [True, False]

    def test_a_variant_changes_only_its_settings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PRECEDENT_CHAT__API_KEY", "kept")
        first, _ = variants_of([WORDS], "retrieval")
        assert first.environment()["PRECEDENT_FUSION__WORDS"] == "0.5"
        assert first.environment()["PRECEDENT_CHAT__API_KEY"] == "kept"

    def test_the_password_of_an_address_is_not_shown(self) -> None:
        text = "chat.base_url=http://me:hunter2@one/v1?key=hunter2,http://two/v1"
        first, _ = variants_of([text], "drafts")
        assert "one" in first.name
        assert "hunter2" not in first.name + first.file

    @pytest.mark.parametrize(
        ("over", "task", "system"),
        [
            ([WORDS], "retrieval", "precedent"),
            (["chat.prompt=v1,v2"], "drafts", "chat"),
            ([WORDS], "drafts", "extractive"),
        ],
    )
    def test_asked_is_whoever_the_settings_are_about(
        self, over: list[str], task: str, system: str
    ) -> None:
        assert {each.system for each in variants_of(over, task)} == {system}

    def test_systems_can_be_swept_like_a_setting(self) -> None:
        one, two = variants_of(["system=precedent,rrf"], "retrieval")
        assert (one.system, two.system) == ("precedent", "rrf")
        assert (one.configured, two.configured) == (True, False)

    @pytest.mark.parametrize(
        ("over", "task", "said"),
        [
            (
                ["fusion.word=1,2"],
                "retrieval",
                r"'fusion\.word'.*fusion\.breadth.*fusion\.words",
            ),
            (["embedder=hashing,onnx-minilm"], "retrieval", r"'embedder'.*embedder\.backend"),
            (["web.port=1,2"], "retrieval", r"'web\.port'.*embedder\.backend.*system"),
            (["chat.api_key=a,b"], "drafts", r"Secrets belong into the environment"),
            (["fusion.words=1,x"], "retrieval", r"fusion\.words cannot be 'x'.*valid number"),
            (["fusion.words=1,-1"], "retrieval", r"fusion\.words cannot be '-1'.*or equal to 0"),
            (["embedder.backend=hashing,bert"], "retrieval", r"'bert': choose one of onnx-minilm"),
            (["chat.prompt=v1,v0"], "drafts", r"chat\.prompt cannot be 'v0': choose one of v1, v2"),
            (["system=precedent,magic"], "retrieval", r"'magic' of retrieval.*bm25"),
            (["chat.model=a:b,c:d"], "retrieval", "--task drafts"),
            (["embedder.backend=hashing,onnx-minilm"], "drafts", "another ruler"),
            (["fusion.words"], "retrieval", "names no values"),
            (["fusion.words=1,1"], "retrieval", "names a value twice"),
            ([WORDS, WORDS], "retrieval", r"fusion\.words is swept twice"),
            (["fusion.words=1"], "retrieval", "at least two values"),
            (["chat.model+chat.base_url=a:b,c:d"], "drafts", "for 2 settings"),
            ([WORDS], "magic", "There is no task 'magic'.*retrieval, triage"),
        ],
    )
    def test_what_cannot_be_is_named_before_anything_runs(
        self, over: list[str], task: str, said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said):
            variants_of(over, task)

    def test_too_many_are_refused_with_their_number(self) -> None:
        nine = "fusion.words=" + ",".join(map(str, range(9)))
        eight = "fusion.breadth=" + ",".join(map(str, range(8)))
        with pytest.raises(InvalidInput, match="72 variants; at most 64"):
            variants_of([nine, eight], "retrieval")

    def test_values_that_are_wrong_together_are_refused(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("SIMILARITY", "BREADTH", "RECENCY", "PRECEDENT", "SERVICE"):
            monkeypatch.setenv(f"PRECEDENT_FUSION__{name}", "0")
        with pytest.raises(InvalidSettings, match="every weight is 0"):
            variants_of(["fusion.words=0,1"], "retrieval")


class TestAsked:
    def test_the_blind_corpus_is_searched_where_there_is_one(self, tmp_path: Path) -> None:
        assert "corpus.jsonl" in asked_of("retrieval", tmp_path, options=NO_OPTIONS).options
        (tmp_path / "corpus_blind.jsonl").touch()
        assert "corpus_blind.jsonl" in asked_of("retrieval", tmp_path, options=NO_OPTIONS).options

    def test_an_option_of_another_task_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="--field means nothing to retrieval"):
            asked_of("retrieval", tmp_path, options={"field": "service", "cases": None})

    def test_no_folder_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="not a folder"):
            asked_of("retrieval", tmp_path / "none", options=NO_OPTIONS)


BEFORE = equal_rankers(2, 60)[0].tolist()
BETTER = [min(1.0, score + 0.1) for score in BEFORE]


def variant(number: int, *, configured: bool = False) -> Variant:
    return Variant(number, {"fusion.words": str(number)}, "precedent", configured)


def swept(folder: Path, *scores: list[float] | None, metric: str = "ndcg@10") -> SweepResult:
    """A sweep of variants with these scores; ``None`` for one that failed."""
    tried = []
    for number, values in enumerate(scores, start=1):
        run: RunRecord | None = None
        if values is not None:
            run = kept(folder / f"{number}.json", {metric: values})
        tried.append(Tried(variant(number), run, 1.0, "" if run else "the disk is full"))
    asked = Asked(task="retrieval", folder=folder, metric=metric)
    return result_of(asked, tried, tried[0].variant)


class TestReference:
    VARIANTS = (variant(1), variant(2, configured=True), variant(3))

    @pytest.mark.parametrize(
        ("against", "number"), [(None, 2), ("first", 1), ("fusion.words=3", 3)]
    )
    def test_it_is_the_one_named_else_what_is_configured(
        self, against: str | None, number: int
    ) -> None:
        assert reference_of(self.VARIANTS, against).number == number

    def test_the_first_where_nothing_is_as_configured(self) -> None:
        assert reference_of((variant(1), variant(2)), None).number == 1

    def test_another_name_is_refused_with_those_there_are(self) -> None:
        with pytest.raises(InvalidInput, match=r"no variant.*fusion\.words=1; fusion\.words=2"):
            reference_of(self.VARIANTS, "fusion.words=9")


class TestResult:
    def test_p_is_corrected_for_all_variants(self, tmp_path: Path) -> None:
        shuffled = [BEFORE[(place * 7) % 60] for place in range(60)]
        found = swept(tmp_path, BEFORE, BETTER, shuffled).as_json()
        _, better, other = (each["comparison"] for each in found["variants"])
        assert better["verdict"] == "better"
        assert better["p_holm"] == pytest.approx(2 * better["p"])
        assert other["p_holm"] == other["p"] > 0.05

    def test_a_variant_that_failed_keeps_its_row_and_its_reason(self, tmp_path: Path) -> None:
        result = swept(tmp_path, BEFORE, None, BETTER)
        _, failed, other = result.as_json()["variants"]
        assert (failed["failed"], failed["quality"]) == ("the disk is full", None)
        assert other["comparison"]["verdict"] == "better"
        assert [each.variant.number for each in result.failed] == [2]

    def test_without_the_reference_nothing_is_compared(self, tmp_path: Path) -> None:
        found = swept(tmp_path, None, BEFORE).as_json()
        assert found["held_out"] is None
        assert [each["comparison"] for each in found["variants"]] == [None, None]
        assert found["variants"][1]["quality"]["mean"] > 0

    def test_variants_that_were_asked_other_questions_are_not_compared(
        self, tmp_path: Path
    ) -> None:
        runs = [
            kept(tmp_path / f"{n}.json", {"ndcg@10": BEFORE}, dataset_hash=str(n) * 64)
            for n in (1, 2)
        ]
        tried = [Tried(variant(n), run, 1.0) for n, run in enumerate(runs, start=1)]
        asked = Asked(task="retrieval", folder=tmp_path, metric="ndcg@10")
        with pytest.raises(InvalidInput, match="dataset_hash"):
            result_of(asked, tried, tried[0].variant)

    def test_drafts_that_the_model_did_not_write_are_told(self, tmp_path: Path) -> None:
        run = kept(tmp_path / "1.json", {"coverage_resolution": [0.1, 0.2], "fell_back": [1, 0]})
        asked = Asked(task="drafts", folder=tmp_path, metric="coverage_resolution")
        result = result_of(asked, [Tried(variant(1), run, 1.0)], variant(1))
        (told,) = result.as_json()["variants"]
        assert told["notes"] == ["1 of 2 drafts are by the extractive writer: the model gave none."]


class TestHeldOut:
    """Choosing must not look better than it is."""

    def noise(self, variants: int, seed: int) -> dict[str, Any]:
        chance = np.random.default_rng(seed)
        return {str(n): chance.uniform(0, 1, 60).tolist() for n in range(variants)}

    def test_the_best_of_equals_gains_nothing_on_queries_left_out(self) -> None:
        seen, left_out = [], []
        for seed in range(200):
            scores = self.noise(20, seed)
            selection = held_out(scores, "0", more=True)
            assert selection is not None
            means = [float(np.mean(each)) for each in scores.values()]
            seen.append(max(means) - means[0])
            left_out.append(selection.paired.difference.mean)
        assert np.mean(seen) > 0.05
        assert abs(np.mean(left_out)) < 0.01

    def test_what_is_really_better_stays_better(self) -> None:
        scores = self.noise(3, 1)
        scores["1"] = [value + 0.3 for value in scores["0"]]
        selection = held_out(scores, "0", more=True)
        assert selection is not None
        assert selection.paired.difference.mean == pytest.approx(0.3)
        assert selection.chosen == {"1": 5}

    def test_less_can_be_better(self) -> None:
        selection = held_out({"a": [0.5] * 10, "b": [0.1] * 10}, "a", more=False)
        assert selection is not None
        assert selection.chosen == {"b": 5}

    def test_the_reference_stays_where_nothing_is_better(self) -> None:
        selection = held_out({"b": [0.5] * 10, "a": [0.5] * 10}, "a", more=True)
        assert selection is not None
        assert selection.chosen == {"a": 5}

    def test_too_few_queries_allow_no_choice(self) -> None:
        assert held_out({"a": [0.5] * 4, "b": [0.6] * 4}, "a", more=True) is None
