"""A folder that was never seen before is asked all that it can be asked, and nothing else."""

from pathlib import Path

import pytest

from evals.commands.suite import suite
from evals.suite.jobs import jobs_of
from evals.suite.making import make
from evals.suite.result import SuiteResult, result_of
from retrieval.errors import UnreadableFile
from tests.unit.evals.folders import dataset, lines

CAUSE = {
    "id": "c1",
    "input": {"title": "VPN fails", "description": "Nobody can connect."},
    "reference": {"root_cause": "The certificate had expired."},
}
REPAIR = {**CAUSE, "reference": {"resolution": "The certificate was renewed."}}


def tasks(folder: Path) -> dict[str, int]:
    """How many systems are asked by task and variant."""
    counts: dict[str, int] = {}
    for job in jobs_of(folder, None):
        name = f"{job.task} {job.variant}".strip()
        counts[name] = counts.get(name, 0) + 1
    return counts


class TestJobs:
    def test_judged_queries_are_asked_of_every_system(self, tmp_path: Path) -> None:
        assert tasks(dataset(tmp_path / "set")) == {"retrieval": 5, "verifier": 1}

    def test_what_gives_the_answer_away_is_not_searched(self, tmp_path: Path) -> None:
        folder = dataset(tmp_path / "set")
        (folder / "corpus_blind.jsonl").write_bytes((folder / "corpus.jsonl").read_bytes())
        runs = [job.run for job in jobs_of(folder, None) if job.task == "retrieval"]
        assert {getattr(run, "corpus", "") for run in runs} == {"corpus_blind.jsonl"}

    def test_cases_are_asked_for_what_their_references_tell(self, tmp_path: Path) -> None:
        folder = tmp_path / "set"
        folder.mkdir()
        lines(folder / "cases.jsonl", [CAUSE])
        assert tasks(folder) == {"hypotheses": 2, "calibration": 1}
        dataset(folder)
        lines(folder / "repairs.jsonl", [REPAIR])
        assert tasks(folder) == {
            "retrieval": 5,
            "hypotheses": 2,
            "calibration": 1,
            "guardrails": 1,
            "drafts repairs": 3,
            "verifier": 1,
        }

    def test_labels_are_learned_and_fields_where_enough_records_have_them(
        self, tmp_path: Path
    ) -> None:
        services = ["vpn", "mail"] * 30
        records = [
            {"id": str(n), "title": "It fails", "text": "Down.", "fields": {"service": name}}
            for n, name in enumerate(services)
        ]
        folder = dataset(tmp_path / "set", records=records, queries=[], qrels="")
        for name in ("queries.jsonl", "qrels.tsv"):
            (folder / name).unlink()
        lines(folder / "cases.jsonl", [{"id": "1", "text": "No mail", "label": "mail"}])
        assert tasks(folder) == {"triage": 3, "triage service": 3}

    def test_errors_are_planted_only_where_something_is_stated(self, tmp_path: Path) -> None:
        folder = dataset(tmp_path / "set", records=[{"id": "1", "title": "Mail", "text": "Down."}])
        assert "verifier" not in tasks(folder)

    def test_a_folder_without_anything_to_ask_says_what_is_missing(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match=r"queries\.jsonl with qrels\.tsv"):
            jobs_of(tmp_path, None)


class TestResult:
    @pytest.fixture
    def found(self, tmp_path: Path) -> SuiteResult:
        jobs = [job for job in jobs_of(dataset(tmp_path / "set"), None) if job.task == "retrieval"]
        return result_of(make(jobs, tmp_path / "runs"))

    def test_every_run_is_kept_and_every_baseline_held_against_the_product(
        self, found: SuiteResult, tmp_path: Path
    ) -> None:
        assert {file.name for file in (tmp_path / "runs").iterdir()} == {
            f"set.retrieval.{system}.json"
            for system in ("precedent", "langchain-default", "bm25", "dense", "rrf")
        }
        assert set(found.against_product) == {
            f"set.retrieval.{system}" for system in ("langchain-default", "bm25", "dense", "rrf")
        }
        assert all(row.metric == "ndcg@10" for row in found.against_product.values())

    def test_a_number_never_stands_without_its_interval(self, found: SuiteResult) -> None:
        for run in found.as_json()["runs"]:
            assert all({"mean", "lo", "hi"} <= set(value) for value in run["metrics"].values())


class TestCommand:
    def test_tables_and_pages(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        suite([dataset(tmp_path / "set")], into=tmp_path / "runs")
        told = capsys.readouterr().out
        assert "ndcg@10" in told
        assert "langchain-default" in told
        page = (tmp_path / "runs" / "index.html").read_text(encoding="utf-8")
        assert 'href="set.retrieval.precedent.html"' in page
        assert (tmp_path / "runs" / "set.retrieval.precedent.html").is_file()
