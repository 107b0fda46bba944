"""The fake Jira site misbehaves as the vendor's does; the source of each quirk is beside it.

Sources by name: jira.js = the types of npm ``jira.js`` 5.4.0, which are made of Atlassian's
OpenAPI; limits = developer.atlassian.com, "Build an app that respects rate limits".
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from atlassian import Jira as AtlassianClient

from tests.adf_schema import problems
from tests.fakes.jira import Jira, add_issues, adf, running
from tests.fakes.serving import serving_process

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALL = "project = ITSM ORDER BY updated ASC, key ASC"


class Clock:
    """A time that stands still unless it is moved."""

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


def client(site: Jira, name: str = "writer", timeout: float = 5.0) -> httpx2.Client:
    who = site.accounts[name]
    return httpx2.Client(base_url=site.url, auth=(who.email, who.token), timeout=timeout)


@contextmanager
def as_process(*arguments: str) -> Iterator[httpx2.Client]:
    with (
        serving_process("tests.fakes.jira", *arguments) as url,
        httpx2.Client(base_url=url, auth=("writer@example.com", "writer-token")) as http,
    ):
        yield http


def found(site: Jira, jql: str, **params: Any) -> dict[str, Any]:
    with client(site, "reader") as http:
        response = http.get("/rest/api/3/search/jql", params={"jql": jql, **params})
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


def refused(site: Jira, jql: str, **params: Any) -> str:
    with client(site, "reader") as http:
        response = http.get("/rest/api/3/search/jql", params={"jql": jql, **params})
    assert response.status_code == 400
    (message,) = response.json()["errorMessages"]
    return str(message)


def keys(site: Jira, jql: str) -> list[str]:
    return [issue["key"] for issue in found(site, jql, fields="key", maxResults="5000")["issues"]]


class TestSearch:
    def test_without_fields_there_are_ids_only(self, site: Jira) -> None:
        # jira.js: "The default is `id`", unlike the GET of one issue.
        issue_id = site.add("ITSM-1", {"summary": "VPN drops"})
        assert found(site, ALL)["issues"] == [{"id": issue_id}]

    def test_the_last_page_has_no_token_at_all_and_no_page_has_a_total(self, site: Jira) -> None:
        # JRACLOUD-92184: the key is missing, not null.
        add_issues(site, 5)
        first = found(site, ALL, maxResults="3")
        last = found(site, ALL, maxResults="3", nextPageToken=first["nextPageToken"])
        assert (len(first["issues"]), first["isLast"]) == (3, False)
        assert (len(last["issues"]), last["isLast"]) == (2, True)
        assert "nextPageToken" not in last
        assert "total" not in first

    def test_many_fields_give_fewer_rows_than_asked(self, site: Jira) -> None:
        # jira.js: "API may return fewer items per page where a large number of fields".
        add_issues(site, 120)
        assert len(found(site, ALL, maxResults="100", fields="*all")["issues"]) == 40
        assert len(found(site, ALL, maxResults="100", fields="summary")["issues"]) == 100
        assert len(found(site, ALL, maxResults="5000")["issues"]) == 120

    @pytest.mark.parametrize("jql", ["", "order by updated"])
    def test_a_query_without_a_restriction_is_refused(self, site: Jira, jql: str) -> None:
        # jira.js: "this parameter requires a bounded query".
        assert "Unbounded" in refused(site, jql)

    def test_more_than_seven_fields_to_order_by_are_refused(self, site: Jira) -> None:
        # jira.js: "`orderBy` clause can contain a maximum of 7 fields".
        order = ", ".join(["updated", "created", "key", "id"] * 2)
        assert "maximum" in refused(site, f"project = ITSM ORDER BY {order}")

    def test_dates_have_minutes_and_are_in_the_zone_of_whoever_asks(self, site: Jira) -> None:
        # Memory: JQL reads dates in the profile's zone; formats from the server's own message.
        site.add("ITSM-1", {"updated": datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)})
        assert keys(site, 'project = ITSM AND updated >= "2026-03-02 13:00"') == ["ITSM-1"]
        assert keys(site, 'project = ITSM AND updated >= "2026-03-02 13:01"') == []
        assert "is invalid" in refused(site, 'project = ITSM AND updated >= "2026-03-02 13:00:10"')
        site.accounts["reader"].time_zone = "UTC"
        assert keys(site, 'project = ITSM AND updated >= "2026-03-02 12:00"') == ["ITSM-1"]
        assert keys(site, "project = ITSM AND updated >= -15m") == ["ITSM-1"]

    def test_a_token_ends_after_seven_days_and_belongs_to_its_query(
        self, site: Jira, clock: Clock
    ) -> None:
        # jira.js: SearchAndReconcileResults, "This token will expire in 7 days".
        add_issues(site, 3)
        token = found(site, ALL, maxResults="1")["nextPageToken"]
        assert "token" in refused(site, "project = OPS", nextPageToken=token)
        clock.now += timedelta(days=6)
        found(site, ALL, nextPageToken=token)
        clock.now += timedelta(days=2)
        assert "expired" in refused(site, ALL, nextPageToken=token)
        assert "invalid" in refused(site, ALL, nextPageToken="made-up")

    def test_a_search_does_not_see_what_was_just_written(self, site: Jira, clock: Clock) -> None:
        # jira.js: `reconcileIssues` is there because a search is eventually consistent.
        issue_id = site.add("ITSM-1", {"summary": "VPN drops"})
        clock.now += timedelta(minutes=5)
        wish: dict[str, Any] = {"jql": ALL, "fields": ["updated"]}
        seen = []
        with client(site) as http:
            for more in ({}, {"reconcileIssues": [int(issue_id)]}):
                http.post("/rest/api/3/issue/ITSM-1/comment", json={"body": adf("Hello")})
                response = http.post("/rest/api/3/search/jql", json={**wish, **more})
                seen.append(response.json()["issues"][0]["fields"]["updated"])
        assert seen == ["2026-03-02T13:00:00.000+0100", "2026-03-02T13:05:00.000+0100"]

    def test_nobody_finds_nothing_without_an_error(self, site: Jira) -> None:
        # jira.js: "This operation can be accessed anonymously".
        site.add("ITSM-1", {})
        response = httpx2.get(f"{site.url}/rest/api/3/search/jql", params={"jql": ALL})
        assert response.json() == {"issues": [], "isLast": True}

    def test_the_old_search_is_gone(self, site: Jira) -> None:
        with client(site) as http:
            assert http.get("/rest/api/3/search", params={"jql": ALL}).status_code == 410

    @pytest.mark.parametrize(
        ("jql", "expected"),
        [
            ("project = ITSM AND status = Closed", ["ITSM-2"]),
            (
                'statusCategory = Done OR (summary ~ "disk" AND NOT key = OPS-1)',
                ["ITSM-1", "ITSM-2"],
            ),
            ('"Root cause" is not EMPTY', ["OPS-1"]),
            ("cf[10046] = expired", ["OPS-1"]),
            ("key in (ITSM-2, OPS-1) AND project != OPS", ["ITSM-2"]),
            ("project = ITSM AND key > ITSM-1", ["ITSM-2"]),
            ("labels not in (vpn) AND project = OPS", []),
            ("project in (ITSM) AND labels is EMPTY ORDER BY key DESC", ["ITSM-2", "ITSM-1"]),
        ],
    )
    def test_jql_is_understood(self, site: Jira, jql: str, expected: list[str]) -> None:
        site.add("ITSM-1", {"summary": "Disk full"})
        site.add("ITSM-2", {"status": "Closed"})
        site.add("OPS-1", {"customfield_10046": "expired", "labels": ["vpn"]})
        ordered = jql if "ORDER" in jql else f"{jql} ORDER BY key"
        assert keys(site, ordered) == expected

    @pytest.mark.parametrize(
        "jql",
        ["colour = red", "project = ", "key = ITSM-9", "project = ITSM AND", "a ! b", "status > 1"],
    )
    def test_jql_that_is_wrong_is_refused(self, site: Jira, jql: str) -> None:
        assert refused(site, jql)

    def test_an_issue_may_change_between_two_pages(self, site: Jira, clock: Clock) -> None:
        add_issues(site, 4)
        site.between_pages([("ITSM-1", {"updated": NOON + timedelta(days=9)})])
        first = found(site, ALL, maxResults="2", fields="key")
        rest = found(site, ALL, maxResults="9", fields="key", nextPageToken=first["nextPageToken"])
        assert [each["key"] for each in rest["issues"]] == ["ITSM-3", "ITSM-4", "ITSM-1"]


class TestIssues:
    def test_an_issue_is_shown_in_the_zone_of_whoever_asks(self, site: Jira) -> None:
        site.add("ITSM-1", {"summary": "VPN drops", "created": NOON, "description": "Since noon"})
        with client(site) as http:
            issue = http.get("/rest/api/3/issue/ITSM-1").json()
        assert issue["fields"]["created"] == "2026-03-02T13:00:00.000+0100"
        assert issue["fields"]["status"]["statusCategory"]["key"] == "new"
        assert issue["fields"]["project"]["projectTypeKey"] == "service_desk"
        assert problems(issue["fields"]["description"]) == []

    def test_the_changelog_is_newest_first_where_expanded(self, site: Jira) -> None:
        # jira.js: "a list of recent updates to an issue, sorted by date, starting from the most
        # recent"; as a page of its own it is oldest first.
        site.add("ITSM-1", {"summary": "VPN drops"})
        site.touch("ITSM-1", {"status": "Work in progress"})
        site.touch("ITSM-1", {"status": "Closed"})
        with client(site) as http:
            expanded = http.get("/rest/api/3/issue/ITSM-1", params={"expand": "changelog"}).json()
            paged = http.get("/rest/api/3/issue/ITSM-1/changelog").json()
        told = [each["items"][0]["toString"] for each in expanded["changelog"]["histories"]]
        assert told == ["Closed", "Work in progress"]
        assert [each["items"][0]["toString"] for each in paged["values"]] == told[::-1]

    def test_a_moved_issue_is_found_by_its_old_key(self, site: Jira) -> None:
        site.add("OPS-7", {"summary": "VPN drops"})
        site.move("OPS-7", "ITSM-7")
        with client(site) as http:
            assert http.get("/rest/api/3/issue/OPS-7").json()["key"] == "ITSM-7"

    def test_what_may_not_be_seen_is_not_there(self, site: Jira) -> None:
        site.add("ITSM-1", {}, hidden=True)
        with client(site) as http:
            assert http.get("/rest/api/3/issue/ITSM-1").status_code == 404
            assert http.get("/rest/api/3/issue/ITSM-9").status_code == 404
        assert keys(site, "project = ITSM") == []

    def test_a_wrong_token_is_401_and_a_reader_may_not_write(self, site: Jira) -> None:
        site.add("ITSM-1", {})
        wrong = httpx2.get(f"{site.url}/rest/api/3/myself", auth=("reader@example.com", "old"))
        with client(site, "reader") as http:
            response = http.post("/rest/api/3/issue/ITSM-1/comment", json={"body": adf("x")})
        assert (wrong.status_code, response.status_code) == (401, 403)

    def test_a_site_tells_who_asks_and_what_its_fields_are(self, site: Jira) -> None:
        with client(site) as http:
            assert http.get("/rest/api/3/myself").json()["timeZone"] == "Europe/Berlin"
            assert http.get("/rest/api/3/serverInfo").json()["deploymentType"] == "Cloud"
            named = {each["name"]: each["id"] for each in http.get("/rest/api/3/field").json()}
        assert named["Root cause"] == "customfield_10046"
        assert named["Summary"] == "summary"

    def test_a_property_of_an_issue_is_kept(self, site: Jira) -> None:
        site.add("ITSM-1", {})
        address = "/rest/api/3/issue/ITSM-1/properties/precedent"
        with client(site) as http:
            assert http.get(address).status_code == 404
            put = [http.put(address, json={"proposal": n}).status_code for n in (1, 2)]
            assert put == [201, 200]
            assert http.get(address).json() == {"key": "precedent", "value": {"proposal": 2}}


class TestRemoteLinks:
    def test_the_same_global_id_is_the_same_link(self, site: Jira) -> None:
        # jira.js: "if a remote issue link with that global ID is found it is updated. Any fields
        # without values in the request are set to null".
        site.add("ITSM-1", {})
        address = "/rest/api/3/issue/ITSM-1/remotelink"
        with client(site) as http:
            shown = {"url": "https://a.example", "title": "RCA", "summary": "More"}
            made = http.post(address, json={"globalId": "prop-1", "object": shown})
            del shown["summary"]
            again = http.post(address, json={"globalId": "prop-1", "object": shown})
            (link,) = http.get(address).json()
            assert http.delete(address, params={"globalId": "prop-1"}).status_code == 204
            assert http.get(address, params={"globalId": "prop-1"}).status_code == 404
        assert (made.status_code, again.status_code) == (201, 200)
        assert made.json()["id"] == again.json()["id"] == link["id"]
        assert link["object"]["summary"] is None

    def test_a_long_global_id_is_refused(self, site: Jira) -> None:
        # jira.js: "The maximum length is 255 characters".
        site.add("ITSM-1", {})
        body = {"globalId": "x" * 256, "object": {"url": "https://a.example", "title": "RCA"}}
        with client(site) as http:
            response = http.post("/rest/api/3/issue/ITSM-1/remotelink", json=body)
        assert response.status_code == 400


class TestAtlassiansClients:
    def test_atlassian_python_api_reads_every_issue(self, site: Jira) -> None:
        made = add_issues(site, 130)
        who = site.accounts["reader"]
        with AtlassianClient(
            site.url, username=who.email, password=who.token, cloud=True, api_version="3"
        ) as atlassian:
            issues = atlassian.enhanced_jql_get_list_of_tickets(ALL, fields="*all")
            one = atlassian.get_issue("ITSM-5", fields="summary,description")
            me = atlassian.myself()  # type: ignore[no-untyped-call]  # as the library has it
        assert [issue["key"] for issue in issues] == made
        assert one["fields"]["description"]["type"] == "doc"
        assert me["accountId"] == who.account_id

    def test_every_document_of_the_many_is_valid(self, site: Jira) -> None:
        add_issues(site, 3)
        page = found(site, ALL, fields="description")
        assert [problems(each["fields"]["description"]) for each in page["issues"]] == [[], [], []]


class TestAsAProcess:
    def test_goes_on_where_it_was_killed(self, tmp_path: Path) -> None:
        state = tmp_path / "site.jsonl"
        with as_process("--state", str(state), "--issues", "2") as http:
            http.post("/__control/issues", json=[{"key": "ITSM-3", "fields": {"summary": "x"}}])
            http.post("/rest/api/3/issue/ITSM-3/comment", json={"body": adf("Kept")})
        with state.open("ab") as file:
            file.write(b'\n{"what": "comment", "iss')
        with as_process("--state", str(state)) as http:
            http.post("/rest/api/3/issue/ITSM-3/comment", json={"body": adf("Kept too")})
        with as_process("--state", str(state)) as http:
            told = http.get("/__control/comments/ITSM-3").json()
            writes = http.get("/__control/writes").json()
            page = http.get("/rest/api/3/search/jql", params={"jql": ALL}).json()
        assert told["public"] == ["Kept", "Kept too"]
        assert [(write["what"], write["by"]) for write in writes] == [("comment", "writer")] * 2
        assert len(page["issues"]) == 3

    def test_takes_orders_from_another_process(self) -> None:
        with as_process() as http:
            http.post("/__control/accounts/writer", json={"time_zone": "UTC"})
            http.post("/__control/options", json={"comment_cap": 1})
            fault = {"kind": "status", "status": 503, "seconds": 7, "methods": ["GET"]}
            http.post("/__control/faults", json={"faults": [fault]})
            failed = http.get("/rest/api/3/myself")
            me = http.get("/rest/api/3/myself").json()
        # Some 503 carry Retry-After: JRACLOUD-69262.
        assert (failed.status_code, failed.headers["Retry-After"]) == (503, "7")
        assert me["timeZone"] == "UTC"
