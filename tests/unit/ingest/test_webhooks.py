"""Events of every format are read alike; a wrong one is named together with the fix."""

import contextlib
import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.webhooks import FORMATS, EventFormat, event_format, read_event, recognise
from ingest.webhooks.datadog import TEMPLATE
from ingest.webhooks.event import IncidentEvent
from retrieval.errors import InvalidInput

RUNBOOK = "https://runbooks.acme.com/network/ProbeFailure"
BEGUN = datetime(2026, 3, 2, 9, 10, tzinfo=UTC)

ALERT = {
    "status": "firing",
    "labels": {
        "alertname": "ProbeFailure",
        "instance": "vpn-gw-lon-1:9115",
        "service": "Remote access VPN",
        "severity": "critical",
    },
    "annotations": {"summary": "The VPN gateway does not answer", "runbook_url": RUNBOOK},
    "startsAt": "2026-03-02T09:10:00.123456789Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "http://prom.acme.com/graph?g0",
    "fingerprint": "1a30ba71cca2921f",
}
SAMPLES: dict[str, dict[str, Any]] = {
    "alertmanager": {
        "version": "4",
        "groupKey": '{}:{alertname="ProbeFailure"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "triage",
        "groupLabels": {"alertname": "ProbeFailure"},
        "commonLabels": {"alertname": "ProbeFailure", "severity": "critical"},
        "commonAnnotations": {"summary": "The VPN gateway does not answer"},
        "externalURL": "http://am.acme.com:9093",
        "alerts": [ALERT],
    },
    "grafana": {
        "version": "1",
        "orgId": 1,
        "groupKey": "{}/{}:{}",
        "title": "[FIRING:1] ProbeFailure (vpn-gw-lon-1:9115)",
        "state": "alerting",
        "message": "**Firing** Value: A=0",
        "status": "firing",
        "commonLabels": {"alertname": "ProbeFailure"},
        "commonAnnotations": {},
        "externalURL": "https://grafana.acme.com/",
        "alerts": [
            {**ALERT, "values": {"A": 0}, "panelURL": "https://grafana.acme.com/d/1?panel=2"}
        ],
    },
    "pagerduty": {
        "event": {
            "id": "01B",
            "event_type": "incident.triggered",
            "resource_type": "incident",
            "occurred_at": "2026-03-02T09:11:12Z",
            "data": {
                "id": "PT4KHLK",
                "type": "incident",
                "number": 1234,
                "status": "triggered",
                "incident_key": "baf7",
                "created_at": "2026-03-02T09:10:00Z",
                "html_url": "https://acme.pagerduty.com/incidents/PT4KHLK",
                "title": "VPN gateway down",
                "service": {"id": "PIJ", "summary": "Remote access VPN"},
                "priority": {"summary": "P2"},
                "urgency": "high",
            },
        }
    },
    "opsgenie": {
        "action": "Create",
        "alert": {
            "alertId": "a-1",
            "tinyId": "17",
            "alias": "probe/vpn-gw-lon-1",
            "message": "VPN gateway down",
            "description": "No answer for five minutes.",
            "tags": ["cluster:lon", "oncall"],
            "details": {"service": "Remote access VPN", "runbook_url": RUNBOOK},
            "entity": "vpn-gw-lon-1",
            "priority": "P2",
            "createdAt": 1772442600000,
            "updatedAt": 1772442666002000000,
        },
        "source": {"name": "Prometheus", "type": "API"},
        "integrationName": "triage",
    },
    "datadog": {
        **TEMPLATE,
        "title": "[P2] [Triggered] VPN gateway down on host:vpn-gw-lon-1",
        "text": "The gateway does not answer.",
        "monitor": "VPN gateway down",
        "alert_id": "812",
        "transition": "Triggered",
        "priority": "P2",
        "scope": "host:vpn-gw-lon-1,service:Remote access VPN",
        "tags": f"env:prod,oncall,runbook:{RUNBOOK}",
        "aggregation_key": "9bd4",
        "date": "1772442600000",
        "link": "https://app.datadoghq.com/event/event?id=1",
    },
    "generic": {
        "title": "VPN gateway down",
        "description": "Nobody can connect.",
        "service": "Remote access VPN",
        "ci": ["vpn-gw-lon-1"],
        "opened_at": "2026-03-02 09:10",
        "severity": 2,
        "work_notes": ["Pinged it.", {"at": "09:20", "by": "mia", "text": "Restarted it."}],
        "changes": ["CHG0030001", {"number": "CHG0030002", "title": "Firmware"}],
        "alerts": ["HostDown", {"name": "ProbeFailure", "runbook_url": RUNBOOK}],
        "url": "https://acme.service-now.com/INC1",
        "assigned_to": "somebody we do not ask about",
    },
}


@pytest.fixture(params=FORMATS, ids=lambda known: known.name)
def known(request: pytest.FixtureRequest) -> EventFormat:
    found: EventFormat = request.param
    return found


def places(value: object) -> Iterator[tuple[Any, Any]]:
    """Every container of a payload with every key or position in it."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)  # type: ignore[arg-type]  # a JSON list
    for key, inner in list(entries):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


class TestEveryFormat:
    def test_a_sample_is_recognised_and_read(self, known: EventFormat) -> None:
        payload = SAMPLES[known.name]
        assert recognise(payload) is event_format(known.name) is known
        event = read_event(payload)
        assert isinstance(event, IncidentEvent)
        assert event == read_event(payload, known.name)
        assert event.format == known.name
        assert "VPN gateway" in event.title
        assert event.services == ("Remote access VPN",)
        assert event.opened_at is not None
        assert event.opened_at.replace(microsecond=0) == BEGUN
        assert all(url.startswith("http") for url in event.urls)
        assert event.urls or known.name == "opsgenie"

    def test_what_it_tells_of_runbooks_and_machines_is_kept(self, known: EventFormat) -> None:
        event = read_event(SAMPLES[known.name])
        if known.name != "pagerduty":
            assert event.runbook_urls == (RUNBOOK,)
            assert event.cis == ("vpn-gw-lon-1",)
            assert event.alerts

    def test_an_event_is_a_value(self, known: EventFormat) -> None:
        payload = copy.deepcopy(SAMPLES[known.name])
        assert hash(read_event(payload)) == hash(read_event(payload))
        assert payload == SAMPLES[known.name]

    @pytest.mark.parametrize(
        "wrong", [None, 7, True, "x", [], {}, [7], {"x": [1]}, "\ud800\x00", 1e400]
    )
    def test_whatever_is_wrong_in_it_the_error_is_ours(
        self, known: EventFormat, wrong: Any
    ) -> None:
        whole = SAMPLES[known.name]
        for number, _ in enumerate(places(whole)):
            payload = copy.deepcopy(whole)
            container, key = list(places(payload))[number]
            container[key] = copy.deepcopy(wrong)
            with contextlib.suppress(InvalidInput):
                event = read_event(payload, known.name)
                # Neither a database nor an encoder may stumble over it later.
                assert "\x00" not in event.title + event.text
                (event.title + event.text).encode()

    @pytest.mark.parametrize("payload", [{}, {"event": 7}, {"alert": []}, {"alerts": {}}])
    def test_another_shape_is_refused_by_name(
        self, known: EventFormat, payload: dict[str, Any]
    ) -> None:
        with pytest.raises(InvalidInput):
            read_event(payload, known.name)


class TestRecognition:
    def test_an_unknown_shape_is_told_what_is_known(self) -> None:
        with pytest.raises(InvalidInput, match="alertmanager: version, groupKey and alerts"):
            recognise({"hello": "world"})

    def test_an_unknown_name_is_told_the_known_ones(self) -> None:
        with pytest.raises(InvalidInput, match=r"'nagios'.*generic"):
            event_format("nagios")


class TestMessages:
    @pytest.mark.parametrize(
        ("name", "change", "message"),
        [
            ("alertmanager", {"version": "3"}, r"version is '3'"),
            ("alertmanager", {"alerts": []}, "alerts is empty"),
            ("alertmanager", {"alerts": {"a": 1}}, r"alerts is an object; it must be a list"),
            ("alertmanager", {"alerts": [7]}, r"alerts\[0\] is a number; it must be an object"),
            (
                "alertmanager",
                {"alerts": [{"labels": {}}], "commonLabels": {}},
                r"alerts\[0\].labels",
            ),
            (
                "alertmanager",
                {"alerts": [{**ALERT, "startsAt": "soon"}]},
                r"alerts\[0\].startsAt is not a time.*ISO 8601",
            ),
            ("pagerduty", {"event": {"event_type": "x", "data": {"type": "service"}}}, "'service'"),
            ("opsgenie", {"alert": {"alertId": "1"}}, "alert.message"),
            ("datadog", {"schema": "triage/0"}, "triage/0"),
            ("generic", {"title": "", "description": " "}, "title or description or text"),
            ("generic", {"changes": [{"title": "Firmware"}]}, r"changes\[0\].id"),
            ("generic", {"opened_at": 10**400}, "opened_at is not a time"),
        ],
    )
    def test_the_member_and_the_fix_are_named(
        self, name: str, change: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(InvalidInput, match=message):
            read_event({**SAMPLES[name], **change}, name)


class TestDetails:
    def test_alertmanager_fills_in_what_the_group_has_in_common(self) -> None:
        bare = {"labels": {"instance": "a"}, "annotations": {}, "status": "resolved"}
        event = read_event({**SAMPLES["alertmanager"], "alerts": [bare]})
        (notice,) = event.alerts
        assert (notice.name, notice.status) == ("ProbeFailure", "resolved")
        assert notice.annotations["summary"] == "The VPN gateway does not answer"
        assert notice.group_key == event.group_key == '{}:{alertname="ProbeFailure"}'

    def test_never_is_no_end(self) -> None:
        assert read_event(SAMPLES["alertmanager"]).alerts[0].ends_at is None

    def test_a_title_of_many_names_is_short(self) -> None:
        alerts = [{"labels": {"alertname": f"A{n}"}} for n in range(9)]
        payload = {**SAMPLES["alertmanager"], "alerts": alerts, "commonAnnotations": {}}
        assert read_event(payload).title == "A0, A1, A2 and 6 more"

    def test_the_state_of_an_ipv6_exporter_keeps_its_address(self) -> None:
        alerts = [{"labels": {"alertname": "A", "instance": "[fe80::1]:9100"}}]
        event = read_event({**SAMPLES["alertmanager"], "alerts": alerts})
        assert event.cis == ("[fe80::1]:9100",)

    def test_a_note_of_pagerduty_is_read(self) -> None:
        data = {
            "type": "incident_note",
            "content": "Certificate expired.",
            "incident": {"id": "P1", "summary": "VPN down", "html_url": "https://x"},
        }
        event = read_event({"event": {"event_type": "incident.annotated", "data": data}})
        assert (event.title, event.text, event.group_key) == (
            "VPN down",
            "Certificate expired.",
            "P1",
        )

    def test_datadog_leaves_what_it_does_not_know_as_it_is(self) -> None:
        event = read_event(SAMPLES["datadog"])
        assert "$" not in event.text
        assert event.alerts[0].fingerprint == "812"

    def test_a_closed_alert_is_over(self) -> None:
        payload = {**SAMPLES["opsgenie"], "action": "Close"}
        assert read_event(payload).alerts[0].status == "resolved"

    def test_notes_and_links_of_a_ticket_are_kept(self) -> None:
        event = read_event(SAMPLES["generic"])
        assert event.text.endswith("## Work notes\nPinged it.\n09:20 - mia - Restarted it.")
        assert event.linked == ("CHG0030001", "CHG0030002")
        assert [notice.name for notice in event.alerts] == ["HostDown", "ProbeFailure"]
        assert event.severity == "2"

    def test_a_ticket_without_a_description_may_have_notes(self) -> None:
        event = read_event({"title": "T", "work_notes": "One note."})
        assert event.text == "## Work notes\nOne note."
