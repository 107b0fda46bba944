"""``POST /drafts/{id}/answers``: a question becomes a claim of the author's own."""

from typing import Any

from fastapi.testclient import TestClient

from tests.integration.draft_life import ANA, RUTH, drafted, edited, hidden_draft, section_of


def answered(
    client: TestClient, draft: dict[str, Any], question: dict[str, str], words: str, who: Any = RUTH
) -> Any:
    return client.post(
        f"/api/v1/drafts/{draft['id']}/answers",
        json={"section": question["section"], "question": question["text"], "answer": words},
        headers={**who, "If-Match": f'"{draft["etag"]}"'},
    )


def asked(draft: dict[str, Any], section: str) -> dict[str, str]:
    return next(q for q in draft["questions"] if q["section"] == section)


class TestAnswer:
    def test_adds_a_claim_and_takes_the_question_away(self, client: TestClient) -> None:
        draft = drafted(client)
        question = asked(draft, "Impact")
        answer = answered(client, draft, question, "Forty people in Leeds, for two hours.")
        assert answer.status_code == 200
        now = answer.json()
        (*before, claim) = section_of(now, "Impact")
        assert before == section_of(draft, "Impact")
        assert claim["text"] == "Forty people in Leeds, for two hours."
        assert (claim["kind"], claim["verdict"]) == ("author", "author-asserted")
        assert now["questions"] == [q for q in draft["questions"] if q != question]
        assert now["revision"] == draft["revision"] + 1

    def test_a_secret_in_it_is_not_stored(self, client: TestClient) -> None:
        draft = drafted(client)
        words = "The job used password=Hunter2-Hunter2 and failed."
        now = answered(client, draft, asked(draft, "Impact"), words).json()
        assert "Hunter2" not in str(now)


class TestRefusals:
    def test_a_question_that_is_not_asked(self, client: TestClient) -> None:
        draft = drafted(client)
        refused = answered(client, draft, {"section": "Impact", "text": "How tall?"}, "Very.")
        assert refused.status_code == 422
        assert "does not ask" in refused.json()["detail"]

    def test_an_empty_answer(self, client: TestClient) -> None:
        draft = drafted(client)
        assert answered(client, draft, asked(draft, "Impact"), "  \n").status_code == 422

    def test_a_draft_that_was_edited_meanwhile(self, client: TestClient) -> None:
        draft = drafted(client)
        edited(client, draft, "Root cause", "The list was out of date.")
        refused = answered(client, draft, asked(draft, "Impact"), "Forty people.")
        assert refused.status_code == 412
        assert "ruth" in refused.json()["detail"]

    def test_who_may_not_read_or_write(self, client: TestClient) -> None:
        draft, hidden = drafted(client), hidden_draft(client)
        assert answered(client, draft, asked(draft, "Impact"), "x", ANA).status_code == 403
        question = hidden["questions"][0]
        assert answered(client, hidden, question, "x", ANA).status_code == 404

    def test_needs_an_etag(self, client: TestClient) -> None:
        draft = drafted(client)
        body = {"section": "Impact", "question": "?", "answer": "x"}
        url = f"/api/v1/drafts/{draft['id']}/answers"
        assert client.post(url, json=body, headers=RUTH).status_code == 428
