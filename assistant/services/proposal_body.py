"""What a draft becomes in a field of a ticket, and what stands against proposing it."""

from assistant.domain.approval import BodyForm, Risk, Visibility, marker
from assistant.domain.delivery import Field
from assistant.domain.drafts import Draft, Verdict
from assistant.services.exporting.adf import render_adf
from assistant.services.exporting.link import render_link
from assistant.services.exporting.markdown import render_markdown
from assistant.services.exporting.outline import outline
from assistant.services.exporting.text import render_text
from assistant.services.linting.linter import lint_draft
from assistant.services.linting.rule import Severity
from retrieval.errors import InvalidInput, TooLarge

_SHOWN = 80


def body_of(draft: Draft, field: Field, proposal_id: str, review_url: str) -> str:
    """Exactly what will be written, with the mark by which it is found again.

    Only the sections that belong into the field; ``InvalidInput`` when they say nothing,
    ``TooLarge`` when the field cannot hold it.
    """
    part = part_for(draft, field)
    if not part.body.claims():
        raise InvalidInput(f"The draft says nothing yet that belongs into {field.label}.")
    told = outline(part)
    mark = marker(proposal_id)
    match field.form:
        case BodyForm.MARKDOWN:
            body = f"{render_markdown(told)}\n<!-- {mark} -->\n"
        case BodyForm.TEXT:
            body = render_text(told, [mark])
        case BodyForm.ADF:
            body = render_adf(told, [mark])
        case BodyForm.LINK:
            body = render_link(told, [review_url, mark])
    if field.max_chars is not None and len(body) > field.max_chars:
        raise TooLarge(
            f"{field.label} holds {field.max_chars:,} characters; this has {len(body):,}. "
            "Shorten the draft."
        )
    return body


def part_for(draft: Draft, field: Field) -> Draft:
    """The draft with only the sections that belong into the field."""
    if not field.sections:
        return draft
    kept = tuple(s for s in draft.body.sections if s.name in field.sections)
    body = draft.body.model_copy(update={"sections": kept, "questions": ()})
    return draft.model_copy(update={"body": body})


def blockers(draft: Draft) -> tuple[str, ...]:
    """What keeps a draft from being submitted unless somebody says why it may be.

    A claim whose evidence does not say it, and every error that the linter finds.
    """
    unsupported = [
        f"No evidence says: {_shortened(claim.text)}"
        for claim in draft.body.claims()
        if claim.verdict is Verdict.UNSUPPORTED
    ]
    errors = [
        f"{finding.rule}: {finding.message}"
        for finding in lint_draft(draft)
        if finding.severity is Severity.ERROR
    ]
    return tuple(dict.fromkeys([*unsupported, *errors]))


def risk_of(field: Field, blocked: bool, overwrites: bool) -> tuple[Risk, tuple[str, ...]]:
    """How much a write may do harm, and why."""
    high = [field.warning] if field.warning else []
    if field.visibility is Visibility.PUBLIC:
        high.append("People outside the team will see it.")
    elevated = ["Objections of the checks stand against it."] if blocked else []
    if overwrites:
        elevated.append("It replaces a text that is there.")
    reasons = (*high, *elevated)
    if high:
        return Risk.HIGH, reasons
    return (Risk.ELEVATED if elevated else Risk.LOW), reasons


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
