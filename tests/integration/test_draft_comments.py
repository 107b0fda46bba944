"""Remarks on drafts: kept, redacted, audited, settled, and for whom."""

import threading
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.db import comments as rows
from assistant.db.drafts import insert_draft
from assistant.domain.comments import Comment
from retrieval.corpus.database import Database
from tests.conftest import NOW
from tests.drafts import body, stored
from tests.integration.draft_life import (
    ANA,
    PAUL,
    RUTH,
    SECRET,
    drafted,
    edited,
    hidden_draft,
    quoting_the_hidden,
    section_of,
    wired,
)


def remark(
    client: TestClient, draft: dict[str, Any], text: str, who: dict[str, str] = ANA, **more: Any
) -> Any:
    return client.post(
        f"/api/v1/drafts/{draft['id']}/comments", json={"text": text, **more}, headers=who
    )


def listed(client: TestClient, draft: dict[str, Any], who: dict[str, str] = ANA) -> list[Any]:
    answer = client.get(f"/api/v1/drafts/{draft['id']}/comments", headers=who)
    assert answer.status_code == 200
    items: list[Any] = answer.json()["items"]
    return items


class TestAdd:
    def test_a_remark_is_kept_redacted_and_audited(self, client: TestClient) -> None:
        draft = drafted(client)
        made = remark(client, draft, "Who said so? password=Hunter2!")
        assert made.status_code == 201
        (kept,) = listed(client, draft)
        assert kept == made.json()
        assert (kept["number"], kept["revision"], kept["person"]) == (1, 1, "ana")
        assert "Hunter2" not in kept["text"]
        events = wired(client).audit.about(draft["id"])
        assert [event.action for event in events] == ["draft.created", "comment.added"]
        assert "Who said" not in events[-1].payload

    def test_can_be_on_a_section_or_on_a_claim(self, client: TestClient) -> None:
        draft = drafted(client, "INC0001")
        claim = section_of(draft, "Root cause")[0]["text"]
        remark(client, draft, "Too short.", section="Impact")
        remark(client, draft, "Is it?", claim=claim)
        places = [(each["section"], each["claim"]) for each in listed(client, draft)]
        assert places == [("Impact", None), ("Root cause", claim)]

    @pytest.mark.parametrize(
        "given",
        [
            {"text": ""},
            {"text": " \n"},
            {"text": "x" * 4_001},
            {"text": "x", "section": "Weather"},
            {"text": "x", "claim": "Nobody said this."},
            {"text": "x", "unknown": 1},
        ],
    )
    def test_what_cannot_be_used_is_refused(
        self, client: TestClient, given: dict[str, Any]
    ) -> None:
        draft = drafted(client)
        url = f"/api/v1/drafts/{draft['id']}/comments"
        assert client.post(url, json=given, headers=ANA).status_code == 422
        assert listed(client, draft) == []

    def test_a_claim_of_another_section_is_refused(self, client: TestClient) -> None:
        draft = drafted(client, "INC0001")
        claim = section_of(draft, "Root cause")[0]["text"]
        assert remark(client, draft, "x", claim=claim, section="Impact").status_code == 422

    def test_does_not_change_the_draft(self, client: TestClient) -> None:
        draft = drafted(client)
        remark(client, draft, "Too short.")
        assert client.get(f"/api/v1/drafts/{draft['id']}", headers=ANA).json() == draft


class TestResolve:
    def test_is_kept_and_audited_once(self, client: TestClient) -> None:
        draft = drafted(client)
        remark(client, draft, "Too short.")
        url = f"/api/v1/drafts/{draft['id']}/comments/1/resolve"
        first = client.post(url, headers=RUTH)
        assert first.status_code == 200
        assert first.json()["resolved_by"] == "ruth"
        assert client.post(url, headers=PAUL).json() == first.json()
        actions = [event.action for event in wired(client).audit.about(draft["id"])]
        assert actions.count("comment.resolved") == 1
        assert wired(client).audit.verify().ok

    def test_an_unknown_comment_is_named(self, client: TestClient) -> None:
        url = f"/api/v1/drafts/{drafted(client)['id']}/comments/3/resolve"
        answer = client.post(url, headers=ANA)
        assert answer.status_code == 404
        assert "no comment 3" in answer.json()["detail"]


class TestAccess:
    def test_a_draft_that_quotes_a_hidden_record_is_unknown(self, client: TestClient) -> None:
        draft = hidden_draft(client)
        assert remark(client, draft, "Oh.", RUTH).status_code == 201
        url = f"/api/v1/drafts/{draft['id']}/comments"
        assert client.get(url, headers=ANA).status_code == 404
        assert remark(client, draft, "x", ANA).status_code == 404
        assert client.post(f"{url}/1/resolve", headers=ANA).status_code == 404
        assert listed(client, draft, RUTH)[0]["resolved_by"] is None

    def test_a_remark_on_a_revision_that_quoted_it_stays_hidden(self, client: TestClient) -> None:
        first = drafted(client)
        secret = edited(client, first, "Impact", quoting_the_hidden(client))
        remark(client, secret, "May we say that?", RUTH, claim=SECRET)
        clean = edited(client, secret, "Impact", "Forty people waited.")
        remark(client, clean, "Better.", RUTH)
        assert [each["text"] for each in listed(client, first, ANA)] == ["Better."]
        assert len(listed(client, first, RUTH)) == 2
        url = f"/api/v1/drafts/{first['id']}/comments/1/resolve"
        assert client.post(url, headers=ANA).status_code == 404


class TestRows:
    def test_comments_at_the_same_time_get_numbers_of_their_own(self, database: Database) -> None:
        with database.write() as connection:
            insert_draft(connection, stored(body({})))

        def add(person: str) -> None:
            with database.write() as connection:
                number = rows.next_number(connection, "draft-1")
                comment = Comment(
                    draft_id="draft-1",
                    number=number,
                    revision=1,
                    text="x",
                    person=person,
                    at=NOW,
                )
                rows.insert_comment(connection, comment)

        threads = [threading.Thread(target=add, args=(f"p{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database.read() as connection:
            found = rows.comments_on(connection, "draft-1")
        assert [comment.number for comment in found] == list(range(1, 9))
        assert {comment.person for comment in found} == {f"p{n}" for n in range(8)}
