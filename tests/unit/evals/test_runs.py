"""A run is kept whole and read again; what cannot be compared is refused with the reason."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from evals.provenance import Commit, this_commit, this_machine
from evals.results import FORMAT, VOLATILE, Latency
from evals.runners.tasks import RetrievalRun, run_retrieval
from evals.runs import check_comparable, load_run, shared_scores
from retrieval.errors import InvalidInput, UnreadableFile
from tests.unit.evals.kept_runs import kept, result

SCORES = {"ndcg@10": [1.0, 0.5, 0.0], "mrr": [1.0, 0.5, 0.25]}


def written(file: Path, **changes: Any) -> Path:
    """A run with some members changed; ``None`` removes one."""
    entry = result(SCORES).as_json() | changes
    text = json.dumps({name: value for name, value in entry.items() if value is not None})
    file.write_text(text, encoding="utf-8")
    return file


class TestRecord:
    def test_what_was_measured_is_read_again(self, folder: Path, tmp_path: Path) -> None:
        made = run_retrieval(RetrievalRun(folder=folder))
        file = tmp_path / "run.json"
        file.write_text(json.dumps(made.as_json()), encoding="utf-8")
        run = load_run(file)
        assert (run.task, run.dataset, run.system) == ("retrieval", "tiny", "precedent")
        assert run.metrics == made.metrics
        assert run.per_query("mrr") == {one.id: one.scores["mrr"] for one in made.per_query}
        assert len(run.timings.per_query_ms) == len(run.ids) == 3
        assert run.models == {"embedder": "hashing-256"}
        assert run.configuration["embedder"]["backend"] == "hashing"
        assert run.settings["query_field"] == "text"

    def test_means_are_those_of_the_scores(self, folder: Path) -> None:
        made = run_retrieval(RetrievalRun(folder=folder)).as_json()
        for name, values in made["scores"].items():
            assert sum(values) / len(values) == pytest.approx(made["metrics"][name]["mean"])

    def test_secrets_of_the_configuration_are_not_kept(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PRECEDENT_CHAT__API_KEY", "sk-not-to-be-kept")
        monkeypatch.setenv("PRECEDENT_CHAT__BASE_URL", "http://user:not-to-be-kept@host")
        text = json.dumps(run_retrieval(RetrievalRun(folder=folder)).as_json())
        assert "not-to-be-kept" not in text
        assert "api_key" not in text

    def test_a_metric_that_does_not_apply_to_a_query_has_no_score_of_it(
        self, tmp_path: Path
    ) -> None:
        file = written(tmp_path / "run.json", scores={"recall": [1.0, None, 0.0]})
        assert load_run(file).per_query("recall") == {"q0": 1.0, "q2": 0.0}

    def test_a_metric_without_scores_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match=r"no scores of 'ece'. It has ndcg@10, mrr"):
            load_run(written(tmp_path / "run.json")).per_query("ece")

    def test_only_the_volatile_members_tell_of_time_and_place(self) -> None:
        later = result(SCORES, latency=Latency.of([9.0] * 3)).as_json()
        here = result(SCORES).as_json()
        assert {name for name in here if here[name] != later[name]} <= set(VOLATILE)
        assert set(VOLATILE) <= set(here)


class TestErrors:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"format": "other/1"}, f"is not a run in the format {FORMAT}"),
            ({"format": None}, "is not a run in the format"),
            ({"task": 3}, "member 'task': Input should be a valid string"),
            ({"dataset_hash": None}, "member 'dataset_hash': Field required"),
            ({"metrics": {"mrr": {"mean": 1}}}, r"member 'metrics.mrr.lo': Field required"),
            ({"scores": {"mrr": [1.0]}}, r"scores.mrr: it has 1 values for 3 queries"),
            ({"per_query": [{"id": 1}] * 3}, "every query must have an id"),
            ({"per_query": [{"id": "a"}] * 3}, "an id comes twice"),
        ],
    )
    def test_a_wrong_member_is_named_with_its_file(
        self, tmp_path: Path, changes: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(InvalidInput, match=said) as raised:
            load_run(written(tmp_path / "run.json", **changes))
        assert "run.json" in str(raised.value)

    def test_what_is_no_json_or_no_file_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "run.json").write_text("{", encoding="utf-8")
        with pytest.raises(InvalidInput, match=r"run.json: Invalid JSON"):
            load_run(tmp_path / "run.json")
        with pytest.raises(UnreadableFile, match=r"none.json cannot be read"):
            load_run(tmp_path / "none.json")
        (tmp_path / "latin.json").write_bytes(b'{"a": "\xe9"}')
        with pytest.raises(UnreadableFile, match="not UTF-8 text"):
            load_run(tmp_path / "latin.json")


class TestComparable:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"task": "triage"}, "task is 'retrieval' there and 'triage' here"),
            ({"dataset_hash": "1" * 64}, "dataset_hash is '0000"),
            ({"seed": 2}, "seed is 1 there and 2 here"),
            (
                {"settings": {"query_field": "title"}},
                "the setting query_field is 'text' there and 'title' here",
            ),
        ],
    )
    def test_what_differs_is_named(
        self, tmp_path: Path, changes: dict[str, Any], said: str
    ) -> None:
        one = kept(tmp_path / "one.json", SCORES)
        other = kept(tmp_path / "other.json", SCORES, **changes)
        with pytest.raises(InvalidInput, match=said) as raised:
            check_comparable(one, other)
        assert "other.json cannot be compared with" in str(raised.value)

    def test_another_system_may_be_compared(self, tmp_path: Path) -> None:
        one = kept(tmp_path / "one.json", SCORES)
        check_comparable(one, kept(tmp_path / "two.json", SCORES, system="bm25", models={"a": "b"}))

    def test_a_query_that_one_side_lacks_is_an_error(self, tmp_path: Path) -> None:
        one = kept(tmp_path / "one.json", SCORES)
        less = kept(tmp_path / "less.json", {"ndcg@10": [1.0, 0.5]})
        with pytest.raises(InvalidInput, match=r"1 queries are missing here \(q2\)"):
            check_comparable(one, less)

    def test_queries_are_paired_by_their_id_and_not_by_their_place(self, tmp_path: Path) -> None:
        one = kept(tmp_path / "one.json", SCORES)
        entry = result(SCORES).as_json()
        entry["per_query"].reverse()
        entry["scores"] = {name: values[::-1] for name, values in entry["scores"].items()}
        (tmp_path / "turned.json").write_text(json.dumps(entry), encoding="utf-8")
        here, there = shared_scores(one, load_run(tmp_path / "turned.json"), "ndcg@10")
        assert here == there == [1.0, 0.5, 0.0]


class TestProvenance:
    def test_a_commit_and_what_was_changed_since(self, tmp_path: Path) -> None:
        def git(*arguments: str) -> None:
            who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
            subprocess.run(["git", "-C", str(tmp_path), *who, *arguments], check=True)

        assert this_commit(tmp_path) == Commit(None, None)
        git("init", "-q")
        (tmp_path / "code.py").write_text("1", encoding="utf-8")
        git("add", "code.py")
        git("commit", "-qm", "first")
        clean = this_commit(tmp_path)
        assert clean.id is not None
        assert (len(clean.id), clean.dirty) == (40, False)
        (tmp_path / "code.py").write_text("2", encoding="utf-8")
        assert this_commit(tmp_path) == Commit(clean.id, True)

    def test_a_checkout_without_git_is_no_reason_to_fail(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".git").mkdir()
        monkeypatch.setenv("PATH", str(tmp_path))
        assert this_commit(tmp_path) == Commit(None, None)

    def test_the_machine_is_told(self) -> None:
        machine = this_machine().as_json()
        assert set(machine) == {"cpus", "model", "memory_mb", "platform"}
        assert machine["platform"]
