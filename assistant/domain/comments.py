"""A remark that somebody made on a draft."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from assistant.domain.drafts import SectionName


class Comment(BaseModel):
    """One remark on a revision of a draft, numbered from 1 within the draft.

    It is on the whole draft, on a section, or on a claim of it (by its words then).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    draft_id: str
    number: int
    revision: int
    text: str
    person: str
    at: datetime
    section: SectionName | None = None
    claim: str | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None
