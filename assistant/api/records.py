"""``GET /records/{id}``."""

from typing import Annotated

from fastapi import APIRouter, Query

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.schemas import LARGEST, RecordOut

router = APIRouter(tags=["records"], responses=PROBLEMS)


# Record ids contain slashes, so the id is the rest of the path.
@router.get("/records/{record_id:path}", operation_id="get_record")
def get_record(
    record_id: str,
    app: App,
    person: CurrentPerson,
    revision: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
) -> RecordOut:
    """A record as stored (redacted): the current revision, or a past one."""
    return RecordOut.of(app.similar.readable(record_id, person.reader(), revision))
