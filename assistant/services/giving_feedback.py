"""Use case: a person says what they think of a suggestion."""

import re
from collections.abc import Callable
from datetime import datetime

from assistant.db.feedback import Feedback, FeedbackRepository, FeedbackVerdict
from assistant.domain.people import Person
from assistant.services.similar import SimilarIncidents
from ingest.redaction import Redactor

# What a card calls itself where it is about a pasted text, and a hypothesis in it.
_TEXT = re.compile(r"text:[0-9a-f]{16}")
_HYPOTHESIS = re.compile(r"[0-9a-f]{16}")


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
        of a hypothesis. Raises ``NotFound`` for a record that is not known or may not be read.
        """
        if not _TEXT.fullmatch(subject):
            subject = self._similar.readable(subject, person.reader()).id
        if not _HYPOTHESIS.fullmatch(suggestion):
            suggestion = self._similar.readable(suggestion, person.reader()).id
        given = Feedback(
            person=person.name,
            at=self._clock(),
            subject=subject,
            suggestion=suggestion,
            verdict=verdict,
            reason=self._redactor.clean(reason),
        )
        self._feedback.keep(given)
        return given
