"""Who sends a request."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from assistant.bootstrap import Application
from assistant.domain.people import Person

COOKIE = "precedent_person"
HEADER = "X-Precedent-Person"


def current_application(request: Request) -> Application:
    """The wired application that serves this request."""
    application: Application = request.app.state.application
    return application


App = Annotated[Application, Depends(current_application)]


def person_or_none(request: Request) -> Person | None:
    """The person named by the header (programs) or the cookie (pages), if configured.

    This is the local mode: people are taken at their word, so the server listens on
    loopback only unless the operator says otherwise.
    """
    name = request.headers.get(HEADER) or request.cookies.get(COOKIE)
    if not name:
        return None
    return current_application(request).settings.person(name)


def current_person(request: Request) -> Person:
    """The signed-in person; 401 without one."""
    person = person_or_none(request)
    if person is None:
        people = current_application(request).settings.auth.people
        known = ", ".join(each.name for each in people)
        raise HTTPException(
            401, f"Nobody is signed in. Name a configured person in {HEADER}: {known}."
        )
    return person


CurrentPerson = Annotated[Person, Depends(current_person)]
