"""A service on the demo corpus in which something of everything has happened."""

import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from sqlalchemy import update

from assistant.bootstrap import Application
from assistant.db import audit
from assistant.db.feedback import GIVEN
from assistant.db.tables import proposals
from assistant.services.suggestions import SHOWN
from assistant.settings import Settings
from ingest.pipeline import IngestOptions
from retrieval.errors import ServiceUnavailable
from tests.conftest import PROJECT
from tests.installation import pool_in

DEMO = PROJECT / "evals" / "demo"
SOURCES = {
    "demo-incidents": "incidents.csv",
    "demo-rcas": "rcas",
    "demo-runbooks": "runbooks",
    "demo-changes": "changes.jsonl",
    "demo-open": "open_incidents.jsonl",
}
PEOPLE = [
    {"name": "ana", "display_name": "Ana Analyst", "roles": ["analyst"]},
    {"name": "ruth", "display_name": "Ruth Author", "roles": ["analyst", "author"]},
    {"name": "paul", "display_name": "Paul Approver", "roles": ["analyst", "author", "approver"]},
    {"name": "eva", "display_name": "Eva Evaluator", "roles": ["evaluator"]},
    {"name": "ada", "display_name": "Ada Admin", "roles": ["admin", "evaluator"]},
]
# Nothing listens there: the state of a connection that fails.
_NOBODY = "http://127.0.0.1:9"
_STUCK = {
    "conflict": "INC0010137 changed after it was approved.",
    "ambiguous": "It is not known whether it was written, and it was tried twice.",
    "failed": "The target refused it: the field is read-only for this account (403).",
}


class Made(NamedTuple):
    """What there is to look at: ids by name."""

    draft: str
    etag: str
    proposals: dict[str, str]


def opened(folder: Path, *, empty: bool) -> Application:
    """An installation with the demo corpus, or with nothing in it."""
    connections: dict[str, Any] = {
        "servicenow": {"kind": "servicenow", "base_url": _NOBODY, "every_minutes": 15},
        "jira": {"kind": "jira", "base_url": _NOBODY, "enabled": False},
    }
    limits = {"requests_per_minute": 0, "anonymous_requests_per_minute": 0}
    app = Application(
        Settings(
            data_dir=folder,
            log_level="error",
            web={"embedded_worker": False, **limits},
            auth={"people": PEOPLE},
            connections={} if empty else connections,
        )
    )
    if not empty:
        for source, name in SOURCES.items():
            options = IngestOptions(source=source, groups=frozenset({"everyone"}))
            app.pipeline.take_in(DEMO / name, options)
        app.pipeline.index()
        with suppress(ServiceUnavailable):
            app.syncing.read("servicenow", app.syncing.streams("servicenow")[0])
    return app


def filled_by(app: Application, address: str) -> Made:
    """Drafts, proposals in every state, verdicts of some weeks, runs, and a pool to judge."""
    incidents = [row.id for row in app.store.iter_current() if row.source == "demo-open"]
    with httpx2.Client(base_url=f"{address}/api/v1", timeout=60) as client:
        drafts = [_drafted(client, record) for record in incidents[:5]]
        first = drafts[0]
        sections = {"Impact": [{"text": "About 40 people in Rotterdam could not work."}]}
        headers = {"If-Match": first["etag"]}
        first = _sent(client, "PUT", f"/drafts/{first['id']}", {"sections": sections}, headers)
        _sent(
            client,
            "POST",
            f"/drafts/{first['id']}/comments",
            {"text": "How many of the forty were on site?"},
        )
        names = (*_STUCK, "delivered")
        made = {name: _proposed(client, one) for name, one in zip(names, drafts[1:], strict=True)}
        made["waiting"] = _proposed(client, first)
        _decide(client, made["delivered"])
    app.worker.run_once()
    with app.database.write() as connection:
        for state, reason in _STUCK.items():
            this = proposals.c.id == made[state]
            connection.execute(update(proposals).where(this).values(state=state, reason=reason))
    _used_for_weeks(app, incidents)
    _evaluated(app.settings.data_dir / "eval")
    record = incidents[0]
    pool_in(app, (record, "VPN gateway refuses clients"), candidates=("INC0010001", "INC0010002"))
    return Made(first["id"], first["etag"], made)


def _drafted(client: httpx2.Client, record: str) -> dict[str, Any]:
    return _sent(client, "POST", "/drafts", {"record_id": record})


def _proposed(client: httpx2.Client, draft: dict[str, Any]) -> str:
    body = {"override_reason": "It is early; the gaps are listed as questions."}
    headers = {"If-Match": draft["etag"]}
    return str(_sent(client, "POST", f"/drafts/{draft['id']}/submit", body, headers)["id"])


def _decide(client: httpx2.Client, proposal: str) -> None:
    paul = {"X-Precedent-Person": "paul"}
    seen = client.get(f"/proposals/{proposal}", headers=paul).json()["proposal"]
    body = {"decision": "approve", "sha256": seen["sha256"]}
    client.post(f"/proposals/{proposal}/decision", json=body, headers=paul).raise_for_status()


def _ruth() -> dict[str, str]:
    return {"X-Precedent-Person": "ruth"}


def _sent(
    client: httpx2.Client,
    method: str,
    path: str,
    body: dict[str, Any],
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    answer = client.request(method, path, json=body, headers={**_ruth(), **(headers or {})})
    if answer.is_error:
        raise RuntimeError(f"{method} {path}: {answer.text}")
    told: dict[str, Any] = answer.json()
    return told


def _used_for_weeks(app: Application, incidents: list[str]) -> None:
    """Events as the sidebar would have left them; the numbers only have to look like life."""
    verdicts = ("accepted", "useful", "edited", "rejected", "not-useful")
    kinds = ("hypothesis", "field", "action")
    now = app.clock()
    with app.database.write() as connection:
        for week in range(11, -1, -1):
            begin = now - timedelta(weeks=week, minutes=30)
            for number in range(6 + (12 - week) * 2 + week % 3 * 4):
                subject = incidents[number % len(incidents)]
                at = begin + timedelta(seconds=number * 40)
                unanswered = number % 7 == 0
                audit.append(connection, at, "ana", SHOWN, subject, {"abstained": unanswered})
                if number % 2:
                    given = {
                        "kind": kinds[number % 3],
                        "suggestion": "s",
                        "verdict": verdicts[(number * 3 + week) % 5],
                    }
                    audit.append(connection, at, "ana", GIVEN, subject, given)


def _evaluated(folder: Path) -> None:
    """Runs of three evenings by two systems."""
    folder.mkdir(parents=True, exist_ok=True)
    for system, level in (("precedent", 0.62), ("bm25", 0.48)):
        for evening in range(3):
            mean = level + 0.03 * evening
            metrics = {
                name: {"mean": mean + more, "lo": mean + more - 0.06, "hi": mean + more + 0.05}
                for name, more in (("nDCG@10", 0.0), ("Recall@5", 0.1), ("MRR", 0.05))
            }
            run = {
                "format": "precedent-eval-run/1",
                "task": "retrieval",
                "dataset": "demo",
                "system": system,
                "n": 40,
                "metrics": metrics,
                "commit": f"{evening}f3a9c1d7e",
                "finished_at": f"2026-10-{5 + 7 * evening:02}T21:00:00+00:00",
            }
            (folder / f"{system}-{evening}.json").write_text(json.dumps(run), encoding="utf-8")
