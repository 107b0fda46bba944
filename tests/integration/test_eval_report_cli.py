"""``precedent eval report`` as people and programs call it."""

import json
from pathlib import Path

import pytest

from tests.integration.test_eval_cli import process
from tests.unit.evals.folders import QUERIES, dataset


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hashed words instead of a model, and a cache of the test's own."""
    monkeypatch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


class TestReport:
    def test_two_runs_become_a_page_and_a_summary(self, tmp_path: Path) -> None:
        folder = dataset(tmp_path / "tiny")
        for system in ("bm25", "dense"):
            ran = process(
                "eval", "retrieval", str(folder), "--system", system, "--json", f"{system}.json"
            )
            assert ran.returncode == 0, ran.stderr
        arguments = ("eval", "report", "bm25.json", "--against", "dense.json", "--data")
        ended = process(*arguments, str(folder), "--markdown", "pr.md", "--json", "-")
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout) == {"files": {"html": "bm25.html", "markdown": "pr.md"}}
        assert "bm25 against dense, 3 queries" in Path("bm25.html").read_text(encoding="utf-8")
        assert Path("pr.md").read_text(encoding="utf-8").startswith("### Retrieval on tiny")

        dataset(folder, queries=QUERIES[:2], qrels="query_id\tdoc_id\tgrade\nq1\tinc-1\t2\n")
        refused = process(*arguments, str(folder))
        assert refused.returncode == 2
        assert "is not what bm25.json was made with" in " ".join(refused.stderr.split())
        assert "Traceback" not in refused.stderr
