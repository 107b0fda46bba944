"""Where suites are tried: throw-away installations with what was planted in them."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from assistant.bootstrap import Application
from assistant.db.tables import decisions, outbox, proposals
from assistant.domain.drafts import Draft
from assistant.domain.people import Person, Role
from assistant.domain.triage import TriageCard
from assistant.llm.chat import ChatModel
from assistant.services.similar import SimilarAnswer
from evals.installation import bare_installation, index
from ingest.pipeline import IngestOptions
from retrieval.access import EVERYONE
from retrieval.records import Record, RecordKind

READER = Person(name="reader", roles=frozenset({Role.ANALYST, Role.AUTHOR}))
"""Asks and drafts, and reads what everybody may read."""

_SOURCE = "planted"
# Less tells too little for anything to be found by it.
_LEAST_CHARS = 80
# What is known of an incident when it is new: its first lines.
EARLY_CHARS = 400


class Planted(NamedTuple):
    """A record to plant. ``fields`` are as a source system tells them."""

    id: str
    title: str
    text: str
    kind: RecordKind = RecordKind.INCIDENT
    fields: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a suite is tried with: files of records, a seed, and how to make an installation.

    ``writer`` drafts; ``chat`` makes the chat model of an installation, where one is wanted.
    """

    files: tuple[Path, ...]
    records: tuple[Record, ...]
    seed: int
    cache_file: Path | None = None
    writer: str = "extractive"
    chat: Callable[[], ChatModel] | None = None

    @contextmanager
    def installation(self, planted: Sequence[Planted] = ()) -> Iterator[Application]:
        """The corpus and what is planted in it, for everybody to read."""
        with bare_installation(None if self.chat is None else self.chat()) as app:
            for file in self.files:
                options = IngestOptions(source=file.stem, groups=frozenset({EVERYONE}))
                app.pipeline.take_in(file, options)
            self.plant(app, planted)
            yield app

    def plant(self, app: Application, planted: Sequence[Planted], group: str = EVERYONE) -> None:
        """Take records in by the product's own way in; only the group may read them."""
        if planted:
            file = app.settings.data_dir.parent / f"{_SOURCE}-{group}.jsonl"
            entries = (
                {
                    "id": each.id,
                    "kind": each.kind,
                    "title": each.title,
                    "text": each.text,
                    "fields": each.fields or {},
                }
                for each in planted
            )
            text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
            file.write_text(text, encoding="utf-8")
            options = IngestOptions(source=_SOURCE, groups=frozenset({group}))
            app.pipeline.take_in(file, options)
            file.unlink()
        index(app, self.cache_file)

    def past_incidents(self) -> list[Record]:
        """Incidents that tell enough to be found, in the order of their ids."""
        found = [r for r in self.records if r.kind is RecordKind.INCIDENT]
        return [r for r in found if len(r.text) >= _LEAST_CHARS]


class Answers(NamedTuple):
    """All that a reader is told of an incident."""

    similar: SimilarAnswer
    card: TriageCard
    draft: Draft


def answers(app: Application, record_id: str, writer: str) -> Answers:
    """Ask and draft as the reader."""
    context = app.similar.context_of_record(record_id, READER.reader())
    return Answers(
        app.similar.similar(context, READER.reader()),
        app.triage.card(context, READER.reader()),
        app.drafting.create(READER, READER.reader(), record_id, writer),
    )


def writes_made(app: Application) -> int:
    """How many proposals, decisions and deliveries there are; a suite makes none itself."""
    with app.database.read() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(table)) or 0
            for table in (proposals, decisions, outbox)
        ]
    return sum(counts)
