"""Waits for a model no longer than allowed, and hangs up afterwards."""

import asyncio
from collections.abc import Coroutine
from functools import cache
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``; raises ``TimeoutError`` when the time is over.

    The work is cancelled then, which closes its connection: a server of one's own stops
    computing what nobody waits for. A timeout of the HTTP client alone would not do, it
    begins anew with every byte that arrives.
    """
    limited = asyncio.wait_for(work, seconds)
    return asyncio.run_coroutine_threadsafe(limited, _loop()).result()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One loop for the process: clients keep connections, which belong to their loop."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="chat models", daemon=True).start()
    return loop
