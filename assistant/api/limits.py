"""How often one caller may ask. Counted in this process: several allow as many times more."""

import ipaddress
import time
from collections.abc import Callable

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from assistant.api.identity import Caller
from assistant.settings import WebSettings
from retrieval.errors import TooMany

# One household or server gets this much of IPv6; it can change the rest at will.
_IPV6_NETWORK = 64


class RequestLimits:
    """Counts the requests of the last minute, by person or program, else by address.

    Raises ``TooMany`` with the time after which one more is taken.
    """

    def __init__(self, web: WebSettings, clock: Callable[[], float] = time.time) -> None:
        self._web = web
        self._clock = clock
        self._window = MovingWindowRateLimiter(MemoryStorage())

    def request(self, request: Request, caller: Caller | None) -> None:
        """One more request."""
        if caller is not None:
            self._count("person", caller.person.name, self._web.requests_per_minute)
        else:
            most = self._web.anonymous_requests_per_minute
            self._count("address", address_of(request), most)

    def webhook(self, request: Request) -> None:
        """One more event of another system."""
        self._count("webhook", address_of(request), self._web.webhooks_per_minute)

    def sign_in(self, request: Request) -> None:
        """One more attempt to sign in, or one more refused key or token."""
        self._count("sign-in", address_of(request), self._web.sign_ins_per_minute)

    def _count(self, kind: str, who: str, most: int) -> None:
        if not most:
            return
        limit = RateLimitItemPerMinute(most)
        if self._window.hit(limit, kind, who):
            return
        resets = self._window.get_window_stats(limit, kind, who).reset_time
        wait = max(resets - self._clock(), 1.0)
        raise TooMany(
            f"More than {most:,} requests in a minute. Try again in {wait:.0f} seconds.", wait
        )


def address_of(request: Request) -> str:
    """Where a request comes from; of IPv6 the network that one caller has."""
    host = "" if request.client is None else request.client.host
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host or "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _IPV6_NETWORK), strict=False))
    return str(address)


def counted_sign_in(request: Request) -> None:
    """What every route counts by which somebody signs in."""
    limits: RequestLimits = request.app.state.limits
    limits.sign_in(request)
