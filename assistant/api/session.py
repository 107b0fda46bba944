"""Sessions: exchange a token for one, see whose it is, end it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from assistant.api.cookies import forget, remember
from assistant.api.errors import PROBLEMS
from assistant.api.identity import COOKIE, App, CurrentPerson, bearer_of, caller_or_none
from assistant.api.limits import counted_sign_in
from assistant.domain.credentials import SecretKind
from assistant.domain.people import Person, Role
from assistant.schemas import Shape

router = APIRouter(tags=["session"], responses=PROBLEMS)

# The longest token that a provider puts all groups of a person into, and then some.
_LONGEST_TOKEN = 32_768


class TokenIn(Shape):
    """A token of the identity provider, or one that the system around the page has made.

    With ``cookie`` the session is kept by the browser instead, for pages in a frame.
    """

    token: Annotated[str, Field(min_length=1, max_length=_LONGEST_TOKEN)]
    cookie: bool = False


class PersonOut(Shape):
    """Somebody signed in, and what they may do."""

    name: str
    display_name: str
    roles: list[Role]
    groups: list[str]

    @classmethod
    def of(cls, person: Person) -> "PersonOut":
        """From the domain value."""
        return cls(
            name=person.name,
            display_name=person.display_name,
            roles=sorted(person.roles),
            groups=sorted(person.groups),
        )


class SessionOut(Shape):
    """A new session. ``token`` goes into ``Authorization: Bearer``; it is empty for a cookie.

    ``ticket`` is the one beside whose page the session is, where the other system said so.
    """

    token: str
    token_type: str = "Bearer"  # noqa: S105 — the name of a scheme, no secret
    expires_at: datetime
    person: PersonOut
    ticket: str


class CallerOut(Shape):
    """Whose session it is. ``form_token`` goes into ``X-CSRF-Token``; only cookies need it."""

    person: PersonOut
    form_token: str


@router.post(
    "/session/exchange", operation_id="exchange_token", dependencies=[Depends(counted_sign_in)]
)
def exchange_token(request: Request, given: TokenIn, app: App, response: Response) -> SessionOut:
    """A session of ten minutes for whom a token is about; a token of a host is taken once."""
    kind = SecretKind.COOKIE if given.cookie else SecretKind.BEARER
    opened, ticket = app.token_exchange.exchange(given.token, kind)
    if given.cookie:
        remember(request, response, opened.secret)
    response.headers["Cache-Control"] = "no-store"
    return SessionOut(
        token="" if given.cookie else opened.secret,
        expires_at=opened.session.expires_at,
        person=PersonOut.of(opened.session.person),
        ticket=ticket,
    )


@router.get("/session", operation_id="get_session")
def get_session(request: Request, person: CurrentPerson, response: Response) -> CallerOut:
    """Who is signed in here."""
    caller = caller_or_none(request)
    response.headers["Cache-Control"] = "no-store"
    return CallerOut(
        person=PersonOut.of(person), form_token="" if caller is None else caller.form_token
    )


@router.delete("/session", operation_id="end_session", status_code=204)
def end_session(request: Request, app: App, person: CurrentPerson, response: Response) -> None:
    """Sign out; keys and tokens of others are not ended by it."""
    for secret in (bearer_of(request), request.cookies.get(COOKIE)):
        if secret is not None and secret.startswith((SecretKind.BEARER, SecretKind.COOKIE)):
            app.sessions.close(secret)
    forget(request, response)
