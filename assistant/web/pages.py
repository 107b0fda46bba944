"""What every page shares: templates, the signed-in person, errors, and small wordings."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import nh3
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup

from assistant.api.forgery import FORM_FIELD
from assistant.api.identity import caller_or_none, current_application, person_or_none
from assistant.domain.drafts import SectionName
from assistant.domain.people import Person
from assistant.domain.triage import CauseKind, Hypothesis, Origin
from assistant.services.triage.checklist import checklist
from assistant.services.verification.folding import tidy
from retrieval.errors import NotSignedIn
from retrieval.records import Citation

_HERE = Path(__file__).parent
# Words that a person would bet by; the number stands beside them.
_LIKELIHOODS = ((0.8, "Very likely"), (0.55, "Likely"), (0.3, "Possible"), (0.0, "Unlikely"))
_KINDS = {
    CauseKind.ROOT: " · called the root cause",
    CauseKind.PROXIMATE: " · called the cause",
    CauseKind.CONTRIBUTING: " · called a contributing factor",
    CauseKind.FINDING: " · found while fixing it",
    CauseKind.FIX: " · known only by its fix",
    CauseKind.SUSPICION: "",
}
_STATIC = ("app.css", "app.js", "card.js", "draft.js", "host.js")
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def signed_in(request: Request) -> Person:
    """The signed-in person, or the way to the sign-in page."""
    person = person_or_none(request)
    if person is None:
        raise NotSignedIn("Nobody is signed in.")
    return person


SignedIn = Annotated[Person, Depends(signed_in)]


def to_sign_in(request: Request) -> RedirectResponse:
    """Lead to the sign-in page, and back afterwards where that is possible."""
    path = request.url.path
    if request.url.query:
        path += f"?{request.url.query}"
    wanted = path if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?{urlencode({'next': wanted})}", 303)


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A rendered page; a variable that the template misses is an error.

    Every form that posts holds ``form_token``: without it the form is refused.
    """
    values.setdefault("person", person_or_none(request))
    values["form_token"] = _form_token(request)
    values["framers"] = current_application(request).settings.web.frame_ancestors
    text = _ENVIRONMENT.get_template(template).render(**values)
    return HTMLResponse(text, status)


def _form_token(request: Request) -> Markup:
    """The hidden field by which a form is known to be of this session; empty without one."""
    caller = caller_or_none(request)
    if caller is None or not caller.form_token:
        return Markup()
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return field.format(FORM_FIELD, caller.form_token)


def error_page(request: Request, problem: JSONResponse) -> HTMLResponse:
    """A problem in words, without anything that only programs understand."""
    body = json.loads(bytes(problem.body))
    told = page(
        request, "error.html", problem.status_code, title=body["title"], detail=body["detail"]
    )
    if "retry-after" in problem.headers:
        told.headers["Retry-After"] = problem.headers["Retry-After"]
    return told


def rendered_markdown(text: str) -> str:
    """Markdown as clean HTML: no raw HTML, scripts, links or images survive."""
    allowed = {"h1", "h2", "h3", "p", "ul", "ol", "li", "em", "strong", "code", "pre", "br"}
    return nh3.clean(_MARKDOWN.render(text), tags=allowed, attributes={})


def source_link(citation: Citation) -> str:
    """The page on which a citation is seen in its place."""
    span = urlencode({"revision": citation.revision, "start": citation.start, "end": citation.end})
    return f"/records/{quote(citation.record_id)}?{span}#cited"


def record_link(record_id: str) -> str:
    """The page of a record."""
    return f"/records/{quote(record_id)}"


def section_anchor(section: SectionName) -> str:
    """The place of a section on a draft's page."""
    return section.value.lower().replace(" ", "-")


def age(moment: datetime | None) -> str:
    """How long ago, as people say it."""
    if moment is None:
        return "date unknown"
    days = (datetime.now(UTC) - moment).days
    if days < 1:
        return "today"
    for size, unit in ((365, "year"), (30, "month"), (7, "week"), (1, "day")):
        if days >= size:
            count = days // size
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "today"


def ago(moment: datetime | None) -> Markup:
    """How long ago; the moment itself beside it, in the reader's zone where scripts run."""
    return _time(moment, age(moment), "ago")


def at(moment: datetime | None) -> Markup:
    """A moment in UTC; in the reader's zone where scripts run, with UTC beside it."""
    return _time(moment, "date unknown" if moment is None else _utc(moment), "at")


def _time(moment: datetime | None, words: str, shown: str) -> Markup:
    if moment is None:
        return Markup("{}").format(words)
    told = Markup('<time datetime="{}" title="{}" data-shown="{}">{}</time>')
    return told.format(moment.astimezone(UTC).isoformat(), _utc(moment), shown, words)


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def likelihood_in_words(hypothesis: Hypothesis) -> str:
    """How likely, in words and as a number, and from how many records; honest where unfitted."""
    records = len(distinct_records(hypothesis.support))
    behind = (
        "from this ticket, unconfirmed"
        if hypothesis.origin is Origin.INCIDENT
        else f"from {records} past record{'' if records == 1 else 's'}"
    )
    kind = _KINDS[hypothesis.kind]
    if hypothesis.probability is None:
        return f"Uncalibrated, {behind}{kind}"
    chance = hypothesis.probability
    word = next(word for least, word in _LIKELIHOODS if chance >= least)
    return f"{word} ({chance:.0%}), {behind}{kind}"


def as_note(hypothesis: Hypothesis) -> str:
    """A hypothesis as plain text, with how likely it is, its sources and the next check."""
    sources = ", ".join(distinct_records(hypothesis.support))
    lines = [hypothesis.statement, f"{likelihood_in_words(hypothesis)}: {sources}"]
    if hypothesis.next_check is not None:
        check = hypothesis.next_check
        lines.append(f"Check next: {check.text} ({check.citation.record_id})")
    return "\n".join(lines)


def distinct_records(citations: Sequence[Citation]) -> list[str]:
    """The records behind citations, each once."""
    return list(dict.fromkeys(citation.record_id for citation in citations))


def _fingerprint(name: str) -> str:
    return hashlib.sha256((_HERE / "static" / name).read_bytes()).hexdigest()[:10]


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(age=age, ago=ago, at=at)
    environment.filters["tidy"] = tidy
    environment.globals.update(
        source_link=source_link,
        record_link=record_link,
        likelihood_in_words=likelihood_in_words,
        checklist=checklist,
        as_note=as_note,
        # A changed file gets a new address, so that browsers may keep the old one for long.
        fingerprint={name: _fingerprint(name) for name in _STATIC},
    )
    return environment


_ENVIRONMENT = _environment()
