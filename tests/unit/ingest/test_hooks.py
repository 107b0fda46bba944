"""Whatever the order and however often something is told, the same is known in the end."""

import contextlib
import copy
import itertools
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.items import SourceItem
from ingest.webhooks.alert_records import alert_item
from ingest.webhooks.changes import AlertChange, Change, IncidentChange, ReadAgain, Told
from ingest.webhooks.hooks import HOOKS, hook_for, hook_named
from ingest.webhooks.incident_records import incident_item
from retrieval.access import EVERYONE
from retrieval.errors import InvalidInput
from retrieval.records import Record, RecordKind
from tests.unit.ingest.test_webhooks import BEGUN, places
from tests.unit.ingest.test_webhooks import SAMPLES as EVENTS

TOLD = Told(datetime(2026, 3, 2, 9, 30, tzinfo=UTC), "delivery-1")
SAMPLES: dict[str, dict[str, Any]] = {
    **EVENTS,
    "jira": {
        "timestamp": 1772442600000,
        "webhookEvent": "jira:issue_updated",
        "issue": {"id": "10001", "key": "VPN-12", "fields": {"summary": "VPN gateway down"}},
    },
    "servicenow": {
        "schema": "triage-sn/1",
        "table": "incident",
        "sys_id": "9d385017c611228701d22104cc95c371",
        "number": "INC0010001",
        "operation": "update",
        "sys_mod_count": "7",
    },
}


def changes_of(payload: dict[str, Any], told: Told = TOLD) -> tuple[Change, ...]:
    return hook_for(payload).changes(payload, told)


def after(changes: Iterable[Change], stored: dict[str, Record] | None = None) -> dict[str, Record]:
    """What is stored by external id when the changes have been taken in, one by one."""
    known = dict(stored or {})
    for change in changes:
        if isinstance(change, AlertChange):
            item = alert_item(change, known.get(change.key))
        elif isinstance(change, IncidentChange):
            item = incident_item(change, known.get(change.key))
        else:
            continue
        if item is not None:
            known[item.external_id] = stored_as(item)
    return known


def stored_as(item: SourceItem) -> Record:
    return Record(
        id=item.external_id,
        revision=1,
        source="s",
        external_id=item.external_id,
        kind=item.kind,
        title=item.title,
        text=item.text,
        fields=item.fields,
        services=item.services,
        groups=frozenset({EVERYONE}),
        url=item.url,
        opened_at=item.opened_at,
        resolved_at=item.resolved_at,
        known_at=BEGUN,
    )


class TestEveryHook:
    @pytest.mark.parametrize("name", SAMPLES)
    def test_a_sample_is_recognised_and_changes_something(self, name: str) -> None:
        payload = copy.deepcopy(SAMPLES[name])
        hook = hook_for(payload)
        assert hook is hook_named(name)
        assert hook.ignored(payload) == ""
        assert hook.changes(payload, TOLD)
        assert payload == SAMPLES[name]

    @pytest.mark.parametrize("name", SAMPLES)
    @pytest.mark.parametrize(
        "wrong", [None, 7, True, "x", [], {}, [7], {"x": [1]}, "\ud800\x00", 1e400]
    )
    def test_whatever_is_wrong_in_it_the_error_is_ours(self, name: str, wrong: Any) -> None:
        whole = SAMPLES[name]
        for number, _ in enumerate(places(whole)):
            payload = copy.deepcopy(whole)
            container, key = list(places(payload))[number]
            container[key] = copy.deepcopy(wrong)
            for hook in HOOKS:
                hook.recognises(payload)
            hook = hook_named(name)
            assert isinstance(hook.delivery_id({}, payload), str)
            assert isinstance(hook.ignored(payload), str)
            with contextlib.suppress(InvalidInput):
                for external_id in after(hook.changes(payload, TOLD)):
                    assert 0 < len(external_id) <= 255

    def test_every_hook_has_a_sample(self) -> None:
        assert {hook.name for hook in HOOKS} == set(SAMPLES)

    def test_what_nobody_recognises_is_told_what_is_known(self) -> None:
        with pytest.raises(InvalidInput, match=r"alertmanager: version.*servicenow: schema"):
            hook_for({"hello": "world"})


class TestDeliveryIds:
    @pytest.mark.parametrize(
        ("name", "headers", "expected"),
        [
            ("pagerduty", {}, "01B"),
            ("jira", {"x-atlassian-webhook-identifier": "a-1"}, "a-1"),
            ("jira", {}, ""),
            ("servicenow", {}, "incident:9d385017c611228701d22104cc95c371:update:7"),
            ("alertmanager", {}, ""),
            # The template's variable was not filled in.
            ("datadog", {}, ""),
        ],
    )
    def test_the_senders_own_id_is_used(
        self, name: str, headers: dict[str, str], expected: str
    ) -> None:
        assert hook_named(name).delivery_id(headers, SAMPLES[name]) == expected

    def test_datadog_has_one_where_the_template_was_filled_in(self) -> None:
        assert hook_named("datadog").delivery_id({}, {"id": "7512"}) == "7512"


class TestIgnored:
    @pytest.mark.parametrize(
        "payload",
        [
            {"event": {"event_type": "pagey.ping", "data": {"type": "ping"}}},
            {"event": {"event_type": "service.updated", "data": {"type": "service"}}},
            {"webhookEvent": "sprint_closed"},
        ],
    )
    def test_what_tells_of_no_incident_is_ignored_with_a_reason(
        self, payload: dict[str, Any]
    ) -> None:
        assert hook_for(payload).ignored(payload)


def alert(status: str, began: int, ended: int | None = None, **values: Any) -> dict[str, Any]:
    """A group with one alert; times are minutes."""
    (one,) = SAMPLES["alertmanager"]["alerts"]
    end = "0001-01-01T00:00:00Z" if ended is None else at(ended).isoformat()
    changed = {**one, "status": status, "startsAt": at(began).isoformat(), "endsAt": end, **values}
    return {**SAMPLES["alertmanager"], "alerts": [changed]}


def at(minutes: int) -> datetime:
    return BEGUN + timedelta(minutes=minutes)


class TestAlerts:
    def test_an_alert_is_a_record_with_its_labels_runbook_and_machine(self) -> None:
        ((key, record),) = after(changes_of(alert("firing", 0))).items()
        assert key == "1a30ba71cca2921f-20260302T091000Z"
        assert record.kind is RecordKind.ALERT
        assert record.title == "ProbeFailure on vpn-gw-lon-1: The VPN gateway does not answer"
        assert record.services == ("Remote access VPN",)
        assert (record.opened_at, record.resolved_at) == (BEGUN, None)
        assert record.fields["status"] == "firing"
        assert record.fields["ci"] == "vpn-gw-lon-1"
        assert record.fields["alertname"] == "ProbeFailure"
        assert str(record.fields["runbook_url"]).startswith("https://")
        assert "severity=critical" in record.text

    def test_a_group_that_is_sent_again_changes_nothing(self) -> None:
        again = alert("firing", 0, annotations={"summary": "Value is 17 now"})
        first = after(changes_of(alert("firing", 0)))
        assert after(changes_of(again), first) == first

    def test_resolved_before_firing_stays_resolved(self) -> None:
        told = [*changes_of(alert("resolved", 0, 7)), *changes_of(alert("firing", 0))]
        (record,) = after(told).values()
        assert record.fields["status"] == "resolved"
        assert (record.opened_at, record.resolved_at) == (at(0), at(7))

    def test_firing_anew_is_another_alert(self) -> None:
        told = [*changes_of(alert("resolved", 0, 7)), *changes_of(alert("firing", 9))]
        assert sorted(str(record.fields["status"]) for record in after(told).values()) == [
            "firing",
            "resolved",
        ]

    @given(st.permutations(range(6)), st.lists(st.integers(0, 5)))
    @settings(max_examples=200)
    def test_order_and_repetition_make_no_difference(
        self, order: list[int], repeated: list[int]
    ) -> None:
        told = [
            change
            for payload in (
                alert("firing", 0),
                alert("firing", 0),
                alert("resolved", 0, 7),
                alert("firing", 9),
                alert("resolved", 9, 12),
                alert("firing", 20),
            )
            for change in changes_of(payload)
        ]
        known = after(told[number] for number in [*order, *repeated])
        assert known == after(told)
        assert {record.resolved_at for record in known.values()} == {at(7), at(12), None}

    @given(st.permutations(range(5)))
    def test_where_occurrences_are_not_told_apart_the_latest_word_counts(
        self, order: list[int]
    ) -> None:
        steps = ["Triggered", "Recovered", "Triggered", "Recovered", "Triggered"]
        told = [
            change
            for number, transition in enumerate(steps)
            for change in changes_of(
                {
                    **SAMPLES["datadog"],
                    "transition": transition,
                    "date": str(int(at(number).timestamp() * 1000)),
                }
            )
        ]
        for upto in range(1, len(steps) + 1):
            (record,) = after(told[number] for number in order if number < upto).values()
            over = steps[upto - 1] == "Recovered"
            assert record.fields["status"] == ("resolved" if over else "firing")

    def test_alerts_whose_fingerprint_was_redacted_are_not_one(self) -> None:
        removed = "[REDACTED:card]"
        (one,), (other,) = (
            changes_of(alert("firing", 0, fingerprint=removed, labels={"alertname": name}))
            for name in ("A", "B")
        )
        assert isinstance(one, AlertChange)
        assert isinstance(other, AlertChange)
        assert one.key != other.key
        assert removed not in one.key


def pagerduty(kind: str, minutes: int, **data: Any) -> dict[str, Any]:
    event = SAMPLES["pagerduty"]["event"]
    return {
        "event": {
            **event,
            "id": f"e-{kind}-{minutes}",
            "event_type": kind,
            "occurred_at": at(minutes).isoformat(),
            "agent": {"summary": "Mia K."},
            "data": {**event["data"], **data},
        }
    }


def note(minutes: int, content: str) -> dict[str, Any]:
    incident = {"id": "PT4KHLK", "summary": "VPN gateway down"}
    told = pagerduty("incident.annotated", minutes)
    told["event"]["data"] = {
        "id": "N1",
        "type": "incident_note",
        "content": content,
        "trimmed": False,
        "incident": incident,
    }
    return told


STORY = [
    pagerduty("incident.triggered", 0),
    pagerduty("incident.acknowledged", 2, status="acknowledged"),
    note(3, "The certificate of vpn-gw-lon-1 had expired."),
    pagerduty("incident.priority_updated", 4, status="acknowledged", priority={"summary": "P1"}),
    pagerduty("incident.resolved", 9, status="resolved", priority={"summary": "P1"}),
]


class TestIncidents:
    def test_a_story_is_one_incident_with_a_journal(self) -> None:
        told = [change for payload in STORY for change in changes_of(payload)]
        (record,) = after(told).values()
        assert record.kind is RecordKind.INCIDENT
        assert record.external_id == "PT4KHLK"
        assert record.title == "VPN gateway down"
        assert (record.opened_at, record.resolved_at) == (BEGUN, at(9))
        assert record.fields["severity"] == "P1"
        assert record.fields["status"] == "resolved"
        lines = record.text.splitlines()
        assert lines[0] == "## Work notes"
        assert [line.split(": ", 1)[1] for line in lines[1:]] == [
            "The incident was opened.",
            "The incident was acknowledged.",
            "The certificate of vpn-gw-lon-1 had expired.",
            "The incident was resolved.",
        ]
        assert "Mia K." in lines[1]

    def test_order_and_repetition_make_no_difference(self) -> None:
        told = [change for payload in STORY for change in changes_of(payload)]
        expected = after(told)
        chance = random.Random(7)
        for order in itertools.permutations(told):
            assert after([*order, *chance.choices(told, k=2)]) == expected

    def test_an_incident_that_is_opened_again_is_open(self) -> None:
        told = [*STORY, pagerduty("incident.reopened", 12, status="triggered")]
        for order in (told, told[::-1]):
            changes = [change for payload in order for change in changes_of(payload)]
            (record,) = after(changes).values()
            assert record.resolved_at is None
            assert record.fields["status"] == "triggered"

    def test_a_note_alone_is_an_incident_until_more_is_told(self) -> None:
        (record,) = after(changes_of(note(3, "Looking."))).values()
        assert (record.title, record.opened_at) == ("VPN gateway down", at(3))


class TestTickets:
    def test_a_ticket_with_an_id_is_told_again(self) -> None:
        first = {
            "id": "T-1",
            "title": "VPN down",
            "status": "open",
            "updated_at": "2026-03-02 09:10",
        }
        last = {**first, "status": "resolved", "updated_at": "2026-03-02 09:40"}
        last |= {"resolved_at": "2026-03-02 09:40", "root_cause": "The certificate had expired."}
        for order in ([first, last], [last, first]):
            changes = [change for payload in order for change in changes_of(payload)]
            (record,) = after(changes).values()
            assert record.fields["status"] == "resolved"
            assert record.fields["root_cause"] == "The certificate had expired."
            assert record.resolved_at == at(30)

    def test_without_an_id_every_delivery_is_an_incident(self) -> None:
        payload = {"title": "VPN down"}
        told = [
            change
            for number in range(2)
            for change in changes_of(payload, replace(TOLD, delivery_id=f"d-{number}"))
        ]
        assert sorted(after(told)) == ["d-0", "d-1"]

    def test_its_alerts_are_records_that_it_names(self) -> None:
        known = after(changes_of(SAMPLES["generic"]))
        kinds = [record.kind for record in known.values()]
        assert kinds == [RecordKind.ALERT, RecordKind.ALERT, RecordKind.INCIDENT]
        *alerts, incident = known.values()
        assert incident.fields["alerts"] == [record.external_id for record in alerts]
        assert incident.fields["change"] == ["CHG0030001", "CHG0030002"]


class TestHints:
    @pytest.mark.parametrize(("name", "stream"), [("jira", "issue"), ("servicenow", "incident")])
    def test_a_ticket_system_only_says_what_to_read_again(self, name: str, stream: str) -> None:
        assert changes_of(SAMPLES[name]) == (ReadAgain(stream),)
