"""Pools: made of what systems find, judged by people who do not know which, merged into truth."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.bootstrap import Application
from assistant.db import judgements as rows
from assistant.domain.judgements import Candidate, Grade, Judgement, Pool, PooledQuery
from assistant.main import create_app
from evals.own.merging import merge
from evals.own.pooling import Pooled, PoolRun, make_pool
from retrieval.corpus.database import Database
from retrieval.errors import Conflict, InvalidInput
from tests.conftest import NOW
from tests.installation import filled, take_in

EVA, EMIL, ANA = ({"X-Precedent-Person": name} for name in ("eva", "emil", "ana"))
PEOPLE = [
    {"name": "eva", "roles": ["evaluator"], "groups": ["everyone", "personnel"]},
    {"name": "emil", "roles": ["evaluator"]},
    {"name": "ana", "roles": ["analyst"]},
]
HIDDEN = {
    "id": "HR1",
    "title": "VPN certificate of the salary server",
    "text": "The certificate of the salary VPN had expired.",
    "groups": ["personnel"],
    "fields": {"opened_at": "2025-01-01", "resolved_at": "2025-01-02"},
}
CORPUS = [
    {
        "id": "INC0001",
        "title": "VPN certificate expired",
        "text": "Nobody can connect to vpn-gw-1.",
    },
    {"id": "INC0002", "title": "Printer jam in Leeds", "text": "The label printer is blank."},
    {"id": "INC0003", "title": "ERP stands still", "text": "ORA-00257 archiver error."},
    {"id": "INC0009", "title": "VPN refuses clients", "text": "A certificate error on vpn-gw-2."},
    {"id": "HR1", "title": "VPN certificate of the salary server", "text": "It had expired."},
]
QUERIES = [
    {"id": "q1", "text": "VPN certificate", "doc_id": "INC0009", "as_of": None},
    {"id": "q2", "text": "printer is blank"},
    {"id": "q3", "text": "the salary VPN", "doc_id": "HR1"},
]
QRELS = "query_id\tdoc_id\tgrade\nq1\tINC0001\t1\nq2\tINC0002\t2\n"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    """An installation with four tickets and one that only Eva may read."""
    monkeypatch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
    made = filled(
        tmp_path,
        embedder={"backend": "hashing"},
        web={"embedded_worker": False},
        auth={"people": PEOPLE},
    )
    file = tmp_path / "hidden.jsonl"
    file.write_text(json.dumps(HIDDEN), encoding="utf-8")
    take_in(made, file, source="personnel")
    yield made
    made.database.close()


@pytest.fixture
def client(app: Application) -> Iterator[TestClient]:
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dataset of the same records."""
    made = tmp_path / "own"
    made.mkdir()
    for name, entries in (("corpus", CORPUS), ("queries", QUERIES)):
        text = "".join(json.dumps(entry) + "\n" for entry in entries)
        (made / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (made / "qrels.tsv").write_text(QRELS, encoding="utf-8")
    return made


def pooled(app: Application, folder: Path, **options: Any) -> Pooled:
    return make_pool(app, PoolRun(folder=folder, systems=("bm25", "dense"), **options))


def judged(client: TestClient, number: int, who: dict[str, str], **grades: int) -> Any:
    url = f"/api/v1/pools/own/queries/{number}/judgements"
    return client.put(url, json={"grades": grades}, headers=who)


def seen(client: TestClient, number: int, who: dict[str, str]) -> dict[str, Any]:
    answer = client.get(f"/api/v1/pools/own/queries/{number}", headers=who)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestPool:
    def test_it_is_what_any_system_finds_each_once_and_never_the_incident_itself(
        self, app: Application, folder: Path
    ) -> None:
        made = pooled(app, folder, depth=2)
        first = made.queries[0]
        names = [one.record_id for one in first.candidates]
        assert len(names) == len(set(names)) >= 2
        assert {"INC0001", "HR1"} & set(names)
        assert "INC0009" not in names
        assert first.record_id == "INC0009"

    def test_the_order_depends_on_the_seed_and_not_on_who_found_it(
        self, app: Application, folder: Path
    ) -> None:
        orders = {
            seed: pooled(app, folder, depth=4, seed=seed, again=True).queries[0].candidates
            for seed in range(6)
        }
        assert len(set(orders.values())) > 1
        assert len({frozenset(order) for order in orders.values()}) == 1
        run = PoolRun(folder=folder, systems=("dense", "bm25"), depth=4, seed=3, again=True)
        assert make_pool(app, run).queries[0].candidates == orders[3]

    def test_a_second_pool_of_the_name_is_refused_and_keeps_judgements_when_forced(
        self, app: Application, client: TestClient, folder: Path
    ) -> None:
        pooled(app, folder)
        assert judged(client, 1, EVA, INC0001=2).status_code == 200
        with pytest.raises(Conflict, match="--force"):
            pooled(app, folder)
        pooled(app, folder, again=True)
        assert [one.grade for one in app.judging.given("own")] == [Grade.SAME_PROBLEM]

    def test_records_of_another_installation_are_refused(
        self, app: Application, folder: Path
    ) -> None:
        text = (folder / "corpus.jsonl").read_text(encoding="utf-8").replace("INC000", "X")
        (folder / "corpus.jsonl").write_text(text.replace("HR1", "Y"), encoding="utf-8")
        with pytest.raises(InvalidInput, match="in this installation"):
            pooled(app, folder)

    @pytest.mark.parametrize("name", ["a/b", "", "x" * 65, ".."])
    def test_a_name_that_cannot_stand_in_an_address_is_refused(
        self, app: Application, folder: Path, name: str
    ) -> None:
        with pytest.raises(InvalidInput, match="--name"):
            pooled(app, folder, name=name or " ")


class TestApi:
    def test_grades_are_kept_for_each_person_and_can_be_changed(
        self, app: Application, client: TestClient, folder: Path
    ) -> None:
        pooled(app, folder)
        assert judged(client, 1, EVA, INC0001=2).status_code == 200
        assert judged(client, 1, EMIL, INC0001=0).status_code == 200
        assert judged(client, 1, EVA, INC0001=1).json()["following"] == 2
        by_record = {one["record_id"]: one["grade"] for one in seen(client, 1, EVA)["candidates"]}
        assert by_record["INC0001"] == 1
        assert [(one.person, int(one.grade)) for one in app.judging.given("own")] == [
            ("emil", 0),
            ("eva", 1),
        ]
        events = [event.action for event in app.audit.about("own")]
        assert events == ["pool.made", *["judgement.given"] * 3]
        assert app.audit.verify().ok

    def test_no_answer_tells_which_system_found_a_record(
        self, app: Application, client: TestClient, folder: Path
    ) -> None:
        pooled(app, folder)
        assert "bm25" not in client.get("/api/v1/pools", headers=EVA).text
        assert "bm25" not in json.dumps(seen(client, 1, EVA))
        assert "bm25" not in client.get("/judging/own/1", headers=EVA).text

    @pytest.mark.parametrize(
        "grades", [{}, {"INC0001": 3}, {"INC0009": 1}, {"GHOST": 1}, {"INC0001": "x"}]
    )
    def test_what_cannot_be_used_is_refused(
        self, app: Application, client: TestClient, folder: Path, grades: dict[str, Any]
    ) -> None:
        pooled(app, folder)
        url = "/api/v1/pools/own/queries/1/judgements"
        assert client.put(url, json={"grades": grades}, headers=EVA).status_code == 422
        assert app.judging.given("own") == []

    def test_only_evaluators_judge(
        self, app: Application, client: TestClient, folder: Path
    ) -> None:
        pooled(app, folder)
        assert judged(client, 1, ANA, INC0001=2).status_code == 403
        for url in ("/api/v1/pools", "/api/v1/pools/own/queries/1", "/judging", "/judging/own/1"):
            assert client.get(url, headers=ANA).status_code == 403, url
        assert client.get("/api/v1/pools/ghost/queries", headers=EVA).status_code == 404


class TestAccess:
    def test_a_hidden_record_is_no_candidate(
        self, app: Application, client: TestClient, folder: Path
    ) -> None:
        pooled(app, folder)
        assert "HR1" in {one["record_id"] for one in seen(client, 1, EVA)["candidates"]}
        for text in (
            json.dumps(seen(client, 1, EMIL)),
            client.get("/judging/own/1", headers=EMIL).text,
        ):
            assert "HR1" not in text
            assert "salary" not in text
        assert judged(client, 1, EMIL, HR1=2).status_code == 422

    def test_a_query_about_a_hidden_record_is_not_there(
        self, app: Application, client: TestClient, folder: Path
    ) -> None:
        pooled(app, folder)
        number = 3
        assert client.get(f"/judging/own/{number}", headers=EVA).status_code == 200
        refused = client.get(f"/judging/own/{number}", headers=EMIL)
        assert refused.status_code == 404
        assert "salary" not in refused.text
        assert "salary" not in client.get("/judging/own", headers=EMIL).text
        assert judged(client, number, EMIL, INC0001=2).status_code == 404


class TestPages:
    def test_a_query_is_judged_with_a_form_alone(
        self, app: Application, client: TestClient, folder: Path
    ) -> None:
        pooled(app, folder)
        assert "0 of 3 judged by you" in client.get("/judging", headers=EVA).text
        shown = client.get("/judging/own/1", headers=EVA).text
        groups = set(re.findall(r'type="radio" name="([^"]+)"', shown))
        assert "grade:INC0001" in groups
        assert "Description:\nNobody can connect" in shown
        assert "##" not in shown
        answer = client.post(
            "/judging/own/1",
            data={"grade:INC0001": "2", "grade:HR1": "0"},
            headers=EVA,
            follow_redirects=False,
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/judging/own/2")
        again = client.get("/judging/own/1", headers=EVA).text
        assert re.search(r'name="grade:INC0001" value="2" checked', again)
        assert "1 of 3 judged by you" in client.get("/judging", headers=EVA).text

    def test_an_empty_form_changes_nothing(
        self, app: Application, client: TestClient, folder: Path
    ) -> None:
        pooled(app, folder)
        answer = client.post("/judging/own/1", data={"grade:INC0001": "x"}, headers=EVA)
        assert answer.status_code == 422
        answer = client.post("/judging/own/1", data={}, headers=EVA)
        assert "at least one record" in answer.text
        assert app.judging.given("own") == []

    def test_the_way_there_is_shown_to_evaluators_only(self, client: TestClient) -> None:
        assert 'href="/judging"' in client.get("/", headers=EVA).text
        assert 'href="/judging"' not in client.get("/", headers=ANA).text


class TestMerge:
    def given(self, **grades: tuple[int, ...]) -> list[Judgement]:
        """Grades of eva, emil and ida by record, all of the first query."""
        return [
            Judgement(query_id="q1", record_id=record, person=person, grade=Grade(grade), at=NOW)
            for record, several in grades.items()
            for person, grade in zip(("eva", "emil", "ida"), several, strict=False)
        ]

    def test_the_lower_median_takes_the_place_of_links(self, folder: Path) -> None:
        given = self.given(INC0001=(0, 2), INC0002=(2, 2, 0), INC0003=(1,), GHOST=(2,))
        merged = merge(folder, "own", given)
        rows_of = (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]
        assert rows_of == ["q1\tINC0001\t0", "q1\tINC0002\t2", "q1\tINC0003\t1", "q2\tINC0002\t2"]
        assert (merged.pairs, merged.overruled, merged.strangers) == (3, 1, 1)
        assert [(one.record_id, one.counts_as) for one in merged.disagreements] == [
            ("INC0001", 0),
            ("INC0002", 2),
        ]

    def test_merging_again_begins_with_what_was_there_before(self, folder: Path) -> None:
        merge(folder, "own", self.given(INC0001=(0,)))
        first = {file.name: file.read_bytes() for file in folder.iterdir()}
        merge(folder, "own", self.given(INC0001=(0,)))
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == first
        merge(folder, "own", self.given(INC0003=(2,)))
        assert "q1\tINC0001\t1" in (folder / "qrels.tsv").read_text(encoding="utf-8")

    def test_agreement_is_told_for_each_two_judges_but_not_who_they_are(self, folder: Path) -> None:
        given = self.given(INC0001=(2, 2), INC0002=(0, 0), INC0003=(1, 0), HR1=(0, 0))
        merged = merge(folder, "own", given)
        (agreement,) = merged.agreement
        assert (agreement.judges, agreement.n) == (("emil", "eva"), 4)
        # Observed 3/4; by chance (3·2 + 0·1 + 1·1)/16.
        assert agreement.kappa.mean == pytest.approx((0.75 - 7 / 16) / (1 - 7 / 16))
        card = json.loads((folder / "META.json").read_text(encoding="utf-8"))
        assert card["judgements"]["judges"] == 2
        assert "eva" not in json.dumps(card["judgements"]["agreement"])

    def test_an_unjudged_pool_changes_nothing(self, folder: Path) -> None:
        with pytest.raises(InvalidInput, match="/judging"):
            merge(folder, "own", [])
        assert (folder / "qrels.tsv").read_text(encoding="utf-8") == QRELS


class TestRows:
    def test_a_pool_and_its_grades_come_back_as_they_were(self, database: Database) -> None:
        pool = Pool(
            name="own", systems=("bm25",), depth=5, seed=1, created_by="operator", created_at=NOW
        )
        query = PooledQuery(
            number=1,
            query_id="q1",
            text="VPN",
            as_of=NOW,
            candidates=(Candidate(record_id="a", revision=2),),
        )
        grade = Judgement(query_id="q1", record_id="a", person="eva", grade=Grade.RELATED, at=NOW)
        with database.write() as connection:
            rows.put_pool(connection, pool, [query])
            rows.put_judgements(connection, "own", [grade])
            rows.put_judgements(
                connection, "own", [grade.model_copy(update={"grade": Grade.NOT_RELEVANT})]
            )
            rows.put_pool(connection, pool, [query])
        with database.read() as connection:
            assert rows.all_pools(connection) == [pool]
            assert rows.queries_of(connection, "own") == [query]
            (kept,) = rows.judgements_of(connection, "own")
        assert kept.grade is Grade.NOT_RELEVANT
