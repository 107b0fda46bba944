"""A page in another system's page exchanges what that system says for a short session."""

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from pydantic import ValidationError

from assistant.auth_settings import HostSettings
from assistant.domain.credentials import SecretKind, digest_of
from assistant.main import create_app
from assistant.tokens.checking import REFUSED
from retrieval.errors import InvalidSettings, NotSignedIn
from tests.fakes.oidc import CLIENT, provider, signed
from tests.installation import application
from tests.integration.draft_life import wired

SECRET = "a secret that the ServiceNow instance and we share"
CURVE = ECKey.generate_key("P-256")
HOSTS = {
    "servicenow": {"key": SECRET, "groups_claim": "groups"},
    "jira": {
        "algorithm": "ES256",
        "key": CURVE.as_pem(private=False).decode(),
        "same_people": True,
        "roles": ["analyst", "author"],
    },
}


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    said = {
        "iss": "servicenow",
        "aud": "precedent",
        "sub": "mia.k",
        "name": "Mia K.",
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + 120,
        "ticket": "incident/ef43c6d4",
    }
    return {name: value for name, value in (said | other).items() if value is not None}


def minted(secret: str = SECRET, algorithm: str = "HS256", **other: Any) -> str:
    key = OctKey.import_key(secret)
    return jwt.encode({"alg": algorithm}, claims(**other), key, algorithms=[algorithm])


def by_curve(key: ECKey = CURVE, **other: Any) -> str:
    return jwt.encode({"alg": "ES256"}, claims(**{"iss": "jira", **other}), key)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = application(
        tmp_path,
        embedder={"backend": "hashing"},
        web={"embedded_worker": False},
        auth={"hosts": HOSTS},
    )
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        yield opened
    app.database.close()


def exchange(client: TestClient, token: str, **more: Any) -> Any:
    return client.post("/api/v1/session/exchange", json={"token": token, **more})


class TestHosts:
    def test_who_looks_at_a_ticket_gets_ten_minutes(self, client: TestClient) -> None:
        answer = exchange(client, minted(groups=["network"]))
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        body = answer.json()
        assert body["ticket"] == "incident/ef43c6d4"
        assert body["person"] == {
            "name": "host:servicenow:mia.k",
            "display_name": "Mia K.",
            "roles": ["analyst"],
            "groups": ["everyone", "network"],
        }
        headers = {"Authorization": f"Bearer {body['token']}"}
        assert client.get("/api/v1/session", headers=headers).json()["person"] == body["person"]
        assert client.get("/sidebar", headers=headers).status_code == 200
        found = wired(client).sessions.find(body["token"], SecretKind.BEARER)
        assert found is not None
        assert found.expires_at - found.created_at == timedelta(minutes=10)

    def test_a_token_is_taken_once(self, client: TestClient) -> None:
        token = minted()
        assert exchange(client, token).status_code == 200
        again = exchange(client, token)
        assert again.status_code == 401
        assert again.json()["detail"] == REFUSED

    def test_the_same_id_of_another_host_is_another_token(self, client: TestClient) -> None:
        assert exchange(client, minted(jti="1")).status_code == 200
        assert exchange(client, by_curve(jti="1")).status_code == 200

    def test_people_are_the_same_only_where_the_settings_say_so(self, client: TestClient) -> None:
        assert exchange(client, minted(sub="ruth")).json()["person"]["name"] == (
            "host:servicenow:ruth"
        )
        same = exchange(client, by_curve(sub="ruth")).json()["person"]
        assert (same["name"], same["roles"]) == ("ruth", ["analyst", "author"])

    @pytest.mark.parametrize(
        "forge",
        [
            lambda: minted(secret="another secret that is long enough for the algorithm"),
            lambda: minted(algorithm="HS512"),
            lambda: minted(iss="jira"),
            lambda: minted(iss="nobody"),
            lambda: minted(iss=None),
            lambda: minted(iss=["servicenow"]),
            lambda: minted(aud="payroll"),
            lambda: minted(sub=None),
            lambda: minted(sub=""),
            lambda: minted(sub="x" * 300),
            lambda: minted(jti=None),
            lambda: minted(jti=""),
            lambda: minted(exp=None),
            lambda: minted(iat=None),
            lambda: minted(exp=int(time.time()) - 60),
            lambda: minted(exp=int(time.time()) + 3_600),
            lambda: minted(iat=int(time.time()) + 600),
            lambda: minted(ticket=7),
            lambda: by_curve(ECKey.generate_key("P-256")),
            lambda: by_curve(iss="servicenow"),
            lambda: by_curve(sub="operator"),
            lambda: by_curve(sub="service:bot"),
            lambda: "ps_" + "a" * 43,
            lambda: "a.b.c",
            lambda: "",
        ],
    )
    def test_anything_else_is_refused(self, client: TestClient, forge: Callable[[], str]) -> None:
        answer = exchange(client, forge() or "x")
        assert answer.status_code == 401
        assert answer.json()["detail"] == REFUSED

    def test_a_host_s_token_is_no_bearer_itself(self, client: TestClient) -> None:
        headers = {"Authorization": f"Bearer {minted()}"}
        assert client.get("/api/v1/session", headers=headers).status_code == 401

    def test_a_session_of_a_host_ends_when_the_host_is_taken_out(
        self, client: TestClient, tmp_path: Path
    ) -> None:
        token = exchange(client, minted()).json()["token"]
        app = application(tmp_path, embedder={"backend": "hashing"})
        assert app.sessions.find(token, SecretKind.BEARER) is None
        app.database.close()

    def test_a_frame_may_have_a_cookie_instead(self, client: TestClient) -> None:
        answer = exchange(client, minted(), cookie=True)
        assert answer.json()["token"] == ""
        assert answer.headers["set-cookie"].startswith("precedent_session=pc_")
        assert client.get("/api/v1/session").status_code == 200

    def test_another_site_cannot_sign_somebody_in(self, client: TestClient) -> None:
        headers = {"Sec-Fetch-Site": "cross-site"}
        body = {"token": minted(), "cookie": True}
        answer = client.post("/api/v1/session/exchange", json=body, headers=headers)
        assert answer.status_code == 403


class TestProvider:
    def test_its_token_is_exchanged_too(self, tmp_path: Path) -> None:
        with provider() as fake:
            oidc = {
                "issuer": fake.issuer,
                "client_id": CLIENT,
                "roles": {"rca-authors": ["author"]},
            }
            app = application(
                tmp_path,
                embedder={"backend": "hashing"},
                auth={"mode": "oidc", "oidc": oidc, "hosts": HOSTS},
            )
            made = app.token_exchange.exchange(fake.token())
            assert made.opened.session.person.name == "u-ruth"
            assert app.sessions.find(made.opened.secret, SecretKind.BEARER)
            with pytest.raises(NotSignedIn):
                app.token_exchange.exchange(signed(fake.ec, "ES256", fake.claims(aud="x")))
            app.database.close()


class TestSettings:
    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"key": "short"}, "at least 32 bytes"),
            ({"algorithm": "ES256", "key": SECRET}, "public key in PEM"),
            ({"key": SECRET, "roles": ["approver"]}, "same_people"),
            ({"key": SECRET, "roles": ["author"]}, "same_people"),
        ],
    )
    def test_weak_ones_are_refused(self, given: dict[str, Any], told: str) -> None:
        with pytest.raises(ValidationError, match=told):
            HostSettings.model_validate(given)

    def test_a_broken_key_is_named(self, tmp_path: Path) -> None:
        broken = {
            "algorithm": "ES256",
            "key": "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----",
        }
        with pytest.raises(InvalidSettings, match="key of jira"):
            application(tmp_path, auth={"hosts": {"jira": broken}})

    def test_a_digest_is_no_secret(self) -> None:
        assert len(digest_of("ps_x")) == 64
