"""The Jira writer over the fake site: the contract, for requests and for plain issues."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from assistant.domain.delivery import TicketWriter
from assistant.writers.jira import jira_writer
from ingest.connections import BasicAuth, Connection
from retrieval.records import Record, RecordKind
from tests.contract.ticket_writers import (
    LONG_AGO,
    Failure,
    RemoteStage,
    RemoteTicketWriterContract,
)
from tests.fakes.jira import Fault, Jira, running

_CHANGES = ("POST", "PUT", "DELETE")


class JiraStage:
    """A site with one request, or one plain issue."""

    def __init__(self, site: Jira, writer: TicketWriter, field: str) -> None:
        self.site = site
        self.writer = writer
        self.field = field
        self.secret = site.accounts["writer"].token
        self.key = "OPS-1" if field == "comment" else "ITSM-1"
        self.record = Record(
            id=self.key,
            revision=1,
            source="jira",
            external_id=self.key,
            kind=RecordKind.INCIDENT,
            title="VPN drops",
            text="",
            known_at=LONG_AGO,
        )

    def written(self) -> list[str]:
        comments = self.site.known(self.key).comments.values()
        if self.field != "comment":
            return [comment.text for comment in comments]
        canonical = json.JSONEncoder(
            ensure_ascii=False, sort_keys=True, separators=(",", ":")
        ).encode
        return [canonical(comment.body) for comment in comments]

    def fail_next(self, failure: Failure) -> None:
        match failure:
            case Failure.CUT_BEFORE:
                fault = Fault("drop-before", methods=_CHANGES)
            case Failure.CUT_AFTER:
                fault = Fault("drop-after", methods=_CHANGES)
            case Failure.BROKEN:
                fault = Fault("status", status=500, methods=_CHANGES)
            case Failure.THROTTLED:
                fault = Fault("throttle", seconds=60, methods=_CHANGES)
            case Failure.FORBIDDEN:
                fault = Fault("status", status=403, methods=_CHANGES, message="no entry")
        self.site.faults.order(fault)

    def fail_next_read(self) -> None:
        self.site.faults.order(Fault("status", status=500, methods=("GET",)))

    def edit(self) -> None:
        self.site.touch(self.key, {"summary": "VPN drops again"})

    def remove(self) -> None:
        self.site.remove(self.key)


class TestJira(RemoteTicketWriterContract):
    @pytest.fixture(params=["internal-comment", "comment"])
    def stage(self, request: pytest.FixtureRequest) -> Iterator[RemoteStage]:
        with running() as site:
            for key in ("ITSM-1", "OPS-1"):
                site.add(key, {"summary": "VPN drops"})
            who = site.accounts["writer"]
            connection = Connection(
                name="jira",
                kind="jira",
                base_url=site.url,
                write=BasicAuth(user=who.email, password=who.token),
                options={"jsm": str(request.param == "internal-comment").lower()},
            )
            with closing(jira_writer(connection, lambda _: None)) as writer:
                yield JiraStage(site, writer, request.param)
