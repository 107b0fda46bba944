"""Pages about the whole: what is missing, what recurs, what is used, how good it is."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.api.identity import App
from assistant.domain.people import Person, Role
from assistant.services.insights.usage import UsageReport
from assistant.web.charts import Bars, over_time, stacked
from assistant.web.language import words_of
from assistant.web.pages import SignedIn, page
from assistant.web.words import Words, marked

router = APIRouter(prefix="/insights")

_MEASURED = frozenset({Role.EVALUATOR, Role.ADMIN})
# Address, title, and what question it answers; then the roles that open it, none for everybody.
_PAGES: tuple[tuple[str, str, str, frozenset[Role]], ...] = (
    (
        "recurring",
        marked("Recurring incidents"),
        marked("What should become a problem?"),
        frozenset(),
    ),
    (
        "knowledge-gaps",
        marked("Knowledge gaps"),
        marked("What is written down nowhere, or long ago?"),
        frozenset(),
    ),
    (
        "corpus-hygiene",
        marked("Corpus hygiene"),
        marked("What do closed incidents not tell?"),
        frozenset(),
    ),
    ("usage", marked("Acceptance and usage"), marked("Are suggestions used?"), _MEASURED),
    ("quality", marked("Quality over time"), marked("How good are the answers?"), _MEASURED),
    (
        "connectors",
        marked("Connector health"),
        marked("Does everything arrive?"),
        frozenset({Role.ADMIN}),
    ),
)
# Runs of a year of nightly evaluations would be a page that nobody reads.
_RUNS_SHOWN = 20


@router.get("", response_class=HTMLResponse)
def overview(request: Request, person: SignedIn) -> HTMLResponse:
    """The pages that the person may open."""
    return page(request, "insights.html", pages=_open_to(person))


@router.get("/recurring", response_class=HTMLResponse)
def recurring(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """Groups of incidents that are alike."""
    found = app.insights.recurring(person)
    return _insight(request, person, "recurring", found=found)


@router.get("/knowledge-gaps", response_class=HTMLResponse)
def knowledge_gaps(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """What no runbook covers, and which are old."""
    found = app.insights.knowledge_gaps(person)
    words = words_of(request)
    ages = {words.term(band.label, "guide age"): (band.guides,) for band in found.ages}
    chart = stacked(
        words,
        words.gettext("Runbooks and articles by age"),
        (words.gettext("runbooks and articles"),),
        ages,
    )
    return _insight(request, person, "knowledge-gaps", found=found, chart=chart)


@router.get("/corpus-hygiene", response_class=HTMLResponse)
def corpus_hygiene(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """What incidents miss, by source."""
    found = app.insights.corpus_hygiene(person)
    return _insight(request, person, "corpus-hygiene", found=found)


@router.get("/usage", response_class=HTMLResponse)
def usage(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """What was shown and what was done with it."""
    found = app.insights.usage(person)
    words = words_of(request)
    charts = (_verdicts(words, found), _shown(words, found))
    return _insight(request, person, "usage", found=found, charts=charts)


@router.get("/quality", response_class=HTMLResponse)
def quality(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """Metrics of evaluation runs."""
    found = app.insights.quality(person)
    words = words_of(request)
    charts = [over_time(words, series) for series in found.series]
    return _insight(request, person, "quality", found=found, charts=charts, shown=_RUNS_SHOWN)


@router.get("/connectors", response_class=HTMLResponse)
def connectors(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """How every stream stands."""
    return _insight(request, person, "connectors", found=app.insights.connectors(person))


def _insight(request: Request, person: Person, name: str, **values: Any) -> HTMLResponse:
    template = f"insight_{name.replace('-', '_')}.html"
    return page(request, template, here=name, pages=_open_to(person), **values)


def _open_to(person: Person) -> list[tuple[str, str, str]]:
    return [
        (name, title, question)
        for name, title, question, roles in _PAGES
        if not roles or roles & person.roles
    ]


def _verdicts(words: Words, found: UsageReport) -> Bars:
    weeks = {words.day_of_year(w.begins): (w.accepted, w.edited, w.rejected) for w in found.weeks}
    outcomes = [words.term(name, "outcome") for name in ("accepted", "edited", "rejected")]
    return stacked(words, words.gettext("Verdicts by week"), outcomes, weeks)


def _shown(words: Words, found: UsageReport) -> Bars:
    weeks = {words.day_of_year(week.begins): (week.shown,) for week in found.weeks}
    series = (words.gettext("answers shown"),)
    return stacked(words, words.gettext("Answers shown by week"), series, weeks)
