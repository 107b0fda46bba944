"""What the ledger says of suggestions: who was shown them, what was done, and how long it took."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from assistant.db.feedback import AGAINST, GIVEN, FeedbackVerdict
from assistant.domain.audit import AuditEvent
from assistant.services.suggestions import RECORDED, SHOWN

LONGEST_REVIEW = timedelta(minutes=30)
"""What counts at most for one review or decision; whoever comes back later was elsewhere.

The half hour after which web analytics take a visit for ended; there is no better ground.
"""
_USED = frozenset({FeedbackVerdict.ACCEPTED, FeedbackVerdict.EDITED})
_SUBMITTED = frozenset({"proposal.submitted", "proposal.resubmitted"})
_DECIDED = frozenset(
    {
        "proposal.approved",
        "proposal.approval-given",
        "proposal.changes-requested",
        "proposal.rejected",
    }
)


@dataclass(slots=True)
class Usage:
    """What the events tell, by the subject (mostly an incident) that they are about.

    Times are of the clock of the service. ``review_minutes``: from what somebody was shown,
    or their last verdict on it, to each verdict, at most half an hour each; of these
    ``rejection_minutes`` ended in a rejection. ``approval_minutes`` likewise from each
    submission to each decision on it, by the proposal. ``unmatched`` verdicts were given by
    somebody who was not shown anything; ``cut`` times were longer than half an hour.
    """

    first_shown: dict[str, datetime] = field(default_factory=dict)
    recorded: set[str] = field(default_factory=set)
    first_used: dict[str, datetime] = field(default_factory=dict)
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    review_minutes: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    rejection_minutes: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    approval_minutes: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    reviewed: set[tuple[str, str]] = field(default_factory=set)
    looked_at: set[tuple[str, str]] = field(default_factory=set)
    unmatched: int = 0
    cut: int = 0

    @classmethod
    def of(cls, events: Iterable[AuditEvent], subjects: frozenset[str]) -> "Usage":
        """Read events, oldest first, as far as they are about the subjects.

        Proposals are read all; :meth:`approval_of` says to which subject they belong.
        """
        found = cls()
        since: dict[tuple[str, str], datetime] = {}
        for event in events:
            if event.action in _SUBMITTED or event.action in _DECIDED:
                found._proposal(event, since)
            elif event.subject in subjects:
                found._suggestion(event, since)
        return found

    def minutes_to_first_used(self) -> list[float]:
        """From what was first shown to what was first accepted or edited, of each subject."""
        return [
            (used - self.first_shown[subject]).total_seconds() / 60
            for subject, used in self.first_used.items()
        ]

    def median_to_first_used(self) -> float | None:
        """The middle of these; ``None`` where nothing was used."""
        minutes = self.minutes_to_first_used()
        return median(minutes) if minutes else None

    def approval_of(self, record_of: Mapping[str, str]) -> dict[str, float]:
        """Minutes of approval by record, given the record of each proposal."""
        by_record: dict[str, float] = defaultdict(float)
        for proposal, minutes in self.approval_minutes.items():
            if proposal in record_of:
                by_record[record_of[proposal]] += minutes
        return by_record

    def _suggestion(self, event: AuditEvent, since: dict[tuple[str, str], datetime]) -> None:
        at, key = datetime.fromisoformat(event.at), (event.actor, event.subject)
        if event.action == RECORDED:
            self.recorded.add(event.subject)
        elif event.action == SHOWN:
            self.first_shown.setdefault(event.subject, at)
            self.looked_at.add(key)
            since[key] = at
        elif event.action == GIVEN:
            told = json.loads(event.payload)
            verdict = FeedbackVerdict(told["verdict"])
            self.verdicts[told.get("kind", "not told"), str(verdict)] += 1
            began = since.get(key)
            if began is None:
                self.unmatched += 1
                return
            since[key] = at
            self.reviewed.add(key)
            minutes = self._counted(at - began)
            self.review_minutes[event.subject] += minutes
            if verdict in AGAINST:
                self.rejection_minutes[event.subject] += minutes
            if verdict in _USED:
                self.first_used.setdefault(event.subject, at)

    def _proposal(self, event: AuditEvent, since: dict[tuple[str, str], datetime]) -> None:
        at, key = datetime.fromisoformat(event.at), ("", event.subject)
        if event.action in _DECIDED and key in since:
            self.approval_minutes[event.subject] += self._counted(at - since[key])
        since[key] = at

    def _counted(self, lasted: timedelta) -> float:
        if lasted > LONGEST_REVIEW:
            self.cut += 1
        return min(lasted, LONGEST_REVIEW).total_seconds() / 60
