"""What was suggested to whom, in the ledger."""

import json
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from pydantic import JsonValue

from assistant.db import audit
from assistant.domain.incident import IncidentContext
from assistant.domain.people import Person
from assistant.domain.triage import TriageCard
from assistant.services.similar import SimilarAnswer
from retrieval.corpus.database import Database
from retrieval.searcher import Hit

SHOWN = "suggestion.shown"
"""The action of its events."""

# Who loads a page again is shown nothing new.
_SAME_FOR = timedelta(minutes=1)
# Answers of a minute; where there are more, a repeated one may be told twice.
_REMEMBERED = 1_000
# Some seconds of the busiest server; beyond it, answers wait for their event.
_MOST_WAITING = 1_000
_RETRY_SECONDS = 1.0

log = structlog.get_logger()


class _Shown(NamedTuple):
    """An event to be."""

    at: datetime
    person: str
    subject: str
    payload: Mapping[str, JsonValue]

    def told(self) -> str:
        """Equal for the same answer to the same person."""
        return json.dumps([self.person, self.subject, self.payload], sort_keys=True)


class SuggestionLog:
    """Notes each answer that a person is shown: who asked what, and what was named.

    An event holds ids and no text: the question is there as the SHA-256 of its redacted text.
    An answer that this process gave to the same person within the last minute is no new event.

    An event is appended before the answer is shown; inside ``in_background`` soon after it, so
    that nobody waits for whoever else is writing. Killed in between, a server loses the events
    of its last answers; of one that is stopped in order, none is lost.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._changed = threading.Condition()
        self._lately: OrderedDict[str, datetime] = OrderedDict()
        self._waiting: deque[_Shown] = deque()
        self._is_background = False

    def card(self, person: Person, card: TriageCard) -> None:
        """A triage card is to be shown."""
        causes = [{cited.record_id: None for cited in one.support} for one in card.hypotheses]
        answer: dict[str, JsonValue] = {
            "answer": "triage",
            "hits": _ids(card.hits),
            "hypotheses": [list(records) for records in causes],
            "runbooks": _ids(card.runbooks),
            "changes": [suspect.record.id for suspect in card.suspected_changes],
            "abstained": card.abstained,
            "probability": card.precedent_probability,
        }
        self._note(person, card.context, answer)

    def similar(self, person: Person, found: SimilarAnswer) -> None:
        """Similar records are to be shown."""
        result = found.result
        answer: dict[str, JsonValue] = {
            "answer": "similar",
            "hits": _ids(result.hits),
            "abstained": result.abstained,
        }
        self._note(person, found.context, answer)

    @contextmanager
    def in_background(self) -> Iterator[None]:
        """Have a thread append events inside the block; at its end it has appended all."""
        if self._is_background:
            yield
            return
        self._is_background = True
        thread = threading.Thread(target=self._run, daemon=True)
        thread.start()
        try:
            yield
        finally:
            with self._changed:
                self._is_background = False
                self._changed.notify_all()
            thread.join()

    def flush(self) -> None:
        """Wait until everything that was shown so far is in the ledger."""
        with self._changed:
            self._changed.wait_for(lambda: not (self._waiting and self._is_background))

    def _note(
        self, person: Person, asked: IncidentContext, answer: Mapping[str, JsonValue]
    ) -> None:
        as_of = None if asked.as_of is None else asked.as_of.isoformat()
        payload = {**answer, "question": asked.digest, "as_of": as_of}
        shown = _Shown(self._clock(), person.name, asked.subject, payload)
        with self._changed:
            last = self._lately.get(shown.told())
            if last is not None and shown.at - last < _SAME_FOR:
                return
            if self._is_background and len(self._waiting) < _MOST_WAITING:
                self._waiting.append(shown)
                self._remember(shown)
                self._changed.notify_all()
                return
        self._append([shown])
        with self._changed:
            self._remember(shown)

    def _remember(self, shown: _Shown) -> None:
        told = shown.told()
        self._lately[told] = shown.at
        self._lately.move_to_end(told)
        if len(self._lately) > _REMEMBERED:
            self._lately.popitem(last=False)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or not self._is_background)
                batch = list(self._waiting)
            if not batch:
                return
            try:
                self._append(batch)
            except Exception:
                # The boundary of the thread: what was not appended waits for the next round.
                log.exception("suggestions.not_noted", waiting=len(batch))
                with self._changed:
                    if self._changed.wait_for(lambda: not self._is_background, _RETRY_SECONDS):
                        return
                continue
            with self._changed:
                for _ in batch:
                    self._waiting.popleft()
                self._changed.notify_all()

    def _append(self, batch: Sequence[_Shown]) -> None:
        with self._database.write() as connection:
            for each in batch:
                audit.append(connection, each.at, each.person, SHOWN, each.subject, each.payload)


def _ids(hits: Iterable[Hit]) -> list[JsonValue]:
    return [hit.record.id for hit in hits]
