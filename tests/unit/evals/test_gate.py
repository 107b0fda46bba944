"""The gate closes on a drop that is more than chance, and stays open otherwise."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from evals.baseline import Baseline, BaselineRun, load_baseline, write_baseline
from evals.comparison import Pairing, compare_all
from evals.demo_dataset import write_demo_dataset
from evals.gate import Gated, gated, said_of
from retrieval.errors import InvalidInput, UnreadableFile
from tests.conftest import PROJECT
from tests.unit.evals.kept_runs import Scores, kept
from tests.unit.evals.test_statistics import degraded, equal_rankers

BEFORE = equal_rankers(1, 80)[0].tolist()
COMMITTED = PROJECT / "evals" / "baselines" / "demo.json"


@pytest.fixture
def baseline(tmp_path: Path) -> Path:
    """A baseline of one run."""
    file = tmp_path / "baseline.json"
    run = kept(tmp_path / "before.json", {"ndcg@10": BEFORE, "coverage": BEFORE})
    write_baseline(Baseline().updated([BaselineRun.of(run)]), file)
    return file


def held(baseline: Path, scores: Scores, **changes: Any) -> Gated:
    """A run of these scores against the baseline."""
    run = kept(baseline.parent / "run.json", scores, **changes)
    return gated([run], load_baseline(baseline), baseline)


class TestGate:
    def test_the_same_run_passes(self, baseline: Path) -> None:
        found = held(baseline, {"ndcg@10": BEFORE})
        assert not found.drops
        assert found.as_json()["passed"] is True
        assert [row.verdict for row in found.rows] == ["the same in 80 queries"]

    def test_five_points_less_close_it_and_the_message_says_how_much(self, baseline: Path) -> None:
        (drop,) = held(baseline, {"ndcg@10": degraded(BEFORE, 0.05, 3)}).drops
        said = said_of(drop)
        assert said.startswith("retrieval: precedent: ndcg@10 dropped by 0.05")
        assert "over 80 queries; 95 % interval of the change -0.0" in said
        assert ", p 0.0" in said

    def test_chance_does_not_close_it_and_the_answer_says_what_would_be_seen(
        self, baseline: Path
    ) -> None:
        found = held(baseline, {"ndcg@10": equal_rankers(1, 80)[1].tolist()})
        assert not found.drops
        assert "would not be seen with 80 queries" in found.rows[0].verdict

    def test_a_gain_does_not_close_it(self, baseline: Path) -> None:
        better = [min(1.0, value + 0.1) for value in BEFORE]
        assert not held(baseline, {"ndcg@10": better}).drops

    def test_the_other_direction_counts_for_what_should_be_low(self, tmp_path: Path) -> None:
        file = tmp_path / "baseline.json"
        few = [0.1, 0.0, 0.2] * 20
        run = kept(tmp_path / "before.json", {"unsupported": few})
        write_baseline(Baseline().updated([BaselineRun.of(run)]), file)
        (drop,) = held(file, {"unsupported": [value + 0.1 for value in few]}).drops
        assert "unsupported rose by 0.100" in said_of(drop)
        assert not held(file, {"unsupported": [0.0] * 60}).drops

    def test_only_what_is_better_or_worse_is_kept(self, baseline: Path) -> None:
        assert load_baseline(baseline).runs[0].metrics == ("ndcg@10",)


class TestMismatch:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"dataset_hash": "1" * 64}, r"the dataset 'tiny' has other contents \(hash 11111"),
            ({"system": "bm25"}, "has no run of 'bm25' at retrieval on 'tiny'"),
            ({"settings": {"query_field": "title"}}, "query_field was 'text' and is 'title'"),
            ({"seed": 2}, "seed was 1 and is 2"),
        ],
    )
    def test_another_question_is_refused_with_the_way_out(
        self, baseline: Path, changes: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said) as raised:
            held(baseline, {"ndcg@10": BEFORE}, **changes)
        assert "--update" in str(raised.value)

    def test_missing_queries_and_metrics_are_named(self, baseline: Path) -> None:
        with pytest.raises(InvalidInput, match=r"1 queries are missing \(q79\)"):
            held(baseline, {"ndcg@10": BEFORE[:-1]})
        with pytest.raises(InvalidInput, match="the metric ndcg@10 is missing"):
            held(baseline, {"mrr": BEFORE})


class TestFile:
    def test_an_update_replaces_its_own_run_and_keeps_the_others(
        self, baseline: Path, tmp_path: Path
    ) -> None:
        known = load_baseline(baseline)
        other = kept(tmp_path / "b.json", {"ndcg@10": BEFORE}, system="bm25")
        again = kept(tmp_path / "a.json", {"ndcg@10": [1.0] * 80})
        fresh = known.updated([BaselineRun.of(run) for run in (other, again)])
        assert [run.system for run in fresh.runs] == ["bm25", "precedent"]
        assert set(fresh.runs[1].column("ndcg@10").values()) == {1.0}

    def test_one_query_stands_on_one_line(self, baseline: Path) -> None:
        assert '"q7": [' in baseline.read_text(encoding="utf-8").splitlines()[20]

    def test_what_is_written_is_read(self, baseline: Path, tmp_path: Path) -> None:
        again = tmp_path / "again.json"
        write_baseline(load_baseline(baseline), again)
        assert again.read_bytes() == baseline.read_bytes()

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("{", "Invalid JSON"),
            ('{"format": "other"}', "member 'format'"),
            ('{"format": "precedent-eval-baseline/1", "runs": [{}]}', "member 'runs.0.task'"),
        ],
    )
    def test_a_broken_file_is_named(self, tmp_path: Path, text: str, said: str) -> None:
        (tmp_path / "b.json").write_text(text, encoding="utf-8")
        with pytest.raises(InvalidInput, match=said) as raised:
            load_baseline(tmp_path / "b.json")
        assert "b.json" in str(raised.value)

    def test_a_missing_file_says_how_to_write_one(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="--update writes a new one"):
            load_baseline(tmp_path / "none.json")


class TestDemo:
    """The committed baseline of the demo corpus."""

    def run(self, change: "dict[str, Sequence[float]] | None" = None) -> Gated:
        """What was committed, with other scores of retrieval."""
        baseline = load_baseline(COMMITTED)
        pairs = []
        for run in baseline.runs:
            for metric in run.metrics:
                before = list(run.column(metric).values())
                after = (change or {}).get(f"{run.task} {metric}", before)
                pairs.append((metric, run.task, before, after))
        return Gated(compare_all([Pairing(*pair) for pair in pairs]))

    def test_it_holds_the_three_tasks_of_the_quick_runs(self) -> None:
        runs = load_baseline(COMMITTED).runs
        assert [run.task for run in runs] == ["hypotheses", "retrieval", "verifier"]
        assert {run.dataset for run in runs} == {"demo"}

    def test_five_points_less_are_found_among_all_that_is_gated(self) -> None:
        (run,) = [run for run in load_baseline(COMMITTED).runs if run.task == "retrieval"]
        before = list(run.column("ndcg@10").values())
        for seed in range(10):
            found = self.run({"retrieval ndcg@10": degraded(before, 0.05, seed)})
            assert [drop.metric for drop in found.drops] == ["ndcg@10"]

    def test_the_card_counts_what_the_dataset_holds(self, tmp_path: Path) -> None:
        folder = write_demo_dataset(tmp_path / "demo")
        card = json.loads((folder / "META.json").read_text(encoding="utf-8"))
        counted = {
            "corpus": _lines(folder / "corpus.jsonl"),
            "queries": _lines(folder / "queries.jsonl"),
            "qrels": _lines(folder / "qrels.tsv") - 1,
            "cases": _lines(folder / "cases.jsonl"),
        }
        assert {name: card[name] for name in counted} == counted

    def test_the_link_that_is_the_truth_is_nowhere_to_be_found(self, tmp_path: Path) -> None:
        folder = write_demo_dataset(tmp_path / "demo")
        for file in folder.glob("*.jsonl"):
            assert "PRB00" not in file.read_text(encoding="utf-8"), file.name

    def test_a_question_tells_nothing_of_how_it_ended(self, tmp_path: Path) -> None:
        folder = write_demo_dataset(tmp_path / "demo")
        records = {entry["id"]: entry["text"] for entry in _objects(folder / "corpus.jsonl")}
        for query in _objects(folder / "queries.jsonl"):
            _, _, closing = records[query["id"]].partition("## Resolution\n\n")
            assert closing
            assert closing.strip() not in query["text"]

    def test_a_folder_without_a_card_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="has no META"):
            write_demo_dataset(tmp_path / "demo", tmp_path)


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def _objects(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
