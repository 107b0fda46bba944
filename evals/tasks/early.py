"""An incident as it was known early: a case as an open record, at its moment."""

from dataclasses import replace
from datetime import UTC, datetime

from assistant.bootstrap import Application
from assistant.domain.incident import IncidentContext
from evals.cases import CauseCase
from ingest.sections import sections
from retrieval.records import PRECEDENT_KINDS, Record, RecordKind

_SOURCE = "cases"


def is_timed(app: Application) -> bool:
    """True where every past incident is dated, so that what came later can be left out."""
    past = [record for record in app.store.iter_current() if record.kind in PRECEDENT_KINDS]
    return bool(past) and all(_is_dated(record) for record in past)


def _is_dated(record: Record) -> bool:
    return record.opened_at is not None or "updated_at" in record.fields


def early_record(app: Application, case: CauseCase) -> Record:
    """The redacted case as a record of its own; one of the same id never answers for it."""
    text = app.redactor.redact(case.text).text
    title = app.redactor.redact(case.title).text
    return Record(
        id=case.id,
        revision=1,
        source=_SOURCE,
        external_id=case.id,
        kind=RecordKind.INCIDENT,
        title=title,
        text=text or title,
        sections=sections(text),
        opened_at=case.opened_at,
        known_at=case.opened_at or datetime.now(UTC),
    )


def early_context(app: Application, case: CauseCase, *, timed: bool) -> IncidentContext:
    """The case as a question; ``timed``: asked as of its opening."""
    record = early_record(app, case)
    context = IncidentContext.of_record(record, case.opened_at if timed else None)
    return replace(context, title=record.title or IncidentContext.of_text(record.text).title)
