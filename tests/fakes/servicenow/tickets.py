"""Incidents as people write them: some eighty words, work notes and a resolution; seeded."""

import random
from datetime import UTC, datetime, timedelta

from tests.fakes.servicenow.instance import ServiceNow
from tests.fakes.servicenow.schema import JOURNAL_TABLE
from tests.fakes.servicenow.store import TIME_FORMAT

_SERVICES = ("Remote access VPN", "ERP finance", "Printing", "Mail", "Order entry", "File shares")
_FAULTS = (
    "does not start",
    "loses its connection",
    "is very slow",
    "refuses clients",
    "shows an error",
)
_SENTENCES = (
    "Since {time} users at {site} cannot reach {host}, other sites work as usual.",
    "The message on the screen is 'connection reset by peer (10054)' after about {n} seconds.",
    "It began after the maintenance of the weekend, before that nobody had seen it.",
    "Restarting the client did not help, neither did another network cable.",
    "Monitoring shows {n} percent CPU on {host} and a queue of {n} jobs that does not shrink.",
    "The caller can be reached at {phone} or {mail} until five in the afternoon.",
    "Event log of {host}: service terminated unexpectedly, exit code {n}, it did this {n} times.",
    "Ping to {ip} works with {n} ms, the port 443 does not answer from the branch office.",
    "About {n} people are affected, the month-end closing of the finance team is at risk.",
    "A similar case was {ticket}, where the certificate of the gateway had expired.",
    "There is no workaround at the moment; some colleagues use the web client instead.",
    "Version {n}.{n}.2 is installed, the rollout of the new build has reached half of the devices.",
    "Disk D: of {host} is {n} percent full, the log folder alone has {n} GB.",
    "The error comes with every login of the domain account, local accounts can sign in.",
    "We checked the firewall rules with the network team and found nothing that was changed.",
)
_NOTES = (
    "Called the user, problem confirmed on {host}. Asked for the log files of today.",
    "Collected traces on {host}, handed over to second level. Priority checked with the caller.",
    "Restarted the service on {host} at {time}; the queue is empty again, keep watching.",
    "Tested with the service account: curl -u svc_mon:{secret} https://{host}/health gives 503.",
    "Vendor case opened, they ask for a dump. The next window is at {time}.",
    "Compared the configuration of {host} with its twin: the time server was missing.",
)
_CLOSINGS = (
    "Root cause: the certificate of {host} had expired. Renewed it, restarted the gateway and "
    "added a reminder four weeks before the next date.",
    "The log folder had filled the disk. Removed files older than {n} days, set up rotation and "
    "an alert at 80 percent on {host}.",
    "A driver of the last update leaks memory. Rolled back on {n} devices, the vendor has been "
    "told and the update is held back until the next build.",
    "Wrong entry in the name service after the move of {host} to {ip}. Corrected, caches cleared.",
)


def add_tickets(
    instance: ServiceNow, count: int, seed: int = 1, hidden_share: float = 0.0, a_second: int = 3
) -> list[str]:
    """Add incidents of which about ``a_second`` share each update second; their sys_ids.

    The last one is updated now: as after a bulk change, when others go on working.
    """
    draw = random.Random(seed)
    first = datetime(2025, 1, 1, tzinfo=UTC)
    now = datetime.fromisoformat(instance.store.now())
    added = []
    for number in range(1, count + 1):
        opened = first + timedelta(minutes=number)
        fields = _ticket(draw, number, opened)
        fields["sys_updated_on"] = _text(now - timedelta(seconds=(count - number) // a_second))
        hidden = draw.random() < hidden_share
        added.append(instance.add("incident", fields, hidden=hidden))
        for entry in range(draw.choice((1, 1, 2))):
            _note(instance, draw, fields["sys_id"], opened + timedelta(minutes=20 * (entry + 1)))
    return added


def _ticket(draw: random.Random, number: int, opened: datetime) -> dict[str, str]:
    service, fault = draw.choice(_SERVICES), draw.choice(_FAULTS)
    return {
        "sys_id": f"{draw.getrandbits(128):032x}",
        "number": f"INC{number:07d}",
        "short_description": f"{service} {fault} ({_filled(draw, '{site}')})",
        "description": " ".join(_filled(draw, s) for s in draw.sample(_SENTENCES, 5)),
        "state": draw.choice(("6", "7")),
        "priority": draw.choice("1234"),
        "impact": draw.choice("123"),
        "urgency": draw.choice("123"),
        "category": draw.choice(("network", "software", "hardware")),
        "opened_at": _text(opened),
        "resolved_at": _text(opened + timedelta(hours=2)),
        "close_code": "Solution provided",
        "close_notes": _filled(draw, draw.choice(_CLOSINGS)),
        "sys_created_on": _text(opened),
        "sys_mod_count": str(draw.randrange(1, 20)),
    }


def _note(instance: ServiceNow, draw: random.Random, sys_id: str, at: datetime) -> None:
    entry = {
        "sys_id": f"{draw.getrandbits(128):032x}",
        "element": draw.choice(("work_notes", "work_notes", "comments")),
        "element_id": sys_id,
        "name": "incident",
        "value": _filled(draw, draw.choice(_NOTES)),
        "sys_created_on": _text(at),
        "sys_created_by": draw.choice(("mia.k", "jon.p", "ada.r")),
    }
    instance.add(JOURNAL_TABLE, entry)


def _filled(draw: random.Random, sentence: str) -> str:
    number = draw.randrange
    return sentence.format(
        time=f"{number(24):02d}:{number(60):02d}",
        site=draw.choice(("London", "Leeds", "Basel", "Graz", "Porto")),
        host=f"srv-{draw.choice(('app', 'db', 'fs', 'gw'))}-{number(400):03d}.corp.example",
        n=number(2, 98),
        ip=f"10.{number(256)}.{number(256)}.{number(1, 255)}",
        phone=f"+44 20 7946 {number(10_000):04d}",
        mail=f"user{number(5_000)}@corp.example",
        ticket=f"INC{number(1, 9_999_999):07d}",
        secret=f"{draw.getrandbits(64):016x}Aq!",
    )


def _text(moment: datetime) -> str:
    return moment.strftime(TIME_FORMAT)
