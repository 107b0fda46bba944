"""``POST /change-marks``: whether a change belongs to an incident."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.db.change_marks import ChangeMark, ChangeVerdict
from assistant.schemas import Shape

router = APIRouter(tags=["changes"], responses=PROBLEMS)

Reference = Annotated[str, Field(min_length=1, max_length=512)]


class ChangeMarkIn(Shape):
    """What a person says of a change before an incident; the latest word counts."""

    record_id: Reference
    change_id: Reference
    verdict: ChangeVerdict
    reason: Annotated[str, Field(max_length=2_000)] = ""


class ChangeMarkOut(Shape):
    """A mark as it was kept, with the ids of the records and the reason redacted."""

    record_id: str
    change_id: str
    verdict: ChangeVerdict
    person: str
    at: datetime
    reason: str

    @classmethod
    def of(cls, mark: ChangeMark) -> "ChangeMarkOut":
        """From the kept mark."""
        return cls(**mark._asdict())


# Record ids contain slashes, so both are in the body and not in the path.
@router.post("/change-marks", operation_id="mark_change", status_code=201)
def mark_change(given: ChangeMarkIn, app: App, person: CurrentPerson) -> ChangeMarkOut:
    """Say that a change belongs to an incident, or that it does not."""
    mark = app.change_marking.mark(
        person, given.record_id, given.change_id, given.verdict, given.reason
    )
    return ChangeMarkOut.of(mark)
