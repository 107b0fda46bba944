"""The real application over one desk, and a second book of what its database was made to say."""

import hashlib
import json
import shutil
import sqlite3
from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import event

from assistant.bootstrap import Application
from assistant.services.write_back import DeliveryRules, DeliveryWorker
from assistant.settings import Settings
from retrieval.corpus.writer import CorpusWriter
from retrieval.records import RecordContent
from tests.rights.desk import Desk
from tests.rights.model import HOLDS_FOR, Model
from tests.ticket_desk import Clock

# Written by the database itself, whichever code changes it.
_BOOK = """
CREATE TABLE book (n INTEGER PRIMARY KEY, subject TEXT, kind TEXT, before TEXT, after TEXT);
CREATE TRIGGER b1 AFTER INSERT ON proposals BEGIN
  INSERT INTO book VALUES (NULL, new.id, 'submitted', '', new.state); END;
CREATE TRIGGER b2 AFTER UPDATE ON proposals WHEN old.state <> new.state BEGIN
  INSERT INTO book VALUES (NULL, new.id, 'state', old.state, new.state); END;
CREATE TRIGGER b3 AFTER UPDATE ON proposals WHEN old.body <> new.body OR old.sha256 <> new.sha256
  OR old.reference <> new.reference OR old.field <> new.field OR old.authors <> new.authors
  OR old.quorum <> new.quorum OR new.round < old.round BEGIN
  INSERT INTO book VALUES (NULL, new.id, 'altered', '', ''); END;
CREATE TRIGGER b4 AFTER INSERT ON decisions BEGIN
  INSERT INTO book VALUES (NULL, new.proposal_id, 'decision', '', new.decision); END;
CREATE TRIGGER b5 AFTER INSERT ON receipts BEGIN
  INSERT INTO book VALUES (NULL, new.proposal_id, 'receipt', '', new.action); END;
CREATE TRIGGER b6 AFTER INSERT ON draft_revisions BEGIN
  INSERT INTO book VALUES (NULL, new.draft_id, 'revision', '', new.revision); END;
CREATE TRIGGER b7 AFTER INSERT ON draft_comments BEGIN
  INSERT INTO book VALUES (NULL, new.draft_id, 'comment', '', new.number); END;
CREATE TRIGGER b8 AFTER UPDATE ON draft_comments BEGIN
  INSERT INTO book VALUES (NULL, new.draft_id, 'resolved', '', new.number); END;
CREATE TRIGGER b9 AFTER UPDATE ON delivery_targets WHEN old.stopped_at IS NOT new.stopped_at BEGIN
  INSERT INTO book VALUES (NULL, new.name, 'stop', old.stopped_at, new.stopped_at); END;
"""
_RULES = DeliveryRules(lease=120.0, look_again=(5.0, 30.0, 120.0), pauses={"desk": 1.0})


class Entry(NamedTuple):
    """One line of the book."""

    subject: str
    kind: str
    before: str
    after: str


class World:
    """One application for all walks; each begins with an empty, migrated database."""

    def __init__(self, folder: Path) -> None:
        self.desk = Desk()
        self.clock = Clock()
        self._start = self.clock.now
        with pytest.MonkeyPatch.context() as patched:
            writers = {"desk": self.desk}
            patched.setattr("assistant.bootstrap.ticket_writers", lambda *_: writers)
            settings = Settings(
                data_dir=folder,
                embedder={"backend": "hashing"},
                approval={"expires_hours": HOLDS_FOR.total_seconds() / 3600},
            )
            self.app = Application(settings, clock=self.clock)
        # A walk that is walked again must find the same numbers, for they decide who is first.
        self._numbers = Random(0)
        self._patched = pytest.MonkeyPatch()
        for module in ("draft_store", "submitting", "write_back"):
            self._patched.setattr(f"assistant.services.{module}.uuid4", self._number)
        # Whoever walked in during a transaction would wait for ever; this way SQLite refuses.
        self._patched.setattr(self.app.database, "_turn", nullcontext())
        self._file = folder / "precedent.db"
        self._template = folder / "template.db"
        self._reader = sqlite3.connect(":memory:")
        self.app.database.close()
        with sqlite3.connect(self._file) as connection:
            connection.executescript(_BOOK)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copy(self._file, self._template)

        @event.listens_for(self.app.database.engine, "connect")
        def _hurry(connection: Any, _record: object) -> None:
            # No power is cut here, and whoever waits for a lock would wait for himself.
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA busy_timeout=0")

    def begin(self) -> Model:
        """An empty world and a model that knows nothing yet."""
        self._let_go()
        for suffix in ("-wal", "-shm"):
            self._file.with_name(self._file.name + suffix).unlink(missing_ok=True)
        shutil.copy(self._template, self._file)
        self._reader = sqlite3.connect(self._file, isolation_level=None)
        self._numbers.seed(0)
        self.clock.now = self._start
        self.desk.clear()
        self.model = Model(self.clock, self.catch_up)
        self.desk.judge = self.model
        self.workers = [self.worker(), self.worker()]
        self._read_to = self._heard_to = 0
        self._last_hash = "0" * 64
        self._entries: list[Entry] = []
        return self.model

    def close(self) -> None:
        """Leave everything as it was found."""
        self._let_go()
        self._patched.undo()

    def _let_go(self) -> None:
        self._reader.close()
        self.app.database.close()

    def _number(self) -> UUID:
        return UUID(int=self._numbers.getrandbits(128), version=4)

    def worker(self) -> DeliveryWorker:
        app = self.app
        return DeliveryWorker(app.database, {"desk": self.desk}, app.redactor, self.clock, _RULES)

    def store(self, content: RecordContent) -> None:
        with self.app.database.write() as connection:
            CorpusWriter(connection, self.clock()).upsert(content, content.content_hash())

    def remove(self, record: str) -> None:
        with self.app.database.write() as connection:
            CorpusWriter(connection, self.clock()).remove("tickets", [record])

    def body_of(self, proposal: str) -> str:
        """The bytes that are stored to be written."""
        query = "SELECT body FROM proposals WHERE id = ?"
        found: tuple[str] = self._reader.execute(query, (proposal,)).fetchone()
        return found[0]

    def catch_up(self) -> None:
        """Tell the model which states have changed since."""
        query = "SELECT n, subject, kind, before, after FROM book WHERE n > ? ORDER BY n"
        for number, *line in self._reader.execute(query, (self._read_to,)).fetchall():
            self._read_to = number
            entry = Entry(*line)
            self._entries.append(entry)
            if entry.kind == "state":
                self.model.moved(entry.subject, entry.before, entry.after)
            self.model.expect(entry.kind != "altered", f"{entry.subject} was altered")

    def check_ledger(self) -> list[Entry]:
        """The new events continue the chain, and nothing changed without one; what changed."""
        self.catch_up()
        query = (
            "SELECT seq, at, actor, action, subject, payload, hash FROM audit_events"
            " WHERE seq > ? ORDER BY seq"
        )
        heard: Counter[str] = Counter()
        for *parts, found in self._reader.execute(query, (self._heard_to,)).fetchall():
            raw = json.dumps([*parts, self._last_hash], separators=(",", ":"), ensure_ascii=False)
            digest = hashlib.sha256(raw.encode()).hexdigest()
            whole = (parts[0], found) == (self._heard_to + 1, digest)
            self.model.expect(whole, f"the ledger is broken at {parts[0]}")
            self._heard_to, self._last_hash = parts[0], found
            heard[parts[4]] += 1
        entries, self._entries = self._entries, []
        for subject, kind in {(entry.subject, entry.kind) for entry in entries}:
            changes = sum(entry[:2] == (subject, kind) for entry in entries)
            said = f"{subject}: {changes} changes ({kind}), {heard[subject]} events"
            self.model.expect(changes <= heard[subject], said)
        return entries
