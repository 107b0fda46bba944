"""What every page shares: templates in the reader's language, the signed-in person, errors."""

import hashlib
import json
from functools import partial
from http import HTTPStatus
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
from assistant.services.triage.checklist import checklist
from assistant.services.verification.folding import tidy
from assistant.web.language import words_of
from assistant.web.paths import path_of
from assistant.web.wording import age, ago, as_note, at, day, likelihood_in_words, upfirst
from assistant.web.words import WORDS, Words
from retrieval.errors import NotSignedIn
from retrieval.records import Citation

_HERE = Path(__file__).parent
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
    return RedirectResponse(f"/sign-in?{urlencode({'next': path_of(request)})}", 303)


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A rendered page; a variable that the template misses is an error.

    Every form that posts holds ``form_token``: without it the form is refused.
    """
    values.setdefault("person", person_or_none(request))
    values["form_token"] = _form_token(request)
    values["framers"] = current_application(request).settings.web.frame_ancestors
    values["back_to"] = path_of(request)
    words = words_of(request)
    text = ENVIRONMENTS[words.code].get_template(template).render(**values)
    headers = {"Content-Language": words.code, "Vary": "Accept-Language, Cookie"}
    return HTMLResponse(text, status, headers)


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
    # The framework's own words for an address that leads nowhere.
    is_nowhere = body["detail"] == HTTPStatus.NOT_FOUND.phrase
    detail = "" if is_nowhere else body["detail"]
    told = page(request, "error.html", problem.status_code, code=body["code"], detail=detail)
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


def _fingerprint(name: str) -> str:
    return hashlib.sha256((_HERE / "static" / name).read_bytes()).hexdigest()[:10]


def environment(words: Words) -> Environment:
    """The templates in one language; ``_``, ``{% trans %}`` and ``term`` are of that language."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # A message may be written over several lines.
    made.policies["ext.i18n.trimmed"] = True
    # New style: values go in by name and are escaped; the messages themselves are markup.
    made.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    for filtered in (age, ago, at, day):
        made.filters[filtered.__name__] = partial(filtered, words)
    for told in (words.term, words.counted, words.number, words.percent, tidy, upfirst):
        made.filters[told.__name__] = told
    made.globals.update(
        language=words.code,
        languages=list(WORDS.values()),
        source_link=source_link,
        record_link=record_link,
        likelihood_in_words=partial(likelihood_in_words, words),
        checklist=checklist,
        as_note=partial(as_note, words),
        # A changed file gets a new address, so that browsers may keep the old one for long.
        fingerprint={name: _fingerprint(name) for name in _STATIC},
    )
    return made


# Made once: a template is compiled once a language.
ENVIRONMENTS = {code: environment(words) for code, words in WORDS.items()}
