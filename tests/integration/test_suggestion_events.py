"""What the ledger holds of suggestions, counted on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from assistant.db import audit
from assistant.db.suggestion_events import Asked, SuggestionEvents
from retrieval.access import EVERYONE, Reader
from retrieval.corpus.database import Database
from retrieval.corpus.store import SqlRecordStore
from retrieval.corpus.writer import CorpusWriter
from tests.conftest import NOW, content

ANA = Reader("ana", frozenset({EVERYONE}))
RUTH = Reader("ruth", frozenset({EVERYONE, "personnel"}))
NOBODY = Reader("nobody", frozenset())
PASTED = "text:0123456789abcdef"
DAYS = timedelta(days=1)


@pytest.fixture
def events(database: Database) -> SuggestionEvents:
    with database.write() as connection:
        writer = CorpusWriter(connection, NOW)
        for item in (content("A", "VPN"), content("H", "Pay", groups=frozenset({"personnel"}))):
            writer.upsert(item, item.content_hash())
        writer.upsert(content("GONE", "VPN"), "x")
        writer.remove("tickets", ["GONE"])
        for days, actor, action, subject, told in EVENTS:
            audit.append(connection, NOW - days * DAYS, actor, action, subject, told)
    return SuggestionEvents(database, SqlRecordStore(database))


def shown(days: float, actor: str, subject: str, *, abstained: bool = False) -> tuple[Any, ...]:
    # An id that looks like what is looked for must not count.
    told = {"abstained": abstained, "hits": ['"abstained":true']}
    return days, actor, "shown", subject, told


EVENTS = [
    shown(9, "old", "A", abstained=True),
    shown(3, "ana", "A"),
    shown(2, "eva", "A", abstained=True),
    shown(2, "ana", PASTED, abstained=True),
    shown(2, "ruth", "H", abstained=True),
    (1.5, "eva", "given", "A", {"verdict": "useful"}),
    (1.5, "ruth", "given", "H", {"verdict": "useful"}),
    shown(1, "eva", "A", abstained=True),
    shown(1, "eva", "GONE", abstained=True),
    (1, "eva", "other", "A", {"abstained": True}),
]


class TestUsed:
    def test_is_counted_by_day_over_what_may_be_read(self, events: SuggestionEvents) -> None:
        used = events.used(ANA, NOW - 7 * DAYS, shown="shown", given="given")
        days = {(NOW - back * DAYS).date(): count for back, count in ((3, 1), (2, 2), (1, 1))}
        assert used.by_day == days
        assert used.first == {"A": NOW - 3 * DAYS}
        assert used.people == {"ana", "eva"}
        assert [(one.actor, one.told["verdict"]) for one in used.given] == [("eva", "useful")]

    def test_more_for_who_may_read_more(self, events: SuggestionEvents) -> None:
        used = events.used(RUTH, NOW - 7 * DAYS, shown="shown", given="given")
        assert used.by_day[(NOW - 2 * DAYS).date()] == 3
        assert set(used.first) == {"A", "H"}
        assert "ruth" in used.people

    def test_pasted_texts_are_everybodys(self, events: SuggestionEvents) -> None:
        used = events.used(NOBODY, NOW - 7 * DAYS, shown="shown", given="given")
        assert used.by_day == {(NOW - 2 * DAYS).date(): 1}


class TestWithoutPrecedent:
    def test_counts_readable_records_whose_answers_abstained(
        self, events: SuggestionEvents
    ) -> None:
        asked = events.without_precedent(ANA, NOW - 7 * DAYS, {"shown"}, 10)
        assert asked == [Asked("A", 2, NOW - 1 * DAYS)]
        (first,) = events.without_precedent(RUTH, NOW - 7 * DAYS, {"shown"}, 1)
        assert first.record_id == "A"
        assert events.without_precedent(NOBODY, NOW - 7 * DAYS, {"shown"}, 10) == []
