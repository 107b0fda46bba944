"""Changes shortly before an incident: suspects, never causes."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from assistant.db.change_marks import ChangeMark, ChangeMarkRepository, ChangeVerdict
from assistant.domain.incident import IncidentContext
from assistant.domain.triage import SuspectedChange
from assistant.services.triage.change_risk import has_begun, risk
from assistant.services.triage.places import Places, Witness, neighbours, relation
from retrieval.access import RecordFilter
from retrieval.corpus.store import NamedPlaces, SqlRecordStore
from retrieval.explain import ReasonKind
from retrieval.records import Record, RecordKind
from retrieval.searcher import Hit

# A week back: changes are reviewed weekly, and older ones rarely explain a new fault.
CHANGE_WINDOW = timedelta(days=7)
# One that began earlier counts while it is open; beyond a month it was forgotten, not open.
_OPEN_WINDOW = timedelta(days=30)
# Bounds of one answer: reading 500 changes takes about 30 ms, most weeks have fewer.
_MOST_CHANGES = 500
_MOST_OPEN = 100
# Who is whose neighbour changes slowly: of each kind the latest 500 tell, read in 10 ms.
_NEIGHBOUR_WINDOW = timedelta(days=365)
_MOST_WITNESSES = 500
_MAX_SUSPECTS = 5

# The part of the score that each thing has: where, when, what is said, how risky. Chosen by
# reason, from a flat range: with the demo corpus' changes all moved into the week before each
# of 31 incidents, the one that explains it comes first for 55 to 67 % over the mixtures tried,
# the latest of the same service for 24 %.
_PLACE, _TIME, _TEXT, _RISK = 0.35, 0.2, 0.35, 0.1
# Half of those incidents began within 67 hours of the change that explains them.
_HALF_LIFE_HOURS = 72.0
_HOUR = timedelta(hours=1)
# A day count reads better from here on.
_MANY_HOURS = 48

# A name that both have tells more than common words, less than the change's own number. One
# without a letter is a version, and many things are 2.0.
_SHARED_NAME = 0.6
_MAX_NAMES = 50
_SHOWN_NAMES = 3
# A name that many changes of the window have tells nothing of one: the rule of retrieval.
_COMMON_SHARE = 0.1
_COMMON_FLOOR = 3
# What is longer has a log pasted in.
_MAX_TEXT_CHARS = 20_000
_LETTER = re.compile(r"[^\W\d_]")
_WORDING = (ReasonKind.TERMS, ReasonKind.MEANING)


class ChangeSuspects:
    """Ranks the changes before an incident; only a person's mark makes one a match."""

    def __init__(self, store: SqlRecordStore, marks: ChangeMarkRepository) -> None:
        self._store = store
        self._marks = marks

    def before(
        self,
        context: IncidentContext,
        onset: datetime,
        filter: RecordFilter,
        by_text: Sequence[Hit],
        similar: Sequence[Hit],
    ) -> tuple[SuspectedChange, ...]:
        """At most five changes that the filter admits, matched ones first, then by score.

        A candidate began within a week before the onset, or earlier and was open then. It
        names a place of the incident or one beside it, or says something close. ``by_text``
        are the changes closest in text, ``similar`` the closest past incidents. What a person
        marked as not matched is left out; what one marked as matched is always in.
        """
        marks: Mapping[str, ChangeMark] = {}
        if context.record_id is not None:
            marks = self._marks.on(context.record_id, filter.as_of)
        changes = {change.id: change for change in self._began(onset)}
        changes |= {hit.record.id: hit.record for hit in by_text if _within(hit.record, onset)}
        changes |= {change.id: change for change in self._matched(marks)}
        admitted = [change for change in changes.values() if filter.admits(change)]
        if not admitted:
            return ()
        case = self._case(context, onset, admitted, by_text)
        alike = [_witness(hit.record) for hit in similar if hit.is_close]
        beside = neighbours(case.places, alike, self._witnesses(onset, filter))
        suspects = [case.suspect(change, beside, marks.get(change.id)) for change in admitted]
        found = [suspect for suspect in suspects if suspect is not None]
        found.sort(key=lambda s: (s.matched_by is None, -s.score, s.hours_before, s.record.id))
        matched = sum(suspect.matched_by is not None for suspect in found)
        return tuple(found[: max(_MAX_SUSPECTS, matched)])

    def _began(self, onset: datetime) -> list[Record]:
        since, earlier = _back(onset, CHANGE_WINDOW), _back(onset, _OPEN_WINDOW)
        kind = RecordKind.CHANGE
        return [
            *self._store.opened_between(kind, since, onset, _MOST_CHANGES),
            *self._store.opened_between(kind, earlier, since, _MOST_OPEN, open_at=onset),
        ]

    def _matched(self, marks: Mapping[str, ChangeMark]) -> Iterable[Record]:
        for mark in marks.values():
            if mark.verdict is ChangeVerdict.MATCHED:
                change = self._store.get(mark.change_id)
                if change is not None:
                    yield change

    def _case(
        self,
        context: IncidentContext,
        onset: datetime,
        changes: Sequence[Record],
        by_text: Sequence[Hit],
    ) -> "_Case":
        record = None if context.record_id is None else self._store.get(context.record_id)
        names = tuple(name for name in context.identifiers if _LETTER.search(name))[:_MAX_NAMES]
        ci = None if record is None else record.fields.get("ci")
        places = Places.of(context.services, ci, names)
        return _Case(
            onset=onset,
            places=places,
            named=frozenset(names),
            shared=_shared_names((*names, *places.items.values()), changes),
            hits={hit.record.id: hit for hit in by_text},
        )

    def _witnesses(self, onset: datetime, filter: RecordFilter) -> Iterable[Witness]:
        """What changes and incidents of the year before name, as far as the reader may know."""
        since = _back(onset, _NEIGHBOUR_WINDOW)
        for kind in (RecordKind.CHANGE, RecordKind.INCIDENT):
            for seen in self._store.named_places(kind, since, onset, _MOST_WITNESSES):
                if _may_know(filter, seen):
                    yield Witness(seen.record_id, Places.of(seen.services, seen.ci))


class _Text(NamedTuple):
    """How far incident and change say the same, between 0 and 1, and what they share."""

    value: float
    reasons: tuple[str, ...]


class _When(NamedTuple):
    """Hours from the beginning of a change to the onset, and how near that is."""

    hours: float
    nearness: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known of an incident that a change can be compared with."""

    onset: datetime
    places: Places
    named: frozenset[str]
    shared: Mapping[str, Sequence[str]]
    hits: Mapping[str, Hit]

    def suspect(
        self, change: Record, beside: Mapping[str, str], mark: ChangeMark | None
    ) -> SuspectedChange | None:
        """The change as a suspect, unless nothing but time connects the two or a person said no.

        score = 0.35 place + 0.2 · 2^(−hours / 72) + 0.35 text + 0.1 risk, each between 0 and 1
        """
        matched = mark is not None and mark.verdict is ChangeVerdict.MATCHED
        touched = _witness(change).places
        place = relation(self.places, touched, beside)
        text = self._text(change, touched, related=place.closeness > 0)
        connected = has_begun(change) and (place.closeness > 0 or text.value > 0)
        if not matched and (mark is not None or not connected):
            return None
        hours, nearness, when = self._when(change)
        level = risk(change)
        return SuspectedChange(
            record=change,
            hours_before=round(hours, 1),
            reasons=(*place.reasons, *when, *text.reasons, *level.reasons),
            score=_PLACE * place.closeness
            + _TIME * nearness
            + _TEXT * text.value
            + _RISK * level.value,
            matched_by=mark.person if mark is not None and matched else None,
        )

    def _text(self, change: Record, touched: Places, *, related: bool) -> _Text:
        value, reasons = 0.0, []
        if not self.named.isdisjoint((change.id, change.external_id)):
            value = 1.0
            reasons.append(f"The incident names {change.external_id}")
        names = self.shared.get(change.id, ())
        if names:
            value = max(value, _SHARED_NAME)
        # That it touched the same item has been told with the place.
        untold = [name for name in names if not touched.has_item(name)][:_SHOWN_NAMES]
        if untold:
            reasons.append(f"Both name {', '.join(untold)}")
        hit = self.hits.get(change.id)
        if hit is not None and (related or hit.is_close):
            value = max(value, hit.closeness)
            if hit.is_close:
                reasons += [r.text for r in hit.why if r.kind in _WORDING][:1]
        return _Text(value, tuple(reasons))

    def _when(self, change: Record) -> _When:
        opened, ended = change.opened_at, change.resolved_at
        if opened is None:
            return _When(0.0, 0.0, ("Nobody noted when it began",))
        hours = (self.onset - opened) / _HOUR
        size, unit = (hours / 24, "days") if abs(hours) >= _MANY_HOURS else (hours, "h")
        reasons = [f"{abs(size):.1f} {unit} {'before' if hours >= 0 else 'after'}"]
        if ended is not None and opened <= self.onset < ended:
            reasons.append("Still open at the onset")
        return _When(hours, 0.5 ** (max(hours, 0.0) / _HALF_LIFE_HOURS), tuple(reasons))


def _witness(record: Record) -> Witness:
    return Witness(record.id, Places.of(record.services, record.fields.get("ci")))


def _within(change: Record, onset: datetime) -> bool:
    opened = change.opened_at
    return opened is not None and onset - CHANGE_WINDOW <= opened <= onset


def _may_know(filter: RecordFilter, seen: NamedPlaces) -> bool:
    readable = filter.reader.may_read_groups(seen.groups)
    known = filter.as_of is None or seen.known_at <= filter.as_of
    return readable and known and seen.record_id not in filter.exclude


def _shared_names(names: Iterable[str], changes: Sequence[Record]) -> dict[str, list[str]]:
    """The names of the incident that a change's text has too, by the change's id.

    Only whole names, and none that many of the changes have.
    """
    patterns = {
        name.casefold(): re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
        for name in names
    }
    found: dict[str, list[str]] = {}
    for change in changes:
        text = f"{change.title}\n{change.text[:_MAX_TEXT_CHARS]}"
        folded = text.casefold()
        # To look for the bare letters first is ten times faster.
        found[change.id] = [
            match.group()
            for name, pattern in patterns.items()
            if name in folded and (match := pattern.search(text))
        ]
    counts = Counter(name.casefold() for shared in found.values() for name in shared)
    common = max(_COMMON_FLOOR, len(changes) * _COMMON_SHARE)
    return {
        change_id: [name for name in shared if counts[name.casefold()] <= common]
        for change_id, shared in found.items()
    }


def _back(moment: datetime, by: timedelta) -> datetime:
    """Earlier, but within the calendar: for some systems its first day means "never"."""
    try:
        return moment - by
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
