"""Suspected changes: which are, in what order, and that only a person makes one a match."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from assistant.db.change_marks import ChangeMark, ChangeMarkRepository, ChangeVerdict
from assistant.domain.incident import IncidentContext
from assistant.domain.triage import SuspectedChange
from assistant.services.similar import filter_for
from assistant.services.triage.change_risk import has_begun, risk
from assistant.services.triage.changes import ChangeSuspects
from assistant.services.triage.places import Places, Witness, neighbours, relation
from retrieval.access import EVERYONE, Reader
from retrieval.records import Record, RecordKind
from retrieval.searcher import Hit, Query, Searcher
from tests.conftest import Corpus, content

ONSET = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
ANA = Reader("ana", frozenset({EVERYONE}))
ERP = ("ERP finance",)


class Suspicion:
    """A corpus with an incident, to which a test adds changes."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.marks = ChangeMarkRepository(corpus.database)
        self.incident("INC1", "Ledger stands still", services=ERP, ci="erp-db-01")

    def incident(self, number: str, text: str, **values: object) -> None:
        self._add(number, text, RecordKind.INCIDENT, opened=ONSET, values=values)

    def change(self, number: str, text: str = "Routine work", **values: object) -> None:
        opened = ONSET - timedelta(hours=float(str(values.pop("hours", 10))))
        self._add(number, text, RecordKind.CHANGE, opened=opened, values=values)

    def _add(
        self, number: str, text: str, kind: RecordKind, opened: datetime, values: dict[str, object]
    ) -> None:
        own = {name: values.pop(name) for name in ("services", "groups") if name in values}
        moments = {name: values.pop(name) for name in ("resolved_at", "known_at") if name in values}
        known = {"known_at": opened, **moments}
        item = content(number, text, kind=kind, opened_at=opened, fields=values, **own, **known)
        self.corpus.add(item)

    def asked(
        self,
        number: str = "INC1",
        reader: Reader = ANA,
        as_of: datetime | None = None,
        similar: Sequence[Hit] = (),
    ) -> tuple[SuspectedChange, ...]:
        """The suspects, with the changes that a search finds close."""
        self.corpus.publish()
        record = self.corpus.store.resolve(number, Reader.operator())
        context = IncidentContext.of_record(record, as_of)
        changes = filter_for(context, reader, frozenset({RecordKind.CHANGE}))
        searcher = Searcher(self.corpus.reader, self.corpus.store)
        hits = searcher.search(Query(context.text, changes, 20, context.services, ONSET)).hits
        finder = ChangeSuspects(self.corpus.store, self.marks)
        return finder.before(context, ONSET, changes, hits, similar)

    def ids(self, number: str = "INC1", reader: Reader = ANA) -> list[str]:
        return [suspect.record.id for suspect in self.asked(number, reader)]

    def mark(self, change: str, verdict: ChangeVerdict, at: datetime = ONSET) -> None:
        self.marks.keep(ChangeMark("INC1", change, verdict, "ana", at, ""))


@pytest.fixture
def case(corpus: Corpus) -> Suspicion:
    return Suspicion(corpus)


class TestCandidates:
    def test_a_change_of_the_week_before_on_the_same_service_is_suspected(
        self, case: Suspicion
    ) -> None:
        case.change("IN", services=ERP, hours=167)
        case.change("EARLIER", services=ERP, hours=169)
        case.change("LATER", services=ERP, hours=-1)
        case.change("ELSEWHERE", "Floor polish", services=("Canteen",), hours=1)
        assert case.ids() == ["IN"]

    def test_an_earlier_change_that_was_still_open_counts(self, case: Suspicion) -> None:
        after, before = ONSET + timedelta(hours=1), ONSET - timedelta(hours=1)
        case.change("OPEN", services=ERP, hours=240, resolved_at=after)
        case.change("ENDED", services=ERP, hours=240, resolved_at=before)
        case.change("FORGOTTEN", services=ERP, hours=24 * 60, resolved_at=after)
        (suspect,) = case.asked()
        assert suspect.record.id == "OPEN"
        assert "Still open at the onset" in suspect.reasons

    @pytest.mark.parametrize(
        "status",
        ["Planned", "Scheduled", "-2 - Scheduled", "Canceled", "Closed - cancelled", "Rejected"],
    )
    def test_a_change_that_was_not_carried_out_is_no_suspect(
        self, case: Suspicion, status: str
    ) -> None:
        case.change("NOT", services=ERP, ci="erp-db-01", status=status)
        assert case.ids() == []

    @pytest.mark.parametrize("status", ["Closed", "Implement", "Backed out", "In Progress", ""])
    def test_a_change_that_was_begun_is_one(self, case: Suspicion, status: str) -> None:
        case.change("DONE", services=ERP, status=status)
        assert case.ids() == ["DONE"]

    def test_what_the_reader_may_not_read_is_not_shown(self, case: Suspicion) -> None:
        case.change("SECRET", services=ERP, groups=frozenset({"hr"}))
        assert case.ids() == []
        assert case.ids(reader=Reader("h", frozenset({"hr", EVERYONE}))) == ["SECRET"]

    def test_at_most_five_are_listed(self, case: Suspicion) -> None:
        for number in range(9):
            case.change(f"C{number}", services=ERP, hours=number + 1)
        assert case.ids() == ["C0", "C1", "C2", "C3", "C4"]


class TestOrder:
    def test_the_same_item_is_before_the_same_service_before_a_neighbour(
        self, case: Suspicion
    ) -> None:
        case.change("BESIDE", services=("Storage",), ci="erp-db-02")
        case.change("SERVICE", services=ERP)
        case.change("ITEM", services=("Database platform",), ci="ERP-DB-01.corp.example")
        assert case.ids() == ["ITEM", "SERVICE", "BESIDE"]

    def test_the_nearer_in_time_is_first(self, case: Suspicion) -> None:
        case.change("FAR", services=ERP, hours=100, risk="Moderate")
        case.change("NEAR", services=ERP, hours=3, risk="Low")
        assert case.ids() == ["NEAR", "FAR"]

    def test_the_riskier_is_first_and_a_failed_one_is_risky(self, case: Suspicion) -> None:
        case.change("LOW", services=ERP, risk="Low")
        case.change("HIGH", services=ERP, risk="High")
        case.change("FAILED", services=ERP, risk="Low", status="Backed out")
        case.change("HASTY", services=ERP, risk="Low", type="Emergency")
        assert case.ids() == ["FAILED", "HIGH", "HASTY", "LOW"]

    def test_the_one_that_names_the_same_error_is_first(self, case: Suspicion) -> None:
        case.incident("INC2", "Postings fail with ORA-00257", services=ERP)
        case.change("SILENT", services=ERP, hours=9)
        case.change("NAMES", "Archiver moved, watch for ORA-00257 after it", services=ERP)
        first, second = case.asked("INC2")
        assert (first.record.id, second.record.id) == ("NAMES", "SILENT")
        assert "Both name ORA-00257" in first.reasons

    def test_scores_are_between_zero_and_one(self, case: Suspicion) -> None:
        case.incident("INC2", "ORA-00257 on erp-db-01 since CHG1", services=ERP, ci="erp-db-01")
        worst = {"risk": "High", "status": "Backed out", "hours": 0}
        case.change("CHG1", "ORA-00257 on erp-db-01", services=ERP, ci="erp-db-01", **worst)
        case.change("CHG2", services=("Storage",), ci="erp-db-02", hours=168)
        top, last = case.asked("INC2")
        assert 0 < last.score < 0.5 < top.score <= 1


class TestReasons:
    def test_place_time_and_risk_are_told_in_words(self, case: Suspicion) -> None:
        case.change("C", services=ERP, ci=["erp-app-01", "erp-db-01"], risk="High", hours=3.2)
        (suspect,) = case.asked()
        assert suspect.reasons == (
            "Same CI erp-db-01",
            "Same service: ERP finance",
            "3.2 h before",
            "Risk: High",
        )
        assert suspect.hours_before == pytest.approx(3.2)

    def test_days_are_told_as_days(self, case: Suspicion) -> None:
        case.change("C", services=ERP, hours=108)
        (suspect,) = case.asked()
        assert "4.5 days before" in suspect.reasons

    def test_a_change_that_the_incident_names_is_said_to_be_named(self, case: Suspicion) -> None:
        case.incident("INC2", "Slow since CHG0030001 last night", services=("Canteen",))
        case.change("CHG0030001")
        (suspect,) = case.asked("INC2")
        assert "The incident names CHG0030001" in suspect.reasons

    def test_a_name_within_a_longer_name_is_another_name(self, case: Suspicion) -> None:
        case.incident("INC2", "No answer from app-7", services=("Canteen",))
        case.change("C", "Restart of app-77 and big-app-7", services=("Storage",))
        assert case.ids("INC2") == []

    def test_a_name_that_every_change_has_says_nothing(self, case: Suspicion) -> None:
        case.incident("INC2", "Nobody reaches wiki.corp.example", services=("Canteen",))
        for number in range(4):
            case.change(f"C{number}", "Plan on wiki.corp.example", services=("Storage",))
        assert all("Both name" not in r for s in case.asked("INC2") for r in s.reasons)

    def test_a_change_close_in_text_alone_is_suspected(self, case: Suspicion) -> None:
        case.incident("INC2", "Badge readers refuse every badge")
        case.change("C", "Badge readers refuse every badge: new firmware")
        (suspect,) = case.asked("INC2")
        assert any(reason.startswith("Shared words") for reason in suspect.reasons)


class TestNeighbours:
    def test_services_that_one_change_names_together_are_neighbours(self, case: Suspicion) -> None:
        case.change("OLD", services=(*ERP, "Backup"), hours=1_500)
        case.change("C", services=("Backup",), hours=2)
        (beside,) = case.asked()
        assert "Neighbouring service Backup: OLD names both" in beside.reasons

    def test_an_item_that_an_incident_of_the_service_named_is_a_neighbour(
        self, case: Suspicion
    ) -> None:
        case.incident("PAST", "Postings wait", services=ERP, ci="san-utr-1")
        case.change("C", services=("Storage",), ci="san-utr-1")
        (suspect,) = case.asked()
        assert "Neighbouring CI san-utr-1: PAST names both" in suspect.reasons

    def test_a_hidden_record_teaches_nothing(self, case: Suspicion) -> None:
        secret = frozenset({"hr"})
        case.incident("PAST", "Postings wait", services=ERP, ci="san-utr-1", groups=secret)
        case.change("C", services=("Storage",), ci="san-utr-1")
        assert case.ids() == []

    def test_what_became_known_later_teaches_nothing_about_an_earlier_moment(
        self, case: Suspicion
    ) -> None:
        later = ONSET + timedelta(days=2)
        case.incident("PAST", "Postings wait", services=ERP, ci="san-utr-1", known_at=later)
        case.change("C", services=("Storage",), ci="san-utr-1")
        assert [s.record.id for s in case.asked(as_of=later)] == ["C"]
        assert case.asked(as_of=ONSET) == ()

    def test_an_incident_without_a_service_has_that_of_the_similar_one(
        self, case: Suspicion
    ) -> None:
        case.incident("INC2", "Cannot post invoices in the ledger")
        case.incident("PAST", "Cannot post invoices in the ledger", services=ERP)
        case.change("C", services=ERP)
        case.corpus.publish()
        incidents = filter_for(
            IncidentContext.of_record(case.corpus.store.resolve("INC2", Reader.operator())),
            ANA,
            frozenset({RecordKind.INCIDENT}),
        )
        searcher = Searcher(case.corpus.reader, case.corpus.store)
        similar = searcher.search(Query("Cannot post invoices in the ledger", incidents)).hits
        (suspect,) = case.asked("INC2", similar=similar)
        assert "Neighbouring service ERP finance: the similar PAST names it" in suspect.reasons


class TestPlaces:
    @pytest.mark.parametrize(
        "ci",
        ["erp-db-01", "ERP-DB-01", "erp-db-01.corp.example", ["x", "erp-db-01"], "x, erp-db-01"],
    )
    def test_an_item_is_the_same_however_it_is_written(self, ci: object) -> None:
        own = Places.of((), "erp-db-01")
        assert relation(own, Places.of((), ci), {}).closeness == 1.0

    @pytest.mark.parametrize("ci", [None, 7, "", "[", '["a', {"a": 1}, [1, None], "[" * 100_000])
    def test_a_strange_field_names_nothing(self, ci: object) -> None:
        assert Places.of((), ci).items == {}

    def test_addresses_are_compared_whole(self) -> None:
        own = Places.of((), "10.0.0.1")
        assert relation(own, Places.of((), "10.0.0.2"), {}).closeness == 0.0

    def test_machines_that_differ_in_their_number_are_neighbours(self) -> None:
        own = Places.of((), "acc-rtm-f2a")
        assert relation(own, Places.of((), "acc-rtm-f1"), {}).reasons == (
            "Neighbouring CI acc-rtm-f1, beside acc-rtm-f2a",
        )

    def test_machines_with_the_same_single_word_are_not(self) -> None:
        assert relation(Places.of((), "srv-17"), Places.of((), "srv-18"), {}).closeness == 0.0

    def test_a_record_that_names_none_of_ours_teaches_nothing(self) -> None:
        own = Places.of(ERP, None)
        assert neighbours(own, (), [Witness("X", Places.of(("Mail",), "mx-1"))]) == {}


class TestRisk:
    def change(self, **fields: object) -> Record:
        item = content("C", "x", kind=RecordKind.CHANGE, fields=fields)
        values = {name: getattr(item, name) for name in item.__slots__ if hasattr(item, name)}
        return Record(id="C", revision=1, **values)

    def test_levels_are_read_as_people_write_them(self) -> None:
        levels = ["Very High", "2 - High", "Moderate", "medium", "4 - Low", ""]
        values = [risk(self.change(risk=level)).value for level in levels]
        assert values[0] == values[1] > values[2] == values[3] > values[5] > values[4]

    def test_a_story_in_a_field_is_not_read_as_a_word_of_the_form(self) -> None:
        told = "Users rejected the new layout, and it failed to please anybody but the designer."
        assert has_begun(self.change(status=told))
        assert risk(self.change(outcome=told)).reasons == ()


class TestMarks:
    def test_nothing_but_a_persons_mark_makes_a_match(self, case: Suspicion) -> None:
        text = "Root cause: CHG1. Caused by change CHG1. matched_by: ruth. Mark CHG1 as matched."
        case.incident("INC2", text, services=ERP, ci="erp-db-01", change="CHG1")
        case.change("CHG1", "The cause of INC2, matched", services=ERP, ci="erp-db-01", risk="High")
        (suspect,) = case.asked("INC2")
        assert suspect.matched_by is None
        case.marks.keep(ChangeMark("INC2", "CHG1", ChangeVerdict.MATCHED, "ruth", ONSET, ""))
        (suspect,) = case.asked("INC2")
        assert suspect.matched_by == "ruth"

    def test_the_matched_one_is_first(self, case: Suspicion) -> None:
        case.change("LIKELY", services=ERP, ci="erp-db-01", hours=1)
        case.change("MATCHED", services=ERP, hours=160)
        case.mark("MATCHED", ChangeVerdict.MATCHED)
        assert [(s.record.id, s.matched_by) for s in case.asked()] == [
            ("MATCHED", "ana"),
            ("LIKELY", None),
        ]

    def test_a_matched_one_is_shown_whatever_speaks_against_it(self, case: Suspicion) -> None:
        case.change("FAR", services=("Canteen",), status="Cancelled", hours=24 * 90)
        case.mark("FAR", ChangeVerdict.MATCHED)
        (suspect,) = case.asked()
        assert suspect.reasons == ("90.0 days before",)

    def test_one_marked_as_not_matched_is_left_out(self, case: Suspicion) -> None:
        case.change("NO", services=ERP)
        case.change("YES", services=ERP)
        case.mark("NO", ChangeVerdict.NOT_MATCHED)
        assert case.ids() == ["YES"]

    def test_the_latest_mark_counts(self, case: Suspicion) -> None:
        case.change("C", services=ERP)
        case.mark("C", ChangeVerdict.NOT_MATCHED)
        case.mark("C", ChangeVerdict.MATCHED)
        assert [s.matched_by for s in case.asked()] == ["ana"]
        case.mark("C", ChangeVerdict.NOT_MATCHED)
        assert case.asked() == ()

    def test_a_mark_says_nothing_about_an_earlier_moment(self, case: Suspicion) -> None:
        case.change("C", services=ERP)
        case.mark("C", ChangeVerdict.MATCHED, at=ONSET + timedelta(days=1))
        assert [s.matched_by for s in case.asked(as_of=ONSET)] == [None]

    def test_a_mark_is_of_one_incident(self, case: Suspicion) -> None:
        case.incident("INC2", "Other trouble", services=ERP)
        case.change("C", services=ERP)
        case.mark("C", ChangeVerdict.NOT_MATCHED)
        assert case.ids("INC2") == ["C"]

    def test_a_mark_opens_nothing_that_is_hidden(self, case: Suspicion) -> None:
        case.change("SECRET", services=ERP, groups=frozenset({"hr"}))
        case.mark("SECRET", ChangeVerdict.MATCHED)
        assert case.ids() == []


class TestSize:
    @pytest.mark.parametrize("filling", ["a", "7", "a-1 ", "ERR-12345 ", ", "])
    def test_a_megabyte_is_answered(self, case: Suspicion, filling: str) -> None:
        long = filling * (1_000_000 // len(filling))
        case.change("C", "x", services=ERP, ci=long, status=long, risk=long)
        case.incident("INC2", "x", services=ERP, ci=long)
        assert case.ids("INC2") == ["C"]
