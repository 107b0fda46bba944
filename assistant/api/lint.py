"""``POST /lint`` and ``GET /drafts/{id}/lint``: the weak spots of a text or a draft."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from assistant.api.drafts import readable_draft
from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.schemas import Shape
from assistant.schemas.lint import LintOut
from assistant.services.linting.document import DocumentKind
from assistant.services.linting.linter import lint, lint_draft

router = APIRouter(tags=["lint"], responses=PROBLEMS)

# Some 15,000 words; the longest of 39 published RCAs that we measured has 1,300.
_MAX_CHARS = 100_000


class LintIn(Shape):
    """A text from anywhere, in Markdown or plain."""

    text: Annotated[str, Field(min_length=1, max_length=_MAX_CHARS)]
    kind: DocumentKind = DocumentKind.RCA


@router.post("/lint", operation_id="lint")
def lint_text(given: LintIn, _: CurrentPerson) -> LintOut:
    """Weak causes, vague actions and gaps of a text, each with a fix or a question."""
    return LintOut.of(lint(given.text, given.kind))


@router.get("/drafts/{draft_id}/lint", operation_id="lint_draft")
def lint_of_draft(draft_id: str, app: App, person: CurrentPerson) -> LintOut:
    """The same for a draft, by section and claim; precedents are left out."""
    return LintOut.of(lint_draft(readable_draft(app, person, draft_id)))
