"""``GET /drafts/{id}/companions/{kind}``: texts for other readers, of the same claims."""

from fastapi import APIRouter, Response

from assistant.api.draft_exports import Revision
from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.domain.companions import CompanionKind
from assistant.schemas.companions import CompanionOut
from assistant.services.exporting import FORMATS, ExportFormat, export_companion

router = APIRouter(tags=["drafts"], responses=PROBLEMS)

_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILES = {known.media_type: _FILE for known in FORMATS.values() if known.render is not None}


@router.get("/drafts/{draft_id}/companions/{kind}", operation_id="get_companion")
def get_companion(
    draft_id: str,
    kind: CompanionKind,
    app: App,
    person: CurrentPerson,
    revision: Revision = None,
) -> CompanionOut:
    """A status update, an executive summary, a vendor dossier or a handover note."""
    made, _ = app.companions.make(kind, draft_id, person.reader(), revision)
    return CompanionOut.of(made)


@router.get(
    "/drafts/{draft_id}/companions/{kind}/export",
    operation_id="export_companion",
    response_class=Response,
    responses={200: {"content": _FILES}},
)
def export_a_companion(
    draft_id: str,
    kind: CompanionKind,
    app: App,
    person: CurrentPerson,
    format: ExportFormat = ExportFormat.MARKDOWN,
    revision: Revision = None,
) -> Response:
    """The same as a file: Markdown, HTML or Word."""
    made, draft = app.companions.make(kind, draft_id, person.reader(), revision)
    file = export_companion(made, draft, format)
    headers = {"Content-Disposition": f'attachment; filename="{file.filename}"'}
    return Response(file.content, headers=headers, media_type=file.media_type)
