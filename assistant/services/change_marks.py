"""Use case: a person says whether a change belongs to an incident."""

from collections.abc import Callable
from datetime import datetime

from assistant.db.change_marks import ChangeMark, ChangeMarkRepository, ChangeVerdict
from assistant.domain.people import Person, Role
from assistant.services.similar import SimilarIncidents
from ingest.redaction import Redactor
from retrieval.errors import InvalidInput
from retrieval.records import RecordKind


class ChangeMarking:
    """The only way in which a suspected change becomes a matched one."""

    def __init__(
        self,
        similar: SimilarIncidents,
        marks: ChangeMarkRepository,
        redactor: Redactor,
        clock: Callable[[], datetime],
    ) -> None:
        self._similar = similar
        self._marks = marks
        self._redactor = redactor
        self._clock = clock

    def mark(
        self,
        person: Person,
        record_id: str,
        change_id: str,
        verdict: ChangeVerdict,
        reason: str = "",
    ) -> ChangeMark:
        """Keep what an analyst says of a change; the reason is redacted.

        Both records must be readable for the person: ``NotFound`` otherwise. ``InvalidInput``
        when the one is not a change, or the other is.
        """
        person.require(Role.ANALYST)
        record = self._similar.readable(record_id, person.reader())
        change = self._similar.readable(change_id, person.reader())
        if change.kind is not RecordKind.CHANGE:
            raise InvalidInput(f"{change.id} is not a change but a record of kind {change.kind}.")
        if record.kind is RecordKind.CHANGE:
            raise InvalidInput(f"{record.id} is itself a change. Name the incident it belongs to.")
        mark = ChangeMark(
            record_id=record.id,
            change_id=change.id,
            verdict=verdict,
            person=person.name,
            at=self._clock(),
            reason=self._redactor.clean(reason),
        )
        self._marks.keep(mark)
        return mark
