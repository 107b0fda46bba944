"""An evaluation measures the product on the chosen file, and touches nothing else."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select

from assistant.bootstrap import Application
from assistant.settings import load_settings
from evals.datasets import EvalQuery, load_retrieval
from evals.installation import installed
from evals.results import VOLATILE, QueryScores
from evals.runners.tasks import RetrievalRun, run_retrieval
from evals.systems import SYSTEMS, system
from evals.tasks import retrieval
from evals.vector_cache import VectorCache, default_cache_file
from retrieval.corpus.tables import vectors
from retrieval.embedders.hashing import HashingEmbedder
from retrieval.errors import InvalidInput
from tests.unit.evals.folders import RECORDS, dataset


class TestInstalled:
    def test_only_what_a_record_is_made_of_is_taken_in(self, tmp_path: Path) -> None:
        telling = {"url": "https://wiki/answer", "groups": ["nobody"], "answer": "zzz", "source": 5}
        folder = dataset(tmp_path / "d", records=[{**record, **telling} for record in RECORDS])
        with installed(load_retrieval(folder).corpus, None) as installation:
            stored = list(installation.app.store.iter_current())
        assert len(stored) == len(RECORDS)
        assert {record.url for record in stored} == {""}
        assert {record.source for record in stored} == {"corpus"}
        assert not any(word in str(stored) for word in ("wiki", "nobody", "zzz"))

    def test_the_configured_database_and_data_directory_stay_untouched(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PRECEDENT_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")
        monkeypatch.setenv("PRECEDENT_DATA_DIR", str(tmp_path / "own"))
        with installed(load_retrieval(folder).corpus, None):
            pass
        assert not (tmp_path / "own.db").exists()
        assert not (tmp_path / "own").exists()

    def test_records_that_ingest_refuses_are_counted_in_a_note(self, tmp_path: Path) -> None:
        folder = dataset(tmp_path / "d", records=[*RECORDS, {"id": "blank", "title": ""}])
        with installed(load_retrieval(folder).corpus, None) as installation:
            assert len(list(installation.app.store.iter_current())) == len(RECORDS)
        assert "1 of the records of corpus.jsonl were not taken in" in installation.notes[0]
        assert "blank" in installation.notes[0]

    def test_secrets_of_a_corpus_are_redacted_as_in_the_product(self, tmp_path: Path) -> None:
        leaky = {**RECORDS[0], "text": "export AWS_SECRET=1\npassword: hunter2hunter2"}
        folder = dataset(tmp_path / "d", records=[leaky, *RECORDS[1:]])
        with installed(load_retrieval(folder).corpus, None) as installation:
            stored = installation.app.store.get("inc-1")
        assert stored is not None
        assert "hunter2hunter2" not in stored.text


class TestSystems:
    @pytest.mark.parametrize("name", SYSTEMS)
    def test_every_system_finds_the_obvious_record_first(self, folder: Path, name: str) -> None:
        with installed(load_retrieval(folder).corpus, None) as installation:
            rank = system(name)(installation.app)
            assert rank(EvalQuery("q", "print spooler restart queue"), 3)[0] == "rb-1"

    @pytest.mark.parametrize("name", SYSTEMS)
    def test_every_system_leaves_the_query_itself_out(self, folder: Path, name: str) -> None:
        text = f"{RECORDS[0]['title']} {RECORDS[0]['text']}"
        with installed(load_retrieval(folder).corpus, None) as installation:
            rank = system(name)(installation.app)
            assert rank(EvalQuery("q", text), 10)[0] == "inc-1"
            left = rank(EvalQuery("q", text, "inc-1"), 10)
        assert left
        assert "inc-1" not in left

    @pytest.mark.parametrize("name", SYSTEMS)
    def test_every_system_answers_nothing_to_a_blank_text(self, folder: Path, name: str) -> None:
        with installed(load_retrieval(folder).corpus, None) as installation:
            assert system(name)(installation.app)(EvalQuery("q", " \n"), 10) == ()

    def test_baselines_use_their_leg_alone(self, folder: Path) -> None:
        with installed(load_retrieval(folder).corpus, None) as installation:
            # No word in common: only the dense leg returns anything.
            nothing_shared = EvalQuery("q", "quokka")
            assert system("bm25")(installation.app)(nothing_shared, 10) == ()
            assert len(system("dense")(installation.app)(nothing_shared, 10)) == len(RECORDS)

    @pytest.mark.parametrize("name", SYSTEMS)
    def test_queries_are_redacted_like_the_records(self, tmp_path: Path, name: str) -> None:
        mail = {"id": "mail", "title": "Bounce", "text": "Sent to jane.roe@example.org"}
        folder = dataset(tmp_path / "d", records=[*RECORDS, mail])
        with installed(load_retrieval(folder).corpus, None) as installation:
            rank = system(name)(installation.app)
            # Another address: only what stands in its place can match.
            assert rank(EvalQuery("q", "max@sample.net"), 1) == ("mail",)

    def test_an_unknown_name_lists_the_known_ones(self) -> None:
        with pytest.raises(InvalidInput, match="precedent-text, late-interaction, bm25, dense"):
            system("magic")


class TestRun:
    def test_two_runs_are_equal_apart_from_the_latency(self, folder: Path, tmp_path: Path) -> None:
        runs = [
            RetrievalRun(folder=folder, cache_file=cache)
            for cache in (None, tmp_path / "cache.db", tmp_path / "cache.db")
        ]
        results = [run_retrieval(run).as_json() for run in runs]
        for result in results:
            for name in VOLATILE:
                del result[name]
        texts = {json.dumps(result) for result in results}
        assert len(texts) == 1

    def test_a_blank_query_counts_and_scores_nothing(self, tmp_path: Path) -> None:
        queries = [{"id": "q1", "text": " "}, {"id": "q2", "text": "print spooler"}]
        qrels = "query_id\tdoc_id\tgrade\nq1\tinc-1\t1\nq2\trb-1\t1\n"
        folder = dataset(tmp_path / "d", queries=queries, qrels=qrels)
        result = run_retrieval(RetrievalRun(folder=folder))
        assert [query.as_json()["mrr"] for query in result.per_query] == [0.0, 1.0]
        assert result.per_query[0].as_json()["ranking"] == []
        assert result.metrics["mrr"].mean == 0.5

    def test_rankings_are_a_hundred_deep_and_ten_are_shown(self, tmp_path: Path) -> None:
        records = [
            {"id": f"r{number:03}", "title": f"disk {number}", "text": "disk full " + "x " * number}
            for number in range(130)
        ]
        qrels = "query_id\tdoc_id\tgrade\nq\tr000\t1\n"
        queries = [{"id": "q", "text": "disk full"}]
        folder = dataset(tmp_path / "d", records=records, queries=queries, qrels=qrels)
        result = run_retrieval(RetrievalRun(folder=folder, system="bm25"))
        assert isinstance(result.per_query[0], QueryScores)
        assert len(result.per_query[0].ranking) == retrieval.DEPTH == 100
        assert len(result.as_json()["per_query"][0]["ranking"]) == 10

    def test_an_unknown_system_is_refused_before_anything_is_read(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="no system 'magic'"):
            run_retrieval(RetrievalRun(folder=tmp_path / "none", system="magic"))


def rows(file: Path) -> int:
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        count = connection.scalar(select(func.count()).select_from(vectors))
    engine.dispose()
    return count or 0


class TestVectorCache:
    def test_a_second_run_embeds_nothing(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache = tmp_path / "new" / "cache.db"
        loaded = load_retrieval(folder)
        with installed(loaded.corpus, cache):
            pass
        assert rows(cache) == len(RECORDS)

        def refuse(*_: object) -> None:
            raise AssertionError("embedded again")

        monkeypatch.setattr(HashingEmbedder, "passages", refuse)
        with installed(loaded.corpus, cache) as installation:
            assert len(installation.app.index.current().vectors) == len(RECORDS)

    def test_vectors_of_another_model_are_not_lent(self, folder: Path, tmp_path: Path) -> None:
        cache = tmp_path / "cache.db"
        with installed(load_retrieval(folder).corpus, cache) as installation:
            other = VectorCache(cache, HashingEmbedder(dimension=64))
            assert other.lend(installation.app.database) == 0
            other.close()

    def test_a_broken_file_costs_only_time(
        self, folder: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        cache = tmp_path / "cache.db"
        cache.write_bytes(b"this is no database" * 100)
        with installed(load_retrieval(folder).corpus, cache) as installation:
            assert len(installation.app.index.current().vectors) == len(RECORDS)

    def test_a_folder_that_cannot_be_made_costs_only_time(
        self, folder: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("in the way", encoding="utf-8")
        with installed(
            load_retrieval(folder).corpus, tmp_path / "file" / "cache.db"
        ) as installation:
            assert len(installation.app.index.current().vectors) == len(RECORDS)

    def test_it_lies_in_the_cache_folder_of_the_user(self, tmp_path: Path) -> None:
        assert default_cache_file() == tmp_path / "cache" / "precedent" / "eval-vectors.sqlite"

    def test_the_settings_choose_the_embedder(self, folder: Path) -> None:
        with installed(load_retrieval(folder).corpus, None) as installation:
            assert isinstance(installation.app, Application)
            assert load_settings().embedder.backend == "hashing"
            assert installation.app.embedder.model_id.startswith("hashing")
