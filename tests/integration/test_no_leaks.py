"""Whoever may not read a record finds no trace of it, whichever door they try.

Every route of the API and every page is asked, with the names of hidden things wherever a name
can stand. What comes back may repeat what was asked, and nothing else of them.
"""

import importlib
import pkgutil
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

import assistant.web
from assistant.bootstrap import Application
from assistant.main import create_app
from retrieval.corpus.writer import CorpusWriter
from retrieval.records import RecordKind
from tests.conftest import content
from tests.installation import filled, pool_in
from tests.integration.draft_life import edited

# Ruth may read the vault; Ana and Paul may not.
PEOPLE: list[dict[str, Any]] = [
    {"name": "ana", "roles": ["analyst", "author", "approver", "evaluator"]},
    {"name": "ruth", "roles": ["analyst", "author"], "groups": ["everyone", "vaultkeepers"]},
    {"name": "paul", "roles": ["analyst", "author"]},
]
ANA, RUTH, PAUL = ({"X-Precedent-Person": person["name"]} for person in PEOPLE)

TITLE = "Zephyrion vault opened by quokka"
TEXT = "Clients get a certificate error on vpn-gw-2: the Zephyrion vault was opened by a quokka."
# Nobody without leave ever sees one of these who did not say it first.
TRACES = (
    "SEC-7731",
    "CHG-9931",
    "KB-9931",
    "ALR-9931",
    "Zephyrion",
    "quokka",
    "vaultkeepers",
    "zephyr-vault-1",
)
HIDDEN = {
    "SEC-7731": RecordKind.INCIDENT,
    "CHG-9931": RecordKind.CHANGE,
    "KB-9931": RecordKind.RUNBOOK,
    "ALR-9931": RecordKind.ALERT,
}
_REQUESTS_PER_ROUTE = 24


def hide(app: Application) -> None:
    """Store what only the vaultkeepers may read, close to what everybody asks about."""
    with app.database.write() as connection:
        writer = CorpusWriter(connection, app.clock())
        for external_id, kind in HIDDEN.items():
            record = content(
                external_id,
                TEXT,
                title=TITLE,
                kind=kind,
                groups=frozenset({"vaultkeepers"}),
                services=("Remote access VPN", "Zephyrion"),
                fields={"ci": "zephyr-vault-1", "assignment_group": "vaultkeepers"},
                opened_at=datetime(2026, 1, 13, 5, 0, tzinfo=UTC),
            )
            writer.upsert(record, external_id)
        # The same number in a source that everybody may read, and in the vault.
        for source, groups in (("open", "everyone"), ("vault", "vaultkeepers")):
            twin = content("TWIN-1", f"From {source}", source=source, groups=frozenset({groups}))
            writer.upsert(twin, source)
    app.pipeline.index()


class Hidden(NamedTuple):
    """An installation with a vault, and the names of what is in it and of what is not."""

    client: TestClient
    names: dict[str, list[str]]


def prepared(client: TestClient) -> dict[str, list[str]]:
    """What Ruth does with the vault, so that there is something to find."""

    def made(path: str, body: dict[str, Any], who: dict[str, str]) -> dict[str, Any]:
        answer = client.post(f"/api/v1{path}", json=body, headers=who)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    span = {"record_id": "SEC-7731", "revision": 1, "start": 0, "end": len(TEXT)}
    about = made("/drafts", {"record_id": "SEC-7731"}, RUTH)
    open_draft = made("/drafts", {"record_id": "INC0001"}, PAUL)
    # Its second revision cites the vault, the third does so no more.
    draft = made("/drafts", {"record_id": "INC0009"}, PAUL)
    second = edited(client, draft, "Impact", {"text": TEXT, "citations": [span]})
    made(f"/drafts/{draft['id']}/comments", {"text": "Is the quokka from Zephyrion?"}, RUTH)
    proposals = [
        made(f"/drafts/{each['id']}/submit", {}, {**RUTH, "If-Match": each["etag"]})
        for each in (about, second)
    ]
    edited(client, second, "Impact")
    mark = {"record_id": "INC0009", "change_id": "CHG-9931", "verdict": "matched"}
    made("/change-marks", mark, RUTH)
    feedback = {"subject": "SEC-7731", "suggestion": "KB-9931", "verdict": "useful"}
    made("/feedback", feedback, RUTH)
    return {
        "record": [*HIDDEN, "tickets:SEC-7731", "vault:TWIN-1", "TWIN-1", "INC0009", "INC0001"],
        "draft": [about["id"], draft["id"], open_draft["id"]],
        "proposal": [proposal["id"] for proposal in proposals],
        "etag": [about["etag"], second["etag"], draft["etag"], open_draft["etag"]],
        "sha256": [proposal["sha256"] for proposal in proposals],
        "pool": ["own"],
    }


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hidden]:
    """For tests that change nothing of what others read."""
    yield from with_a_vault(tmp_path_factory.mktemp("vault"))


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hidden]:
    """For the walks, which also write."""
    yield from with_a_vault(tmp_path_factory.mktemp("walked"))


def with_a_vault(folder: Path) -> Iterator[Hidden]:
    app = filled(
        folder,
        web={"embedded_worker": False, "requests_per_minute": 0, "sign_ins_per_minute": 0},
        auth={"people": PEOPLE},
    )
    hide(app)
    pool_in(app, ("INC0009", "VPN"), ("SEC-7731", TEXT), candidates=("INC0001", *HIDDEN))
    with TestClient(create_app(app), raise_server_exceptions=False) as client:
        yield Hidden(client, prepared(client))
    app.database.close()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The same installation without a vault."""
    folder = tmp_path_factory.mktemp("bare")
    app = filled(folder, web={"embedded_worker": False}, auth={"people": PEOPLE})
    with app.database.write() as connection:
        twin = content("TWIN-1", "From open", source="open")
        CorpusWriter(connection, app.clock()).upsert(twin, "open")
    app.pipeline.index()
    with TestClient(create_app(app), raise_server_exceptions=False) as client:
        for record in ("INC0001", "INC0009"):
            client.post("/api/v1/drafts", json={"record_id": record}, headers=PAUL)
        yield client
    app.database.close()


def check(answer: httpx2.Response, *asked: object) -> None:
    """No trace that was not in the question, and no failure of ours."""
    said = repr(asked).casefold()
    told = f"{answer.text}\n{dict(answer.headers)}".casefold()
    found = [each for each in TRACES if each.casefold() in told and each.casefold() not in said]
    assert found == [], f"{asked} told of {found}"
    assert answer.status_code < 500, f"{asked}: {answer.text}"


_REFERENCES = frozenset({"subject", "suggestion", "change", "change_id", "reference"})
_WORDS = ("text", "title", "description", "notes")


class Asking:
    """Makes up requests from what OpenAPI says of an operation."""

    def __init__(self, schema: dict[str, Any], names: dict[str, list[str]], seed: str) -> None:
        self._schema = schema
        self._names = names
        self._random = random.Random(seed)
        self._only_asks = any(part in seed for part in ("similar", "triage", "sidebar"))

    def value(self, name: str, described: dict[str, Any]) -> Any:
        """A value of the described type; a name of something hidden wherever one can stand."""
        described = self._resolved(described)
        choices = described.get("anyOf") or described.get("oneOf")
        if choices:
            wanted = [choice for choice in choices if choice.get("type") != "null"]
            return self.value(name, self._random.choice(wanted))
        if "enum" in described:
            return self._random.choice(described["enum"])
        kind = described.get("type")
        if kind in {"integer", "number"}:
            return self._random.randint(1, 3)
        if kind == "boolean":
            return self._random.random() < 0.5
        if kind == "array":
            return [self.value(name, described.get("items", {})) for _ in range(2)]
        if kind == "object":
            return self._object(described)
        return self._text(name, described)

    def _object(self, described: dict[str, Any]) -> dict[str, Any]:
        needed = set(described.get("required", ()))
        made = {
            name: self.value(name, inner)
            for name, inner in described.get("properties", {}).items()
            if name in needed or self._random.random() < 0.4
        }
        if not described.get("properties"):
            made = {"title": self._text("text", {}), "description": self._text("text", {})}
        return made

    def _text(self, name: str, described: dict[str, Any]) -> str:
        if described.get("format") == "date-time":
            return "2026-01-14T00:00:00Z"
        for kind, known in self._names.items():
            if kind in name.lower():
                return self._random.choice(known)
        if name in _REFERENCES:
            return self._random.choice(self._names["record"])
        if self._only_asks and any(part in name for part in _WORDS):
            named = self._random.choice(["", *HIDDEN])
            return f"Clients get a certificate error on vpn-gw-2. {named}".strip()
        # What is kept must not be what is looked for: it would be found as Ana's own words.
        return "Clients get a certificate error on vpn-gw-2."

    def _resolved(self, described: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in described:
            name = described["$ref"].rsplit("/", 1)[-1]
            described = self._schema["components"]["schemas"][name]
        return described


def ask(
    client: TestClient, asking: Asking, method: str, path: str, operation: dict[str, Any]
) -> tuple[httpx2.Response, object]:
    """One request as Ana; what was asked is returned with the answer."""
    query: dict[str, Any] = {}
    headers: dict[str, str] = dict(ANA)
    for parameter in operation.get("parameters", ()):
        name, place = parameter["name"], parameter["in"]
        value = asking.value(name if name != "If-Match" else "etag", parameter["schema"])
        if place == "path":
            path = path.replace(f"{{{name}}}", str(value))
        elif place == "query":
            query[name] = value
        elif place == "header":
            headers[name] = str(value)
    body = None
    if "requestBody" in operation:
        described = next(iter(operation["requestBody"]["content"].values()))["schema"]
        body = asking.value("body", described)
    answer = client.request(method.upper(), path, params=query, json=body, headers=headers)
    return answer, (method, path, query, body)


class TestApi:
    def test_no_route_tells_of_what_is_hidden(self, walked: Hidden) -> None:
        schema = walked.client.get("/api/v1/openapi.json").json()
        assert len(schema["paths"]) > 20
        for path, methods in schema["paths"].items():
            for method, operation in methods.items():
                asking = Asking(schema, walked.names, f"{method} {path}")
                for _ in range(_REQUESTS_PER_ROUTE):
                    answer, asked = ask(walked.client, asking, method, path, operation)
                    check(answer, asked)

    @pytest.mark.parametrize("external_id", [*HIDDEN, "tickets:SEC-7731", "vault:TWIN-1"])
    def test_what_is_hidden_is_answered_like_what_does_not_exist(
        self, hidden: Hidden, external_id: str
    ) -> None:
        client = hidden.client

        def answers(name: str) -> list[tuple[int, str]]:
            asked = [
                client.get(f"/api/v1/records/{name}", headers=ANA),
                client.get(f"/api/v1/records/{name}?revision=2", headers=ANA),
                client.post("/api/v1/triage", json={"record_id": name}, headers=ANA),
                client.post("/api/v1/drafts", json={"record_id": name}, headers=ANA),
                client.post(
                    "/api/v1/feedback",
                    json={"subject": name, "suggestion": "INC0001", "verdict": "useful"},
                    headers=ANA,
                ),
                client.post(
                    "/api/v1/feedback",
                    json={"subject": "INC0001", "suggestion": name, "verdict": "useful"},
                    headers=ANA,
                ),
                client.post(
                    "/api/v1/change-marks",
                    json={"record_id": "INC0009", "change_id": name, "verdict": "matched"},
                    headers=ANA,
                ),
            ]
            return [(each.status_code, each.json()["detail"]) for each in asked]

        unknown = external_id.replace("9931", "4040").replace("7731", "4040").replace("vault", "x")
        said = [
            (status, told.replace(external_id, unknown)) for status, told in answers(external_id)
        ]
        assert said == answers(unknown)
        assert {status for status, _ in said} == {404}

    def test_a_number_that_two_records_have_is_clear_to_who_may_read_one(
        self, hidden: Hidden
    ) -> None:
        for path in ("/api/v1/records/TWIN-1", "/records/TWIN-1"):
            answer = hidden.client.get(path, headers=ANA)
            assert answer.status_code == 200
            assert "From open" in answer.text

    def test_drafts_and_proposals_of_the_vault_are_answered_like_none(self, hidden: Hidden) -> None:
        about, cited, _ = hidden.names["draft"]
        for path in ("", "/export", "/lint", "/comments", "/revisions", "/diff"):
            got = hidden.client.get(f"/api/v1/drafts/{about}{path}", headers=ANA)
            unknown = hidden.client.get(f"/api/v1/drafts/draft-4040{path}", headers=ANA)
            assert got.status_code == unknown.status_code == 404
            said = unknown.json()["detail"].replace("draft-4040", about)
            assert got.json()["detail"] == said
        assert hidden.client.get(f"/api/v1/drafts/{cited}", headers=ANA).status_code == 200
        for query in ("export?revision=2", "diff?from=1&to=2", "diff?from=2&to=3"):
            got = hidden.client.get(f"/api/v1/drafts/{cited}/{query}", headers=ANA)
            assert got.status_code == 404, query
        assert hidden.client.get(f"/api/v1/drafts/{cited}/comments", headers=ANA).json() == {
            "items": []
        }
        assert hidden.client.get("/api/v1/proposals", headers=ANA).json() == {"items": []}
        for proposal in hidden.names["proposal"]:
            got = hidden.client.get(f"/api/v1/proposals/{proposal}", headers=ANA)
            unknown = hidden.client.get("/api/v1/proposals/prop-4040", headers=ANA)
            assert got.status_code == 404
            assert got.json()["detail"] == unknown.json()["detail"].replace("prop-4040", proposal)

    def test_the_vaultkeepers_do_find_it(self, hidden: Hidden) -> None:
        """Else the tests above would find nothing because there is nothing."""
        question = {"text": "Clients get a certificate error on vpn-gw-2", "k": 100}
        told = hidden.client.post("/api/v1/triage", json=question, headers=RUTH).text
        assert all(trace in told for trace in ("SEC-7731", "KB-9931", "Zephyrion", "quokka"))
        card = hidden.client.post("/api/v1/triage", json={"record_id": "INC0009"}, headers=RUTH)
        assert "CHG-9931" in str(card.json()["suspected_changes"])
        found = hidden.client.get("/api/v1/proposals", headers=RUTH).json()["items"]
        assert len(found) == 2


def pages() -> list[tuple[str, str]]:
    """Method and path of every page, whether it is wired or not."""
    found = set()
    for module in pkgutil.iter_modules(assistant.web.__path__):
        router = getattr(importlib.import_module(f"assistant.web.{module.name}"), "router", None)
        for route in () if router is None else router.routes:
            assert isinstance(route, APIRoute)
            found |= {(method, route.path) for method in route.methods or ()}
    return sorted(found)


class TestPages:
    def test_all_are_found(self) -> None:
        assert len(pages()) >= 20

    @pytest.mark.parametrize(("method", "path"), pages())
    def test_no_page_tells_of_what_is_hidden(self, walked: Hidden, method: str, path: str) -> None:
        asking = Asking({}, walked.names, f"{method} {path}")
        for _ in range(_REQUESTS_PER_ROUTE // 2):
            filled_in = path.replace("{pool}", "own")
            for name in ("record_id:path", "draft_id", "proposal_id", "number", "kind", "section"):
                fixed = {"number": "1", "kind": "handover", "section": "Impact"}
                value = fixed.get(name) or asking.value(name, {"type": "string"})
                filled_in = filled_in.replace(f"{{{name}}}", value)
            form = {
                name: asking.value(name, {"type": "string"})
                for name in ("record", "change", "subject", "suggestion", "text", "etag", "sha256")
            }
            form |= {"verdict": "matched" if "mark" in path else "useful", "decision": "approve"}
            query = {"record": form["record"], "start": "0", "end": "40", "from": "1", "to": "2"}
            answer = walked.client.request(
                method,
                filled_in,
                params=query,
                data=form if method == "POST" else None,
                headers=ANA,
                follow_redirects=False,
            )
            check(answer, filled_in, query, form)

    def test_the_first_page_counts_what_is_readable(self, hidden: Hidden, bare: TestClient) -> None:
        with_vault = hidden.client.get("/", headers=ANA).text
        assert with_vault == bare.get("/", headers=ANA).text
        assert with_vault != hidden.client.get("/", headers=RUTH).text

    def test_the_inbox_looks_as_if_there_were_no_vault(
        self, hidden: Hidden, bare: TestClient
    ) -> None:
        with_vault = hidden.client.get("/approvals", headers=ANA).text
        assert with_vault == bare.get("/approvals", headers=ANA).text
