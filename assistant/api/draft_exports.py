"""``GET /drafts/{id}/export``: a draft as a file to take away."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from assistant.api.drafts import readable_draft
from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.schemas import LARGEST, DraftOut
from assistant.services.exporting import FORMATS, Export, ExportFormat, export

router = APIRouter(tags=["drafts"], responses=PROBLEMS)


_FILE = {"schema": {"type": "string", "format": "binary"}}
DOWNLOAD: dict[str, Any] = {
    "content": {known.media_type: _FILE for known in FORMATS.values() if known.render is not None}
}
"""What OpenAPI says of a file for people to take away."""

Revision = Annotated[int | None, Query(ge=1, le=LARGEST, description="By default the current.")]


@router.get(
    "/drafts/{draft_id}/export",
    operation_id="export_draft",
    response_class=Response,
    responses={200: {**DOWNLOAD, "model": DraftOut}},
)
def export_draft(
    draft_id: str,
    app: App,
    person: CurrentPerson,
    format: ExportFormat = ExportFormat.MARKDOWN,
    revision: Revision = None,
) -> Response:
    """A revision of a draft as Markdown, HTML, Word, PDF or JSON.

    Its bytes never change, but for what a PDF says of its approval.
    """
    draft = readable_draft(app, person, draft_id, revision)
    return download(export(draft, format, app.draft_approval.told(draft)))


def download(file: Export) -> Response:
    """A file as an attachment: it is never rendered as a page of this service."""
    headers = {"Content-Disposition": f'attachment; filename="{file.filename}"'}
    return Response(file.content, headers=headers, media_type=file.media_type)
