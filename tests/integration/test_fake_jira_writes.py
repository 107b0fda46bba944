"""Comments and faults of the fake Jira site; sources as in ``test_fake_jira``."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from ingest.http import wait_seconds
from tests.fakes.jira import Fault, Jira, adf, running
from tests.integration.test_fake_jira import NOON, Clock, client

INTERNAL = [{"key": "sd.public.comment", "value": {"internal": True}}]
COMMENT = "/rest/api/3/issue/ITSM-1/comment"
DESK = "/rest/servicedeskapi/request/ITSM-1/comment"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[Jira]:
    with running(clock=clock) as served:
        served.add("ITSM-1", {"summary": "VPN drops"})
        served.add("OPS-1", {"summary": "Disk full"})
        yield served


@pytest.fixture
def http(site: Jira) -> Iterator[httpx2.Client]:
    with client(site, timeout=2.0) as opened:
        yield opened


def posted(http: httpx2.Client, address: str, **body: Any) -> dict[str, Any]:
    response = http.post(address, json=body)
    assert response.status_code == 201, response.text
    told: dict[str, Any] = response.json()
    return told


class TestPlatformComments:
    def test_a_comment_is_public_unless_a_property_says_otherwise(
        self, site: Jira, http: httpx2.Client
    ) -> None:
        # jira.js: Comment.jsdPublic "Defaults to true when comments are created in the Jira
        # Cloud Platform"; the property: dozens of public integrations.
        assert posted(http, COMMENT, body=adf("a"))["jsdPublic"] is True
        assert posted(http, COMMENT, body=adf("b"), properties=INTERNAL)["jsdPublic"] is False
        assert site.public_comments("ITSM-1") == ["a"]

    def test_outside_a_service_project_a_comment_stays_public_by_name(
        self, http: httpx2.Client
    ) -> None:
        # jira.js: the default "includes when the project isn't a Jira Service Desk project".
        made = posted(http, "/rest/api/3/issue/OPS-1/comment", body=adf("a"), properties=INTERNAL)
        told = http.get(f"/rest/api/3/comment/{made['id']}/properties/sd.public.comment").json()
        assert (made["jsdPublic"], told["value"]) == (True, {"internal": True})

    def test_somebody_between_may_drop_the_property(self, site: Jira, http: httpx2.Client) -> None:
        # One public report of an internal note that was published in this way.
        site.options.drop_properties = True
        made = posted(http, COMMENT, body=adf("a"), properties=INTERNAL)
        assert made["jsdPublic"] is True
        address = f"/rest/api/3/comment/{made['id']}/properties/sd.public.comment"
        assert http.get(address).status_code == 404

    def test_an_update_without_properties_keeps_who_sees_it(
        self, site: Jira, http: httpx2.Client, clock: Clock
    ) -> None:
        made = posted(http, COMMENT, body=adf("a"), properties=INTERNAL)
        clock.now += timedelta(minutes=1)
        address = f"{COMMENT}/{made['id']}"
        kept = http.put(address, json={"body": adf("b")}).json()
        assert (kept["jsdPublic"], kept["updated"] > kept["created"]) == (False, True)
        lost = http.put(address, json={"body": adf("c"), "properties": []}).json()
        assert lost["jsdPublic"] is True

    def test_a_text_that_is_no_document_or_too_long_is_refused(self, http: httpx2.Client) -> None:
        # Version 3 takes ADF only; the limit: JRACLOUD-68949.
        for body in ("plain", {"type": "paragraph"}, adf("x" * 32_768)):
            assert http.post(COMMENT, json={"body": body}).status_code == 400

    def test_pages_come_in_either_order(self, site: Jira, http: httpx2.Client) -> None:
        # jira.js: GetComments, `startAt`, `maxResults`, `orderBy`.
        for number in range(5):
            site.comment("ITSM-1", f"c{number}")
        site.options.comment_cap = 2
        page = http.get(COMMENT, params={"orderBy": "-created", "startAt": "2"}).json()
        assert (page["total"], page["maxResults"]) == (5, 2)
        assert [each["body"] for each in page["comments"]] == [adf("c2"), adf("c1")]

    def test_one_deletes_ones_own_only(self, site: Jira, http: httpx2.Client) -> None:
        own = posted(http, COMMENT, body=adf("a"))["id"]
        other = site.comment("ITSM-1", "b")
        assert http.delete(f"{COMMENT}/{own}").status_code == 204
        assert http.get(f"{COMMENT}/{own}").status_code == 404
        assert http.delete(f"{COMMENT}/{other}").status_code == 400

    def test_every_write_moves_the_issue(
        self, site: Jira, http: httpx2.Client, clock: Clock
    ) -> None:
        before = site.known("ITSM-1").fields["updated"]
        clock.now += timedelta(seconds=1)
        posted(http, COMMENT, body=adf("a"))
        assert site.known("ITSM-1").fields["updated"] > before
        assert [change.what for change in site.writes] == ["comment"]


class TestServiceDeskComments:
    def test_whoever_writes_says_who_sees_it(self, site: Jira, http: httpx2.Client) -> None:
        # jira.js, service desk: CommentCreate, Comment.
        made = posted(http, DESK, body="for us", public=False)
        posted(http, DESK, body="for all")
        assert (made["public"], made["body"]) == (False, "for us")
        assert made["created"]["epochMillis"] == NOON.timestamp() * 1000
        assert http.get(f"{COMMENT}/{made['id']}").json()["jsdPublic"] is False
        assert site.public_comments("ITSM-1") == ["for all"]

    def test_there_is_no_such_thing_outside_a_service_project(self, http: httpx2.Client) -> None:
        address = "/rest/servicedeskapi/request/OPS-1/comment"
        response = http.post(address, json={"body": "x", "public": False})
        assert response.status_code == 404
        assert "request does not exist" in response.json()["errorMessage"]

    def test_pages_of_fifty(self, site: Jira, http: httpx2.Client) -> None:
        # jira.js, service desk: GetRequestComments, "Default: 50"; PagedComment.isLastPage.
        for number in range(60):
            site.comment("ITSM-1", f"c{number}", public=number % 2 == 0)
        first = http.get(DESK).json()
        rest = http.get(DESK, params={"start": "50"}).json()
        internal = http.get(DESK, params={"public": "false"}).json()
        assert (first["size"], first["isLastPage"], "next" in first["_links"]) == (50, False, True)
        assert (rest["size"], rest["isLastPage"], "next" in rest["_links"]) == (10, True, False)
        assert {each["public"] for each in internal["values"]} == {False}


class TestLimitsAndFaults:
    def test_one_issue_takes_only_so_many_writes(
        self, site: Jira, http: httpx2.Client, clock: Clock
    ) -> None:
        # limits: RateLimit-Reason; JRACLOUD-69262: X-RateLimit-Reset is an ISO time.
        site.options.writes_per_issue = 1
        posted(http, COMMENT, body=adf("a"))
        response = http.post(COMMENT, json={"body": adf("b")})
        assert response.status_code == 429
        assert response.headers["RateLimit-Reason"] == "jira-per-issue-on-write"
        assert datetime.fromisoformat(response.headers["X-RateLimit-Reset"]).tzinfo == UTC
        posted(http, "/rest/api/3/issue/OPS-1/comment", body=adf("another issue"))
        clock.now += timedelta(seconds=3)
        posted(http, COMMENT, body=adf("c"))
        assert site.comments("ITSM-1") == ["a", "c"]

    def test_our_client_reads_how_long_to_wait(self, site: Jira, http: httpx2.Client) -> None:
        site.faults.order(Fault("throttle", seconds=12))
        assert wait_seconds(http.get("/rest/api/3/myself").headers) == 12

    @pytest.mark.parametrize(
        ("fault", "written"),
        [
            (Fault("drop-before", methods=("POST",)), 0),
            (Fault("drop-after", methods=("POST",)), 1),
            (Fault("status", status=503, path="/comment"), 0),
        ],
    )
    def test_a_fault_says_whether_it_was_done(
        self, site: Jira, http: httpx2.Client, fault: Fault, written: int
    ) -> None:
        site.faults.order(fault)
        try:
            assert http.post(COMMENT, json={"body": adf("a")}).status_code == 503
        except httpx2.RemoteProtocolError:
            assert fault.kind != "status"
        assert len(site.comments("ITSM-1")) == written

    def test_a_request_that_hangs_is_carried_out_after_we_have_gone(self, site: Jira) -> None:
        site.faults.order(Fault("hang", seconds=0.4))
        with client(site, timeout=0.1) as hasty, pytest.raises(httpx2.ReadTimeout):
            hasty.post(COMMENT, json={"body": adf("a")})
        with client(site) as patient:
            site.faults.order(Fault("hang", seconds=0.6))
            assert patient.get(COMMENT).json()["total"] == 1

    def test_a_random_mix_is_the_same_for_the_same_seed(
        self, site: Jira, http: httpx2.Client
    ) -> None:
        drawn = []
        for _ in range(2):
            site.faults.mix([Fault("status"), Fault("throttle", seconds=1)], 0.5, seed=7)
            drawn.append([http.get("/rest/api/3/myself").status_code for _ in range(30)])
        assert drawn[0] == drawn[1]
        assert set(drawn[0]) == {200, 429, 500}
        site.faults.clear()
        assert http.get("/rest/api/3/myself").status_code == 200
