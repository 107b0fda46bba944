"""Keeps other pages from acting in the name of whoever is signed in here.

A browser sends the session cookie along with whatever a page makes it send. So a request that
is known by its cookie and changes something must show that one of our own pages sent it.
"""

import secrets
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import UploadFile

from assistant.api.identity import Caller, Way
from retrieval.errors import NotAllowed

FORM_FIELD = "form_token"
TOKEN_HEADER = "X-CSRF-Token"  # noqa: S105 — the name of a header
_API = "/api/"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITE = frozenset({"same-origin", "none"})


def is_cross_site(request: Request) -> bool:
    """True for a changing request that a browser sent on behalf of another origin.

    Browsers say so in ``Sec-Fetch-Site``, older ones in ``Origin``; programs send
    neither and carry no cookie that could be abused.
    """
    if request.method in _SAFE:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in _OWN_SITE
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


async def require_own_page(request: Request, caller: Caller | None) -> None:
    """Raise ``NotAllowed`` for a changing request by cookie that does not show its page.

    A form carries the token of its session in a field, a script in a header; a script's request
    to the API is enough by itself where the browser says that it is of the same origin.
    """
    if caller is None or caller.way is not Way.COOKIE or request.method in _SAFE:
        return
    sent: str | UploadFile | None = request.headers.get(TOKEN_HEADER)
    if sent is None and request.url.path.startswith(_API):
        if request.headers.get("sec-fetch-site") == "same-origin":
            return
    elif sent is None:
        # Read whole first: whoever handles the request reads it again.
        await request.body()
        async with request.form() as form:
            sent = form.get(FORM_FIELD)
    if not isinstance(sent, str) or not secrets.compare_digest(
        sent.encode(), caller.form_token.encode()
    ):
        raise NotAllowed(
            "This page is out of date, or is not one of ours; nothing was changed. "
            "Go back, load it again and repeat what you did."
        )
