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
from assistant.domain.holdout import Arm, HeldBack, Holdout, Mode
from assistant.domain.incident import IncidentContext
from assistant.domain.people import Person, Role
from assistant.domain.triage import TriageCard
from assistant.services.similar import SimilarAnswer
from retrieval.corpus.database import Database
from retrieval.searcher import Hit

SHOWN = "suggestion.shown"
"""The action of events of what was shown."""
RECORDED = "suggestion.recorded"
"""The action of events of what was held back."""

# Who loads a page again is shown nothing new.
_SAME_FOR = timedelta(minutes=1)
# Answers of a minute; where there are more, a repeated one may be told twice.
_REMEMBERED = 1_000
# Some seconds of the busiest server; beyond it, answers wait for their event.
_MOST_WAITING = 1_000
_RETRY_SECONDS = 1.0

log = structlog.get_logger()


class _Offered(NamedTuple):
    """An event to be."""

    at: datetime
    person: str
    action: str
    subject: str
    payload: Mapping[str, JsonValue]

    def told(self) -> str:
        """Equal for the same answer to the same person."""
        return json.dumps([*self[1:]], sort_keys=True)


class SuggestionLog:
    """Notes each answer that a person is offered: who asked what, and what was named.

    While suggestions are measured (``holdout``), a card may be held back: it is noted all the
    same, and the person gets a :class:`HeldBack` in its place. Who looks something up with
    ``similar`` always gets it, for nobody is kept from what the organisation knows; the event
    names the arm, and the report counts it. Evaluators are held back from nothing.

    An event holds ids and no text: the question is there as the SHA-256 of its redacted text.
    An answer that this process gave to the same person within the last minute is no new event.

    An event is appended before the answer is shown; inside ``in_background`` soon after it, so
    that nobody waits for whoever else is writing. Killed in between, a server loses the events
    of its last answers; of one that is stopped in order, none is lost.
    """

    def __init__(
        self, database: Database, clock: Callable[[], datetime], holdout: Holdout | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._holdout = holdout or Holdout()
        self._changed = threading.Condition()
        self._lately: OrderedDict[str, datetime] = OrderedDict()
        self._waiting: deque[_Offered] = deque()
        self._is_background = False

    def card(self, person: Person, card: TriageCard) -> TriageCard | HeldBack:
        """Note a triage card; gives what the person is to see in its place: it, or none of it."""
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
        if self._note(person, card.context, answer, may_hold_back=True) is not Arm.HELD_BACK:
            return card
        opened = _opened(card.context)
        return HeldBack(self._holdout.sentence(opened, self._clock()))

    def similar(self, person: Person, found: SimilarAnswer) -> None:
        """Similar records are to be shown."""
        result = found.result
        answer: dict[str, JsonValue] = {
            "answer": "similar",
            "hits": _ids(result.hits),
            "abstained": result.abstained,
        }
        self._note(person, found.context, answer, may_hold_back=False)

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
        self,
        person: Person,
        asked: IncidentContext,
        answer: Mapping[str, JsonValue],
        *,
        may_hold_back: bool,
    ) -> Arm:
        """Note an answer; gives the arm to which it belongs."""
        now, arm = self._clock(), Arm.OUTSIDE
        if Role.EVALUATOR not in person.roles:
            arm = self._holdout.arm(person.groups, _opened(asked), now)
        shown = not (may_hold_back and arm is Arm.HELD_BACK)
        as_of = None if asked.as_of is None else asked.as_of.isoformat()
        payload = {**answer, "question": asked.digest, "as_of": as_of}
        if self._holdout.mode is not Mode.ON:
            payload |= {"arm": str(arm), "shown": shown}
        action = SHOWN if shown else RECORDED
        self._keep(_Offered(now, person.name, action, asked.subject, payload))
        return arm

    def _keep(self, shown: _Offered) -> None:
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

    def _remember(self, shown: _Offered) -> None:
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

    def _append(self, batch: Sequence[_Offered]) -> None:
        with self._database.write() as connection:
            for each in batch:
                audit.append(connection, *each)


def _opened(asked: IncidentContext) -> datetime | None:
    """When a stored record was opened. Of anything else, whoever asks could say what they like."""
    return asked.opened_at if asked.record_id is not None else None


def _ids(hits: Iterable[Hit]) -> list[JsonValue]:
    return [hit.record.id for hit in hits]
