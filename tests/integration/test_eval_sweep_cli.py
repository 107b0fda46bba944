"""``precedent eval sweep`` as people and programs call it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_eval_cli import process
from tests.unit.evals.folders import RECORDS, dataset, lines


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hashed words instead of a model, and a cache of the test's own."""
    monkeypatch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


def sweep(status: int, *arguments: str) -> dict[str, Any]:
    """What a sweep that ends so writes as JSON."""
    ended = process("eval", "sweep", *arguments, "--json", "found.json")
    assert ended.returncode == status, ended.stderr
    assert ended.stdout == ""
    found: dict[str, Any] = json.loads(Path("found.json").read_text(encoding="utf-8"))
    return {**found, "stderr": " ".join(ended.stderr.split())}


class TestSweep:
    def test_every_variant_is_a_run_of_its_own_and_one_that_fails_is_told(
        self, tmp_path: Path
    ) -> None:
        tiny = dataset(tmp_path / "tiny")
        found = sweep(
            1,
            str(tiny),
            "--over",
            "embedder.backend=openai-compatible,hashing",
            "--over",
            "fusion.words=0,1",
            "--into",
            "out",
        )
        assert found["reference"] == "embedder.backend=hashing fusion.words=1"
        *failed, other, reference = found["variants"]
        for each in failed:
            assert "PRECEDENT_EMBEDDER__BASE_URL" in each["failed"]
        assert "embedder.backend=openai-compatible fusion.words=0 failed" in found["stderr"]
        assert (reference["configured"], other["configured"]) == (True, False)
        assert other["comparison"]["p_holm"] <= 1
        took = reference["footprint"]
        assert took["peak_mb"] > 20
        assert took["index_mb"] > 0
        assert took["model_mb"] == 0
        assert (other["footprint"]["embedded"], took["embedded"]) == (len(RECORDS), 0)
        for each, words in ((other, 0.0), (reference, 1.0)):
            run = json.loads(Path(each["file"]).read_text(encoding="utf-8"))
            assert run["configuration"]["fusion"]["words"] == words
        assert process("eval", "compare", other["file"], reference["file"]).returncode == 0

    def test_people_see_the_table_and_how_to_read_it(self, tmp_path: Path) -> None:
        tiny = str(dataset(tmp_path / "tiny"))
        ended = process("eval", "sweep", tiny, "--over", "system=precedent,bm25", "--into", "out")
        assert ended.returncode == 0, ended.stderr
        assert "system=precedent (reference, as configured)" in ended.stdout
        assert "Holm over 1 comparison" in ended.stdout
        assert "chosen by these very queries" in ended.stdout
        page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
        assert page.count("<circle") == 2
        assert "system=bm25" in page

    def test_a_metric_that_is_none_is_told_with_those_there_are(self, tmp_path: Path) -> None:
        tiny = str(dataset(tmp_path / "tiny"))
        ended = process("eval", "sweep", tiny, "--over", "fusion.words=0,1", "--metric", "f1")
        assert ended.returncode == 2
        assert "no metric 'f1'" in ended.stderr
        assert "ndcg@10" in ended.stderr


class TestChatModels:
    def test_models_are_swept_over_drafts_and_one_that_wrote_nothing_is_told(
        self, tmp_path: Path
    ) -> None:
        tiny = dataset(tmp_path / "tiny")
        title, text = "VPN gateway down", "The gateway refused certificates at 09:10."
        lines(
            tiny / "cases.jsonl",
            [
                {
                    "id": "c1",
                    "input": {"title": title, "summary": text},
                    "reference": {"resolution": "The gateway certificate was renewed."},
                }
            ],
        )
        claim = {"text": text, "sources": ["S1"]}
        answer = {"sections": [{"name": "Summary", "claims": [claim]}]}
        (tmp_path / "writes.jsonl").write_text(json.dumps(answer), encoding="utf-8")
        (tmp_path / "silent.jsonl").write_text("", encoding="utf-8")
        models = "chat.model=scripted:writes.jsonl,scripted:silent.jsonl"
        found = sweep(0, str(tiny), "--task", "drafts", "--over", models)
        writes, silent = found["variants"]
        assert {writes["system"], silent["system"]} == {"chat"}
        assert writes["notes"] == []
        assert silent["notes"] == [
            "1 of 1 drafts are by the extractive writer: the model gave none."
        ]
        run = json.loads(Path(writes["file"]).read_text(encoding="utf-8"))
        assert (run["models"]["chat"], run["prompts"]) == (
            "scripted:writes.jsonl",
            ["rca_draft/v2"],
        )
