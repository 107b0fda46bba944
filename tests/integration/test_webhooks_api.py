"""Whoever signs is heard, once; whoever does not learns nothing."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from assistant.bootstrap import Application
from assistant.db.webhook_deliveries import DeliveryState
from retrieval.access import Reader
from retrieval.errors import NotFound
from retrieval.records import Record
from tests.integration.sending import (
    BEARER,
    CONNECTIONS,
    PAGERDUTY,
    TOKEN,
    at_once,
    body_of,
    by_jira,
    by_pagerduty,
    receiving,
    serving,
)
from tests.unit.ingest.test_hooks import alert, at, note
from tests.unit.ingest.test_webhooks import SAMPLES

KEY = "1a30ba71cca2921f-20260302T091000Z"


@pytest.fixture
def app(tmp_path: Path, database_url: str) -> Iterator[Application]:
    opened = receiving(tmp_path, database_url)
    yield opened
    opened.database.close()


@pytest.fixture
def sender(app: Application) -> Iterator[httpx2.Client]:
    with serving(app) as client:
        yield client


def sent(
    sender: httpx2.Client, payload: Any, name: str = "am", headers: Any = None
) -> httpx2.Response:
    body = payload if isinstance(payload, bytes) else body_of(payload)
    return sender.post(f"/webhooks/{name}", content=body, headers=BEARER | (headers or {}))


def taken_in(app: Application) -> None:
    while app.events.run_once():
        continue


def record(app: Application, external_id: str = KEY) -> Record:
    taken_in(app)
    return app.store.resolve(external_id, Reader.operator())


class TestAccepted:
    def test_an_alert_becomes_a_record_that_the_groups_of_the_connection_may_read(
        self, app: Application, sender: httpx2.Client
    ) -> None:
        answer = sent(sender, SAMPLES["alertmanager"])
        assert (answer.status_code, answer.json()) == (202, {"status": "accepted"})
        found = record(app)
        assert found.source == "am"
        assert found.groups == {"noc"}
        assert found.fields["status"] == "firing"

    def test_the_answer_does_not_wait_for_the_work(
        self, app: Application, sender: httpx2.Client
    ) -> None:
        sent(sender, SAMPLES["alertmanager"])
        with pytest.raises(NotFound):
            app.store.resolve(KEY, Reader.operator())
        assert [kept.state for kept in app.events.latest(9)] == [DeliveryState.PENDING]

    def test_a_note_of_pagerduty_is_in_the_journal_of_its_incident(
        self, app: Application, sender: httpx2.Client
    ) -> None:
        for payload in (note(3, "The certificate had expired."), SAMPLES["pagerduty"]):
            body = body_of(payload)
            assert sent(sender, body, "pd", by_pagerduty(body)).status_code == 202
        found = record(app, "PT4KHLK")
        assert found.title == "VPN gateway down"
        assert "The certificate had expired." in found.text

    def test_what_comes_is_searchable_and_redacted(
        self, app: Application, sender: httpx2.Client
    ) -> None:
        summary = "Login with password=Hunter2! fails on vpn-gw-lon-1"
        sent(sender, alert("firing", 0, annotations={"summary": summary}))
        found = record(app)
        assert "Hunter2" not in found.text + found.title + json.dumps(dict(found.fields))
        assert "vpn-gw-lon-1" in found.title

    @pytest.mark.parametrize(
        "text", ["Ausfall: Zürich 🔥 — 接続できません", "nul \x00 and half a pair \ud83d end"]
    )
    def test_any_text_is_taken(self, app: Application, sender: httpx2.Client, text: str) -> None:
        payload = {"id": "T-1", "title": "VPN down", "description": text}
        body = json.dumps(payload, ensure_ascii=True).encode()
        assert sent(sender, body).status_code == 202
        found = record(app, "T-1")
        assert found.text == text.replace("\x00", "").replace("\ud83d", "\ufffd")

    def test_a_megabyte_is_taken(self, app: Application, sender: httpx2.Client) -> None:
        one = SAMPLES["alertmanager"]["alerts"][0]
        alerts = [
            {**one, "fingerprint": f"{n:016x}", "annotations": {"summary": f"Probe {n} " * 70}}
            for n in range(900)
        ]
        body = body_of({**SAMPLES["alertmanager"], "alerts": alerts})
        assert 900_000 < len(body) < 1024 * 1024
        assert sent(sender, body).status_code == 202
        taken_in(app)
        assert [kept.state for kept in app.events.latest(9)] == [DeliveryState.DONE]
        assert record(app, "0000000000000383-20260302T091000Z").title.startswith("ProbeFailure")


class TestOnce:
    def test_the_same_body_is_a_duplicate(self, app: Application, sender: httpx2.Client) -> None:
        answers = [sent(sender, SAMPLES["alertmanager"]) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 202]
        assert [a.json()["status"] for a in answers] == ["accepted", "duplicate", "duplicate"]
        assert len(app.events.latest(9)) == 1

    def test_after_it_was_taken_in_too(self, app: Application, sender: httpx2.Client) -> None:
        sent(sender, SAMPLES["alertmanager"])
        taken_in(app)
        assert sent(sender, SAMPLES["alertmanager"]).json() == {"status": "duplicate"}

    def test_a_repetition_of_jira_has_the_id_of_the_first(
        self, app: Application, sender: httpx2.Client
    ) -> None:
        statuses = []
        for retried in (0, 1):
            body = body_of({"webhookEvent": "jira:issue_updated", "timestamp": retried})
            headers = {**by_jira(body), "X-Atlassian-Webhook-Identifier": "a-1"}
            statuses.append(sent(sender, body, "jira", headers).json()["status"])
        assert statuses == ["accepted", "duplicate"]

    def test_two_connections_may_send_the_same(self, app: Application, tmp_path: Path) -> None:
        two = {"a": CONNECTIONS["am"], "b": CONNECTIONS["am"]}
        with serving(receiving(tmp_path / "two", connections=two)) as sender:
            answers = [sent(sender, SAMPLES["alertmanager"], name) for name in two]
        assert [answer.json()["status"] for answer in answers] == ["accepted", "accepted"]

    def test_of_eight_at_once_one_is_kept(self, app: Application, sender: httpx2.Client) -> None:
        answers = at_once(lambda: sent(sender, SAMPLES["alertmanager"]), 8)
        assert [answer.status_code for answer in answers] == [202] * 8
        statuses = sorted(answer.json()["status"] for answer in answers)
        assert statuses == ["accepted"] + ["duplicate"] * 7
        assert len(app.events.latest(99)) == 1

    def test_a_group_that_grows_is_told_once_for_each_alert(
        self, app: Application, sender: httpx2.Client
    ) -> None:
        one = SAMPLES["alertmanager"]["alerts"][0]
        other = {**one, "fingerprint": "2b30ba71cca2921f"}
        for alerts in ([one], [one, other], [other, one], [one, other]):
            sent(sender, {**SAMPLES["alertmanager"], "alerts": alerts})
        taken_in(app)
        first = record(app)
        assert first.revision == 1
        assert [r.kind for r in app.store.iter_current()] == ["alert", "alert"]


class TestOrder:
    def test_whatever_the_order_an_alert_that_is_over_stays_so(
        self, app: Application, sender: httpx2.Client
    ) -> None:
        told = [alert("firing", 0), alert("firing", 0, values={"A": 1}), alert("resolved", 0, 7)]
        for number, order in enumerate(itertools.permutations(told)):
            for payload in order:
                renamed = json.loads(body_of(payload))
                renamed["alerts"][0]["fingerprint"] = f"{number:016x}"
                assert sent(sender, renamed).status_code == 202
            found = record(app, f"{number:016x}-20260302T091000Z")
            assert found.fields["status"] == "resolved"
            assert (found.opened_at, found.resolved_at) == (at(0), at(7))


class TestRefused:
    @pytest.mark.parametrize(
        ("name", "headers"),
        [
            ("am", {"Authorization": "Bearer wrong"}),
            ("am", {"Authorization": ""}),
            ("pd", {}),
            ("pd", {"X-PagerDuty-Signature": "v1=" + "0" * 64}),
            ("nobody", {}),
            ("off", {}),
            ("plain", {}),
        ],
    )
    def test_all_that_is_not_authentic_gets_one_answer(
        self, app: Application, sender: httpx2.Client, name: str, headers: dict[str, str]
    ) -> None:
        answer = sent(sender, SAMPLES["alertmanager"], name, headers)
        problem = answer.json()
        assert answer.status_code == 401
        assert problem["code"] == "not-signed-in"
        assert problem["detail"] == (
            "The delivery is not signed as this connection needs it; see docs/webhooks.md."
        )
        assert app.events.latest(9) == []

    def test_a_signature_of_another_body_does_not_count(
        self, app: Application, sender: httpx2.Client
    ) -> None:
        headers = by_pagerduty(body_of(SAMPLES["pagerduty"]))
        assert sent(sender, note(3, "Pay mallory."), "pd", headers).status_code == 401

    def test_while_a_secret_is_replaced_both_are_taken(self, tmp_path: Path) -> None:
        new = "secret-of-pagerduty-0002"
        webhook = {"scheme": "pagerduty", "secrets": [new, PAGERDUTY]}
        app = receiving(tmp_path, connections={"pd": {"kind": "pagerduty", "webhook": webhook}})
        with serving(app) as sender:
            for minute, secret in enumerate((PAGERDUTY, new)):
                body = body_of(note(minute, "Looking."))
                headers = by_pagerduty(body, secret)
                assert sent(sender, body, "pd", headers).status_code == 202
        app.database.close()

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            (b"", "not JSON"),
            (b"{", "not JSON"),
            (b'{"title": "\xff"}', "not JSON"),
            (b'{"title": "x", "value": NaN}', "not JSON"),
            (b'{"a":' * 9_000 + b"1" + b"}" * 9_000, "not JSON"),
            (b'{"title": ' + b"[" * 99 + b"]" * 99 + b"}", "nested"),
            (b"[]", "one JSON object"),
            (b'"title"', "one JSON object"),
            (b'{"hello": "world"}', "no format that is known"),
        ],
    )
    def test_what_cannot_be_read_is_a_problem_that_says_why(
        self, app: Application, sender: httpx2.Client, body: bytes, told: str
    ) -> None:
        answer = sent(sender, body)
        assert answer.status_code == 422
        assert told in answer.json()["detail"]
        assert app.events.latest(9) == []

    def test_more_than_a_mebibyte_is_too_much(
        self, app: Application, sender: httpx2.Client
    ) -> None:
        answer = sent(sender, body_of({"title": "x" * 1024 * 1024}))
        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")

    def test_a_page_of_another_site_cannot_send(
        self, app: Application, sender: httpx2.Client
    ) -> None:
        headers = {"Sec-Fetch-Site": "cross-site"}
        assert sent(sender, SAMPLES["alertmanager"], headers=headers).status_code == 403


class TestIgnored:
    def test_what_tells_of_no_incident_is_kept_without_what_it_says(
        self, app: Application, sender: httpx2.Client
    ) -> None:
        ping = {"event": {"id": "01C", "event_type": "pagey.ping", "data": {"type": "ping"}}}
        body = body_of(ping)
        answer = sent(sender, body, "pd", by_pagerduty(body))
        assert (answer.status_code, answer.json()) == (202, {"status": "ignored"})
        taken_in(app)
        (kept,) = app.events.latest(9)
        assert (kept.delivery_id, kept.state) == ("01C", DeliveryState.IGNORED)
        assert "ping" in kept.reason


class TestSecrets:
    def test_no_secret_is_in_a_file_of_the_installation(self, tmp_path: Path) -> None:
        app = receiving(tmp_path)
        password, key = "Hunter2!x", "AKIAIOSFODNN7EXAMPLE"
        payload = {
            **SAMPLES["generic"],
            "id": "mia.k@acme-corp.com",
            "password": password,
            "description": f"Reset with password={password} by bob.b@acme-corp.com",
            "work_notes": [{"text": f"aws_access_key_id={key}", "by": "carol.c@acme-corp.com"}],
            "dave.d@acme-corp.com": {"api_token": password},
        }
        with serving(app) as sender:
            assert sent(sender, payload).status_code == 202
            failing = {"event": {**SAMPLES["pagerduty"]["event"], "id": "mia.k@acme-corp.com"}}
            body = body_of(failing)
            assert sent(sender, body, "pd", by_pagerduty(body)).status_code == 202
            self._nothing_in(tmp_path, password, key, "@acme-corp.com", TOKEN, PAGERDUTY)
            taken_in(app)
            self._nothing_in(tmp_path, password, key, "@acme-corp.com", TOKEN, PAGERDUTY)
        app.database.close()

    def test_what_was_taken_in_is_not_kept_twice(self, tmp_path: Path) -> None:
        app = receiving(tmp_path)
        with serving(app) as sender:
            sent(sender, SAMPLES["alertmanager"])
        taken_in(app)
        with app.database.read() as connection:
            query = "SELECT payload FROM webhook_deliveries"
            assert connection.exec_driver_sql(query).fetchall() == [(None,)]
        app.database.close()

    @staticmethod
    def _nothing_in(folder: Path, *secrets: str) -> None:
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert any(path.name == "precedent.db" for path in files)
        for path in files:
            stored = path.read_bytes()
            assert [secret for secret in secrets if secret.encode() in stored] == []


class TestContract:
    def test_every_status_is_documented(self, app: Application, sender: httpx2.Client) -> None:
        document = sender.get("/openapi.json").json()
        operation = document["paths"]["/api/v1/webhooks/{connection}"]["post"]
        assert set(operation["responses"]) == {"202", "401", "403", "404", "413", "422", "429"}
        assert operation["requestBody"]["required"] is True
        assert operation["security"] == []
