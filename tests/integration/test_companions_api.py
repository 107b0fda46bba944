"""Companions over HTTP and from the command line: for whoever may read the draft."""

import pytest
from starlette.testclient import TestClient

from tests.integration.draft_life import ANA, RUTH, drafted, hidden_draft


@pytest.mark.parametrize(
    "kind", ["status-update", "executive-summary", "vendor-dossier", "handover"]
)
def test_each_kind_is_there_as_json_and_as_a_file(client: TestClient, kind: str) -> None:
    draft = drafted(client, "INC0003")
    path = f"/api/v1/drafts/{draft['id']}/companions/{kind}"
    made = client.get(path, headers=RUTH)
    assert made.status_code == 200, made.text
    assert made.json()["kind"] == kind
    assert any(part["claims"] for part in made.json()["sections"])
    file = client.get(f"{path}/export?format=html", headers=RUTH)
    assert file.status_code == 200
    assert f"-{kind}-r1.html" in file.headers["content-disposition"]
    assert "<h1>" in file.text


def test_an_unknown_kind_and_a_json_file_are_refused(client: TestClient) -> None:
    draft = drafted(client)
    path = f"/api/v1/drafts/{draft['id']}/companions"
    assert client.get(f"{path}/poem", headers=RUTH).status_code == 422
    refused = client.get(f"{path}/handover/export?format=json", headers=RUTH)
    assert refused.status_code == 422
    assert "markdown, html, docx or pdf" in refused.text


def test_a_draft_that_quotes_the_hidden_has_no_companion_for_others(client: TestClient) -> None:
    draft = hidden_draft(client)
    path = f"/api/v1/drafts/{draft['id']}/companions/handover"
    assert client.get(path, headers=RUTH).status_code == 200
    for url in (path, f"{path}/export"):
        assert client.get(url, headers=ANA).status_code == 404
