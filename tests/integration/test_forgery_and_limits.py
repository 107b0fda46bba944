"""Other pages cannot act for whoever is signed in, and nobody asks more than their share."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.main import create_app
from tests.conftest import PROJECT
from tests.installation import application, filled
from tests.integration.draft_life import wired

TEMPLATES = PROJECT / "assistant" / "web" / "templates"
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """Ruth, signed in by cookie."""
    app = filled(tmp_path, web={"embedded_worker": False}, embedder={"backend": "hashing"})
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        opened.post("/sign-in", data={"name": "ruth"}, follow_redirects=False)
        yield opened
    app.database.close()


def token_of(client: TestClient) -> str:
    token: str = client.get("/api/v1/session").json()["form_token"]
    return token


class TestForms:
    @pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda p: p.name)
    def test_every_form_that_posts_carries_the_token(self, template: Path) -> None:
        forms = re.findall(
            r'<form[^>]*method="post"[^>]*>.*?</form>', template.read_text("utf-8"), re.DOTALL
        )
        assert [form for form in forms if "{{ form_token }}" not in form] == []

    def test_every_page_of_the_pages_carries_it_where_it_posts(self, client: TestClient) -> None:
        token = token_of(client)
        for path in ("/", "/sidebar?record=INC0009", "/drafts", "/approvals", "/sign-in"):
            page = client.get(path).text
            posting = len(re.findall(r'method="post"', page))
            assert posting == page.count(f'value="{token}"') > 0, path

    @pytest.mark.parametrize("sent", [{}, {"form_token": ""}, {"form_token": "a" * 64}])
    @pytest.mark.parametrize("headers", [{}, SAME])
    def test_a_form_without_it_changes_nothing(
        self, client: TestClient, sent: dict[str, str], headers: dict[str, str]
    ) -> None:
        form = {"record_id": "INC0009", **sent}
        answer = client.post("/drafts", data=form, headers=headers, follow_redirects=False)
        assert answer.status_code == 403
        assert "nothing was changed" in answer.text
        assert answer.headers["content-type"].startswith("text/html")
        assert wired(client).drafts.latest() == []

    def test_a_form_with_it_is_read_whole(self, client: TestClient) -> None:
        form = {"record_id": "INC0009", "form_token": token_of(client)}
        answer = client.post("/drafts", data=form, follow_redirects=False)
        assert answer.status_code == 303
        assert len(wired(client).drafts.latest()) == 1

    def test_so_is_one_with_files_and_umlauts(self, client: TestClient) -> None:
        form = {"text": "Überlast am VPN-Gateway", "form_token": token_of(client)}
        answer = client.post("/sidebar", data=form, files={"x": ("x.txt", b"y" * 100_000)})
        assert answer.status_code == 200
        assert "Überlast" in answer.text

    def test_the_token_of_another_session_is_none(self, client: TestClient) -> None:
        token = token_of(client)
        form = {"name": "ruth", "form_token": token}
        client.post("/sign-in", data=form, follow_redirects=False)
        assert token_of(client) != token
        form = {"record_id": "INC0009", "form_token": token}
        assert client.post("/drafts", data=form, follow_redirects=False).status_code == 403

    def test_another_site_is_refused_even_with_it(self, client: TestClient) -> None:
        form = {"record_id": "INC0009", "form_token": token_of(client)}
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert client.post("/drafts", data=form, headers=headers).status_code == 403

    def test_nobody_can_be_signed_out_by_another_page(self, client: TestClient) -> None:
        assert client.post("/sign-out", follow_redirects=False).status_code == 403
        assert client.get("/api/v1/session").status_code == 200

    def test_a_body_without_end_is_cut_off(self, client: TestClient) -> None:
        def endless() -> Iterator[bytes]:
            for _ in range(6):
                yield b"x" * 1_000_000

        answer = client.post(
            "/drafts",
            content=endless(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.status_code == 413


class TestApi:
    def test_a_cookie_alone_changes_nothing(self, client: TestClient) -> None:
        answer = client.post("/api/v1/drafts", json={"record_id": "INC0009"})
        assert answer.status_code == 403
        assert answer.headers["content-type"] == "application/problem+json"
        text = client.post(
            "/api/v1/drafts",
            content='{"record_id": "INC0009"}',
            headers={"Content-Type": "text/plain"},
        )
        assert text.status_code == 403

    def test_a_page_of_ours_says_so_in_a_header_or_by_its_browser(self, client: TestClient) -> None:
        body = {"record_id": "INC0009"}
        for headers in (SAME, {"X-CSRF-Token": token_of(client)}):
            answer = client.post("/api/v1/drafts", json=body, headers=headers)
            assert answer.status_code == 201
        wrong = {**SAME, "X-CSRF-Token": "wrong"}
        assert client.post("/api/v1/drafts", json=body, headers=wrong).status_code == 403

    def test_programs_need_none(self, client: TestClient) -> None:
        client.cookies.clear()
        headers = {"X-Precedent-Person": "ruth"}
        answer = client.post("/api/v1/drafts", json={"record_id": "INC0009"}, headers=headers)
        assert answer.status_code == 201


class TestHosts:
    @pytest.mark.parametrize(
        ("host", "status"),
        [
            ("localhost:8000", 200),
            ("127.0.0.1:8000", 200),
            ("[::1]:8000", 200),
            ("precedent.localhost", 200),
            ("rebound.evil.example", 403),
            ("10.0.0.5", 403),
        ],
    )
    def test_a_name_that_was_pointed_here_is_not_ours(
        self, client: TestClient, host: str, status: int
    ) -> None:
        headers = {"Host": host, "X-Precedent-Person": "paul"}
        assert client.get("/api/v1/session", headers=headers).status_code == status


def limited(folder: Path, **web: Any) -> Iterator[TestClient]:
    app = application(
        folder, web={"embedded_worker": False, **web}, embedder={"backend": "hashing"}
    )
    with TestClient(create_app(app)) as opened:
        yield opened
    app.database.close()


RUTH, PAUL = ({"X-Precedent-Person": name} for name in ("ruth", "paul"))


class TestLimits:
    def test_each_person_has_a_share(self, tmp_path: Path) -> None:
        for client in limited(tmp_path, requests_per_minute=5):
            codes = [client.get("/api/v1/session", headers=RUTH).status_code for _ in range(7)]
            assert codes == [200] * 5 + [429] * 2
            assert client.get("/api/v1/session", headers=PAUL).status_code == 200

    def test_it_is_told_when_to_come_back(self, tmp_path: Path) -> None:
        for client in limited(tmp_path, requests_per_minute=1):
            client.get("/drafts", headers=RUTH)
            answer = client.get("/api/v1/session", headers=RUTH)
            assert answer.json()["code"] == "too-many-requests"
            assert 0 < int(answer.headers["Retry-After"]) <= 60
            page = client.get("/drafts", headers=RUTH)
            assert page.status_code == 429
            assert 0 < int(page.headers["Retry-After"]) <= 60
            assert "Try again in" in page.text

    def test_strangers_share_what_their_address_has(self, tmp_path: Path) -> None:
        for client in limited(tmp_path, anonymous_requests_per_minute=3):
            codes = [client.get("/api/v1/session").status_code for _ in range(4)]
            assert codes == [401] * 3 + [429]
            assert client.get("/api/v1/session", headers=RUTH).status_code == 200

    def test_whoever_watches_is_never_kept_waiting(self, tmp_path: Path) -> None:
        for client in limited(tmp_path, anonymous_requests_per_minute=1):
            for path in ("/livez", "/readyz", "/static/app.css"):
                assert [client.get(path).status_code for _ in range(3)] == [200] * 3

    def test_attempts_to_sign_in_are_few_wherever_they_are_made(self, tmp_path: Path) -> None:
        for client in limited(tmp_path, sign_ins_per_minute=3):
            bad = {"Authorization": "Bearer pk_guessed"}
            assert client.get("/api/v1/session", headers=bad).status_code == 401
            form = {"name": "nobody"}
            assert client.post("/sign-in", data=form).status_code == 404
            exchange = {"token": "guessed"}
            tried = client.post("/api/v1/session/exchange", json=exchange)
            assert tried.status_code == 401
            assert client.get("/api/v1/session", headers=bad).status_code == 429
            assert client.post("/sign-in", data=form).status_code == 429
            # Who is signed in already is not kept out by the guesses of a neighbour.
            assert client.get("/api/v1/session", headers=RUTH).status_code == 200

    def test_zero_is_no_limit(self, tmp_path: Path) -> None:
        for client in limited(tmp_path, requests_per_minute=0):
            codes = {client.get("/api/v1/session", headers=RUTH).status_code for _ in range(50)}
            assert codes == {200}


class TestLog:
    def test_each_request_is_logged_with_who_sent_it_and_without_its_secrets(
        self, client: TestClient, capsys: pytest.CaptureFixture[str]
    ) -> None:
        capsys.readouterr()
        cookie = client.cookies["precedent_session"]
        client.get("/sidebar?record=INC0009", headers={"X-Whatever": "x"})
        client.get("/api/v1/session", headers={"Authorization": "Bearer pk_my-own-secret"})
        log = capsys.readouterr().err
        assert '"person": "ruth"' in log
        assert '"path": "/sidebar"' in log
        for secret in (cookie, "my-own-secret", "INC0009"):
            assert secret not in log
