"""``--system URL``: a running deployment is asked over its API, like any other program."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from fastapi import FastAPI

from assistant.domain.people import Person, Role
from assistant.main import create_app
from evals.deployment import check_address
from evals.planted.files import corpus_files, records_of
from evals.runners.tasks import (
    CaseRun,
    FieldRun,
    RetrievalRun,
    run_fields,
    run_hypotheses,
    run_retrieval,
)
from ingest.pipeline import IngestOptions
from retrieval.access import EVERYONE
from retrieval.errors import InvalidInput, InvalidSettings, ServiceUnavailable
from retrieval.records import PRECEDENT_KINDS
from tests.conftest import PROJECT
from tests.fakes.serving import serving
from tests.installation import application
from tests.unit.evals.folders import lines

KEY = "PRECEDENT_EVALUATION__API_KEY"
ADMIN = Person(name="root", roles=frozenset({Role.ADMIN}))


class Served(NamedTuple):
    """A dataset made of the demo corpus, and the address of a deployment that has taken it in."""

    folder: Path
    address: str
    key: str


def demo_dataset(folder: Path) -> Path:
    """Some past incidents ask with their titles; any other of the service is right."""
    folder.mkdir()
    records = records_of(corpus_files(PROJECT / "evals" / "demo"))
    past = [record for record in records if record.kind in PRECEDENT_KINDS]
    entries = [
        {
            "id": record.external_id,
            "kind": record.kind,
            "title": record.title,
            "text": record.text,
            "fields": {
                "service": ", ".join(record.services),
                "opened_at": None if record.opened_at is None else record.opened_at.isoformat(),
            },
        }
        for record in records
    ]
    asked = [record for record in past if record.services][::16]
    queries: list[dict[str, object]] = [
        {"id": f"q{number}", "text": record.title, "doc_id": record.external_id}
        for number, record in enumerate(asked)
    ]
    queries.append({"id": "text", "text": "clients get a certificate error from the VPN"})
    rows = [
        f"q{number}\t{other.external_id}\t1\n"
        for number, record in enumerate(asked)
        for other in past
        if other.services == record.services and other.external_id != record.external_id
    ]
    rows.append(f"text\t{past[0].external_id}\t1\n")
    lines(folder / "corpus.jsonl", entries)
    lines(folder / "queries.jsonl", queries)
    (folder / "qrels.tsv").write_text("query_id\tdoc_id\tgrade\n" + "".join(rows), "utf-8")
    cases = [
        {
            "id": f"case-{number}",
            "input": {"title": record.title, "summary": record.text[:300]},
            "reference": {"root_cause": "The certificate of the gateway had expired."},
        }
        for number, record in enumerate(asked[:4])
    ]
    lines(folder / "cases.jsonl", cases)
    return folder


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
        folder = demo_dataset(tmp_path_factory.mktemp("eval") / "demo")
        app = application(
            folder.parent,
            embedder={"backend": "hashing"},
            web={"embedded_worker": False, "requests_per_minute": 0},
        )
        options = IngestOptions(source="corpus", groups=frozenset({EVERYONE}))
        app.pipeline.take_in(folder / "corpus.jsonl", options)
        app.pipeline.index()
        key = app.keys.create(ADMIN, "evaluation", {Role.EVALUATOR}, {EVERYONE}).secret
        with serving(create_app(app)) as address:
            yield Served(folder, address, key)
        app.database.close()


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, served: Served, tmp_path: Path) -> None:
    monkeypatch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv(KEY, served.key)
    monkeypatch.chdir(tmp_path)


class TestRetrieval:
    def test_the_same_rankings_as_in_this_process(self, served: Served) -> None:
        here = run_retrieval(RetrievalRun(folder=served.folder))
        there = run_retrieval(RetrievalRun(folder=served.folder, system=served.address))
        assert len(here.per_query) > 5
        for ours, theirs in zip(here.per_query, there.per_query, strict=True):
            assert ours == theirs
        assert here.metrics == there.metrics
        assert here.metrics["recall@20"].mean > 0
        told = there.as_json()
        assert told["system"] == served.address
        assert told["versions"]["deployment"]
        assert served.key not in json.dumps(told)


class TestTriage:
    def test_hypotheses_are_those_of_this_process(self, served: Served) -> None:
        here = run_hypotheses(CaseRun(folder=served.folder, system="precedent"))
        there = run_hypotheses(CaseRun(folder=served.folder, system=served.address))
        for ours, theirs in zip(here.per_query, there.per_query, strict=True):
            mine, yours = ours.as_json(), theirs.as_json()
            assert [one["statement"] for one in yours["hypotheses"]] == [
                one["statement"] for one in mine["hypotheses"] if one["origin"] == "precedent"
            ]
        assert any(each.as_json()["hypotheses"] for each in there.per_query)

    def test_fields_by_name(self, served: Served, tmp_path: Path) -> None:
        entries = (served.folder / "corpus.jsonl").read_text("utf-8").splitlines()
        few = [json.loads(entry) for entry in entries if "INC001" in entry][::12]
        lines(tmp_path / "corpus.jsonl", few)
        found = run_fields(FieldRun(folder=tmp_path, field="service", system=served.address))
        assert found.metrics["coverage"].mean >= found.metrics["accuracy"].mean > 0
        with pytest.raises(InvalidInput, match="--field"):
            run_fields(FieldRun(folder=served.folder, system=served.address))


class TestErrors:
    def test_without_a_key_it_says_how_to_get_one(
        self, served: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv(KEY)
        with pytest.raises(InvalidSettings, match="precedent keys create"):
            run_retrieval(RetrievalRun(folder=served.folder, system=served.address))

    def test_a_key_that_is_refused(self, served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(KEY, "pk_" + "0" * 43)
        with pytest.raises(ServiceUnavailable, match="answered 401") as raised:
            run_retrieval(RetrievalRun(folder=served.folder, system=served.address))
        assert "pk_" not in str(raised.value)

    def test_something_else_at_the_address(self, served: Served) -> None:
        other = FastAPI()
        other.post("/api/v1/similar")(lambda: {"hits": [{"name": "x"}]})
        with serving(other) as address, pytest.raises(ServiceUnavailable, match="like Precedent"):
            run_retrieval(RetrievalRun(folder=served.folder, system=address))

    @pytest.mark.parametrize(
        ("address", "said"),
        [
            ("https://me:secret@precedent.example.com", "an address alone"),
            ("https://precedent.example.com?key=pk_1", "an address alone"),
            ("http://precedent.example.com", "Use https"),
            ("https://", "names no server"),
        ],
    )
    def test_addresses_that_would_leak_a_key(self, address: str, said: str) -> None:
        with pytest.raises(InvalidInput, match=said) as raised:
            check_address(address)
        assert "secret" not in str(raised.value)
