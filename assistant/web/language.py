"""The language of a request: what the reader chose, else what the browser asks for, else English.

The choice is kept in a cookie of its own, under the same rules as the session's: it works in a
frame, and before anybody is signed in.
"""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from assistant.api.cookies import keep
from assistant.web.paths import own_path
from assistant.web.words import ENGLISH, WORDS, Words
from retrieval.errors import InvalidInput

router = APIRouter()

COOKIE = "precedent_language"
_QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*")


def words_of(request: Request) -> Words:
    """The words in which the request is answered."""
    chosen = WORDS.get(request.cookies.get(COOKIE, ""))
    return chosen or WORDS[preferred(request.headers.get("accept-language", ""))]


def preferred(accepted: str) -> str:
    """The language that an ``Accept-Language`` header likes best of ours; regions are left out."""
    asked: list[tuple[float, str]] = []
    for part in accepted.split(","):
        tag, _, rest = part.partition(";")
        quality = _QUALITY.fullmatch(rest)
        asked.append((float(quality[1]) if quality else 1.0, tag.strip().lower()))
    asked.sort(key=lambda one: -one[0])
    codes = (tag.split("-")[0] for quality, tag in asked if quality > 0)
    return next((code for code in codes if code in WORDS), ENGLISH)


@router.post("/language")
def choose(
    request: Request, language: Annotated[str, Form()], next: Annotated[str, Form()] = "/"
) -> RedirectResponse:
    """Keep a choice, and go back to where it was made."""
    if language not in WORDS:
        raise InvalidInput(f"There are no pages in {language!r}; choose one of {list(WORDS)}.")
    response = RedirectResponse(own_path(next), 303)
    keep(request, response, COOKIE, language)
    return response
