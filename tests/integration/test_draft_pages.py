"""The pages of a draft's life keep to the same permission as the API."""

import pytest
from fastapi.testclient import TestClient

from tests.integration.draft_life import ANA, PAUL, RUTH, SECRET, drafted, edited, hidden_draft


class TestAccess:
    def test_changes_of_a_hidden_draft_are_unknown(self, client: TestClient) -> None:
        url = f"/drafts/{hidden_draft(client)['id']}/diff"
        assert SECRET in client.get(url, headers=RUTH).text
        refused = client.get(url, headers=ANA)
        assert refused.status_code == 404
        assert SECRET not in refused.text

    @pytest.mark.parametrize(
        ("path", "form"),
        [
            ("comments", {"text": "x"}),
            ("comments/1/resolve", {}),
            ("sections/Impact/regenerate", {"etag": "x"}),
            ("answers", {"etag": "x", "section": "Impact", "question": "?", "answer": "x"}),
        ],
    )
    def test_nothing_can_be_sent_to_it(
        self, client: TestClient, path: str, form: dict[str, str]
    ) -> None:
        draft = hidden_draft(client)
        url = f"/drafts/{draft['id']}/{path}"
        answer = client.post(url, data=form, headers=PAUL, follow_redirects=False)
        assert answer.status_code == 404
        now = client.get(f"/api/v1/drafts/{draft['id']}", headers=RUTH)
        assert now.json()["revision"] == draft["revision"]

    def test_an_analyst_may_remark_but_not_write_again(self, client: TestClient) -> None:
        draft = drafted(client)
        url = f"/drafts/{draft['id']}"
        made = client.post(
            f"{url}/comments", data={"text": "Why?"}, headers=ANA, follow_redirects=False
        )
        assert (made.status_code, made.headers["location"]) == (303, f"{url}#comment-1")
        refused = client.post(
            f"{url}/sections/Impact/regenerate", data={"etag": draft["etag"]}, headers=ANA
        )
        assert refused.status_code == 403


class TestStale:
    def test_writing_again_from_a_stale_page_changes_nothing(self, client: TestClient) -> None:
        draft = drafted(client)
        edited(client, draft, "Impact", "Forty people waited.")
        url = f"/drafts/{draft['id']}/sections/Impact/regenerate"
        answer = client.post(url, data={"etag": draft["etag"]}, headers=PAUL)
        assert answer.status_code == 409
        assert "ruth edited" in answer.text
        assert "Forty people waited." in answer.text

    def test_an_answer_on_a_stale_page_is_shown_and_not_saved(self, client: TestClient) -> None:
        draft = drafted(client)
        edited(client, draft, "Root cause", "The list was out of date.")
        asked = draft["questions"][0]
        form = {"etag": draft["etag"], "section": asked["section"], "question": asked["text"]}
        url = f"/drafts/{draft['id']}/answers"
        answer = client.post(url, data={**form, "answer": "Forty people."}, headers=PAUL)
        assert answer.status_code == 409
        assert "ruth edited" in answer.text
        assert "Forty people." in answer.text
