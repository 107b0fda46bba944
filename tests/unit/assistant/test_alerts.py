"""Alerts are folded where they repeat and grouped where they belong to one incident."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assistant.services.triage.alerts import JOINED_WITHIN, grouped, notice_of
from ingest.webhooks.event import AlertNotice
from retrieval.records import Record, RecordKind
from tests.conftest import content

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def notice(name: str = "HostDown", minutes: float | None = 0, **values: Any) -> AlertNotice:
    at = None if minutes is None else NOON + timedelta(minutes=minutes)
    return AlertNotice(name=name, starts_at=at, **values)


def on(host: str, minutes: float = 0, **labels: str) -> AlertNotice:
    return notice(minutes=minutes, labels={"alertname": "HostDown", "instance": host, **labels})


def alert_record(external_id: str, **values: Any) -> Record:
    made = content(external_id, values.pop("text", "Host is down"), kind=RecordKind.ALERT, **values)
    fields = {name: getattr(made, name) for name in made.__dataclass_fields__}
    return Record(id=external_id, revision=1, **fields)


class TestFolding:
    def test_a_fingerprint_that_comes_again_is_counted(self) -> None:
        (group,) = grouped(notice(minutes=n * 600, fingerprint="f1") for n in range(3))
        (alert,) = group.alerts
        assert (alert.count, group.count) == (3, 3)
        assert alert.first_at == NOON
        assert alert.last_at == NOON + timedelta(minutes=1_200)

    def test_without_a_fingerprint_name_and_labels_tell(self) -> None:
        groups = grouped([on("web-01"), on("web-02"), on("web-01")])
        assert [(g.labels["instance"], g.count) for g in groups] == [("web-01", 2), ("web-02", 1)]

    def test_the_latest_notice_stands_for_the_alert(self) -> None:
        (group,) = grouped(
            [notice(fingerprint="f", status="resolved"), notice(fingerprint="f", status="firing")]
        )
        assert group.alerts[0].notice.status == "resolved"


class TestGrouping:
    def test_one_group_key_is_one_group_whatever_is_in_it(self) -> None:
        notices = [
            notice("HostDown", fingerprint="1", group_key="k"),
            notice("DiskFull", minutes=600, fingerprint="2", group_key="k"),
        ]
        (group,) = grouped(notices)
        assert group.key == "k"
        assert group.names == ("HostDown", "DiskFull")

    def test_other_group_keys_are_other_groups(self) -> None:
        notices = [on("web-01", cluster="a"), on("web-02", cluster="a")]
        keyed = [
            notice(labels=one.labels, group_key=str(number)) for number, one in enumerate(notices)
        ]
        assert len(grouped(keyed)) == 2

    def test_one_name_on_two_hosts_of_a_cluster_is_one_group(self) -> None:
        (group,) = grouped([on("web-01", cluster="lon"), on("web-02", 20, cluster="lon")])
        assert group.labels == {"alertname": "HostDown", "cluster": "lon"}
        assert group.last_at == NOON + timedelta(minutes=20)

    def test_after_the_window_it_is_another_incident(self) -> None:
        later = JOINED_WITHIN.total_seconds() / 60 + 1
        assert len(grouped([on("web-01", job="node"), on("web-02", later, job="node")])) == 2

    def test_a_storm_that_goes_on_is_one_group(self) -> None:
        assert len(grouped(on(f"web-{n}", n * 20, job="node") for n in range(10))) == 1

    def test_another_cluster_is_another_incident(self) -> None:
        notices = [on("a-01", cluster="lon", job="node"), on("b-01", cluster="fra", job="node")]
        assert len(grouped(notices)) == 2

    def test_labels_that_say_how_bad_it_is_join_nothing(self) -> None:
        notices = [on("web-01", severity="critical"), on("web-02", severity="critical")]
        assert len(grouped(notices)) == 2

    def test_without_labels_the_words_of_the_text_decide(self) -> None:
        def told(text: str) -> AlertNotice:
            return notice("Down", annotations={"summary": text})

        assert (
            len(grouped([told("The gateway web-01 is down"), told("The gateway web-2 is down")]))
            == 1
        )
        assert len(grouped([told("The gateway is down"), told("Printer out of paper again")])) == 2

    def test_other_names_are_other_groups(self) -> None:
        notices = [notice("A", labels={"cluster": "x"}), notice("B", labels={"cluster": "x"})]
        assert [group.names for group in grouped(notices)] == [("A",), ("B",)]

    def test_alerts_without_a_time_are_of_now(self) -> None:
        notices = [notice(minutes=None, labels={"job": "node", "instance": n}) for n in "ab"]
        assert len(grouped(notices)) == 1

    def test_the_order_in_which_notices_come_does_not_matter(self) -> None:
        notices = [on(f"web-{n % 7}", n * 9, cluster="ab"[n % 2], job="node") for n in range(40)]
        notices += [notice(minutes=n, fingerprint=str(n % 3)) for n in range(9)]
        expected = grouped(notices)
        random.Random(5).shuffle(notices)
        assert grouped(notices) == expected
        assert sum(group.count for group in expected) == len(notices)

    @pytest.mark.parametrize("cluster", ["one", "{n}"])
    def test_a_storm_of_thousands_is_grouped(self, cluster: str) -> None:
        notices = [on(f"web-{n}", cluster=cluster.format(n=n)) for n in range(5_000)]
        assert len(grouped(notices)) == (1 if cluster == "one" else 5_000)

    def test_nothing_gives_nothing(self) -> None:
        assert grouped([]) == ()

    def test_runbooks_come_once(self) -> None:
        url = "https://runbooks.acme.com/HostDown"
        (group,) = grouped(
            notice(fingerprint=str(n), group_key="k", runbook_url=url) for n in (1, 2)
        )
        assert group.runbook_urls == (url,)


class TestStoredAlerts:
    def test_they_are_grouped_with_those_that_just_came(self) -> None:
        record = alert_record(
            "alert-1",
            fields={
                "alertname": "HostDown",
                "labels": {"instance": "web-01", "cluster": "lon"},
                "fingerprint": "f1",
                "annotations": {"runbook_url": "https://r.acme.com/HostDown"},
            },
            opened_at=NOON,
        )
        told = notice_of(record)
        assert told.runbook_url == "https://r.acme.com/HostDown"
        (group,) = grouped(
            [told, on("web-02", 10, cluster="lon"), notice(minutes=20, fingerprint="f1")]
        )
        assert group.count == 3

    def test_a_record_without_fields_is_known_by_its_title(self) -> None:
        told = notice_of(alert_record("alert-2", title="Disk full on erp-db-01"))
        assert told.name == "Disk full on erp-db-01"
        assert told.annotations == {"summary": "Disk full on erp-db-01"}

    def test_fields_of_the_wrong_kind_tell_nothing(self) -> None:
        fields = {"labels": ["a"], "annotations": 7, "fingerprint": {"x": 1}, "alertname": None}
        assert notice_of(alert_record("alert-3", title="T", fields=fields)).labels == {}

    def test_a_resolved_one_is_over(self) -> None:
        assert notice_of(alert_record("alert-4", resolved_at=NOON)).status == "resolved"
