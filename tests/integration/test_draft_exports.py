"""Exports over HTTP: what comes, as what, and for whom."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from fastapi.testclient import TestClient
from pypdf import PdfReader

from tests.integration.draft_life import ANA, PAUL, RUTH, drafted, edited, hidden_draft


class TestExport:
    @pytest.mark.parametrize(
        ("format", "media_type", "suffix"),
        [
            ("markdown", "text/markdown; charset=utf-8", "md"),
            ("html", "text/html; charset=utf-8", "html"),
            (
                "docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "docx",
            ),
            ("pdf", "application/pdf", "pdf"),
            ("json", "application/json", "json"),
        ],
    )
    def test_is_a_file_of_its_type(
        self, client: TestClient, format: str, media_type: str, suffix: str
    ) -> None:
        draft = drafted(client)
        url = f"/api/v1/drafts/{draft['id']}/export"
        answer = client.get(url, params={"format": format}, headers=ANA)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media_type
        assert answer.headers["content-disposition"] == (
            f'attachment; filename="INC0009-rca-r1.{suffix}"'
        )
        assert client.get(url, params={"format": format}, headers=ANA).content == answer.content

    def test_a_word_document_holds_every_claim_and_reference(self, client: TestClient) -> None:
        draft = drafted(client, "INC0001")
        answer = client.get(
            f"/api/v1/drafts/{draft['id']}/export", params={"format": "docx"}, headers=ANA
        )
        text = "\n".join(p.text for p in Document(BytesIO(answer.content)).paragraphs)
        claims = [claim for section in draft["sections"] for claim in section["claims"]]
        assert claims
        for claim in claims:
            assert " ".join(claim["text"].split()) in text
            for cited in claim["citations"]:
                place = f"characters {cited['start']}–{cited['end']}"
                assert f"{cited['record_id']}, revision {cited['revision']}, {place}" in text

    def test_json_is_the_draft(self, client: TestClient) -> None:
        draft = drafted(client)
        url = f"/api/v1/drafts/{draft['id']}"
        exported = client.get(f"{url}/export", params={"format": "json"}, headers=ANA).json()
        assert exported == client.get(url, headers=ANA).json()

    def test_an_earlier_revision_can_be_taken_away(self, client: TestClient) -> None:
        draft = drafted(client)
        edited(client, draft, "Impact", "Forty people waited.")
        url = f"/api/v1/drafts/{draft['id']}/export"
        assert "Forty people" in client.get(url, headers=ANA).text
        first = client.get(url, params={"revision": 1}, headers=ANA)
        assert "Forty people" not in first.text
        missing = client.get(url, params={"revision": 9}, headers=ANA)
        assert missing.status_code == 404
        assert "the current one is 2" in missing.json()["detail"]

    @pytest.mark.parametrize("query", [{"format": "odt"}, {"revision": 0}])
    def test_what_cannot_be_asked_for(self, client: TestClient, query: dict[str, Any]) -> None:
        url = f"/api/v1/drafts/{drafted(client)['id']}/export"
        assert client.get(url, params=query, headers=ANA).status_code == 422

    @pytest.mark.parametrize("format", ["markdown", "pdf"])
    def test_a_draft_that_quotes_a_hidden_record_is_unknown(
        self, client: TestClient, format: str
    ) -> None:
        draft = hidden_draft(client)
        url = f"/api/v1/drafts/{draft['id']}/export?format={format}"
        assert client.get(url, headers=RUTH).status_code == 200
        answer = client.get(url, headers=ANA)
        assert answer.status_code == 404
        assert "salary" not in json.dumps(answer.json())


class TestApprovalOnPaper:
    def test_follows_what_was_decided_on_this_revision(self, client: TestClient) -> None:
        draft = drafted(client)
        assert "Draft, not approved" in printed(client, draft)
        proposal = submitted(client, draft)
        assert "Draft, not approved" in printed(client, draft)
        decision = {"decision": "approve", "sha256": proposal["sha256"]}
        url = f"/api/v1/proposals/{proposal['id']}/decision"
        assert client.post(url, json=decision, headers=PAUL).status_code == 200
        said = printed(client, draft)
        assert re.search(r"Approved by paul on \d{4}-\d\d-\d\d for \S+ in markdown-folder", said)
        assert "not approved" not in said
        edited(client, draft, "Impact", "Forty people waited.")
        # The approval was of the first revision, and the edit voided it.
        assert "Draft, not approved" in printed(client, draft)


def submitted(client: TestClient, draft: dict[str, Any]) -> dict[str, Any]:
    match = {**RUTH, "If-Match": draft["etag"]}
    made = client.post(f"/api/v1/drafts/{draft['id']}/submit", json={}, headers=match)
    assert made.status_code == 201, made.text
    proposal: dict[str, Any] = made.json()
    return proposal


def printed(client: TestClient, draft: dict[str, Any]) -> str:
    """The words of the current revision as PDF."""
    url = f"/api/v1/drafts/{draft['id']}/export?format=pdf"
    pages = PdfReader(BytesIO(client.get(url, headers=ANA).content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
