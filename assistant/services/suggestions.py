"""What was suggested to whom, in the ledger."""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

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
# Answers of a minute; of the busiest ones more, some would be told twice.
_REMEMBERED = 1_000


class SuggestionLog:
    """Notes each answer before a person is shown it: who asked what, and what was named.

    An event holds ids and no text: the question is there as the SHA-256 of its redacted text.
    An answer that this process gave to the same person within the last minute is no new event.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._lately: OrderedDict[str, datetime] = OrderedDict()
        self._lock = threading.Lock()

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

    def _note(
        self, person: Person, asked: IncidentContext, answer: Mapping[str, JsonValue]
    ) -> None:
        payload = {
            **answer,
            "question": asked.digest,
            "as_of": None if asked.as_of is None else asked.as_of.isoformat(),
        }
        at = self._clock()
        told = json.dumps([person.name, asked.subject, payload], sort_keys=True)
        if self._was_told(told, at):
            return
        with self._database.write() as connection:
            audit.append(connection, at, person.name, SHOWN, asked.subject, payload)
        self._remember(told, at)

    def _was_told(self, told: str, at: datetime) -> bool:
        with self._lock:
            last = self._lately.get(told)
        return last is not None and at - last < _SAME_FOR

    def _remember(self, told: str, at: datetime) -> None:
        with self._lock:
            self._lately[told] = at
            self._lately.move_to_end(told)
            while len(self._lately) > _REMEMBERED:
                self._lately.popitem(last=False)


def _ids(hits: Iterable[Hit]) -> list[JsonValue]:
    return [hit.record.id for hit in hits]
