"""Many incidents, the same ones for the same seed."""

import random
from datetime import UTC, datetime, timedelta

from tests.fakes.servicenow.instance import ServiceNow
from tests.fakes.servicenow.store import TIME_FORMAT

_SERVICES = ("Remote access VPN", "ERP finance", "Printing", "Mail", "Order entry")
_FAULTS = ("certificate expired", "disk full", "refuses clients", "answers slowly", "stands still")
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def add_incidents(
    instance: ServiceNow, count: int, seed: int = 1, hidden_share: float = 0.0, a_second: int = 3
) -> list[str]:
    """Add incidents of which about ``a_second`` share each update second; their sys_ids."""
    draw = random.Random(seed)
    cis = [
        instance.add("cmdb_ci", {"sys_id": f"{place:032x}", "name": f"{name.lower()}-gw-{place}"})
        for place, name in enumerate(_SERVICES, start=1)
    ]
    return [
        instance.add("incident", _incident(draw, number, a_second, cis), hidden=hidden)
        for number, hidden in ((n, draw.random() < hidden_share) for n in range(1, count + 1))
    ]


def _incident(draw: random.Random, number: int, a_second: int, cis: list[str]) -> dict[str, str]:
    place = draw.randrange(len(_SERVICES))
    fault = draw.choice(_FAULTS)
    opened = _FIRST + timedelta(minutes=number)
    updated = _FIRST + timedelta(days=60, seconds=number // a_second)
    return {
        "sys_id": f"{draw.getrandbits(128):032x}",
        "number": f"INC{number:07d}",
        "short_description": f"{_SERVICES[place]} {fault}",
        "description": f"Since {opened:%H:%M} {_SERVICES[place]} {fault}. Case {number}.",
        "state": draw.choice(("6", "7")),
        "priority": draw.choice("1234"),
        "category": "network",
        "cmdb_ci": cis[place],
        "business_service": cis[place],
        "opened_at": opened.strftime(TIME_FORMAT),
        "resolved_at": (opened + timedelta(hours=2)).strftime(TIME_FORMAT),
        "close_notes": f"Root cause: {fault}. Repaired and checked, case {number}.",
        "sys_created_on": opened.strftime(TIME_FORMAT),
        "sys_updated_on": updated.strftime(TIME_FORMAT),
        "sys_mod_count": str(draw.randrange(1, 20)),
    }
