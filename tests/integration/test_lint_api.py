"""The linter over HTTP: texts from anywhere, and drafts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.main import create_app
from tests.installation import filled

ANA, RUTH = ({"X-Precedent-Person": name} for name in ("ana", "ruth"))
TEXT = "# Mail down 🔥🔥\n\n## Cause\nThe engineer forgot to renew it.\n"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = filled(tmp_path, web={"embedded_worker": False})
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        yield opened
    app.database.close()


class TestText:
    def test_offsets_are_exact_behind_an_emoji(self, client: TestClient) -> None:
        body = client.post("/api/v1/lint", json={"text": TEXT}, headers=ANA).json()
        assert [finding["rule"] for finding in body["findings"]] == ["blame"]
        for finding in body["findings"]:
            assert TEXT[finding["start"] : finding["end"]] == finding["quote"]
            assert (finding["section"], finding["claim"]) == (None, None)
        assert "vague-action" in [rule["id"] for rule in body["rules"]]

    def test_a_status_update_has_its_own_rules(self, client: TestClient) -> None:
        asked = {"text": "We are investigating.", "kind": "status-update"}
        body = client.post("/api/v1/lint", json=asked, headers=ANA).json()
        assert [finding["rule"] for finding in body["findings"]] == ["status-update-incomplete"]

    def test_a_note_lacks_nothing(self, client: TestClient) -> None:
        parts = "## Impact\nUsers had trouble.\n\n## Resolution\nRestarted.\n\n## Cause\nUnknown."
        for kind, clean in (("rca", False), ("note", True)):
            body = client.post("/api/v1/lint", json={"text": parts, "kind": kind}, headers=ANA)
            assert (body.json()["findings"] == []) is clean

    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"text": ""},
            {"text": "  \n"},
            {"text": "a", "kind": "poem"},
            {"text": "a", "unknown": 1},
            {"text": "a" * 100_001},
        ],
        ids=["no text", "empty", "blank", "unknown kind", "unknown member", "too long"],
    )
    def test_what_cannot_be_linted_is_a_problem(
        self, client: TestClient, asked: dict[str, object]
    ) -> None:
        answer = client.post("/api/v1/lint", json=asked, headers=ANA)
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("application/problem+json")


class TestDraft:
    def test_a_draft_is_linted_by_section_and_claim(self, client: TestClient) -> None:
        made = client.post("/api/v1/drafts", json={"record_id": "INC0009"}, headers=RUTH)
        edit = {"sections": {"Root cause": [{"text": "🔥 The cause was human error."}]}}
        address = f"/api/v1/drafts/{made.json()['id']}"
        etag = {**RUTH, "If-Match": made.headers["ETag"]}
        edited = client.put(address, json=edit, headers=etag)
        assert edited.status_code == 200, edited.text
        body = client.get(f"{address}/lint", headers=RUTH).json()
        found = next(finding for finding in body["findings"] if finding["rule"] == "blame")
        assert (found["section"], found["claim"]) == ("Root cause", 0)
        claims = {section["name"]: section["claims"] for section in edited.json()["sections"]}
        text = claims["Root cause"][0]["text"]
        assert text[found["start"] : found["end"]] == found["quote"] == "human error"

    def test_an_unknown_draft_is_not_found(self, client: TestClient) -> None:
        assert client.get("/api/v1/drafts/draft-404/lint", headers=RUTH).status_code == 404
