"""An event becomes a short, redacted description with its alerts counted."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.domain.incident import IncidentContext
from assistant.services.context import context_of_event
from ingest.redaction import Redactor
from ingest.webhooks import read_event
from ingest.webhooks.event import AlertNotice, IncidentEvent
from retrieval.records import Record
from tests.conftest import content

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def context(**values: Any) -> IncidentContext:
    event = IncidentEvent(**{"format": "generic", "title": "VPN down", **values})
    return context_of_event(event, Redactor())


def notices(count: int, **values: Any) -> tuple[AlertNotice, ...]:
    return tuple(
        AlertNotice(
            name="HostDown",
            labels={"instance": f"web-{n}", "cluster": "lon"},
            starts_at=NOON + timedelta(seconds=n),
            **values,
        )
        for n in range(count)
    )


class TestText:
    def test_alerts_are_told_once_with_their_count_and_places(self) -> None:
        said = {"summary": "A host does not answer", "runbook_url": "https://r.acme.com/HostDown"}
        asked = context(text="Users call.", alerts=notices(7, annotations=said))
        assert asked.text.split("\n") == [
            "VPN down",
            "",
            "Users call.",
            "",
            "HostDown × 7 on web-0, web-1, web-2, web-3, web-4 and 2 more",
            "A host does not answer",
        ]

    def test_what_the_title_says_is_not_said_again(self) -> None:
        asked = context(title="HostDown: gone", alerts=notices(2, annotations={"summary": "gone"}))
        assert asked.text.count("gone") == 1

    def test_the_payload_itself_is_never_in_it(self) -> None:
        payload = {"title": "T", "description": "D", "alerts": ["HostDown"], "x": {"y": 1}}
        text = context_of_event(read_event(payload), Redactor()).text
        assert text == "T\n\nD\n\nHostDown"

    def test_markup_is_read_as_text(self) -> None:
        assert context(text="<p>Users <b>call</b>.</p>").text == "VPN down\n\nUsers call."

    def test_without_a_title_the_first_line_is_one(self) -> None:
        assert context(title="", text="First line\nSecond").title == "First line"


class TestRedaction:
    def test_nothing_secret_is_left_anywhere(self) -> None:
        secret = "password=Hunter2!"
        notice = AlertNotice(
            name=secret,
            labels={"instance": "a", "password": "Hunter2!", "note": secret},
            annotations={"summary": secret, "description": secret},
            fingerprint=secret,
            group_key=secret,
            runbook_url=f"https://wiki.acme.com/?{secret}",
        )
        asked = context(
            title=secret,
            text=secret,
            services=(secret,),
            cis=(secret,),
            alerts=(notice,),
            runbook_urls=(f"https://wiki.acme.com/?{secret}",),
            linked=(secret,),
            group_key=secret,
        )
        assert "Hunter2" not in repr(asked)
        assert "[REDACTED:password]" in asked.text


class TestValues:
    def test_what_is_known_is_carried_over(self) -> None:
        asked = context(
            services=("Remote access VPN",),
            cis=("vpn-gw-1",),
            linked=("CHG1",),
            opened_at=NOON,
            alerts=notices(2, runbook_url="https://r.acme.com/HostDown"),
        )
        assert asked.services == {"Remote access VPN"}
        assert asked.cis == {"vpn-gw-1"}
        assert asked.linked == ("CHG1",)
        assert asked.onset == NOON
        assert asked.alerts[0].runbook_urls == ("https://r.acme.com/HostDown",)
        assert asked.alerts[0].last_at == NOON + timedelta(seconds=1)

    def test_a_storm_is_counted_and_not_listed(self) -> None:
        (group,) = context(alerts=notices(3_000)).alerts
        assert group.count == 3_000
        assert len(group.alerts) == 100
        assert "and 2900 more alerts" in context(alerts=notices(3_000)).text


class TestStoredRecords:
    def test_items_and_links_are_read_from_the_fields(self) -> None:
        fields = {
            "ci": "vpn-gw-1",
            "cmdb_ci": {"display_value": "vpn-gw-2", "value": "8a50"},
            "caused_by": "CHG1",
            "problem": "PRB1",
            "alerts": ["alert-1", {"id": "alert-2"}, 7, " "],
            "parent": None,
        }
        asked = IncidentContext.of_record(_record(fields))
        assert asked.cis == {"vpn-gw-1", "vpn-gw-2"}
        assert asked.linked == ("CHG1", "PRB1", "alert-1", "alert-2")

    def test_links_that_were_made_later_are_not_told(self) -> None:
        record = _record({"caused_by": "CHG1", "ci": "vpn-gw-1"})
        before = IncidentContext.of_record(record, record.known_at - timedelta(hours=1))
        assert before.linked == ()
        assert before.cis == {"vpn-gw-1"}
        assert IncidentContext.of_record(record, record.known_at).linked == ("CHG1",)


def _record(fields: dict[str, Any]) -> Record:
    made = content("INC1", "VPN down", fields=json.loads(json.dumps(fields)))
    values = {name: getattr(made, name) for name in made.__dataclass_fields__}
    return Record(id="INC1", revision=1, **values)
