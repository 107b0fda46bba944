"""Use case: a person says what they think of a suggestion."""

import re
from collections.abc import Callable
from datetime import datetime

from assistant.db.feedback import (
    Feedback,
    FeedbackRepository,
    FeedbackVerdict,
    SuggestionKind,
)
from assistant.domain.people import Person
from assistant.services.similar import SimilarIncidents
from ingest.redaction import Redactor
from retrieval.access import Reader
from retrieval.records import GUIDANCE_KINDS, RecordKind

# What a card calls itself where it is about a pasted text, and what is no record in it.
_TEXT = re.compile(r"text:[0-9a-f]{16}")
_WITHOUT_RECORD = {
    SuggestionKind.HYPOTHESIS: re.compile(r"[0-9a-f]{16}"),
    SuggestionKind.FIELD: re.compile(r"field:[0-9a-f]{16}"),
    SuggestionKind.ACTION: re.compile(r"action:[0-9a-f]{16}"),
}


class GivingFeedback:
    """Keeps verdicts on what their person could see, and on nothing else."""

    def __init__(
        self,
        similar: SimilarIncidents,
        feedback: FeedbackRepository,
        redactor: Redactor,
        clock: Callable[[], datetime],
    ) -> None:
        self._similar = similar
        self._feedback = feedback
        self._redactor = redactor
        self._clock = clock

    def give(
        self,
        person: Person,
        subject: str,
        suggestion: str,
        verdict: FeedbackVerdict,
        reason: str = "",
    ) -> Feedback:
        """Keep a verdict; the reason is redacted.

        ``subject`` is a record or the digest of a pasted text, ``suggestion`` a record or the id
        of a hypothesis, a field or an action. Raises ``NotFound`` for a record that is not known
        or may not be read.
        """
        if not _TEXT.fullmatch(subject):
            subject = self._similar.readable(subject, person.reader()).id
        suggestion, kind = self._suggested(suggestion, person.reader())
        given = Feedback(
            person=person.name,
            at=self._clock(),
            subject=subject,
            suggestion=suggestion,
            verdict=verdict,
            reason=self._redactor.clean(reason),
        )
        self._feedback.keep(given, kind)
        return given

    def _suggested(self, suggestion: str, reader: Reader) -> tuple[str, SuggestionKind]:
        for kind, name in _WITHOUT_RECORD.items():
            if name.fullmatch(suggestion):
                return suggestion, kind
        record = self._similar.readable(suggestion, reader)
        if record.kind in GUIDANCE_KINDS:
            return record.id, SuggestionKind.RUNBOOK
        is_change = record.kind is RecordKind.CHANGE
        return record.id, SuggestionKind.CHANGE if is_change else SuggestionKind.SIMILAR
