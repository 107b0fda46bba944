"""Revisions and their differences over HTTP, and for whom."""

import pytest
from fastapi.testclient import TestClient

from tests.integration.draft_life import (
    ANA,
    RUTH,
    SECRET,
    drafted,
    edited,
    quoting_the_hidden,
    section_of,
)


class TestRevisions:
    def test_tell_who_and_when(self, client: TestClient) -> None:
        draft = drafted(client)
        later = edited(client, draft, "Impact", "Forty people waited.")
        url = f"/api/v1/drafts/{draft['id']}/revisions"
        items = client.get(url, headers=ANA).json()["items"]
        assert [(i["revision"], i["author"], i["etag"]) for i in items] == [
            (1, "ruth", draft["etag"]),
            (2, "ruth", later["etag"]),
        ]


class TestDiff:
    def test_by_default_tells_the_last_edit(self, client: TestClient) -> None:
        draft = drafted(client)
        second = edited(client, draft, "Impact", "Forty people waited.")
        edited(client, second, "Impact", "Fifty people waited.", "Payroll was late.")
        url = f"/api/v1/drafts/{draft['id']}/diff"
        told = client.get(url, headers=ANA).json()
        assert (told["from_revision"], told["to_revision"]) == (2, 3)
        (section,) = told["sections"]
        changed, added = section["changes"]
        assert section["name"] == "Impact"
        assert changed["segments"] == [
            {"happened": "removed", "text": "Forty"},
            {"happened": "added", "text": "Fifty"},
            {"happened": "kept", "text": " people waited."},
        ]
        assert (added["happened"], added["new_at"], added["old"]) == ("added", 1, None)
        assert added["new"]["text"] == "Payroll was late."

    def test_any_two_revisions_can_be_compared(self, client: TestClient) -> None:
        draft = drafted(client)
        second = edited(client, draft, "Impact", "Forty people waited.")
        edited(client, second, "Detection", "A customer called.")
        url = f"/api/v1/drafts/{draft['id']}/diff"
        told = client.get(url, params={"from": 1, "to": 3}, headers=ANA).json()
        assert [section["name"] for section in told["sections"]] == ["Impact", "Detection"]
        back = client.get(url, params={"from": 3, "to": 2}, headers=ANA).json()
        assert [c["happened"] for c in back["sections"][0]["changes"]] == ["removed"]

    def test_the_first_revision_differs_from_nothing(self, client: TestClient) -> None:
        url = f"/api/v1/drafts/{drafted(client)['id']}/diff"
        told = client.get(url, headers=ANA).json()
        assert (told["sections"], told["questions"]) == ([], [])

    def test_an_unknown_revision_is_named(self, client: TestClient) -> None:
        url = f"/api/v1/drafts/{drafted(client)['id']}/diff"
        answer = client.get(url, params={"from": 1, "to": 7}, headers=ANA)
        assert answer.status_code == 404
        assert "no revision 7" in answer.json()["detail"]


class TestAccess:
    @pytest.mark.parametrize("path", ["revisions", "diff", "export", ""])
    def test_a_draft_that_quotes_a_hidden_record_is_unknown(
        self, client: TestClient, path: str
    ) -> None:
        draft = edited(client, drafted(client), "Impact", quoting_the_hidden(client))
        url = f"/api/v1/drafts/{draft['id']}/{path}".rstrip("/")
        assert client.get(url, headers=RUTH).status_code == 200
        assert client.get(url, headers=ANA).status_code == 404

    def test_an_earlier_revision_is_judged_by_what_it_quoted(self, client: TestClient) -> None:
        first = drafted(client)
        secret = edited(client, first, "Impact", quoting_the_hidden(client))
        clean = edited(client, secret, "Impact", "Forty people waited.")
        assert [claim["text"] for claim in section_of(clean, "Impact")] == ["Forty people waited."]
        url = f"/api/v1/drafts/{first['id']}"
        assert client.get(url, headers=ANA).status_code == 200
        for path, query in (
            ("diff", {"from": 2, "to": 3}),
            ("diff", {}),
            ("diff", {"from": 1, "to": 2}),
            ("export", {"revision": 2}),
        ):
            answer = client.get(f"{url}/{path}", params=query, headers=ANA)
            assert answer.status_code == 404
            assert SECRET not in answer.text
        whole = client.get(f"{url}/diff", params={"from": 1, "to": 3}, headers=ANA)
        assert whole.status_code == 200
        assert SECRET in client.get(f"{url}/diff", params={"from": 2}, headers=RUTH).text
