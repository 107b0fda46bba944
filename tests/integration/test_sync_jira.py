"""Reading a Jira site: issues with their texts, in pages by token, in the reader's time zone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assistant.bootstrap import Application
from retrieval.errors import InvalidSettings
from retrieval.records import RecordKind
from tests.fakes.jira import Jira, add_issues, running
from tests.integration.connected import connected, jira, read, records, sweep

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Clock:
    """The site's time, which stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[Jira]:
    with running(clock=clock) as served:
        yield served


@pytest.fixture
def app(tmp_path: Path, site: Jira) -> Application:
    return connected(tmp_path, jira(site))


def read_all(app: Application) -> int:
    return read(app, "issue", "jira").summary.added


class TestWhatComesIn:
    def test_an_issue_is_told_with_its_texts_fields_times_and_address(
        self, app: Application, site: Jira
    ) -> None:
        custom = site.store.custom
        site.add(
            "ITSM-1",
            {
                "summary": "VPN drops in London",
                "description": "Users lose the tunnel every 10 min.",
                "status": "Completed",
                "priority": "High",
                "issuetype": "[System] Incident",
                "created": NOON - timedelta(hours=3),
                "resolutiondate": NOON,
                "components": [{"id": "1", "name": "Remote access VPN"}],
                custom["Root cause"]: "The certificate had expired.",
                custom["Severity"]: {"value": "Severity 2"},
            },
        )
        site.comment("ITSM-1", "Restarted strongswan.", public=False)
        read_all(app)
        record = records(app)["ITSM-1"]
        assert record.kind is RecordKind.INCIDENT
        assert "## Description\nUsers lose the tunnel every 10 min." in record.text
        assert "- 2026-03-02 12:00:00 Mia Keller: Restarted strongswan." in record.text
        assert "## Root cause\nThe certificate had expired." in record.text
        assert record.fields["severity"] == "Severity 2"
        assert record.fields["status"] == "Completed"
        assert record.services == ("Remote access VPN",)
        assert record.opened_at == NOON - timedelta(hours=3)
        assert record.resolved_at == NOON
        assert record.url == f"{site.url}/browse/ITSM-1"

    def test_kinds_and_links_are_those_of_the_site(self, app: Application, site: Jira) -> None:
        problem = {"summary": "Gateways", "issuetype": "[System] Problem"}
        site.add("ITSM-2", problem)
        link = {"id": "1", "inwardIssue": {"id": "9", "key": "ITSM-2"}}
        site.add("ITSM-1", {"summary": "VPN", "issuelinks": [link]})
        read_all(app)
        assert records(app)["ITSM-2"].kind is RecordKind.PROBLEM
        assert records(app)["ITSM-1"].fields["problem"] == "ITSM-2"

    def test_all_comments_come_where_a_search_shows_only_some(
        self, app: Application, site: Jira
    ) -> None:
        site.add("ITSM-1", {"summary": "VPN"})
        for number in range(130):
            site.comment("ITSM-1", f"Entry {number:03d} of the day.")
        read_all(app)
        text = records(app)["ITSM-1"].text
        assert text.count("Mia Keller: Entry") == 130

    def test_other_projects_stay_where_they_are(self, app: Application, site: Jira) -> None:
        site.add("OPS-1", {"summary": "Not for us"})
        site.add("ITSM-1", {"summary": "VPN"})
        read_all(app)
        assert set(records(app)) == {"ITSM-1"}

    def test_without_a_project_nothing_is_asked(self, tmp_path: Path, site: Jira) -> None:
        app = connected(tmp_path, jira(site, options={"projects": ""}))
        with pytest.raises(InvalidSettings, match=r"options\.projects"):
            read_all(app)
        assert not [path for _, path, _ in site.requests if path.endswith("/jql")]


class TestNothingIsMissing:
    def test_every_page_comes_however_few_the_site_gives(
        self, app: Application, site: Jira
    ) -> None:
        keys = add_issues(site, 130)
        assert read_all(app) == 130
        assert set(records(app)) == set(keys)

    def test_issues_that_move_between_two_pages_come_as_they_are(
        self, app: Application, site: Jira
    ) -> None:
        keys = add_issues(site, 130)
        moved = [(keys[1], {"summary": "Moved on"}), (keys[120], {"summary": "Moved too"})]
        site.between_pages(moved, after=2)
        read_all(app)
        found = records(app)
        assert set(found) == set(keys)
        assert found[keys[120]].title == "Moved too"
        read(app, "issue", "jira")
        assert records(app)[keys[1]].title == "Moved on"

    @pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
    def test_what_changed_is_found_in_whatever_zone_the_reader_is(
        self, app: Application, site: Jira, clock: Clock, zone: str
    ) -> None:
        site.accounts["reader"].time_zone = zone
        add_issues(site, 30)
        read_all(app)
        clock.now = NOON + timedelta(hours=2)
        site.touch("ITSM-7", {"summary": "Changed since"})
        again = read(app, "issue", "jira").summary
        assert (again.added, again.changed) == (0, 1)
        assert again.unchanged < 30

    def test_an_issue_that_the_search_did_not_see_yet_comes_next_time(
        self, app: Application, site: Jira, clock: Clock
    ) -> None:
        add_issues(site, 5)
        read_all(app)
        clock.now = NOON + timedelta(minutes=10)
        site.add("ITSM-9", {"summary": "Later"})
        read_all(app)
        site.add("ITSM-8", {"summary": "Behind", "updated": clock.now - timedelta(minutes=2)})
        read_all(app)
        assert {"ITSM-8", "ITSM-9"} <= set(records(app))

    def test_it_goes_on_by_its_token_and_without_it_too(
        self, tmp_path: Path, site: Jira, clock: Clock
    ) -> None:
        keys = add_issues(site, 200)
        app = connected(tmp_path, jira(site, budget_requests=3))
        assert not read(app, "issue", "jira").complete
        asked = len(site.requests)
        assert not read(app, "issue", "jira").complete
        first = next(query for _, path, query in site.requests[asked:] if path.endswith("/jql"))
        assert "nextPageToken" in first
        # The site forgets tokens after seven days.
        clock.now = NOON + timedelta(days=8)
        for _ in range(20):
            if read(app, "issue", "jira").complete:
                break
        assert set(records(app)) == set(keys)

    def test_what_is_deleted_or_hidden_there_is_gone_here(
        self, app: Application, site: Jira
    ) -> None:
        keys = add_issues(site, 60)
        read_all(app)
        site.remove(keys[4])
        site.hide(keys[9])
        assert sweep(app, "issue", "jira").summary.removed == 2
        assert set(records(app)) == set(keys) - {keys[4], keys[9]}
