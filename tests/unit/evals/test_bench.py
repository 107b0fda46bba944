"""The benchmark measures the installed command in a data directory of its own."""

import sys
from pathlib import Path

import pytest

from evals import bench
from evals.rss import own_peak_mb, run_measured
from retrieval.errors import InvalidInput
from retrieval.records import Record
from tests.conftest import NOW, content
from tests.unit.evals.folders import RECORDS, lines


def record(text: str, title: str) -> Record:
    made = content("1", text, title=title)
    values = {name: getattr(made, name) for name in made.__dataclass_fields__}
    return Record(id="1", revision=1, **{**values, "known_at": NOW})


class TestQueries:
    def test_there_are_at_least_a_hundred_however_small_the_corpus(self) -> None:
        texts = bench.queries_of([record("# Symptom\nIt hangs. Then more.", "Disk full")])
        assert len(texts) == 100
        assert set(texts) == {"Disk full. Symptom"}

    def test_an_empty_corpus_is_refused(self) -> None:
        with pytest.raises(InvalidInput, match="no records"):
            bench.queries_of([])


class TestDefaultPaths:
    def test_without_the_public_data_the_demo_corpus_is_measured(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bench, "_SHARED_CORPUS", tmp_path / "none")
        monkeypatch.setattr(bench, "_DEMO", tmp_path / "demo")
        (tmp_path / "demo" / "runbooks").mkdir(parents=True)
        for name in ("incidents.csv", "README.md", ".hidden"):
            (tmp_path / "demo" / name).write_text("x", encoding="utf-8")
        names = [path.name for path in bench.default_paths()]
        assert names == ["incidents.csv", "runbooks"]


class TestMeasure:
    def test_every_figure_is_measured_and_the_configured_database_untouched(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PRECEDENT_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")
        monkeypatch.setattr(bench, "_COLD_STARTS", 1)
        corpus = tmp_path / "corpus.jsonl"
        lines(corpus, RECORDS)
        figures = bench.measure([corpus])
        assert (figures.records, figures.passages) == (len(RECORDS), len(RECORDS))
        assert figures.queries == 100
        assert 0 < figures.query_ms_p50 <= figures.query_ms_p95
        assert min(figures.index_mb, figures.database_mb, figures.cold_start_seconds) > 0
        assert min(figures.ingest.peak_mb, figures.peak_mb_cold_query) > 20
        assert figures.as_json()["query_ms"]["n"] == 100
        assert not (tmp_path / "own.db").exists()

    def test_a_failing_command_is_reported_with_its_own_message(self, tmp_path: Path) -> None:
        with pytest.raises(
            InvalidInput, match=r"(?s)failed: .*missing\.jsonl\s+does\s+not\s+exist"
        ):
            bench.measure([tmp_path / "missing.jsonl"])


class TestRunMeasured:
    def test_the_peak_is_that_of_the_command_alone(self) -> None:
        def peak(megabytes: int) -> float:
            code = f"held = bytearray({megabytes} * 2**20)"
            return run_measured([sys.executable, "-c", code]).peak_mb

        # Whoever starts a process must not count for it, nor a larger process before it.
        held = bytearray(200 * 2**20)
        large, small = peak(100), peak(1)
        assert own_peak_mb() > len(held) / 2**20
        assert large > 100
        assert small < 60

    def test_a_failed_command_has_its_status_and_message(self) -> None:
        ended = run_measured([sys.executable, "-c", "import sys; sys.exit('disk full')"])
        assert (ended.status, ended.message) == (1, "disk full")
        assert ended.seconds > 0

    def test_the_environment_is_the_one_given(self) -> None:
        code = "import os; os._exit(int(os.environ['WANTED']))"
        assert run_measured([sys.executable, "-c", code], {"WANTED": "7"}).status == 7
