"""Signing in: choose who you are on one trusted machine, or go to the identity provider."""

from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from assistant.api.cookies import forget, is_secure, remember
from assistant.api.identity import COOKIE, App
from assistant.api.limits import counted_sign_in
from assistant.bootstrap import Application
from assistant.domain.attempt import Attempt
from assistant.domain.credentials import SecretKind
from assistant.domain.people import Person
from assistant.services.identity.single_sign_on import SingleSignOn
from assistant.web.pages import page
from assistant.web.paths import own_path
from retrieval.errors import InvalidInput, NotFound

router = APIRouter()

ATTEMPT = "precedent_sign_in"
"""The cookie of a sign-in under way: the attempt's secret and where to go afterwards."""
_CALLBACK = "/sign-in/callback"
# Long enough for a second factor.
_ATTEMPT_SECONDS = 600
counted = [Depends(counted_sign_in)]


@router.get("/sign-in", response_class=HTMLResponse)
def ask(request: Request, app: App, next: str = "/") -> HTMLResponse:
    """Show the configured people, or the way to the identity provider."""
    provider = app.single_sign_on
    return page(
        request,
        "sign_in.html",
        people=app.settings.auth.people if provider is None else (),
        provider="" if provider is None else provider.label,
        next=own_path(next),
    )


@router.post("/sign-in", dependencies=counted)
def sign_in(
    request: Request, app: App, name: Annotated[str, Form()], next: Annotated[str, Form()] = "/"
) -> RedirectResponse:
    """Take somebody at their word; only in local mode."""
    person = app.settings.person(name) if app.single_sign_on is None else None
    if person is None:
        raise NotFound(f"There is no person {name!r}.")
    response = RedirectResponse(own_path(next), 303)
    _open(request, response, app, person, app.settings.auth.mode)
    return response


@router.get("/sign-in/provider", dependencies=counted)
def to_provider(request: Request, app: App, next: str = "/") -> RedirectResponse:
    """Begin an attempt and go to the identity provider."""
    attempt = Attempt.begun()
    address = _provider(app).sign_in_url(attempt, _callback(request, app))
    response = RedirectResponse(address, 303)
    # Lax: it must come along when the provider sends the browser back.
    response.set_cookie(
        ATTEMPT,
        # Percent-encoded: a cookie holds no other letters than ASCII.
        f"{attempt.secret}{quote(own_path(next))}",
        max_age=_ATTEMPT_SECONDS,
        path="/sign-in",
        httponly=True,
        secure=is_secure(request),
        samesite="lax",
    )
    return response


@router.get(_CALLBACK, dependencies=counted)
def come_back(
    request: Request, app: App, code: str = "", state: str = "", error: str = ""
) -> RedirectResponse:
    """Finish the attempt that this browser began."""
    secret, slash, rest = request.cookies.get(ATTEMPT, "").partition("/")
    attempt = Attempt(secret)
    if not secret or not attempt.fits(state):
        raise InvalidInput(
            "This sign-in was not begun in this browser, or took too long. Begin again at /sign-in."
        )
    if error or not code:
        raise InvalidInput("The identity provider did not sign you in. Begin again at /sign-in.")
    person = _provider(app).finished(attempt, code, _callback(request, app))
    response = RedirectResponse(own_path(unquote(slash + rest)), 303)
    response.delete_cookie(ATTEMPT, path="/sign-in")
    _open(request, response, app, person, SingleSignOn.source)
    return response


@router.post("/sign-out")
def sign_out(request: Request, app: App) -> RedirectResponse:
    """End the session, here and for whoever else may have its cookie."""
    response = RedirectResponse("/sign-in", 303)
    app.sessions.close(request.cookies.get(COOKIE, ""))
    forget(request, response)
    return response


def _open(
    request: Request, response: Response, app: Application, person: Person, source: str
) -> None:
    """A new session, never one that was known before; the former one ends."""
    app.sessions.close(request.cookies.get(COOKIE, ""))
    remember(request, response, app.sessions.open(person, source, SecretKind.COOKIE).secret)


def _provider(app: Application) -> SingleSignOn:
    if app.single_sign_on is None:
        raise NotFound("No identity provider is configured; sign in at /sign-in.")
    return app.single_sign_on


def _callback(request: Request, app: Application) -> str:
    base = app.settings.web.public_url or str(request.base_url)
    return base.rstrip("/") + _CALLBACK
