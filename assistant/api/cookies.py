"""Our cookies: how they are set, so that they go nowhere that they should not."""

from fastapi import Request
from starlette.responses import Response

from assistant.api.identity import COOKIE, current_application

_A_YEAR = 365 * 24 * 3600


def remember(request: Request, response: Response, secret: str) -> None:
    """Have the browser keep a session until it is closed."""
    response.headers.append("Set-Cookie", f"{COOKIE}={secret}; {_attributes(request)}")


def forget(request: Request, response: Response) -> None:
    """Have the browser drop it."""
    response.headers.append("Set-Cookie", f"{COOKIE}=; Max-Age=0; {_attributes(request)}")


def keep(request: Request, response: Response, name: str, value: str) -> None:
    """Have the browser keep a preference for a year. ``value`` is a plain word of ours."""
    attributes = f"Max-Age={_A_YEAR}; {_attributes(request)}"
    response.headers.append("Set-Cookie", f"{name}={value}; {attributes}")


def is_secure(request: Request) -> bool:
    """Whether cookies are for https only."""
    web = current_application(request).settings.web
    return web.secure_cookies or request.url.scheme == "https"


def _attributes(request: Request) -> str:
    """What keeps the cookie from scripts, from plain http and from other sites' requests.

    In a frame on another site's page only a cookie is sent that allows that; it is kept apart
    for each such site (``Partitioned``), and only https is trusted with it.
    """
    settings = current_application(request).settings
    common = "Path=/; HttpOnly"
    if is_secure(request):
        framed = bool(settings.web.frame_ancestors)
        site = "SameSite=None; Secure; Partitioned" if framed else "SameSite=Lax; Secure"
        return f"{common}; {site}"
    # Strict would lose whoever comes back from the identity provider.
    return f"{common}; SameSite={'Strict' if settings.auth.mode == 'local' else 'Lax'}"
