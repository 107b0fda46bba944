"""Work notes in a draft: roles for names, few entries for many, and what does not fit."""

from datetime import UTC, datetime, timedelta

import pytest

from assistant.domain.drafts import DraftBody, SectionName, Verdict
from assistant.domain.evidence import EvidencePack, Related
from assistant.services.drafting.condensing import MAX_ENTRIES
from assistant.services.drafting.extractive import ExtractiveWriter
from assistant.services.drafting.packing import packed
from assistant.services.drafting.ports import Written
from retrieval.records import Record
from tests.unit.assistant.test_drafting import claims, record, texts

BEGAN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def with_notes(*notes: str, **values: object) -> Record:
    text = "Checkout was unavailable.\n\n## Work notes\n" + "\n".join(f"- {note}" for note in notes)
    return record("INC7", text, "Checkout", opened_at=BEGAN, **values)


def written(incident: Record) -> Written:
    return ExtractiveWriter().write(EvidencePack(incident))


def timeline(incident: Record) -> list[str]:
    return texts(written(incident).body, SectionName.TIMELINE)


def asked(body: DraftBody) -> list[str]:
    return [q.text for q in body.questions if q.section is SectionName.TIMELINE]


@pytest.fixture(scope="module")
def storm() -> Written:
    """Five hundred notes: a storm in the first hour, a quiet afternoon with the repair."""
    storm = [BEGAN + timedelta(seconds=7 * n) for n in range(490)]
    notes = [
        f"{at:%Y-%m-%d %H:%M:%S} bot-1: probe {n} of pay-{n} timed out"
        for n, at in enumerate(storm)
    ]
    calm = [BEGAN + timedelta(hours=2 + n) for n in range(9)]
    notes += [f"{at:%Y-%m-%d %H:%M} oncall: checked shard {n}" for n, at in enumerate(calm)]
    end = BEGAN + timedelta(hours=12)
    notes += [f"{end:%Y-%m-%d %H:%M} oncall: restored the pool, payments work again"]
    return written(with_notes(*notes))


class TestRoles:
    def test_authors_and_persons_of_fields_are_called_by_their_roles(self) -> None:
        incident = with_notes(
            "2026-03-02 10:05 m.kaya: restarted checkout-1 for Eva Lind, no change",
            "2026-03-02 10:09 oncall-net: paged the vendor, @m.kaya is on it",
            fields={"caller": "Eva Lind"},
        )
        assert timeline(incident) == [
            "2026-03-02 10:05 an engineer: restarted checkout-1 for the caller, no change",
            "2026-03-02 10:09 oncall-net: paged the vendor, an engineer is on it",
        ]

    def test_such_a_claim_cites_the_words_of_the_record_and_is_supported(self) -> None:
        incident = with_notes("2026-03-02 10:05 m.kaya: restarted checkout-1")
        (claim,) = claims(written(incident).body, SectionName.TIMELINE)
        assert claim.verdict is Verdict.SUPPORTED
        assert claim.citations[0].quote == "2026-03-02 10:05 m.kaya: restarted checkout-1"

    def test_a_name_inside_another_word_stays(self) -> None:
        incident = with_notes("2026-03-02 10:05 kaya: kaya-db-01 and kayak.example.org are down")
        assert timeline(incident) == [
            "2026-03-02 10:05 an engineer: kaya-db-01 and kayak.example.org are down"
        ]


class TestManyEntries:
    def test_the_timeline_stays_readable_and_says_what_it_left_out(self, storm: Written) -> None:
        shown = texts(storm.body, SectionName.TIMELINE)
        assert len(shown) == MAX_ENTRIES
        assert f"{MAX_ENTRIES} of 500 entries" in storm.notes[0]
        assert "2026-03-02 10:00 UTC: " in storm.notes[1]

    def test_the_first_the_last_and_the_telling_entries_stay(self, storm: Written) -> None:
        shown = texts(storm.body, SectionName.TIMELINE)
        assert "probe 0 of" in shown[0]
        assert "restored the pool" in shown[-1]

    def test_few_entries_are_all_there(self) -> None:
        notes = [f"2026-03-02 10:{n:02} oncall: checked shard {n}" for n in range(MAX_ENTRIES)]
        assert len(timeline(with_notes(*notes))) == MAX_ENTRIES

    def test_a_prompt_has_room_for_the_rest_beside_ten_thousand_notes(self) -> None:
        moments = [BEGAN + timedelta(seconds=5 * n) for n in range(10_000)]
        notes = [f"{at:%Y-%m-%d %H:%M:%S} bot-1: probe {n} failed" for n, at in enumerate(moments)]
        notes[7_000] += " because the pool was exhausted"
        before = record("INC0", "## Resolution\nThe certificate of pay-gw-2 was renewed.\n")
        pack = EvidencePack(with_notes(*notes), (Related(before),))
        found = packed(pack, 24_000)
        shown = [span.unit for span in found.spans.values()]
        assert any(unit.record.id == "INC0" for unit in shown)
        assert any("because the pool was exhausted" in unit.text for unit in shown)
        assert any("Checkout was unavailable" in unit.text for unit in shown)
        assert len(shown) + found.left_out == 10_002
        assert sum(len(span.text) for span in found.spans.values()) < 24_000


class TestMoments:
    def test_zones_and_distances_are_worked_out(self) -> None:
        body = written(
            with_notes(
                "2026-03-02 11:05 CET oncall: paged the vendor",
                "T+20: the vendor answered",
                "10 minutes later the pool was full",
                "23:50 UTC oncall: still slow",
                "00:10 UTC oncall: restored the pool",
            )
        ).body
        moments = [claim.at for claim in claims(body, SectionName.TIMELINE)]
        assert moments == [
            datetime(2026, 3, 2, 10, 5, tzinfo=UTC),
            datetime(2026, 3, 2, 10, 25, tzinfo=UTC),
            datetime(2026, 3, 2, 10, 35, tzinfo=UTC),
            datetime(2026, 3, 2, 23, 50, tzinfo=UTC),
            datetime(2026, 3, 3, 0, 10, tzinfo=UTC),
        ]


class TestDoubts:
    def test_a_long_silence_is_asked_about(self) -> None:
        found = asked(
            written(
                with_notes(
                    "2026-03-02 10:05 oncall: paged the vendor",
                    "2026-03-02 10:25 oncall: the vendor answered",
                    "2026-03-02 13:40 oncall: restored the pool",
                )
            ).body
        )
        assert found == [
            "What happened between 2026-03-02 10:25 and 13:40 UTC (3 h 15 min)? "
            "The record has no entry."
        ]

    def test_a_repair_before_it_began_is_asked_about(self) -> None:
        found = asked(
            written(
                with_notes(
                    "2026-03-02 08:05 oncall: restored the pool",
                    "2026-03-02 08:25 oncall: all good",
                )
            ).body
        )
        assert "It was opened later, at 2026-03-02 10:00 UTC." in found[0]

    def test_an_entry_below_a_later_one_is_asked_about(self) -> None:
        found = asked(
            written(
                with_notes(
                    "2026-03-02 10:05 oncall: paged the vendor",
                    "2026-03-02 10:15 oncall: the vendor answered",
                    "2026-03-02 10:25 oncall: the pool was raised",
                    "2026-03-02 10:02 oncall: payments work",
                    "2026-03-02 10:30 oncall: closed",
                )
            ).body
        )
        assert found == [
            "Is the time right in: '2026-03-02 10:02 oncall: payments work'? "
            "It stands below an entry of 2026-03-02 10:25 UTC."
        ]

    def test_a_journal_printed_newest_first_is_in_order(self) -> None:
        notes = [f"2026-03-02 10:{30 - n:02} oncall: checked shard {n}" for n in range(5)]
        assert asked(written(with_notes(*notes)).body) == []

    def test_resolved_before_opened_is_asked_about(self) -> None:
        incident = with_notes(
            "2026-03-02 10:05 oncall: paged the vendor",
            "2026-03-02 10:15 oncall: the vendor answered",
            resolved_at=BEGAN - timedelta(hours=1),
        )
        assert asked(written(incident).body) == [
            "Was it resolved (2026-03-02 09:00 UTC) before it was opened (2026-03-02 10:00 UTC)?"
        ]
