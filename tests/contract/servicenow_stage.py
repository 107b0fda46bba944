"""A ServiceNow instance with an incident and its problem, as a stage for writers."""

from typing import Any

from assistant.domain.delivery import TicketWriter
from assistant.writers.servicenow import servicenow_writer
from ingest.connections import Connection
from retrieval.records import Record, RecordKind
from tests.contract.ticket_writers import LONG_AGO, Failure
from tests.fakes.servicenow import Fault, ServiceNow

INCIDENT, PROBLEM = "e" * 32, "b" * 32
EARLIER = "Nobody knows yet."
REPLACED = ("cause_notes", "fix_notes", "workaround")


class ServiceNowStage:
    """An instance with an incident and its problem."""

    secret = "writer-secret"

    def __init__(self, instance: ServiceNow, field: str, **options: str) -> None:
        self.instance = instance
        self.field = field
        writer = servicenow_writer(connection(instance.url, **options))
        instance.at_end(writer.close)
        self.writer: TicketWriter = writer
        problem = field in REPLACED
        self.table, self.sys_id = ("problem", PROBLEM) if problem else ("incident", INCIDENT)
        self.record = record("PRB0040012" if problem else "INC0010427")

    def written(self) -> list[str]:
        if self.field == "kb-draft":
            articles = self.instance.store.tables["kb_knowledge"].rows.values()
            return [row.fields["text"] for row in articles]
        text = self.instance.field(self.table, self.sys_id, self.field)
        notes = self.instance.notes(self.sys_id)
        return [*notes, *([text] if text not in {"", EARLIER} else [])]

    def fail_next(self, failure: Failure) -> None:
        methods = ("PATCH", "POST")
        match failure:
            case Failure.CUT_BEFORE:
                fault = Fault("drop-before", methods=methods)
            case Failure.CUT_AFTER:
                fault = Fault("drop-after", methods=methods)
            case Failure.BROKEN:
                fault = Fault("status", status=500, methods=methods)
            case Failure.THROTTLED:
                fault = Fault("throttle", seconds=1_200, methods=methods)
            case Failure.FORBIDDEN:
                fault = Fault("status", status=403, methods=methods, message="no entry")
        self.instance.faults.order(fault)

    def fail_next_read(self) -> None:
        self.instance.faults.order(Fault("status", status=500, methods=("GET",)))

    def edit(self) -> None:
        values = {self.field: "Somebody knows better."} if self.field in REPLACED else {}
        self.instance.touch(self.table, self.sys_id, {"state": "3", **values})

    def remove(self) -> None:
        self.instance.remove(self.table, self.sys_id)


def connection(url: str, **options: str) -> Connection:
    """A connection whose writing identity has a token."""
    write = {
        "kind": "oauth",
        "token_path": "oauth_token.do",
        "client_id": "writer-client",
        "client_secret": ServiceNowStage.secret,
    }
    return Connection.model_validate(
        {
            "name": "snow",
            "kind": "servicenow",
            "base_url": url,
            "write": write,
            "options": options,
        }
    )


def record(external_id: str, kind: RecordKind = RecordKind.INCIDENT, **more: Any) -> Record:
    """A record as it came in, by number unless it brings its fields."""
    values = {"title": "VPN drops in London", "fields": {}, **more}
    return Record(
        id=external_id,
        revision=1,
        source="tickets",
        external_id=external_id,
        kind=kind,
        text="",
        known_at=LONG_AGO,
        **values,
    )
