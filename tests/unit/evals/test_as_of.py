"""A query that says when it was asked is answered by what was known then, by every system."""

import json
from pathlib import Path

import pytest

from evals.datasets import load_retrieval
from evals.runners.tasks import RetrievalRun, run_retrieval
from evals.systems import SYSTEMS
from retrieval.errors import InvalidInput
from tests.unit.evals.folders import dataset

ASKED = "2026-03-01T08:00:00+00:00"
EARLY = {"opened_at": "2026-01-05 06:00", "resolved_at": "2026-01-05 09:00"}
# Opened before the question, closed after it: what it says now was not known then.
RUNNING = {"opened_at": "2026-02-28 06:00", "resolved_at": "2026-03-02 09:00"}
LATER = {"opened_at": "2026-03-01 09:00", "resolved_at": "2026-03-01 10:00"}
WORDS = "The certificate of the VPN gateway had expired; it was renewed."
RECORDS = [
    {"id": "early", "title": "VPN gateway", "text": f"Remote access. {WORDS}", "fields": EARLY},
    {"id": "running", "title": "VPN certificate expired", "text": WORDS, "fields": RUNNING},
    {"id": "later", "title": "VPN certificate expired", "text": WORDS, "fields": LATER},
    {"id": "undated", "title": "VPN certificate expired", "text": WORDS, "fields": {}},
]
QUERY = {"id": "q1", "text": "VPN certificate expired", "as_of": ASKED}
QRELS = "query_id\tdoc_id\tgrade\nq1\tearly\t1\nq1\tlater\t2\nq1\trunning\t2\n"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hashed words instead of a model, and a cache of the test's own."""
    monkeypatch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def folder_of(tmp_path: Path, qrels: str = QRELS, **asked: object) -> Path:
    query = {**QUERY, **asked}
    kept = {name: value for name, value in query.items() if value is not None}
    return dataset(tmp_path / "timed", records=RECORDS, queries=[kept], qrels=qrels)


class TestAsOf:
    @pytest.mark.parametrize("system", sorted(set(SYSTEMS) - {"late-interaction"}))
    def test_what_was_not_known_yet_is_not_found(self, tmp_path: Path, system: str) -> None:
        result = run_retrieval(RetrievalRun(folder=folder_of(tmp_path), system=system))
        assert [query.as_json()["ranking"] for query in result.per_query] == [["early"]]

    def test_nor_does_it_count_as_relevant(self, tmp_path: Path) -> None:
        result = run_retrieval(RetrievalRun(folder=folder_of(tmp_path), system="bm25"))
        assert result.metrics["ndcg@10"].mean == 1.0
        assert any("2 judgements name a record that was not known" in n for n in result.notes)

    def test_without_a_moment_everything_is_known(self, tmp_path: Path) -> None:
        folder = folder_of(tmp_path, as_of=None)
        result = run_retrieval(RetrievalRun(folder=folder, system="bm25"))
        (query,) = result.per_query
        assert set(query.as_json()["ranking"]) == {"early", "running", "later", "undated"}

    def test_a_dataset_of_which_nothing_was_known_is_refused(self, tmp_path: Path) -> None:
        folder = folder_of(tmp_path, "query_id\tdoc_id\tgrade\nq1\tlater\t2\n")
        with pytest.raises(InvalidInput, match="No judged record of timed was known"):
            run_retrieval(RetrievalRun(folder=folder, system="bm25"))

    def test_a_moment_that_is_none_names_its_place(self, tmp_path: Path) -> None:
        folder = folder_of(tmp_path, as_of="yesterday")
        with pytest.raises(InvalidInput, match=r"queries.jsonl line 1, field 'as_of'"):
            load_retrieval(folder)

    def test_the_moment_is_read_in_its_zone(self, tmp_path: Path) -> None:
        folder = folder_of(tmp_path, as_of="2026-03-01T10:00:00+02:00")
        (query,) = load_retrieval(folder).queries
        assert query.as_of is not None
        assert json.dumps(query.as_of.isoformat()) == json.dumps(ASKED)
