"""One path into the corpus: read → redact → divide into sections → store → embed → publish."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ingest.connectors import connector_for
from ingest.connectors.profile import Profile
from ingest.intake import Intake, Origin, Prepared, Stored
from ingest.items import Reject, SourceItem
from ingest.redaction import Redactor
from ingest.removal import is_mass_removal
from ingest.runs import RunJournal, RunState
from retrieval.batches import batched
from retrieval.corpus.database import Database
from retrieval.corpus.writer import CorpusWriter
from retrieval.errors import PrecedentError
from retrieval.indexer import Indexer, IndexReport, Progress

# Records per unit of work: an interrupted run repeats at most these.
_BATCH = 200
_REJECTS_SHOWN = 20

Seen = Callable[[int], None]
"""Called with the number of records read so far."""


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How to read a path.

    ``partial``: what is missing from the path was not removed at the source.
    ``groups``: who may read records whose source does not say.
    """

    source: str | None = None
    profile: Profile | None = None
    partial: bool = False
    allow_mass_removal: bool = False
    groups: frozenset[str] = frozenset()


@dataclass(slots=True)
class IngestSummary:
    """What came of one path. ``warning`` says what a person should look at."""

    source: str
    place: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    redactions: int = 0
    seconds: float = 0.0
    warning: str | None = None
    rejects: list[Reject] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def records(self) -> int:
        """Records read, without rejects."""
        return self.added + self.changed + self.unchanged

    @property
    def records_per_second(self) -> float:
        """Records read a second."""
        return self.records / self.seconds if self.seconds else 0.0

    def note(self, prepared: Prepared, stored: Stored) -> None:
        """Add what came of one batch."""
        self.added += stored.added
        self.changed += stored.changed
        self.unchanged += stored.unchanged
        self.redactions += prepared.redactions
        self.rejected += len(prepared.rejects)
        self.rejects += prepared.rejects[: _REJECTS_SHOWN - len(self.rejects)]
        self.remarks += prepared.remarks

    def counts(self) -> dict[str, int]:
        """The counts by name."""
        names = ("added", "changed", "unchanged", "removed", "rejected", "redactions")
        return {name: getattr(self, name) for name in names}


class IngestPipeline:
    """Takes paths in, so that running it again costs nothing and killing it loses nothing.

    Records are committed in batches. An item whose digest is known is skipped before it
    is redacted or embedded, so a repeated or resumed run goes quickly to where it was.
    """

    def __init__(
        self,
        database: Database,
        redactor: Redactor,
        indexer: Indexer,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._indexer = indexer
        self._clock = clock
        self._intake = Intake(database, redactor, clock)
        self._journal = RunJournal(database)

    def take_in(
        self, path: Path, options: IngestOptions, seen: Seen | None = None
    ) -> IngestSummary:
        """Bring one file or folder into the corpus; see :meth:`index` for the second half.

        Raises ``UnreadableFile`` when the path as a whole cannot be read; then nothing
        of it is changed beyond the batches already committed, and nothing is removed.
        """
        started = time.monotonic()
        connector = connector_for(path)
        summary = IngestSummary(source=options.source or source_name(path), place=str(path))
        run = self._journal.start(summary.source, str(path), self._clock())
        origin = Origin(summary.source, options.groups, run)
        seen_ids: set[str] = set()
        try:
            items = connector.read(path, options.profile)
            for batch in batched(items, _BATCH):
                self._store(batch, origin, summary, seen_ids)
                if seen is not None:
                    seen(summary.records + summary.rejected)
            self._remove_missing(options, summary, seen_ids)
        except PrecedentError:
            self._journal.finish(run, RunState.FAILED, summary.counts(), self._clock())
            raise
        self._journal.finish(run, RunState.FINISHED, summary.counts(), self._clock())
        summary.seconds = time.monotonic() - started
        return summary

    def index(self, progress: Progress | None = None) -> IndexReport | None:
        """Embed what is new and publish, if the published index does not show the corpus."""
        return self._indexer.refresh(progress)

    def _store(
        self,
        batch: Iterable[SourceItem | Reject],
        origin: Origin,
        summary: IngestSummary,
        seen_ids: set[str],
    ) -> None:
        prepared = self._intake.prepare(batch, origin)
        with self._database.write() as connection:
            stored = self._intake.store(connection, prepared, origin)
        summary.note(prepared, stored)
        seen_ids |= prepared.ids

    def _remove_missing(
        self, options: IngestOptions, summary: IngestSummary, seen_ids: set[str]
    ) -> None:
        if options.partial:
            return
        with self._database.write() as connection:
            writer = CorpusWriter(connection, self._clock())
            present = writer.present(summary.source)
            missing = present - seen_ids
            reason = _reason_to_keep(missing, present, summary, options)
            if missing and reason is not None:
                summary.warning = (
                    f"{len(missing)} record(s) of {summary.source!r} are no longer in "
                    f"{summary.place} and were kept, because {reason}."
                )
                return
            summary.removed = writer.remove(summary.source, sorted(missing))


def source_name(path: Path) -> str:
    """The source that a path stands for when none is named.

    A folder by its name, a file by its folder and name: two exports called
    ``corpus.jsonl`` in different folders are different sources.
    """
    resolved = path.resolve()
    return resolved.name if resolved.is_dir() else f"{resolved.parent.name}/{resolved.stem}"


def _reason_to_keep(
    missing: set[str], present: set[str], summary: IngestSummary, options: IngestOptions
) -> str | None:
    unreadable = sum(1 for reject in summary.rejects if reject.external_id is None)
    if unreadable or summary.rejected > len(summary.rejects):
        return "some rows could not be read and may be these; mend them and run again"
    if is_mass_removal(len(missing), len(present)) and not options.allow_mass_removal:
        return (
            f"that is most of its {len(present)} records and looks like a truncated export; "
            "run again with --allow-mass-removal if they are really gone"
        )
    return None
