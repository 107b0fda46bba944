"""A record as stored, with the cited span marked."""

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from assistant.api.identity import App
from assistant.web.pages import SignedIn, page
from retrieval.records import Record

router = APIRouter()


class Piece(NamedTuple):
    """A stretch of text, marked or not."""

    text: str
    marked: bool


@router.get("/records/{record_id:path}", response_class=HTMLResponse)
def show(
    request: Request,
    record_id: str,
    app: App,
    person: SignedIn,
    revision: Annotated[int | None, Query(ge=1)] = None,
    start: Annotated[int, Query(ge=0)] = 0,
    end: Annotated[int, Query(ge=0)] = 0,
) -> HTMLResponse:
    """The text is shown as it is, never as HTML: evidence cannot act."""
    record = app.similar.readable(record_id, person.reader(), revision)
    return page(
        request,
        "record.html",
        record=record,
        pieces=list(_pieces(record, start, end)),
        source_url=record.url if record.url.startswith(("https://", "http://")) else "",
        facts=[
            (name.replace("_", " "), value)
            for name, value in record.fields.items()
            if isinstance(value, str | int | float) and 0 < len(str(value)) <= 80
        ],
    )


def _pieces(record: Record, start: int, end: int) -> Iterator[Piece]:
    if not 0 <= start < end <= len(record.text):
        yield Piece(record.text, False)
        return
    yield Piece(record.text[:start], False)
    yield Piece(record.text[start:end], True)
    yield Piece(record.text[end:], False)
