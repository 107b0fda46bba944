"""``GET /drafts/{id}/companions/{kind}``: texts for other readers, of the same claims."""

from fastapi import APIRouter, Response

from assistant.api.draft_exports import DOWNLOAD, Revision, download
from assistant.api.errors import PROBLEMS
from assistant.api.identity import App, CurrentPerson
from assistant.domain.companions import CompanionKind
from assistant.schemas.companions import CompanionOut
from assistant.services.companions.linted import linted
from assistant.services.exporting import ExportFormat, export_companion

router = APIRouter(tags=["drafts"], responses=PROBLEMS)


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
    return CompanionOut.of(made, linted(made))


@router.get(
    "/drafts/{draft_id}/companions/{kind}/export",
    operation_id="export_companion",
    response_class=Response,
    responses={200: DOWNLOAD},
)
def export_companion_file(
    draft_id: str,
    kind: CompanionKind,
    app: App,
    person: CurrentPerson,
    format: ExportFormat = ExportFormat.MARKDOWN,
    revision: Revision = None,
) -> Response:
    """The same as a file: Markdown, HTML, Word or PDF."""
    made, draft = app.companions.make(kind, draft_id, person.reader(), revision)
    return download(export_companion(made, draft, format))
