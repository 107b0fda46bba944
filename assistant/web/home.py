"""The first page: paste an incident, or pick an open one."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.api.identity import App
from assistant.web.pages import SignedIn, page
from retrieval.records import Record, RecordKind

router = APIRouter()

_CLOSED = frozenset({"resolved", "closed", "done", "cancelled", "canceled"})
_SHOWN = 20
# How many of the latest incidents are looked through for open ones.
_LOOKED_AT = 200


@router.get("/", response_class=HTMLResponse)
def home(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """The paste box, the open incidents, and what is in the corpus."""
    reader = person.reader()
    latest = app.store.latest(
        frozenset({RecordKind.INCIDENT}), frozenset(), app.clock(), _LOOKED_AT
    )
    still_open = [r for r in latest if reader.may_read(r) and _is_open(r)]
    counts: dict[str, int] = {}
    for entry in app.store.counts(reader):
        counts[entry.kind] = counts.get(entry.kind, 0) + entry.records
    return page(request, "home.html", incidents=still_open[:_SHOWN], counts=counts)


def _is_open(record: Record) -> bool:
    status = record.fields.get("status")
    if isinstance(status, str) and status:
        return status.lower() not in _CLOSED
    return record.resolved_at is None and status is not None
