"""``precedent eval compare`` and ``gate`` as people and programs call them; runs that repeat."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from evals.results import VOLATILE
from tests.integration.test_eval_cli import precedent, process
from tests.unit.evals.folders import dataset, lines
from tests.unit.evals.kept_runs import kept
from tests.unit.evals.test_statistics import degraded, equal_rankers

SCORES = equal_rankers(2, 60)[0].tolist()
CASES = [
    {"id": "c1", "input": {"title": "VPN down", "text": "Certificate refused."}},
    {"id": "c2", "input": {"title": "VPN portal warns", "text": "Certificate warning at login."}},
]
CAUSES = ("The gateway certificate had expired.", "The portal certificate had expired.")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hashed words instead of a model, and a cache of the test's own."""
    monkeypatch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str]:
    """A run, and one that is five points worse."""
    kept(tmp_path / "one.json", {"ndcg@10": SCORES})
    worse = degraded(SCORES, 0.05, 1)
    kept(tmp_path / "worse.json", {"ndcg@10": worse}, system="bm25")
    kept(tmp_path / "worse-again.json", {"ndcg@10": worse})
    return "one.json", "worse.json"


class TestCompare:
    def test_the_json_holds_differences_p_values_and_verdicts(self, runs: tuple[str, str]) -> None:
        ended = process("eval", "compare", *runs, "--json", "-")
        assert ended.returncode == 0, ended.stderr
        found: dict[str, Any] = json.loads(ended.stdout)
        assert (found["task"], found["alpha"], found["power"]) == ("retrieval", 0.05, 0.8)
        (row,) = found["comparisons"]
        assert (row["metric"], row["system"], row["n"]) == ("ndcg@10", "bm25", 60)
        assert row["difference"]["lo"] < row["difference"]["mean"] < row["difference"]["hi"] < 0
        assert row["p"] == row["p_holm"] < 0.05
        assert row["verdict"] == "worse"
        assert found["systems"]["bm25"]["file"] == "worse.json"

    def test_people_see_the_interval_beside_every_mean(
        self,
        runs: tuple[str, str],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert precedent(monkeypatch, "eval", "compare", *runs) == 0
        shown = capsys.readouterr().out
        (row,) = [line for line in shown.splitlines() if line.startswith("ndcg@10")]
        assert row.count("(") == row.count("–") == 3
        assert "ndcg@10: worse" in shown
        assert "95 % intervals" in shown

    def test_what_cannot_be_compared_gets_one_message(self, tmp_path: Path) -> None:
        kept(tmp_path / "one.json", {"mrr": SCORES})
        kept(tmp_path / "other.json", {"mrr": SCORES}, dataset_hash="1" * 64)
        ended = process("eval", "compare", "one.json", "other.json", "--json", "-")
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "dataset_hash is" in ended.stderr
        assert "Traceback" not in ended.stderr

    def test_one_run_is_not_enough(self, runs: tuple[str, str]) -> None:
        ended = process("eval", "compare", runs[0])
        assert ended.returncode == 2
        assert "at least two runs" in ended.stderr


class TestGate:
    def test_a_drop_ends_with_1_and_says_which_metric(self, runs: tuple[str, str]) -> None:
        base = ("--baseline", "base.json")
        assert process("eval", "gate", runs[0], *base, "--update").returncode == 0
        passed = process("eval", "gate", runs[0], *base)
        assert passed.returncode == 0
        assert "Nothing is worse" in passed.stdout
        failed = process("eval", "gate", "worse-again.json", *base, "--json", "-")
        assert failed.returncode == 1
        assert "ndcg@10 dropped by 0.05" in failed.stderr
        assert json.loads(failed.stdout)["passed"] is False

    def test_without_a_baseline_it_says_how_to_write_one(self, runs: tuple[str, str]) -> None:
        ended = process("eval", "gate", runs[0], "--baseline", "none.json")
        assert ended.returncode == 2
        assert "--update writes a new one" in " ".join(ended.stderr.split())


class TestRepeated:
    """Two processes that order sets differently write the same bytes."""

    def steady(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *task: str) -> list[str]:
        """What is the same in two runs of a task, as JSON text."""
        found = []
        for seed in ("1", "2"):
            monkeypatch.setenv("PYTHONHASHSEED", seed)
            ended = process("eval", *task, "--no-cache", "--json", "-")
            assert ended.returncode == 0, ended.stderr
            members = json.loads(ended.stdout)
            assert all(members.pop(name) for name in VOLATILE)
            found.append(json.dumps(members))
        return found

    def test_retrieval(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = dataset(tmp_path / "tiny")
        one, again = self.steady(tmp_path, monkeypatch, "retrieval", str(folder))
        assert one == again
        assert '"scores"' in one

    def test_hypotheses(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = dataset(tmp_path / "tiny")
        told = zip(CASES, CAUSES, strict=True)
        lines(folder / "cases.jsonl", [c | {"reference": {"root_cause": why}} for c, why in told])
        one, again = self.steady(tmp_path, monkeypatch, "hypotheses", str(folder))
        assert one == again
        assert '"top1"' in one


def test_the_commands_cost_nothing_at_the_start() -> None:
    code = "import sys, evals.cli; sys.exit('scipy' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
