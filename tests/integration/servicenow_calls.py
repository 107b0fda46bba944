"""An instance of ServiceNow with four incidents, and what a client asks of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import httpx2

from tests.fakes.servicenow import ServiceNow, running

CI = "c1" * 16
A, B, C, D, E = (letter * 32 for letter in "abcde")
READER = {"x-sn-apikey": "reader-key"}
WRITER = ("writer", "writer-password")


@cache
def http() -> httpx2.Client:
    """One client for all tests: making one takes longer than a request."""
    return httpx2.Client()


@contextmanager
def four_incidents() -> Iterator[ServiceNow]:
    """An instance with four open incidents of one gateway."""
    with running() as made:
        made.add("cmdb_ci", {"sys_id": CI, "name": "vpn-gw-lon-1"})
        for place, sys_id in enumerate((A, B, C, D), start=1):
            made.add(
                "incident",
                {
                    "sys_id": sys_id,
                    "number": f"INC000000{place}",
                    "short_description": f"VPN drops {place}",
                    "state": "2",
                    "priority": str(place),
                    "cmdb_ci": CI,
                    "opened_at": "2026-03-02 09:11:12",
                    "sys_updated_on": f"2026-03-02 13:00:0{place}",
                    "sys_mod_count": "7",
                },
            )
        yield made


def table(instance: ServiceNow, name: str = "incident", **params: str) -> httpx2.Response:
    named = {f"sysparm_{key}": value for key, value in params.items()}
    return http().get(f"{instance.url}/api/now/table/{name}", params=named, headers=READER)


def rows(instance: ServiceNow, name: str = "incident", **params: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table(instance, name, **params).json()["result"]
    return found


def found(instance: ServiceNow, query: str) -> list[str]:
    return [row["sys_id"][0] for row in rows(instance, query=query)]


def patch(
    instance: ServiceNow, sys_id: str, body: dict[str, str], name: str = "incident", **params: str
) -> httpx2.Response:
    return http().patch(
        f"{instance.url}/api/now/table/{name}/{sys_id}",
        json=body,
        auth=WRITER,
        params={f"sysparm_{key}": value for key, value in params.items()},
    )
