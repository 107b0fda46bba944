"""Keys of programs and sessions of people: given, known again, and ended."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError
from sqlalchemy import select

from assistant.bootstrap import Application
from assistant.db import credentials as rows
from assistant.db.identity_tables import api_keys, sessions, used_tokens
from assistant.domain.credentials import SecretKind
from assistant.domain.people import Person, Role
from assistant.main import create_app
from assistant.services.identity.api_keys import ApiKeys
from assistant.services.identity.sessions import Sessions
from retrieval.corpus.database import Database
from retrieval.errors import InvalidInput, NotAllowed, NotFound
from tests.conftest import NOW
from tests.installation import filled

ADMIN = Person(name="root", roles=frozenset({Role.ADMIN}))
RUTH = Person(name="ruth", roles=frozenset({Role.AUTHOR}), groups=frozenset({"hr"}))


class Clock:
    """A time that only moves when told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


class TestKeys:
    @pytest.fixture
    def keys(self, database: Database, clock: Clock) -> ApiKeys:
        return ApiKeys(database, clock)

    def test_a_key_is_a_program_with_its_roles_and_groups(self, keys: ApiKeys) -> None:
        made = keys.create(ADMIN, "alerts", {Role.AUTHOR}, {"network"})
        assert made.secret.startswith("pk_")
        program = keys.person_of(made.secret)
        assert program is not None
        assert program.name == "service:alerts"
        assert program.roles == {Role.SERVICE, Role.AUTHOR}
        assert program.groups == {"network"}

    def test_no_key_approves(self, keys: ApiKeys) -> None:
        with pytest.raises(InvalidInput, match="an approval is a person's"):
            keys.create(ADMIN, "bot", {Role.APPROVER}, {"everyone"})
        with pytest.raises(ValidationError, match="an approval is a person's"):
            Person(name="bot", roles=frozenset({Role.SERVICE, Role.APPROVER}))
        assert keys.all() == []

    @pytest.mark.parametrize("name", ["", "Bot", "a b", "a:b", "x" * 64, "../x"])
    def test_a_name_is_plain(self, keys: ApiKeys, name: str) -> None:
        with pytest.raises(InvalidInput):
            keys.create(ADMIN, name, (), {"everyone"})

    def test_only_an_admin_gives_and_takes_keys(self, keys: ApiKeys) -> None:
        with pytest.raises(NotAllowed):
            keys.create(RUTH, "bot", (), {"everyone"})
        keys.create(ADMIN, "bot", (), {"everyone"})
        with pytest.raises(NotAllowed):
            keys.revoke(RUTH, "bot")

    def test_a_revoked_key_and_one_past_its_end_are_not_known(
        self, keys: ApiKeys, clock: Clock
    ) -> None:
        revoked = keys.create(ADMIN, "a", (), {"everyone"})
        short = keys.create(ADMIN, "b", (), {"everyone"}, timedelta(days=1))
        assert keys.person_of(short.secret)
        keys.revoke(ADMIN, revoked.key.id)
        assert keys.person_of(revoked.secret) is None
        clock.now += timedelta(days=1)
        assert keys.person_of(short.secret) is None
        with pytest.raises(NotFound):
            keys.revoke(ADMIN, "b")

    def test_one_of_the_same_name_takes_over_before_the_former_ends(self, keys: ApiKeys) -> None:
        first = keys.create(ADMIN, "a", (), {"everyone"})
        second = keys.create(ADMIN, "a", (), {"everyone"})
        keys.revoke(ADMIN, first.key.id)
        assert keys.person_of(first.secret) is None
        assert keys.person_of(second.secret) is not None

    def test_the_database_and_the_ledger_hold_no_secret(
        self, keys: ApiKeys, database: Database
    ) -> None:
        made = keys.create(ADMIN, "a", (), {"everyone"})
        keys.revoke(ADMIN, "a")
        with database.read() as connection:
            stored = repr(connection.execute(select(api_keys)).all())
            noted = repr(
                connection.exec_driver_sql("SELECT actor, action, payload FROM audit_events").all()
            )
        assert made.secret not in stored + noted
        assert made.secret.removeprefix("pk_") not in stored + noted
        assert "key.created" in noted
        assert "key.revoked" in noted
        assert "root" in noted

    def test_when_it_was_used_last_is_known(self, keys: ApiKeys, clock: Clock) -> None:
        made = keys.create(ADMIN, "a", (), {"everyone"})
        assert keys.all()[0].last_used_at is None
        keys.person_of(made.secret)
        assert keys.all()[0].last_used_at == clock.now
        assert keys.person_of("pk_made-up") is None


class TestSessions:
    @pytest.fixture
    def kept(self, database: Database, clock: Clock) -> Sessions:
        return Sessions(
            database,
            clock,
            sources={"local"},
            lasts=timedelta(hours=12),
            idle=timedelta(hours=2),
        )

    def test_a_session_knows_who_signed_in_as_they_were(self, kept: Sessions) -> None:
        opened = kept.open(RUTH, "local", SecretKind.COOKIE)
        found = kept.find(opened.secret, SecretKind.COOKIE)
        assert found is not None
        assert found.person == RUTH

    def test_it_ends_when_it_is_not_used(self, kept: Sessions, clock: Clock) -> None:
        secret = kept.open(RUTH, "local", SecretKind.COOKIE).secret
        for _ in range(3):
            clock.now += timedelta(minutes=110)
            assert kept.find(secret, SecretKind.COOKIE)
        clock.now += timedelta(minutes=120)
        assert kept.find(secret, SecretKind.COOKIE) is None

    def test_it_ends_however_much_it_is_used(self, kept: Sessions, clock: Clock) -> None:
        secret = kept.open(RUTH, "local", SecretKind.COOKIE).secret
        for _ in range(11):
            clock.now += timedelta(hours=1)
            assert kept.find(secret, SecretKind.COOKIE)
        clock.now += timedelta(hours=1)
        assert kept.find(secret, SecretKind.COOKIE) is None

    def test_a_bearer_lasts_ten_minutes_and_is_no_cookie(
        self, kept: Sessions, clock: Clock
    ) -> None:
        secret = kept.open(RUTH, "local", SecretKind.BEARER).secret
        assert secret.startswith("ps_")
        assert kept.find(secret, SecretKind.COOKIE) is None
        assert kept.find(secret, SecretKind.BEARER)
        clock.now += timedelta(minutes=10)
        assert kept.find(secret, SecretKind.BEARER) is None

    def test_signing_out_ends_one_or_all(self, kept: Sessions) -> None:
        here, there, other = (kept.open(RUTH, "local", SecretKind.COOKIE).secret for _ in range(3))
        kept.close(here)
        assert kept.find(here, SecretKind.COOKIE) is None
        assert kept.find(there, SecretKind.COOKIE)
        assert kept.close_all_of("ruth") == 2
        assert kept.find(other, SecretKind.COOKIE) is None

    def test_what_is_past_its_time_is_cleared_away(
        self, kept: Sessions, database: Database, clock: Clock
    ) -> None:
        kept.open(RUTH, "local", SecretKind.COOKIE)
        with database.write() as connection:
            assert rows.use_token(connection, "a" * 64, clock.now + timedelta(minutes=6))
            assert rows.use_token(connection, "b" * 64, clock.now + timedelta(hours=14))
        clock.now += timedelta(hours=13)
        kept.open(RUTH, "local", SecretKind.COOKIE)
        with database.read() as connection:
            assert len(connection.execute(select(sessions)).all()) == 1
            assert connection.scalars(select(used_tokens.c.digest)).all() == ["b" * 64]

    def test_another_way_of_signing_in_is_not_accepted(
        self, kept: Sessions, database: Database, clock: Clock
    ) -> None:
        secret = kept.open(RUTH, "local", SecretKind.COOKIE).secret
        times = {"lasts": timedelta(hours=12), "idle": timedelta(hours=2)}
        later = Sessions(database, clock, sources={"oidc"}, **times)
        assert later.find(secret, SecretKind.COOKIE) is None


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    made = filled(tmp_path, web={"embedded_worker": False}, embedder={"backend": "hashing"})
    yield made
    made.database.close()


class TestRequests:
    def test_a_key_acts_in_the_name_of_its_program(self, app: Application) -> None:
        secret = app.keys.create(ADMIN, "bot", {Role.AUTHOR}, {"everyone"}).secret
        headers = {"Authorization": f"Bearer {secret}"}
        with TestClient(create_app(app)) as client:
            made = client.post("/api/v1/drafts", json={"record_id": "INC0009"}, headers=headers)
            assert made.status_code == 201
            assert made.json()["author"] == "service:bot"
            who = client.get("/api/v1/session", headers=headers).json()["person"]
            assert who["roles"] == ["author", "service"]

    def test_a_bad_key_is_refused_whatever_else_is_sent(self, app: Application) -> None:
        with TestClient(create_app(app)) as client:
            client.post("/sign-in", data={"name": "ruth"}, follow_redirects=False)
            headers = {"Authorization": "Bearer pk_wrong", "X-Precedent-Person": "ruth"}
            assert client.get("/api/v1/session", headers=headers).status_code == 401

    def test_a_proxy_s_own_credential_is_none_of_ours(self, app: Application) -> None:
        headers = {"Authorization": "Basic eDp5", "X-Precedent-Person": "ruth"}
        with TestClient(create_app(app)) as client:
            assert client.get("/api/v1/session", headers=headers).status_code == 200

    def test_signing_out_ends_the_session_for_whoever_has_its_cookie(
        self, app: Application
    ) -> None:
        with TestClient(create_app(app)) as client:
            client.post("/sign-in", data={"name": "ruth"}, follow_redirects=False)
            cookie = client.cookies["precedent_session"]
            assert "ruth" not in cookie
            token = client.get("/api/v1/session").json()["form_token"]
            out = client.post("/sign-out", data={"form_token": token}, follow_redirects=False)
            assert out.headers["location"] == "/sign-in"
            assert "precedent_session" not in client.cookies
            client.cookies.set("precedent_session", cookie)
            assert client.get("/api/v1/session").status_code == 401

    def test_every_sign_in_is_a_new_session_and_ends_the_former(self, app: Application) -> None:
        with TestClient(create_app(app)) as client:
            client.cookies.set("precedent_session", "pc_chosen-by-somebody")
            client.post("/sign-in", data={"name": "ruth"}, follow_redirects=False)
            first = [c.value for c in client.cookies.jar if c.value != "pc_chosen-by-somebody"]
            assert len(first) == 1
            client.cookies.clear()
            client.cookies.set("precedent_session", str(first[0]))
            token = client.get("/api/v1/session").json()["form_token"]
            again = {"name": "paul", "form_token": token}
            client.post("/sign-in", data=again, follow_redirects=False)
            client.cookies.clear()
            client.cookies.set("precedent_session", str(first[0]))
            assert client.get("/api/v1/session").status_code == 401

    def test_a_session_can_be_ended_by_the_api(self, app: Application) -> None:
        with TestClient(create_app(app)) as client:
            client.post("/sign-in", data={"name": "ruth"}, follow_redirects=False)
            token = client.get("/api/v1/session").json()["form_token"]
            ended = client.delete("/api/v1/session", headers={"X-CSRF-Token": token})
            assert ended.status_code == 204
            assert client.get("/api/v1/session").status_code == 401

    @pytest.mark.parametrize(
        ("base", "web", "attributes"),
        [
            ("http://localhost", {}, {"httponly", "samesite=strict", "path=/"}),
            ("https://localhost", {}, {"httponly", "samesite=lax", "secure", "path=/"}),
            (
                "https://localhost",
                {"frame_ancestors": ["https://acme.service-now.com"]},
                {"httponly", "samesite=none", "secure", "partitioned", "path=/"},
            ),
            (
                "http://localhost",
                {"frame_ancestors": ["https://acme.service-now.com"]},
                {"httponly", "samesite=strict", "path=/"},
            ),
            (
                "http://localhost",
                {"secure_cookies": True},
                {"httponly", "samesite=lax", "secure", "path=/"},
            ),
        ],
    )
    def test_the_cookie_goes_nowhere_that_it_should_not(
        self, tmp_path: Path, base: str, web: dict[str, object], attributes: set[str]
    ) -> None:
        chosen = {"embedded_worker": False, **web}
        made = filled(tmp_path, web=chosen, embedder={"backend": "hashing"})
        with TestClient(create_app(made), base_url=base) as client:
            answer = client.post("/sign-in", data={"name": "ruth"}, follow_redirects=False)
        made.database.close()
        told = answer.headers["set-cookie"].split("; ")
        assert told[0].startswith("precedent_session=pc_")
        assert {part.lower() for part in told[1:]} == attributes
