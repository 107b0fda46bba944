"""A wired installation in a temporary folder, for tests that need the whole service."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant.bootstrap import Application
from assistant.domain.judgements import Candidate, Pool, PooledQuery
from assistant.settings import Settings
from ingest.pipeline import IngestOptions, IngestSummary

TICKETS = """\
Number,Short description,Description,Opened,Resolved,State,Business service,Close notes,Work notes
INC0001,VPN certificate expired,"Nobody can connect to vpn-gw-1. Error: certificate has expired.",\
2025-01-14 06:10:00,2025-01-14 08:00:00,Closed,Remote access VPN,"Root cause: the renewal job \
skipped gateways. Renewed the certificate on vpn-gw-1.","2025-01-14 07:00:00 - mia.k (Work notes)
Checked the certificate with openssl s_client."
INC0002,Printer jam in Leeds,"Label printer prt-lds-1 prints blank pages.",2025-02-01 09:00:00,\
2025-02-01 10:00:00,Closed,Printing,"Replaced the ribbon.",
INC0003,ERP stands still,"ORA-00257 archiver error on erp-db-01. Login password=Hunter2! fails.",\
2025-01-31 18:00:00,2025-01-31 20:00:00,Closed,ERP finance,"The archive log destination was full \
because the backup window was moved. Freed space.",
INC0009,VPN refuses clients,"Since 06:00 clients get a certificate error on vpn-gw-2.",\
2026-01-13 06:05:00,,New,Remote access VPN,,
"""

RUNBOOK = """\
---
id: KB-001
kind: runbook
title: Renew the certificate of a VPN gateway
service: Remote access VPN
last_reviewed: 2025-03-01
---
## Checks
1. Check the expiry date with `openssl s_client -connect vpn-gw-1:443`.

## Steps
1. Request a certificate and install it on the gateway.
"""


def application(folder: Path, **overrides: Any) -> Application:
    """An empty installation as it comes, but for the overrides."""
    return Application(Settings(data_dir=folder / "var", **overrides))


def take_in(app: Application, path: Path, **options: Any) -> IngestSummary:
    """Ingest a path as the source ``tickets`` unless told otherwise, and index it."""
    chosen = {"source": "tickets", "groups": frozenset({"everyone"}), **options}
    summary = app.pipeline.take_in(path, IngestOptions(**chosen))
    app.pipeline.index()
    return summary


def filled(folder: Path, **overrides: Any) -> Application:
    """An installation with four tickets and a runbook."""
    app = application(folder, **overrides)
    (folder / "tickets.csv").write_text(TICKETS, encoding="utf-8")
    runbooks = folder / "runbooks"
    runbooks.mkdir(exist_ok=True)
    (runbooks / "vpn.md").write_text(RUNBOOK, encoding="utf-8")
    take_in(app, folder / "tickets.csv")
    take_in(app, runbooks, source="runbooks")
    return app


def pool_in(app: Application, *queries: tuple[str, str], candidates: tuple[str, ...]) -> None:
    """A pool called ``own``, of (incident, text) each with the same records to judge."""
    now = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    pool = Pool(
        name="own", systems=("bm25",), depth=5, seed=1, created_by="operator", created_at=now
    )
    found = tuple(Candidate(record_id=name, revision=1) for name in candidates)
    asked = [
        PooledQuery(
            number=number, query_id=f"q{number}", text=text, record_id=record, candidates=found
        )
        for number, (record, text) in enumerate(queries, start=1)
    ]
    app.judging.put(pool, asked)
