"""Pages about the whole: what is missing, what recurs, what is used, how good it is."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from assistant.api.identity import App
from assistant.domain.people import Person, Role
from assistant.services.insights.usage import UsageReport
from assistant.web.charts import Bars, over_time, stacked
from assistant.web.pages import SignedIn, page

router = APIRouter(prefix="/insights")

_MEASURED = frozenset({Role.EVALUATOR, Role.ADMIN})
# Address, title, and what question it answers; then the roles that open it, none for everybody.
_PAGES: tuple[tuple[str, str, str, frozenset[Role]], ...] = (
    ("recurring", "Recurring incidents", "What should become a problem?", frozenset()),
    ("knowledge-gaps", "Knowledge gaps", "What is written down nowhere, or long ago?", frozenset()),
    ("corpus-hygiene", "Corpus hygiene", "What do closed incidents not tell?", frozenset()),
    ("usage", "Acceptance and usage", "Are suggestions used?", _MEASURED),
    ("quality", "Quality over time", "How good are the answers?", _MEASURED),
    ("connectors", "Connector health", "Does everything arrive?", frozenset({Role.ADMIN})),
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
    ages = {band.label: (band.guides,) for band in found.ages}
    chart = stacked("Runbooks and articles by age", ("runbooks and articles",), ages)
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
    charts = (_verdicts(found), _shown(found))
    return _insight(request, person, "usage", found=found, charts=charts)


@router.get("/quality", response_class=HTMLResponse)
def quality(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """Metrics of evaluation runs."""
    found = app.insights.quality(person)
    charts = [over_time(series) for series in found.series]
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


def _verdicts(found: UsageReport) -> Bars:
    weeks = {f"{w.begins:%d %b}": (w.accepted, w.edited, w.rejected) for w in found.weeks}
    return stacked("Verdicts by week", ("accepted", "edited", "rejected"), weeks)


def _shown(found: UsageReport) -> Bars:
    weeks = {f"{week.begins:%d %b}": (week.shown,) for week in found.weeks}
    return stacked("Answers shown by week", ("answers shown",), weeks)
