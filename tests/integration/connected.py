"""An installation that is connected to a fake system, and what it then has."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from assistant.bootstrap import Application
from assistant.settings import Settings
from ingest.connections import ApiKeyAuth, BasicAuth, Connection
from ingest.syncing.running import SyncReport, Wishes
from retrieval.corpus import tables
from retrieval.records import Record
from tests.fakes.jira import Jira
from tests.fakes.servicenow import ServiceNow

_KEY = ApiKeyAuth(header="x-sn-apikey", key="reader-key")


def servicenow(instance: ServiceNow, **overrides: Any) -> Connection:
    """A connection to an instance, as its reader."""
    given = {"kind": "servicenow", "base_url": instance.url, "read": _KEY, **overrides}
    return Connection(name="sn", **given)


def jira(site: Jira, **overrides: Any) -> Connection:
    """A connection to a site, as its reader."""
    who = site.accounts["reader"]
    auth = BasicAuth(user=who.email, password=who.token)
    options = {"projects": "ITSM", **overrides.pop("options", {})}
    given = {"kind": "jira", "base_url": site.url, "read": auth, "options": options, **overrides}
    return Connection(name="jira", **given)


class Clock:
    """The present, until it is moved."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def connected(
    folder: Path, connection: Connection, clock: Clock | None = None, **overrides: Any
) -> Application:
    """An installation with one connection."""
    given = {"connections": {connection.name: connection}, **overrides}
    return Application(Settings(data_dir=folder / "var", **given), clock=clock or Clock())


def read(app: Application, stream: str = "incident", name: str = "sn", **wishes: Any) -> SyncReport:
    """Read a stream now."""
    (chosen,) = app.syncing.streams(name, stream)
    return app.syncing.read(name, chosen, Wishes(**wishes))


def sweep(
    app: Application, stream: str = "incident", name: str = "sn", **wishes: Any
) -> SyncReport:
    """Compare a stream as a whole now."""
    (chosen,) = app.syncing.streams(name, stream)
    return app.syncing.sweep(name, chosen, Wishes(**wishes))


def records(app: Application) -> dict[str, Record]:
    """What is there, by id."""
    return {record.id: record for record in app.store.iter_current()}


def stored_rows(app: Application) -> int:
    """How many records were ever stored, and not how many names they have."""
    with app.database.read() as connection:
        return connection.scalar(select(func.count()).select_from(tables.records)) or 0


def visible(instance: ServiceNow, table: str = "incident") -> set[str]:
    """The numbers of the rows that the ACLs do not hide."""
    rows = instance.store.tables[table].rows.values()
    return {row.fields["number"] for row in rows if not row.hidden}
