"""``POST /drafts/{id}/regenerate``: one section again, around what people wrote."""

from typing import Any

from fastapi.testclient import TestClient

from tests.integration.draft_life import (
    ANA,
    PAUL,
    RUTH,
    drafted,
    edited,
    hidden_draft,
    section_of,
    wired,
)


def again(
    client: TestClient, draft: dict[str, Any], section: str, who: dict[str, str] = RUTH, **more: str
) -> Any:
    return client.post(
        f"/api/v1/drafts/{draft['id']}/regenerate",
        json={"section": section, **more},
        headers={**who, "If-Match": f'"{draft["etag"]}"'},
    )


def without(draft: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [section for section in draft["sections"] if section["name"] != name]


class TestRegenerate:
    def test_brings_back_the_writers_claims_and_keeps_the_authors(self, client: TestClient) -> None:
        first = drafted(client, "INC0001")
        written = section_of(first, "Root cause")
        assert written
        changed = edited(client, first, "Root cause", "We called the vendor.")
        answer = again(client, changed, "Root cause")
        assert answer.status_code == 200
        made = answer.json()
        assert answer.headers["ETag"] == f'"{made["etag"]}"'
        assert made["revision"] == 3
        told = section_of(made, "Root cause")
        assert told == [*written, *section_of(changed, "Root cause")]
        assert without(made, "Root cause") == without(changed, "Root cause")
        assert "Root cause was written again for ruth (extractive)." in made["notes"]
        assert made["evidence"] == first["evidence"]

    def test_is_written_into_the_ledger(self, client: TestClient) -> None:
        draft = drafted(client)
        again(client, draft, "Impact")
        actions = [event.action for event in wired(client).audit.about(draft["id"])]
        assert actions == ["draft.created", "draft.rewritten"]

    def test_voids_a_submission(self, client: TestClient) -> None:
        draft = drafted(client, "INC0001")
        match = {**RUTH, "If-Match": draft["etag"]}
        submitted = client.post(f"/api/v1/drafts/{draft['id']}/submit", json={}, headers=match)
        assert submitted.status_code == 201
        assert again(client, draft, "Impact").status_code == 200
        shown = client.get(f"/api/v1/proposals/{submitted.json()['id']}", headers=PAUL).json()
        assert shown["proposal"]["state"] == "withdrawn"


class TestRefusals:
    def test_needs_the_current_etag(self, client: TestClient) -> None:
        draft = drafted(client)
        url = f"/api/v1/drafts/{draft['id']}/regenerate"
        missing = client.post(url, json={"section": "Impact"}, headers=RUTH)
        assert missing.status_code == 428
        edited(client, draft, "Impact", "Forty people waited.")
        stale = again(client, draft, "Impact", PAUL)
        assert stale.status_code == 412
        assert "ruth" in stale.json()["detail"]

    def test_an_edit_while_the_section_is_written_is_not_lost(self, client: TestClient) -> None:
        draft = drafted(client)
        drafting = wired(client).drafting
        writer = drafting._writers["extractive"]

        class Slow:
            name = "slow"

            def write(self, pack: Any, tell: Any) -> Any:
                edited(client, draft, "Impact", "Forty people waited.")
                return writer.write(pack, tell)

        drafting._writers["slow"] = Slow()  # type: ignore[index]  # a mapping to others
        answer = again(client, draft, "Impact", PAUL, writer="slow")
        assert answer.status_code == 412
        now = client.get(f"/api/v1/drafts/{draft['id']}", headers=RUTH).json()
        assert [claim["text"] for claim in section_of(now, "Impact")] == ["Forty people waited."]

    def test_an_analyst_cannot(self, client: TestClient) -> None:
        assert again(client, drafted(client), "Impact", ANA).status_code == 403

    def test_unknown_sections_and_writers_are_refused(self, client: TestClient) -> None:
        draft = drafted(client)
        assert again(client, draft, "Weather").status_code == 422
        assert again(client, draft, "Impact", writer="poet").status_code == 422

    def test_a_draft_that_quotes_a_hidden_record_is_unknown(self, client: TestClient) -> None:
        draft = hidden_draft(client)
        assert again(client, draft, "Detection", PAUL).status_code == 404
        assert again(client, draft, "Detection", RUTH).status_code == 200
