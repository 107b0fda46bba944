"""Signing in with an identity provider: real keys, real HTTP, and forgeries that must fail."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.main import create_app
from assistant.tokens.checking import REFUSED
from retrieval.corpus.writer import CorpusWriter
from tests.conftest import content
from tests.fakes.forgeries import FORGERIES, STRANGER, base64_of
from tests.fakes.oidc import CLIENT, SECRET, FakeProvider, provider, signed
from tests.installation import application
from tests.integration.draft_life import wired

ROLES = {"rca-authors": ["analyst", "author"], "rca-approvers": ["analyst", "approver"]}


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with provider() as running:
        yield running


@pytest.fixture
def client(fake: FakeProvider, tmp_path: Path) -> Iterator[TestClient]:
    yield from opened(fake, tmp_path)


class Shared(NamedTuple):
    """A provider and its installation, for tests that change neither."""

    fake: FakeProvider
    client: TestClient


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    with provider() as running:
        for client in opened(running, tmp_path_factory.mktemp("shared")):
            yield Shared(running, client)


def opened(fake: FakeProvider, folder: Path, **oidc: Any) -> Iterator[TestClient]:
    chosen = {
        "issuer": fake.issuer,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "roles": ROLES,
        "leeway_seconds": 10,
        **oidc,
    }
    app = application(
        folder,
        embedder={"backend": "hashing"},
        web={"embedded_worker": False, "sign_ins_per_minute": 0},
        auth={"mode": "oidc", "oidc": chosen},
    )
    with TestClient(create_app(app), raise_server_exceptions=False) as client:
        yield client
    app.database.close()


def sent(client: TestClient, token: str) -> httpx2.Response:
    return client.get("/api/v1/session", headers={"Authorization": f"Bearer {token}"})


class TestBearer:
    def test_a_token_says_who_somebody_is_and_what_they_may(
        self, client: TestClient, fake: FakeProvider
    ) -> None:
        fake.person["groups"] = ["network", "hr"]
        person = sent(client, fake.token()).json()["person"]
        assert person == {
            "name": "u-ruth",
            "display_name": "Ruth",
            "roles": ["analyst", "author"],
            "groups": ["everyone", "hr", "network"],
        }

    def test_an_elliptic_key_is_as_good(self, client: TestClient, fake: FakeProvider) -> None:
        token = signed(fake.ec, "ES256", fake.claims())
        assert sent(client, token).status_code == 200

    def test_groups_of_the_token_decide_what_is_read(
        self, client: TestClient, fake: FakeProvider
    ) -> None:
        app = wired(client)
        with app.database.write() as connection:
            hidden = content("HR1", "The salary table.", groups=frozenset({"hr"}))
            CorpusWriter(connection, app.clock()).upsert(hidden, "x")

        def read(**claims: Any) -> int:
            headers = {"Authorization": f"Bearer {fake.token(**claims)}"}
            return client.get("/api/v1/records/HR1", headers=headers).status_code

        assert (read(), read(groups=["hr"])) == (404, 200)

    def test_without_a_mapped_role_nobody_is_let_in(
        self, client: TestClient, fake: FakeProvider
    ) -> None:
        answer = sent(client, fake.token(roles=["somebody-elses"]))
        assert answer.status_code == 403
        assert "no role was given to you" in answer.json()["detail"]

    def test_default_roles_let_everybody_in(self, fake: FakeProvider, tmp_path: Path) -> None:
        for client in opened(fake, tmp_path, default_roles=["analyst"]):
            assert sent(client, fake.token(roles=[])).json()["person"]["roles"] == ["analyst"]

    def test_roles_may_lie_deep_in_a_token(self, fake: FakeProvider, tmp_path: Path) -> None:
        for client in opened(fake, tmp_path, roles_claim="realm_access.roles"):
            token = fake.token(realm_access={"roles": ["rca-approvers"]})
            assert "approver" in sent(client, token).json()["person"]["roles"]

    @pytest.mark.parametrize("name", ["operator", "service:bot", "host:snow:ruth", "", 7])
    def test_nobody_can_be_called_what_means_somebody_else(
        self, client: TestClient, fake: FakeProvider, name: object
    ) -> None:
        assert sent(client, fake.token(sub=name)).status_code == 401

    def test_the_header_of_the_local_mode_means_nothing(self, client: TestClient) -> None:
        answer = client.get("/api/v1/session", headers={"X-Precedent-Person": "paul"})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        form = client.post("/sign-in", data={"name": "paul"}, follow_redirects=False)
        assert form.status_code == 404


class TestForgeries:
    @pytest.mark.parametrize("name", FORGERIES)
    def test_none_gets_in_and_all_get_the_same_answer(
        self,
        shared: Shared,
        name: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        fake, client = shared
        assert sent(client, fake.token()).status_code == 200
        forged = FORGERIES[name](fake)
        capsys.readouterr()
        answer = sent(client, forged)
        assert answer.status_code == 401
        assert answer.json()["detail"] == REFUSED
        log = capsys.readouterr().err
        assert "credential.refused" in log
        assert '"reason": ""' not in log
        # Neither the token nor any part of it that could be used is in the log.
        for part in forged.split("."):
            assert len(part) < 12 or part not in log

    def test_nothing_that_a_token_names_is_ever_asked(self, shared: Shared) -> None:
        fake, client = shared
        for forge in FORGERIES.values():
            sent(client, forge(fake))
        assert fake.asked["/theirs"] == 0

    @given(st.binary(max_size=200), st.binary(max_size=200), st.binary(max_size=60))
    @settings(max_examples=200, deadline=None)
    def test_no_bytes_do_anything_but_be_refused(
        self, shared: Shared, header: bytes, payload: bytes, signature: bytes
    ) -> None:
        token = ".".join(base64_of(part) for part in (header, payload, signature))
        assert sent(shared.client, token).status_code == 401

    @given(
        st.dictionaries(
            st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "x5c"]),
            st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists),
        )
        | st.lists(st.text())
    )
    @settings(max_examples=200, deadline=None)
    def test_no_header_does_anything_but_be_refused(self, shared: Shared, header: Any) -> None:
        _, payload, signature = shared.fake.token().split(".")
        token = f"{base64_of(json.dumps(header).encode())}.{payload}.{signature}"
        assert sent(shared.client, token).status_code == 401


class TestKeys:
    def test_a_new_key_is_fetched_once_it_is_used(
        self, client: TestClient, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("assistant.tokens.keys._PAUSE_SECONDS", 0.0)
        assert sent(client, fake.token()).status_code == 200
        before = fake.token()
        fake.rotate()
        assert sent(client, fake.token()).status_code == 200
        assert sent(client, before).status_code == 401

    def test_made_up_key_ids_do_not_make_us_ask_each_time(
        self, client: TestClient, fake: FakeProvider
    ) -> None:
        sent(client, fake.token())
        for number in range(20):
            sent(client, signed(STRANGER, "RS256", fake.claims(), kid=f"k{number}"))
        assert fake.asked["/keys"] <= 2

    def test_known_keys_are_used_on_while_the_provider_is_down(
        self, client: TestClient, fake: FakeProvider
    ) -> None:
        sent(client, fake.token())
        fake.is_down = True
        assert sent(client, fake.token()).status_code == 200

    def test_without_any_key_it_is_our_trouble_and_not_the_sender_s(
        self, client: TestClient, fake: FakeProvider
    ) -> None:
        fake.is_down = True
        assert sent(client, fake.token()).status_code == 503

    def test_a_provider_by_another_name_is_not_believed(
        self, client: TestClient, fake: FakeProvider
    ) -> None:
        honest = fake.token()
        fake.issuer = "https://login.evil.example"
        assert sent(client, honest).status_code == 503

    def test_keys_may_be_a_file(self, fake: FakeProvider, tmp_path: Path) -> None:
        file = tmp_path / "keys.json"
        file.write_text(json.dumps(fake.key_set()))
        for client in opened(fake, tmp_path, jwks=f"file:{file}"):
            assert sent(client, fake.token()).status_code == 200
        assert not fake.asked


def begun(client: TestClient, wanted: str = "/drafts") -> str:
    """Where the provider sends the browser back to."""
    away = client.get("/sign-in/provider", params={"next": wanted}, follow_redirects=False)
    assert away.status_code == 303
    back = httpx2.get(away.headers["location"], follow_redirects=False)
    location = back.headers["location"]
    assert location.startswith("http://testserver/sign-in/callback?")
    return location


class TestBrowser:
    def test_somebody_signs_in_and_comes_back_to_where_they_were(
        self, client: TestClient, fake: FakeProvider
    ) -> None:
        asked = client.get("/drafts?x=1", follow_redirects=False)
        assert asked.headers["location"] == "/sign-in?next=%2Fdrafts%3Fx%3D1"
        page = client.get(asked.headers["location"]).text
        assert 'href="/sign-in/provider?next=/drafts%3Fx%3D1"' in page
        assert "Who are you?" not in page
        home = client.get(begun(client, "/drafts?x=1"), follow_redirects=False)
        assert (home.status_code, home.headers["location"]) == (303, "/drafts?x=1")
        cookie = next(c for c in home.headers.get_list("set-cookie") if "precedent_session" in c)
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Ruth" in client.get("/drafts").text

    def test_the_secret_of_an_attempt_is_never_in_an_address(self, client: TestClient) -> None:
        away = client.get("/sign-in/provider", follow_redirects=False)
        secret = client.cookies["precedent_sign_in"].strip('"').partition("/")[0]
        query = parse_qs(urlsplit(away.headers["location"]).query)
        assert secret not in away.headers["location"]
        assert query["code_challenge_method"] == ["S256"]
        assert len({secret, query["state"][0], query["nonce"][0], query["code_challenge"][0]}) == 4

    def test_another_browser_s_answer_is_refused(
        self, client: TestClient, fake: FakeProvider
    ) -> None:
        location = begun(client)
        client.cookies.clear()
        assert client.get(location).status_code == 422
        client.get("/sign-in/provider", follow_redirects=False)
        refused = client.get(location)
        assert refused.status_code == 422
        assert "was not begun in this browser" in refused.text
        assert fake.asked["/token"] == 0

    def test_an_answer_is_taken_once(self, client: TestClient) -> None:
        location = begun(client)
        assert client.get(location, follow_redirects=False).headers["location"] == "/drafts"
        again = client.get(location, follow_redirects=False)
        assert again.headers.get("location", "") != "/drafts"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"nonce": "another"},
            {"nonce": None},
            {"aud": "payroll"},
            {"azp": "payroll"},
            {"exp": 1},
            {"iss": "https://login.evil.example"},
        ],
    )
    def test_a_token_of_another_sign_in_is_refused(
        self, client: TestClient, fake: FakeProvider, wrong: dict[str, Any]
    ) -> None:
        fake.wrong = wrong
        answer = client.get(begun(client), follow_redirects=False)
        assert answer.headers["location"].startswith("/sign-in?")
        assert "precedent_session" not in client.cookies

    @pytest.mark.parametrize(
        "wanted",
        [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "\\/evil.example",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=y",
            "/" + "a" * 5000,
            "",
        ],
    )
    def test_nobody_is_sent_to_another_site(self, client: TestClient, wanted: str) -> None:
        home = client.get(begun(client, wanted), follow_redirects=False)
        assert home.headers["location"] == "/"

    def test_letters_of_every_language_come_through(self, client: TestClient) -> None:
        home = client.get(begun(client, "/records/Überlast-日本"), follow_redirects=False)
        assert home.headers["location"] == "/records/%C3%9Cberlast-%E6%97%A5%E6%9C%AC"

    def test_somebody_without_a_role_is_told_so(
        self, client: TestClient, fake: FakeProvider
    ) -> None:
        fake.person["roles"] = []
        answer = client.get(begun(client), follow_redirects=False)
        assert answer.status_code == 403
        assert "no role was given to you" in answer.text

    def test_a_session_of_the_local_mode_ends_with_it(
        self, fake: FakeProvider, tmp_path: Path
    ) -> None:
        app = application(tmp_path, web={"embedded_worker": False})
        with TestClient(create_app(app)) as local:
            local.post("/sign-in", data={"name": "paul"}, follow_redirects=False)
            cookie = local.cookies["precedent_session"]
            assert local.get("/api/v1/session").status_code == 200
        app.database.close()
        for client in opened(fake, tmp_path):
            client.cookies.set("precedent_session", cookie)
            assert client.get("/api/v1/session").status_code == 401
