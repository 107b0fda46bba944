"""The API keeps to its OpenAPI document, whatever it is sent."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
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
from assistant.main import create_app
from tests.conftest import PROJECT
from tests.installation import filled

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
    app: FastAPI
    names: dict[str, str]

    def etag(self) -> str:
        reader = self.wired.settings.auth.people[0].reader()
        return self.wired.reading.get(self.names["draft_id"], reader).etag


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """With a draft that was commented on, and a proposal of another person."""
    wired = filled(tmp_path_factory.mktemp("office"), web=NO_LIMITS, auth={"people": PEOPLE})
    app = create_app(wired)
    client = TestClient(app)
    draft = _made(client, "/drafts", ADA, record_id="INC0009")
    _made(client, f"/drafts/{draft['id']}/comments", ADA, text="How many gateways?")
    others = _made(client, "/drafts", PAUL, record_id="INC0003")
    match = {**PAUL, "If-Match": others["etag"]}
    proposal = _made(client, f"/drafts/{others['id']}/submit", match)
    names = {
        "record_id": "INC0009",
        "draft_id": draft["id"],
        "proposal_id": proposal["id"],
        "name": "markdown-folder",
        "number": "1",
        "subject": "INC0009",
        "suggestion": "INC0001",
        "change_id": "INC0001",
        "sha256": proposal["sha256"],
    }
    yield Office(wired, app, names)
    wired.database.close()


def _made(client: TestClient, path: str, headers: dict[str, str], **body: str) -> dict[str, Any]:
    answer = client.post(f"/api/v1{path}", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


@API.parametrize()
@settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_every_answer_is_as_documented(case: Case[Any], office: Office) -> None:
    case.call_and_validate(app=office.app, headers=ADA, checks=CHECKS)
    if names_what_exists(case, office.names):
        headers = {**ADA, "If-Match": office.etag()}
        case.call_and_validate(app=office.app, headers=headers, checks=CHECKS)


def names_what_exists(case: Case[Any], names: dict[str, str]) -> bool:
    """Replace made-up names, which are never more than not found; false where there are none."""
    parts = [part for part in (case.path_parameters, case.body) if isinstance(part, dict)]
    for part in parts:
        part.update({name: names[name] for name in part.keys() & names.keys()})
    return any(part.keys() & names.keys() for part in parts)


class TestTheDocument:
    def test_the_one_that_is_kept_is_the_one_that_is_served(self, office: Office) -> None:
        served = TestClient(office.app).get("/api/v1/openapi.json").json()
        kept = json.loads(KEPT.read_text(encoding="utf-8"))
        assert kept == served, (
            "docs/openapi.json is not what is served. If the change is meant, run "
            "'precedent openapi --json docs/openapi.json' and commit the file."
        )
