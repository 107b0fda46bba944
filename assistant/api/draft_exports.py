"""``GET /drafts/{id}/export``: a draft as a file to take away."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from assistant.api.drafts import readable_draft
from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.services.exporting import FORMATS, ExportFormat, export

router = APIRouter(tags=["drafts"], responses=PROBLEMS)

_FILE = {"schema": {"type": "string", "format": "binary"}}

Revision = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="By default the current.")]


@router.get(
    "/drafts/{draft_id}/export",
    operation_id="export_draft",
    response_class=Response,
    responses={200: {"content": {known.media_type: _FILE for known in FORMATS.values()}}},
)
def export_draft(
    draft_id: str,
    app: App,
    person: CurrentPerson,
    format: ExportFormat = ExportFormat.MARKDOWN,
    revision: Revision = None,
) -> Response:
    """A revision of a draft as Markdown, HTML, Word or JSON. Its bytes never change."""
    made = export(readable_draft(app, person, draft_id, revision), format)
    # An attachment: it is never rendered as a page of this service.
    headers = {"Content-Disposition": f'attachment; filename="{made.filename}"'}
    return Response(made.content, headers=headers, media_type=made.media_type)
