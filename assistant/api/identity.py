"""Who sends a request, and how that is known."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request

from assistant.bootstrap import Application
from assistant.domain.credentials import SecretKind, Session, form_token_of
from assistant.domain.people import Person
from assistant.tokens.checking import refused
from retrieval.errors import NotSignedIn

COOKIE = "precedent_session"
HEADER = "X-Precedent-Person"
_BEARER = "bearer"
_LOCAL = "local"


class Way(StrEnum):
    """How a request shows who sent it."""

    COOKIE = "cookie"
    """By what a browser sends by itself, also when another page makes it: forms need a token."""
    BEARER = "bearer"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request. ``form_token`` is what forms of the session must carry."""

    person: Person
    way: Way
    form_token: str = ""


def current_application(request: Request) -> Application:
    """The wired application that serves this request."""
    application: Application = request.app.state.application
    return application


App = Annotated[Application, Depends(current_application)]


def identify(request: Request) -> Caller | None:
    """Who sends a request; ``None`` when it does not say.

    Looked for in this order: ``Authorization: Bearer`` with a key, a session of a page or a
    token of the identity provider; in local mode the header with a name; the session cookie.
    A bearer that is not valid raises ``NotSignedIn`` and nothing else is looked at; a cookie
    that is not valid is as good as none.
    """
    app = current_application(request)
    secret = bearer_of(request)
    if secret is not None:
        return Caller(_person_of_bearer(app, secret), Way.BEARER)
    name = request.headers.get(HEADER)
    if name and app.settings.auth.mode == _LOCAL:
        person = app.settings.person(name)
        return None if person is None else Caller(person, Way.HEADER)
    cookie = request.cookies.get(COOKIE, "")
    session = app.sessions.find(cookie, SecretKind.COOKIE) if cookie else None
    person = None if session is None else _present(app, session)
    return None if person is None else Caller(person, Way.COOKIE, form_token_of(cookie))


def bearer_of(request: Request) -> str | None:
    """What a request sends as bearer; other schemes are of a proxy before us."""
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == _BEARER else None


def _person_of_bearer(app: Application, secret: str) -> Person:
    if secret.startswith(SecretKind.KEY):
        person = app.keys.person_of(secret)
        if person is None:
            raise refused("the key is not known, ended or was revoked")
        return person
    if secret.startswith(SecretKind.BEARER):
        session = app.sessions.find(secret, SecretKind.BEARER)
        person = None if session is None else _present(app, session)
        if person is None:
            raise refused("the session has ended")
        return person
    if app.single_sign_on is None:
        raise refused("tokens are not taken in this mode")
    return app.single_sign_on.person_of(secret)


def _present(app: Application, session: Session) -> Person | None:
    """Whom a session belongs to: in local mode as the settings have them now."""
    if session.source == _LOCAL:
        return app.settings.person(session.person.name)
    return session.person


def caller_or_none(request: Request) -> Caller | None:
    """Who was found to send this request, before anything else was done with it."""
    found: Caller | None = getattr(request.state, "caller", None)
    return found


def person_or_none(request: Request) -> Person | None:
    """The signed-in person, if there is one."""
    caller = caller_or_none(request)
    return None if caller is None else caller.person


def current_person(request: Request) -> Person:
    """The signed-in person; ``NotSignedIn`` without one."""
    person = person_or_none(request)
    if person is not None:
        return person
    auth = current_application(request).settings.auth
    if auth.mode == _LOCAL:
        known = ", ".join(each.name for each in auth.people)
        raise NotSignedIn(f"Nobody is signed in. Name a configured person in {HEADER}: {known}.")
    raise NotSignedIn(
        "Nobody is signed in. Send a key or a token in 'Authorization: Bearer …', "
        "or sign in at /sign-in."
    )


CurrentPerson = Annotated[Person, Depends(current_person)]
