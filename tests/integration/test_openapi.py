"""The API keeps to its OpenAPI document, whatever it is sent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from assistant.bootstrap import Application
from assistant.db.migrate import upgrade
from assistant.main import create_app
from retrieval.corpus.database import Database
from tests.conftest import PROJECT
from tests.databases import new_database
from tests.installation import filled, pool_in

KEPT = PROJECT / "docs" / "openapi.json"
API = schemathesis.openapi.from_path(KEPT)
API.config.update(base_url="http://localhost")
# Of a method that a path does not have, nothing is documented.
API.config.phases.coverage.unexpected_methods = set()
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Whoever may do everything is refused by nothing but what was sent.
ADA = {"X-Precedent-Person": "ada"}
PAUL = {"X-Precedent-Person": "paul"}
PEOPLE = [
    {"name": "ada", "roles": ["analyst", "author", "approver", "evaluator", "admin"]},
    {"name": "paul", "roles": ["analyst", "author"]},
]
NO_LIMITS = {
    "embedded_worker": False,
    "requests_per_minute": 0,
    "anonymous_requests_per_minute": 0,
    "sign_ins_per_minute": 0,
}


@dataclass
class Office:
    """A running service, and what there is in it."""

    wired: Application
    client: TestClient
    names: dict[str, str]

    def etag(self) -> str:
        reader = self.wired.settings.auth.people[0].reader()
        return self.wired.reading.get(self.names["draft_id"], reader).etag


@contextmanager
def office_in(folder: Path, **settings: Any) -> Iterator[Office]:
    """A service with a draft that was commented on, and a proposal of another person."""
    wired = filled(folder, web=NO_LIMITS, auth={"people": PEOPLE}, log_level="error", **settings)
    with TestClient(create_app(wired), raise_server_exceptions=False) as client:
        pool_in(wired, ("INC0009", "VPN"), candidates=("INC0001",))
        yield Office(wired, client, _begun(client))
    wired.database.close()


def _begun(client: TestClient) -> dict[str, str]:
    """What there is, by the names of parameters and members."""
    draft = _made(client, "/drafts", ADA, record_id="INC0009")
    _made(client, f"/drafts/{draft['id']}/comments", ADA, text="How many gateways?")
    others = _made(client, "/drafts", PAUL, record_id="INC0003")
    match = {**PAUL, "If-Match": others["etag"]}
    proposal = _made(client, f"/drafts/{others['id']}/submit", match)
    return {
        "record_id": "INC0009",
        "draft_id": draft["id"],
        "proposal_id": proposal["id"],
        "name": "markdown-folder",
        "pool": "own",
        "number": "1",
        "kind": "status-update",
        "subject": "INC0009",
        "suggestion": "INC0001",
        "change_id": "INC0001",
        "sha256": proposal["sha256"],
    }


def _made(client: TestClient, path: str, headers: dict[str, str], **body: str) -> dict[str, Any]:
    answer = client.post(f"/api/v1{path}", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office_in(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture(scope="module")
def strict_office(
    postgres_socket: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """The same on PostgreSQL, which refuses what SQLite keeps."""
    database = Database(new_database(postgres_socket))
    upgrade(database)
    database.close()
    url = database.engine.url.render_as_string(hide_password=False)
    with office_in(tmp_path_factory.mktemp("office"), database_url=url) as opened:
        yield opened


@API.parametrize()
@settings(
    max_examples=5,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_documented(case: Case[Any], office: Office) -> None:
    case.call_and_validate(app=office.client.app, headers=ADA, checks=CHECKS)
    if names_what_exists(case, office.names):
        headers = {**ADA, "If-Match": office.etag()}
        case.call_and_validate(app=office.client.app, headers=headers, checks=CHECKS)


def names_what_exists(case: Case[Any], names: dict[str, str]) -> bool:
    """Replace made-up names, which are never more than not found; false where there are none."""
    parts = [part for part in (case.path_parameters, case.body) if isinstance(part, dict)]
    for part in parts:
        part.update({name: names[name] for name in part.keys() & names.keys()})
    return any(part.keys() & names.keys() for part in parts)


# A body that each operation takes; every member of it is then replaced by what it should not be.
BODIES: dict[str, dict[str, Any]] = {
    "similar": {"text": "VPN", "k": 3, "kinds": [], "title": "VPN", "opened_at": None},
    "triage": {"description": "VPN", "work_notes": [], "services": [], "cis": [], "as_of": None},
    "triage_event": {"title": "VPN", "opened_at": "2025-01-01", "service": "a", "changes": ["b"]},
    "create_draft": {"record_id": "INC0002", "writer": None, "as_of": None},
    "stream_draft": {"record_id": "INC0002", "writer": None, "as_of": None},
    "edit_draft": {"sections": {"Impact": [{"text": "All of Leeds."}]}},
    "regenerate_section": {"section": "Impact", "writer": None},
    "stream_section": {"section": "Impact", "writer": None},
    "answer_question": {"section": "Impact", "question": "Why?", "answer": "It rained."},
    "add_comment": {"text": "Why?", "section": None, "claim": None},
    "preview_submission": {"target": None, "field": None, "number": None},
    "submit_draft": {"target": None, "field": None, "number": None, "override_reason": ""},
    "decide_proposal": {"decision": "reject", "reason": "No.", "target_version": None},
    "undo_delivery": {"reason": "It was wrong."},
    "stop_target": {"reason": "Maintenance."},
    "give_feedback": {"verdict": "useful", "reason": "Yes."},
    "mark_change": {"verdict": "matched", "reason": "Yes."},
    "lint": {"text": "Human error.", "kind": "rca"},
    "judge_query": {"grades": {"INC0001": 2}},
    "exchange_token": {"token": "x", "cookie": False},
}
ODD_VALUES: list[Any] = [
    *("a\u0000b", "\u0000", "\ud800", "\u202e\ufeff", "", "a" * 5_000, "\r\nSet-Cookie: a=b"),
    *(None, True, 10**30, -1, 1e308, -62135596800, [], {}, [None], ["\ud800", "\u0000"]),
    *("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    *("2025-02-30T00:00:00Z", "1e400"),
]
ODD_BODIES = [
    *(b"", b"{", b"null", b"[]", b'"x"', b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"1" * 5_000),
    *(b"[" * 100_000, b'{"a":' * 50_000, b'{"text":NaN}', b'{"text":1' + b"0" * 5_000 + b"}"),
    *(b'{"\\ud800":1}', b'{"text":"a","text":"b"}', '{"text":"x"}'.encode("utf-16")),
    *(
        b'{"sections":{"Impact":[{"text":"\\ud800\\u0000","citations":[%s]}]}}' % span
        for span in (
            b'{"record_id":"INC0009\\u0000","revision":1,"start":0,"end":5}',
            b'{"record_id":"\\ud800","revision":1,"start":0,"end":5}',
            b'{"record_id":"INC0009","revision":99999999999999999999,"start":0,"end":5}',
            b'{"record_id":"INC0009","revision":1,"start":0,"end":99999999999999999999}',
        )
    ),
    *(
        b'{"grades":%s}' % grades
        for grades in (b'{"\\ud800":1}', b'{"\\u0000":2}', b'{"INC0001":9}', b'{"INC0001":true}')
    ),
]
ODD_NAMES = [
    *("%00", "a%00b", "%2F", "a%2Fb", "a%2Fexport", "..", "%2E%2E%2F", "%ED%A0%80", "%FF", "%0A"),
    *("99999999999999999999999", "-1", "%20", "%E2%80%AE", "%3F", "a" * 5_000),
]
ODD_PARAMETERS = [
    *("%00", "%FF", "%ED%A0%80", "", "99999999999999999999999", "NaN", "1e5", "a" * 5_000),
    *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00", "0001-01-01"),
]
ODD_ETAGS = [b"", b'""', b'W/"x"', b"*", b"\xff\xfe", b"a" * 20_000]


class TestOddRequests:
    """Each is answered as documented: never by what we did not foresee."""

    def test_odd_names_in_paths(self, strict_office: Office) -> None:
        for asked in operations():
            for name in asked.parameters("path"):
                for odd in ODD_NAMES:
                    asked.check(strict_office, {name: odd}, BODIES.get(asked.id))

    def test_odd_parameters(self, strict_office: Office) -> None:
        for asked in operations():
            for name in asked.parameters("query"):
                for odd in ODD_PARAMETERS:
                    asked.check(strict_office, {}, BODIES.get(asked.id), query=f"{name}={odd}")

    def test_odd_etags(self, strict_office: Office) -> None:
        for asked in operations():
            if "If-Match" in asked.parameters("header"):
                for odd in ODD_ETAGS:
                    asked.check(strict_office, {}, BODIES.get(asked.id), etag=odd)

    def test_odd_members(self, strict_office: Office) -> None:
        for asked in operations():
            body = asked.about(strict_office)
            for member in body:
                for odd in ODD_VALUES:
                    asked.check(strict_office, {}, {**body, member: odd})

    def test_odd_bodies(self, strict_office: Office) -> None:
        for asked in operations():
            if asked.id in BODIES:
                for odd in ODD_BODIES:
                    asked.check(strict_office, {}, odd)

    def test_the_ledger_is_whole_after_all_that(self, strict_office: Office) -> None:
        assert strict_office.wired.audit.verify().ok


@dataclass
class Operation:
    """One operation of the document."""

    path: str
    method: str
    described: dict[str, Any]

    @property
    def id(self) -> str:
        name: str = self.described["operationId"]
        return name

    def parameters(self, place: str) -> list[str]:
        return [one["name"] for one in self.described.get("parameters", []) if one["in"] == place]

    def about(self, office: Office) -> dict[str, Any]:
        """A body about what there is; none where the operation takes none."""
        if self.id not in BODIES:
            return {}
        content = self.described["requestBody"]["content"]["application/json"]["schema"]
        members = _resolved(content).get("properties", {})
        named = {name: office.names[name] for name in members.keys() & office.names.keys()}
        asks_in_words = self.id in ("similar", "triage")
        return {**({} if asks_in_words else named), **BODIES[self.id]}

    def check(
        self,
        office: Office,
        names: dict[str, str],
        body: dict[str, Any] | bytes | None,
        *,
        query: str = "",
        etag: bytes | None = None,
    ) -> None:
        """Send it; the answer is one that the document knows, and no 5xx."""
        path = self.path
        for name, value in {**office.names, **names}.items():
            path = path.replace(f"{{{name}}}", value)
        sent = json.dumps(body).encode() if isinstance(body, dict) else body
        match = office.etag().encode() if etag is None else etag
        headers = {name.encode(): value.encode() for name, value in ADA.items()}
        headers |= {b"If-Match": match, b"Content-Type": b"application/json"}
        answer = office.client.request(
            self.method, f"{path}?{query}", content=sent, headers=headers
        )
        told = f"{self.id} {names} {query} {str(body)[:200]}: {answer.status_code} {answer.text}"
        assert answer.status_code < 500, told
        assert str(answer.status_code) in self.described["responses"], told
        # A stream has begun before anything can go wrong.
        assert '"status":500' not in answer.text, told


def operations() -> list[Operation]:
    paths = json.loads(KEPT.read_text(encoding="utf-8"))["paths"]
    return [
        Operation(path, method, described)
        for path, methods in paths.items()
        for method, described in methods.items()
    ]


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    name = schema["$ref"].rpartition("/")[2]
    document = json.loads(KEPT.read_text(encoding="utf-8"))
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


class TestTheDocument:
    def test_the_one_that_is_kept_is_the_one_that_is_served(self, office: Office) -> None:
        served = office.client.get("/api/v1/openapi.json").json()
        kept = json.loads(KEPT.read_text(encoding="utf-8"))
        assert kept == served, (
            "docs/openapi.json is not what is served. If the change is meant, run "
            "'precedent openapi --json docs/openapi.json' and commit the file."
        )
