"""Local sign-in: choose who you are. For one trusted machine."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.api.identity import COOKIE, App
from assistant.web.pages import page
from retrieval.errors import NotFound

router = APIRouter()


@router.get("/sign-in", response_class=HTMLResponse)
def ask(request: Request, app: App, next: str = "/") -> HTMLResponse:
    """Show the configured people."""
    return page(request, "sign_in.html", people=app.settings.auth.people, next=_own_path(next))


@router.post("/sign-in")
def sign_in(
    app: App, name: Annotated[str, Form()], next: Annotated[str, Form()] = "/"
) -> RedirectResponse:
    """Remember the choice in a cookie that no script can read."""
    if app.settings.person(name) is None:
        raise NotFound(f"There is no person {name!r}.")
    response = RedirectResponse(_own_path(next), 303)
    response.set_cookie(COOKIE, name, httponly=True, samesite="strict", path="/")
    return response


@router.post("/sign-out")
def sign_out() -> RedirectResponse:
    """Forget the choice."""
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


def _own_path(path: str) -> str:
    """A path of ours, never another site's address."""
    own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if own else "/"
