"""What the tests of a draft's life share: people, drafts, edits, and a hidden record."""

from typing import Any

from fastapi.testclient import TestClient

from assistant.bootstrap import Application
from retrieval.corpus.writer import CorpusWriter
from tests.conftest import content

ANA, RUTH, PAUL = ({"X-Precedent-Person": name} for name in ("ana", "ruth", "paul"))

# Ruth reads what personnel reads, the others do not.
PEOPLE = [
    {"name": "ana", "roles": ["analyst"]},
    {"name": "ruth", "roles": ["analyst", "author"], "groups": ["everyone", "personnel"]},
    {"name": "paul", "roles": ["analyst", "author", "approver"]},
]
SECRET = "The salary table of the VPN team was shown to everybody."


def wired(client: TestClient) -> Application:
    application: Application = client.app.state.application  # type: ignore[attr-defined]  # any ASGI app
    return application


def drafted(client: TestClient, record: str = "INC0009") -> dict[str, Any]:
    made = client.post("/api/v1/drafts", json={"record_id": record}, headers=RUTH)
    assert made.status_code == 201, made.text
    body: dict[str, Any] = made.json()
    return body


def edited(
    client: TestClient, draft: dict[str, Any], section: str, *claims: str | dict[str, Any]
) -> dict[str, Any]:
    """The next revision, with one section as given."""
    wanted = [{"text": claim} if isinstance(claim, str) else claim for claim in claims]
    made = client.put(
        f"/api/v1/drafts/{draft['id']}",
        json={"sections": {section: wanted}},
        headers={**RUTH, "If-Match": draft["etag"]},
    )
    assert made.status_code == 200, made.text
    body: dict[str, Any] = made.json()
    return body


def section_of(draft: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(
        section["claims"] for section in draft["sections"] if section["name"] == name
    )
    return found


def quoting_the_hidden(client: TestClient) -> dict[str, Any]:
    """A claim that rests on a record which only Ruth may read; the record is stored here."""
    app = wired(client)
    with app.database.write() as connection:
        hidden = content("HR1", SECRET, groups=frozenset({"personnel"}))
        CorpusWriter(connection, app.clock()).upsert(hidden, "x")
    span = {"record_id": "HR1", "revision": 1, "start": 0, "end": len(SECRET)}
    return {"text": SECRET, "citations": [span]}


def hidden_draft(client: TestClient) -> dict[str, Any]:
    """A draft that only Ruth may read."""
    return edited(client, drafted(client), "Impact", quoting_the_hidden(client))
