"""``POST /feedback``: what a person thought of a suggestion."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.db.feedback import FeedbackVerdict
from assistant.schemas import Shape

router = APIRouter(tags=["feedback"], responses=PROBLEMS)

Name = Annotated[str, Field(min_length=1, max_length=512)]


class FeedbackIn(Shape):
    """A verdict on a suggestion about a subject: a record id, or a digest of a text.

    ``suggestion`` is a record id, or the ``id`` of a hypothesis, a field or an action. Verdicts
    on what was done with it (accepted, edited, rejected) count in the benefits report; useful and
    not-useful are opinions.
    """

    subject: Name
    suggestion: Name
    verdict: FeedbackVerdict
    reason: Annotated[str, Field(max_length=2_000)] = ""


class FeedbackKept(Shape):
    """The feedback was kept."""

    status: str = "kept"


@router.post("/feedback", operation_id="give_feedback", status_code=201)
def give_feedback(given: FeedbackIn, app: App, person: CurrentPerson) -> FeedbackKept:
    """Keep a verdict; the reason is redacted like everything that people write."""
    app.giving_feedback.give(person, given.subject, given.suggestion, given.verdict, given.reason)
    return FeedbackKept()
