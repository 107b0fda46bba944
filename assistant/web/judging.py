"""Pages on which evaluators judge pooled answers, one query a page."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.api.identity import App
from assistant.api.judging import Number, PoolName
from assistant.domain.judgements import Grade
from assistant.web.pages import SignedIn, page
from retrieval.errors import InvalidInput
from retrieval.records import Record

router = APIRouter(prefix="/judging")

_FIELD = "grade:"
# What most people need to see of a record before they know; the rest is one key away.
_EXCERPT_CHARS = 600


# Headings of stored texts, which are Markdown; and what stands between paragraphs.
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*$", re.MULTILINE)
_GAP = re.compile(r"\n\s*\n")


def plain(record: Record) -> str:
    """The text as it is read fastest: headings as labels, no gaps, the title not twice."""
    text = _HEADING.sub(lambda found: f"{found[1]}:", record.text)
    return _GAP.sub("\n", text).removeprefix(f"{record.title}:").strip()


async def _grades(request: Request) -> dict[str, Grade]:
    """The radio buttons that were chosen: one group a candidate, named by its record."""
    async with request.form() as form:
        chosen = [(name, value) for name, value in form.items() if name.startswith(_FIELD)]
    try:
        return {name.removeprefix(_FIELD): Grade(int(str(value))) for name, value in chosen}
    except ValueError as exc:
        raise InvalidInput("A grade is 0, 1 or 2. Load the page again.") from exc


Chosen = Annotated[dict[str, Grade], Depends(_grades)]


@router.get("", response_class=HTMLResponse)
def pools(request: Request, app: App, person: SignedIn) -> HTMLResponse:
    """What there is to judge."""
    return page(request, "judging.html", pools=app.judging.pools(person))


@router.get("/{pool}", response_class=HTMLResponse)
def queries(request: Request, pool: PoolName, app: App, person: SignedIn) -> HTMLResponse:
    """The queries of a pool, what was judged marked."""
    listed = app.judging.queries(person, pool)
    return page(request, "judging_pool.html", pool=pool, queries=listed)


@router.get("/{pool}/{number}", response_class=HTMLResponse)
def query(
    request: Request, pool: PoolName, number: Number, app: App, person: SignedIn
) -> HTMLResponse:
    """One query with its candidates."""
    asked = app.judging.query(person, pool, number)
    return page(
        request,
        "judging_query.html",
        asked=asked,
        texts={record.id: plain(record) for record in asked.records},
        excerpt=_EXCERPT_CHARS,
        field=_FIELD,
        grades=(Grade.SAME_PROBLEM, Grade.RELATED, Grade.NOT_RELEVANT),
    )


@router.post("/{pool}/{number}")
def judge(
    pool: PoolName, number: Number, app: App, person: SignedIn, grades: Chosen
) -> RedirectResponse:
    """Keep the grades, and go on to the next query that was not judged."""
    asked = app.judging.judge(person, pool, number, grades)
    following = "" if asked.following is None else f"/{asked.following}"
    return RedirectResponse(f"/judging/{pool}{following}", 303)
