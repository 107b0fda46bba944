"""A delivery passes with a signature that its sender made, and with nothing else."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook

from ingest.connections import WebhookSettings
from ingest.webhooks.signatures import SCHEMES, Signed, scheme
from retrieval.errors import InvalidInput, NotSignedIn

NOW = datetime(2026, 3, 2, 9, 10, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
SECRET, NEXT, OTHER = "correct horse battery", "staple-staple-staple", "of somebody else, long"
BODY = '{"title": "VPN außer Betrieb 🔥"}'.encode()


def digest(secret: str, signed: bytes, *, encoded: bool = False) -> str:
    mac = hmac.new(secret.encode(), signed, hashlib.sha256)
    return base64.b64encode(mac.digest()).decode() if encoded else mac.hexdigest()


def whsec(secret: str) -> str:
    return "whsec_" + base64.b64encode(secret.encode()).decode()


class Sample(NamedTuple):
    """How a sender of a scheme configures a secret, and what it sends with the body then."""

    secret: str
    headers: dict[str, str]


def pagerduty(secret: str, body: bytes = BODY) -> Sample:
    return Sample(secret, {"x-pagerduty-signature": "v1=" + digest(secret, body)})


def jira(secret: str, body: bytes = BODY) -> Sample:
    return Sample(secret, {"x-hub-signature": "sha256=" + digest(secret, body)})


def grafana(secret: str, body: bytes = BODY) -> Sample:
    return Sample(secret, {"x-grafana-alerting-signature": digest(secret, body)})


def standard(secret: str, body: bytes = BODY, at: datetime = NOW) -> Sample:
    """By the specification's own library."""
    signature = Webhook(whsec(secret)).sign("msg_1", at, body.decode())
    return Sample(
        whsec(secret),
        {
            "webhook-id": "msg_1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature,
        },
    )


def servicenow(secret: str, body: bytes = BODY) -> Sample:
    signature = digest(secret, f"{STAMP}.".encode() + body, encoded=True)
    return Sample(secret, {"x-precedent-timestamp": STAMP, "x-precedent-signature": signature})


def bearer(secret: str, body: bytes = BODY) -> Sample:
    return Sample(secret, {"authorization": f"Bearer {secret}"})


def basic(secret: str, body: bytes = BODY) -> Sample:
    pair = f"alerts:{secret}"
    return Sample(pair, {"authorization": "Basic " + base64.b64encode(pair.encode()).decode()})


SENDERS = {
    "pagerduty": pagerduty,
    "websub-sha256": jira,
    "grafana": grafana,
    "standard-webhooks": standard,
    "servicenow": servicenow,
    "bearer": bearer,
    "basic": basic,
}
SIGNING = sorted(set(SENDERS) - {"bearer", "basic"})
STAMPED = ("standard-webhooks", "servicenow")


def passes(
    name: str, headers: Mapping[str, str], *secrets: str, raw: bytes = BODY, now: datetime = NOW
) -> bool:
    try:
        scheme(name).verify(headers, raw, secrets, now)
    except NotSignedIn:
        return False
    return True


class TestEveryScheme:
    @pytest.mark.parametrize("name", SENDERS)
    def test_what_its_sender_signed_passes(self, name: str) -> None:
        sample = SENDERS[name](SECRET)
        assert passes(name, sample.headers, sample.secret)

    @pytest.mark.parametrize("name", SENDERS)
    def test_another_secret_does_not(self, name: str) -> None:
        assert not passes(name, SENDERS[name](OTHER).headers, SENDERS[name](SECRET).secret)

    @pytest.mark.parametrize("name", SENDERS)
    def test_while_a_secret_is_replaced_both_pass_and_afterwards_only_the_new_one(
        self, name: str
    ) -> None:
        old, new = SENDERS[name](SECRET), SENDERS[name](NEXT)
        for sample in (old, new):
            assert passes(name, sample.headers, old.secret, new.secret)
        assert not passes(name, old.headers, new.secret)

    @pytest.mark.parametrize("name", SIGNING)
    def test_a_changed_body_does_not_pass(self, name: str) -> None:
        sample = SENDERS[name](SECRET)
        assert not passes(name, sample.headers, sample.secret, raw=BODY + b" ")

    @pytest.mark.parametrize("name", SENDERS)
    def test_without_its_headers_nothing_passes(self, name: str) -> None:
        sample = SENDERS[name](SECRET)
        for missing in sample.headers:
            left = {key: value for key, value in sample.headers.items() if key != missing}
            assert not passes(name, left, sample.secret)
            assert not passes(name, {**sample.headers, missing: ""}, sample.secret)

    @pytest.mark.parametrize("name", SENDERS)
    @pytest.mark.parametrize(
        "wrong", ["v1=", "sha256=", "v1,", "Bearer", "Basic", "Bearer ", "ü", "\udcff", "=" * 5000]
    )
    def test_nonsense_is_refused_and_never_an_error(self, name: str, wrong: str) -> None:
        sample = SENDERS[name](SECRET)
        for header in sample.headers:
            wrong_ones = {
                **sample.headers,
                header: wrong.encode("utf-8", "replace").decode("latin-1"),
            }
            assert not passes(name, wrong_ones, sample.secret)

    @pytest.mark.parametrize("name", SENDERS)
    def test_what_is_said_of_a_refusal_holds_nothing_secret(self, name: str) -> None:
        sample, other = SENDERS[name](SECRET), SENDERS[name](OTHER)
        with pytest.raises(NotSignedIn) as refusal:
            scheme(name).verify(other.headers, BODY, [sample.secret], NOW)
        told = str(refusal.value)
        for word in (SECRET, OTHER, sample.secret, *other.headers.values()):
            assert word not in told

    def test_every_scheme_has_a_sample(self) -> None:
        assert {each.name for each in SCHEMES} == set(SENDERS)

    def test_an_unknown_one_is_told_the_known_ones(self) -> None:
        with pytest.raises(InvalidInput, match=r"'hmac'.*pagerduty.*bearer"):
            scheme("hmac")


class TestReplay:
    @pytest.mark.parametrize("name", STAMPED)
    @pytest.mark.parametrize("minutes", [-4.9, 4.9])
    def test_within_five_minutes_a_delivery_passes(self, name: str, minutes: float) -> None:
        sample = SENDERS[name](SECRET)
        assert passes(name, sample.headers, sample.secret, now=NOW + timedelta(minutes=minutes))

    @pytest.mark.parametrize("name", STAMPED)
    @pytest.mark.parametrize("minutes", [-5.1, 5.1, 60 * 24 * 365])
    def test_beyond_it_does_not(self, name: str, minutes: float) -> None:
        sample = SENDERS[name](SECRET)
        assert not passes(name, sample.headers, sample.secret, now=NOW + timedelta(minutes=minutes))

    @pytest.mark.parametrize("name", STAMPED)
    @pytest.mark.parametrize("stamp", ["nan", "inf", "-1e400", "soon", "9" * 400])
    def test_a_moment_that_is_none_is_refused(self, name: str, stamp: str) -> None:
        header = {"servicenow": "x-precedent-timestamp", "standard-webhooks": "webhook-timestamp"}
        sample = SENDERS[name](SECRET)
        assert not passes(name, {**sample.headers, header[name]: stamp}, sample.secret)
        signature = digest(SECRET, f"{stamp}.".encode() + BODY, encoded=True)
        signed = {"x-precedent-timestamp": stamp, "x-precedent-signature": signature}
        assert not passes("servicenow", signed, SECRET)

    @pytest.mark.parametrize("name", STAMPED)
    def test_the_moment_cannot_be_moved(self, name: str) -> None:
        header = {"servicenow": "x-precedent-timestamp", "standard-webhooks": "webhook-timestamp"}
        sample = SENDERS[name](SECRET)
        later = NOW + timedelta(hours=1)
        moved = {**sample.headers, header[name]: str(int(later.timestamp()))}
        assert not passes(name, moved, sample.secret, now=later)

    def test_what_was_signed_is_told(self) -> None:
        sample = standard(SECRET)
        signed = scheme("standard-webhooks").verify(sample.headers, BODY, [sample.secret], NOW)
        assert signed == Signed(NOW, "msg_1")
        assert (
            scheme("pagerduty").verify(pagerduty(SECRET).headers, BODY, [SECRET], NOW) == Signed()
        )


class TestSenders:
    def test_the_example_of_the_vendors_documents_passes(self) -> None:
        """Atlassian's and GitHub's pages on webhooks have it."""
        headers = {
            "x-hub-signature": "sha256="
            "a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
        }
        assert passes("websub-sha256", headers, "It's a Secret to Everybody", raw=b"Hello World!")

    def test_pagerduty_signs_with_both_secrets_while_one_is_replaced(self) -> None:
        both = f"v1={digest(OTHER, BODY)},v1={digest(SECRET, BODY)}"
        assert passes("pagerduty", {"x-pagerduty-signature": both}, SECRET)
        assert passes("pagerduty", {"x-pagerduty-signature": both.replace(",", ", ")}, SECRET)

    def test_a_version_that_we_do_not_know_passes_by(self) -> None:
        known, unknown = f"v1={digest(SECRET, BODY)}", f"v2={digest(SECRET, BODY)}"
        assert passes("pagerduty", {"x-pagerduty-signature": f"{unknown},{known}"}, SECRET)
        assert not passes("pagerduty", {"x-pagerduty-signature": unknown}, SECRET)

    def test_grafana_signs_the_moment_where_it_is_told_to(self) -> None:
        stamped = scheme("grafana", "X-Sig", "X-Sig-Time")
        signature = digest(SECRET, f"{STAMP}:".encode() + BODY)
        headers = {"x-sig": signature, "x-sig-time": STAMP}
        assert stamped.verify(headers, BODY, [SECRET], NOW) == Signed(NOW)
        with pytest.raises(NotSignedIn, match="5 minutes"):
            stamped.verify(headers, BODY, [SECRET], NOW + timedelta(minutes=6))

    def test_a_token_can_stand_alone_in_a_header_of_its_own(self) -> None:
        own = scheme("bearer", "X-Token")
        assert own.verify({"x-token": SECRET}, BODY, [SECRET], NOW) == Signed()

    def test_a_token_without_its_kind_is_refused(self) -> None:
        assert not passes("bearer", {"authorization": SECRET}, SECRET)
        assert not passes("bearer", basic(SECRET).headers, SECRET)


class TestSettings:
    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({}, "at least one of secrets"),
            ({"secrets": ["short"]}, "at least 16 characters"),
            ({"scheme": "pagerduty", "secrets": [SECRET, ""]}, "secret 2"),
            ({"scheme": "standard-webhooks", "secrets": [SECRET]}, "whsec_"),
            ({"scheme": "standard-webhooks", "secrets": ["whsec_c2hvcnQ="]}, "16 random bytes"),
            ({"scheme": "basic", "secrets": [SECRET]}, "a colon"),
            ({"scheme": "none", "secrets": [SECRET]}, "no signature scheme"),
            ({"secrets": [SECRET], "format": "nagios"}, "no webhook format"),
            ({"secrets": [SECRET], "timestamp_header": "X-Time"}, "no timestamp header"),
        ],
    )
    def test_what_anybody_could_send_is_refused_at_start(
        self, given: dict[str, object], told: str
    ) -> None:
        with pytest.raises(ValidationError, match=told) as refusal:
            WebhookSettings.model_validate(given)
        assert SECRET not in str(refusal.value)

    def test_secrets_are_not_shown(self) -> None:
        assert SECRET not in repr(WebhookSettings.model_validate({"secrets": [SECRET]}))
