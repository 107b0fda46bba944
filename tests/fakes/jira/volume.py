"""Many issues, the same ones for the same seed."""

import random
from datetime import UTC, datetime, timedelta

from tests.fakes.jira.site import Jira

_SERVICES = ("Remote access VPN", "ERP finance", "Printing", "Mail", "Order entry")
_FAULTS = ("certificate expired", "disk full", "refuses clients", "answers slowly", "stands still")
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def add_issues(site: Jira, count: int, seed: int = 1, a_minute: int = 90) -> list[str]:
    """Add incidents of which about ``a_minute`` share each update minute; their keys.

    A minute is what JQL can tell apart.
    """
    draw = random.Random(seed)
    keys = []
    for number in range(1, count + 1):
        service, fault = draw.choice(_SERVICES), draw.choice(_FAULTS)
        opened = _FIRST + timedelta(minutes=number)
        fields = {
            "summary": f"{service} {fault}",
            "description": f"Since {opened:%H:%M} {service} {fault}.\n\nCase {number}.",
            "issuetype": "[System] Incident",
            "status": draw.choice(("Completed", "Closed", "Work in progress")),
            "priority": draw.choice(("Highest", "High", "Medium", "Low")),
            "created": opened,
            "updated": _FIRST + timedelta(days=60, seconds=number * 60 / a_minute),
        }
        site.add(f"ITSM-{number}", fields)
        keys.append(f"ITSM-{number}")
    return keys
