"""Use case: what have we seen that is like this?"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.domain.incident import IncidentContext
from assistant.services.context import context_of_event
from assistant.services.triage.alerts import grouped, notice_of
from assistant.services.triage.opening import as_opened
from ingest.redaction import Redactor
from ingest.text import clean_text
from ingest.webhooks.event import IncidentEvent
from retrieval.access import Reader, RecordFilter
from retrieval.errors import AmbiguousReference, InvalidInput, NotFound, TooLarge
from retrieval.ports import RecordStore
from retrieval.records import Record, RecordKind
from retrieval.searcher import Query, Searcher, SearchResult

# Ten times the longest ticket we have seen, with its pasted logs. Beyond it a file was
# pasted by mistake, and nobody waits for an answer to it.
MAX_TEXT_CHARS = 2_000_000
MAX_HITS = 100
# A ticket names a handful of others; one that names hundreds is a list of them.
_MOST_LINKED = 20


@dataclass(frozen=True, slots=True)
class SimilarAnswer:
    """A search result together with what was asked."""

    context: IncidentContext
    result: SearchResult


class SimilarIncidents:
    """Answers with similar records that the reader may read."""

    def __init__(
        self,
        searcher: Searcher,
        store: RecordStore,
        redactor: Redactor,
        clock: Callable[[], datetime],
    ) -> None:
        self._searcher = searcher
        self._store = store
        self._redactor = redactor
        self._clock = clock

    def context_of_text(self, text: str, as_of: datetime | None = None) -> IncidentContext:
        """The context of a pasted text, redacted before anything else happens to it."""
        if not text.strip():
            raise InvalidInput("The text is empty. Describe the incident in a few words.")
        _check_length(text)
        return IncidentContext.of_text(self._redactor.clean(text), as_of)

    def context_of_event(
        self, event: IncidentEvent, as_of: datetime | None = None
    ) -> IncidentContext:
        """The context of what an outside system tells of an incident, redacted likewise."""
        _check_length(event.title, event.text)
        context = context_of_event(event, self._redactor, as_of)
        if not context.text:
            raise InvalidInput("The event tells nothing. Send a title or a description.")
        return context

    def context_of_record(
        self, reference: str, reader: Reader, as_of: datetime | None = None
    ) -> IncidentContext:
        """The context of a stored record that the reader may read, with its alerts.

        These are the alerts that it names, as far as the reader may read them; of a stored
        alert, the alert itself. Asked as of an earlier moment, it is the revision that was known
        then; where no revision is that old, what was known at the opening.
        """
        record = self._known(self.readable(reference, reader), as_of)
        context = IncidentContext.of_record(record, as_of)
        if as_of is not None and record.known_at > as_of:
            opened = IncidentContext.of_text(as_opened(record), as_of)
            context = replace(
                context,
                record=None,
                text=opened.text,
                title=opened.title,
                identifiers=opened.identifiers,
            )
        alerts = [record]
        if record.kind is not RecordKind.ALERT:
            alerts = self.linked(context, reader, frozenset({RecordKind.ALERT}))
        return replace(context, alerts=grouped(notice_of(alert) for alert in alerts))

    def _known(self, record: Record, as_of: datetime | None) -> Record:
        """The newest revision that was known by then; the present one where none was."""
        if as_of is None or record.known_at <= as_of:
            return record
        for revision in range(record.revision - 1, 0, -1):
            past = self._store.get(record.id, revision)
            if past is not None and past.known_at <= as_of:
                return past
        return record

    def linked(
        self, context: IncidentContext, reader: Reader, kinds: frozenset[RecordKind]
    ) -> list[Record]:
        """Stored records of the kinds that an incident names, as far as the reader may know."""
        allowed = filter_for(context, reader, kinds)
        found = []
        for reference in context.linked[:_MOST_LINKED]:
            try:
                record = self._store.resolve(reference, reader)
            except (NotFound, AmbiguousReference):
                # A ticket names what other systems know, too.
                continue
            if allowed.admits(record):
                found.append(record)
        return found

    def readable(self, reference: str, reader: Reader, revision: int | None = None) -> Record:
        """A record by reference; hidden and unknown ones give the same ``NotFound``."""
        # What no database can store names no record.
        record = self._store.resolve(clean_text(reference), reader)
        if revision is None or revision == record.revision:
            return record
        past = self._store.get(record.id, revision)
        if past is None:
            raise NotFound(
                f"{record.id} has no revision {revision}; the current one is {record.revision}."
            )
        return past

    def of_source(self, source: str, name: str, reader: Reader) -> Record:
        """A record as its source calls it; hidden and unknown ones give the same ``NotFound``."""
        return self._store.of_source(clean_text(source), clean_text(name), reader)

    def similar(
        self,
        context: IncidentContext,
        reader: Reader,
        k: int = 10,
        kinds: frozenset[RecordKind] = frozenset(),
    ) -> SimilarAnswer:
        """At most ``k`` records of the kinds (all if none), most similar first.

        Near-duplicates are folded into the first of them.
        """
        return SimilarAnswer(context, self._searcher.search(self._query(context, reader, k, kinds)))

    def order(self, context: IncidentContext, reader: Reader, k: int) -> tuple[Record, ...]:
        """The records that ``similar`` gives, in their order and with nothing told of them."""
        return self._searcher.order(self._query(context, reader, k))

    def _query(
        self,
        context: IncidentContext,
        reader: Reader,
        k: int,
        kinds: frozenset[RecordKind] = frozenset(),
    ) -> Query:
        if not 1 <= k <= MAX_HITS:
            raise InvalidInput(f"k is {k}; give a number from 1 to {MAX_HITS}.")
        return Query(
            text=context.text,
            filter=filter_for(context, reader, kinds),
            k=k,
            services=context.services,
            at=context.onset or self._clock(),
            fold=True,
        )


def _check_length(*texts: str) -> None:
    length = sum(len(text) for text in texts)
    if length > MAX_TEXT_CHARS:
        raise TooLarge(
            f"The text has {length:,} characters; at most {MAX_TEXT_CHARS:,} are read. "
            "Send the ticket's description instead of the whole log."
        )


def filter_for(
    context: IncidentContext, reader: Reader, kinds: frozenset[RecordKind]
) -> RecordFilter:
    """What may be searched for a context: readable, known by then, and not itself."""
    itself = frozenset() if context.record_id is None else frozenset({context.record_id})
    excluded = itself | context.left_out
    return RecordFilter(reader=reader, as_of=context.as_of, kinds=kinds, exclude=excluded)
