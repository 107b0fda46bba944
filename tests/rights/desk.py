"""A ticket system that fails as it is told, is edited by others, and may be walked in on."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from assistant.domain.approval import Receipt, Target
from assistant.domain.delivery import Field, TargetState, UndoIntent, WriteIntent
from retrieval.errors import (
    DeliveryFailed,
    NotFound,
    PrecedentError,
    Refused,
    ServiceUnavailable,
    TargetChanged,
    Throttled,
    Unanswered,
)
from retrieval.records import Record
from tests.ticket_desk import CAUSE, FIX, NOTES


class Killed(BaseException):
    """The worker's process is gone."""


class Mood(StrEnum):
    """What becomes of a request. After ``…landed`` it was carried out all the same."""

    FINE = "fine"
    REFUSED = "refused"
    THROTTLED = "throttled"
    AWAY = "away"
    FAILED = "failed"
    CHANGED = "changed"
    LOST = "lost"
    LOST_LANDED = "lost, landed"
    LATE = "lost, lands later"
    BROKEN = "broken"
    BROKEN_LANDED = "broken, landed"
    KILLED = "killed"
    KILLED_LANDED = "killed, landed"


READING_MOODS = (Mood.FINE, Mood.REFUSED, Mood.THROTTLED, Mood.AWAY, Mood.KILLED)
_LANDED = frozenset({Mood.FINE, Mood.LOST_LANDED, Mood.BROKEN_LANDED, Mood.KILLED_LANDED})
_TURNED_AWAY = frozenset({Mood.REFUSED, Mood.THROTTLED, Mood.AWAY, Mood.FAILED, Mood.CHANGED})


class Moment(StrEnum):
    """When somebody may walk in."""

    READING = "before a ticket is read"
    LOOKING = "before a write is looked for"
    WRITTEN = "after a write, before its answer"


class Judge(Protocol):
    """Sees every request at the moment it is sent, and every change as it is made."""

    def sent(self, intent: WriteIntent, version: str) -> None: ...
    def landed(self, intent: WriteIntent, before: str, present: list[str]) -> None: ...
    def undo_sent(self, undo: UndoIntent) -> None: ...
    def undo_landed(self, undo: UndoIntent) -> None: ...


@dataclass
class Ticket:
    """Entries that are only added, fields that are replaced, a version."""

    version: int = 1
    notes: list[str] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def everything(self) -> list[str]:
        return [*self.notes, *self.texts.values()]


class Desk:
    """``TicketWriter`` over tickets in memory.

    ``reading`` and ``writing`` are the moods of the next requests. ``walking_in`` holds what
    happens during the next requests, each before its answer is made up.
    """

    name = "desk"
    fields: tuple[Field, ...] = (NOTES, CAUSE, FIX)

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """As new."""
        self.judge: Judge | None = None
        self.tickets: dict[str, Ticket] = {}
        self.reading: deque[Mood] = deque()
        self.writing: deque[Mood] = deque()
        self.walking_in: dict[Moment, deque[Callable[[], object]]] = {m: deque() for m in Moment}
        self.late: list[WriteIntent] = []
        self.last_read = ""
        self.shown: set[str] = {""}

    def edited(self, reference: str, field_name: str, text: str) -> None:
        """Somebody else changes the ticket."""
        ticket = self.tickets[reference]
        ticket.version += 1
        if field_name == NOTES.name:
            ticket.notes.append(text)
        else:
            ticket.texts[field_name] = text

    def land_late(self) -> None:
        """What hung on its way arrives."""
        for intent in self.late:
            self._write(intent)
        self.late.clear()

    def locate(self, record: Record) -> str:
        self.tickets.setdefault(record.id, Ticket())
        return record.id

    def read(self, target: Target) -> TargetState:
        self._walk_in(Moment.READING)
        _fail(self.reading.popleft() if self.reading else Mood.FINE)
        ticket = self._ticket(target)
        self.last_read = str(ticket.version)
        text = ticket.texts.get(target.field, "")
        self.shown.add(text)
        return TargetState(f"Ticket {target.reference}", str(ticket.version), text)

    def describe(self, intent: WriteIntent) -> str:
        return f"PATCH {intent.target.reference}"

    def apply(self, intent: WriteIntent) -> Receipt:
        ticket = self._ticket(intent.target)
        self._watched.sent(intent, str(ticket.version))
        mood = self.writing.popleft() if self.writing else Mood.FINE
        if mood not in _TURNED_AWAY:
            # What hangs on its way for longer than this is given up: nobody could tell.
            self.late = [each for each in self.late if each.proposal_id != intent.proposal_id]
        if mood is Mood.LATE:
            self.late.append(intent)
        if mood in _LANDED:
            self._write(intent)
            self._walk_in(Moment.WRITTEN)
        _fail(mood)
        return self._receipt(intent.marker, ticket)

    def find(self, intent: WriteIntent) -> Receipt | None:
        self._walk_in(Moment.LOOKING)
        _fail(self.reading.popleft() if self.reading else Mood.FINE)
        return self._found(intent.target, intent.marker)

    def undo(self, undo: UndoIntent) -> Receipt:
        ticket = self._ticket(undo.intent.target)
        self._watched.undo_sent(undo)
        mood = self.writing.popleft() if self.writing else Mood.FINE
        # A proxy that holds a request back is tried out with the writes.
        mood = Mood.LOST if mood is Mood.LATE else mood
        if mood in _LANDED:
            self._take_back(undo, ticket)
            self._walk_in(Moment.WRITTEN)
        _fail(mood)
        return self._receipt(undo.marker, ticket)

    def find_undo(self, undo: UndoIntent) -> Receipt | None:
        self._walk_in(Moment.LOOKING)
        _fail(self.reading.popleft() if self.reading else Mood.FINE)
        target = undo.intent.target
        ticket = self._ticket(target)
        if undo.previous is not None and target.field != NOTES.name:
            restored = ticket.texts.get(target.field) == undo.previous
            return self._receipt(undo.marker, ticket) if restored else None
        return self._found(target, undo.marker)

    @property
    def _watched(self) -> Judge:
        assert self.judge is not None
        return self.judge

    def _write(self, intent: WriteIntent) -> None:
        ticket = self._ticket(intent.target)
        name = intent.target.field
        self._watched.landed(intent, ticket.texts.get(name, ""), ticket.everything())
        if name == NOTES.name:
            ticket.notes.append(intent.body)
        else:
            ticket.texts[name] = intent.body
        ticket.version += 1

    def _take_back(self, undo: UndoIntent, ticket: Ticket) -> None:
        name = undo.intent.target.field
        noted = name == NOTES.name or undo.previous is None
        if not noted and ticket.texts.get(name) != undo.intent.body:
            raise TargetChanged("Somebody has edited it since.")
        self._watched.undo_landed(undo)
        if noted:
            ticket.notes.append(undo.note)
        else:
            ticket.texts[name] = undo.previous or ""
        ticket.version += 1

    def _found(self, target: Target, mark: str) -> Receipt | None:
        ticket = self._ticket(target)
        there = any(mark in text for text in ticket.everything())
        return self._receipt(mark, ticket) if there else None

    def _walk_in(self, moment: Moment) -> None:
        waiting = self.walking_in[moment]
        if waiting:
            waiting.popleft()()

    def _ticket(self, target: Target) -> Ticket:
        if target.reference not in self.tickets:
            raise NotFound(f"{target.reference} is gone.")
        return self.tickets[target.reference]

    def _receipt(self, mark: str, ticket: Ticket) -> Receipt:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        version = str(ticket.version)
        return Receipt(external_reference=mark, url="", delivered_at=at, version_after=version)


_RAISED: dict[Mood, Callable[[], PrecedentError]] = {
    Mood.REFUSED: lambda: Refused("403: a data policy forbids it", 403),
    Mood.THROTTLED: lambda: Throttled("429: wait", 60.0),
    Mood.AWAY: lambda: ServiceUnavailable("503"),
    Mood.FAILED: lambda: DeliveryFailed("nothing was written"),
    Mood.CHANGED: lambda: TargetChanged("It changed."),
    Mood.LOST: lambda: Unanswered("no answer"),
    Mood.LOST_LANDED: lambda: Unanswered("no answer"),
    Mood.LATE: lambda: Unanswered("no answer"),
}


def _fail(mood: Mood) -> None:
    if mood in {Mood.KILLED, Mood.KILLED_LANDED}:
        raise Killed
    if mood in {Mood.BROKEN, Mood.BROKEN_LANDED}:
        raise RuntimeError("the writer has a fault")
    if mood in _RAISED:
        raise _RAISED[mood]()
