"""The figures of the insight pages, on corpora small enough to count by hand."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from assistant.db import audit
from assistant.db.feedback import GIVEN
from assistant.db.suggestion_events import SuggestionEvents
from assistant.services.insights.corpus_hygiene import HygieneReport
from assistant.services.insights.likeness import stars
from assistant.services.insights.quality import QualityReading
from assistant.services.insights.recurring import RecurringReport
from assistant.services.insights.usage import UsageReading
from assistant.services.suggestions import SHOWN
from retrieval.access import EVERYONE, Reader
from retrieval.records import RecordContent, RecordKind, Section, SectionKind
from tests.conftest import NOW, Corpus, content

ANA = Reader("ana", frozenset({EVERYONE}))
RUTH = Reader("ruth", frozenset({EVERYONE, "personnel"}))
HIDDEN: dict[str, Any] = {"groups": frozenset({"personnel"})}
VPN = ("Remote access VPN",)


def closed(name: str, ending: str, day: int = 1, **overrides: Any) -> RecordContent:
    """A closed incident whose text ends in its closure text."""
    opened = datetime(2026, 1, day, tzinfo=UTC)
    text = f"Clients are refused.\n\n## Resolution\n{ending}"
    start = len(text) - len(ending)
    sections = (Section(SectionKind.RESOLUTION, "Resolution", start, len(text)),)
    given: dict[str, Any] = {
        "sections": sections if ending else (),
        "services": VPN,
        "opened_at": opened,
        "resolved_at": opened + timedelta(hours=2),
        **overrides,
    }
    return content(name, text, **given)


class TestCorpusHygiene:
    CAUSE = "Root cause: the certificate of the gateway had expired."

    def test_counts_what_is_missing_by_source(self, corpus: Corpus) -> None:
        corpus.add(
            closed("A", self.CAUSE),
            closed("B", self.CAUSE, services=()),
            closed("C", "Restarted the gateway and told everybody about it."),
            closed("D", "Done."),
            closed("E", "Restarted the gateway, see there.", fields={"problem": "PRB1"}),
            closed("F", self.CAUSE, source="other"),
        )
        tickets, other = HygieneReport(corpus.store).of(ANA).sources
        assert (tickets.source, tickets.incidents, tickets.complete) == ("tickets", 5, 2)
        assert [one.record_id for one in tickets.service.examples] == ["B"]
        assert [one.record_id for one in tickets.cause.examples] == ["C", "D"]
        assert [one.record_id for one in tickets.closure.examples] == ["D"]
        assert (other.incidents, other.complete, other.cause.count) == (1, 1, 0)

    def test_counts_no_hidden_and_no_open_incident(self, corpus: Corpus) -> None:
        corpus.add(closed("A", "Done."), closed("H", "Done.", **HIDDEN))
        corpus.add(closed("O", "", resolved_at=None))
        report = HygieneReport(corpus.store)
        assert report.of(ANA).incidents == 1
        assert report.of(RUTH).incidents == 2

    def test_looks_at_the_newest_that_the_reader_may_read(self, corpus: Corpus) -> None:
        corpus.add(*(closed(f"A{day}", "Done.", day) for day in (1, 2, 3)))
        corpus.add(*(closed(f"H{day}", "Done.", day, **HIDDEN) for day in (4, 5)))
        found = HygieneReport(corpus.store, limit=2).of(ANA)
        assert [one.record_id for one in found.sources[0].cause.examples] == ["A3", "A2"]

    def test_a_new_record_is_counted_at_once(self, corpus: Corpus) -> None:
        report = HygieneReport(corpus.store)
        corpus.add(closed("A", "Done."))
        assert report.of(ANA).incidents == 1
        corpus.add(closed("B", "Done."))
        assert report.of(ANA).incidents == 2


class TestLikeness:
    def test_a_middle_takes_what_is_alike_it_and_of_its_services(self) -> None:
        chance = np.random.default_rng(1)
        far = chance.normal(size=(40, 64)).astype(np.float32)
        near = np.ones((4, 64), dtype=np.float32) * 2 + 0.1 * far[:4]
        rows = np.concatenate([near, far])
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        services = [frozenset({"a"})] * 3 + [frozenset({"b"})]
        services += [frozenset({f"service {number}"}) for number in range(40)]
        (star,) = stars(rows, services, 3)
        assert star.members == (0, 1, 2)

    def test_too_few_are_no_group(self) -> None:
        rows = np.eye(2, dtype=np.float32)
        assert stars(rows, [frozenset(), frozenset()], 3) == []


OTHERS = (
    "Printer jam at the loading dock",
    "Payroll export has wrong sums",
    "Badge reader at the gate is dark",
    "Forklift terminal lost its licence",
    "Mailbox quota reached by finance",
    "Video wall shows yesterday",
)


def vpn(number: int, **overrides: Any) -> RecordContent:
    title = f"VPN gateway {number} refuses clients, certificate expired"
    opened = datetime(2026, 1, number, tzinfo=UTC)
    return content(
        f"V{number}",
        title,
        **{"services": VPN, "opened_at": opened, "kind": RecordKind.INCIDENT} | overrides,
    )


class TestRecurring:
    def filled(self, corpus: Corpus, *further: RecordContent) -> RecurringReport:
        others = [
            content(f"X{n}", text, services=(f"service {n}",), opened_at=NOW)
            for n, text in enumerate(OTHERS)
        ]
        corpus.add(*(vpn(n) for n in (1, 2, 3)), *others, *further)
        corpus.publish()
        return RecurringReport(corpus.store, corpus.database, corpus.embedder)

    def test_three_alike_are_a_candidate_with_their_span_and_words(self, corpus: Corpus) -> None:
        found = self.filled(corpus).of(ANA)
        (cluster,) = found.clusters
        assert cluster.is_candidate
        assert found.candidates == 1
        assert {one.record_id for one in cluster.examples} == {"V1", "V2", "V3"}
        assert (cluster.size, cluster.services) == (3, VPN)
        assert (cluster.first, cluster.last) == (
            datetime(2026, 1, 1, tzinfo=UTC),
            datetime(2026, 1, 3, tzinfo=UTC),
        )
        assert {"certificate", "refuses"} <= set(cluster.words)

    def test_hidden_incidents_are_in_no_group(self, corpus: Corpus) -> None:
        report = self.filled(corpus, vpn(4, **HIDDEN))
        assert report.of(ANA).clusters[0].size == 3
        assert report.of(RUTH).clusters[0].size == 4

    def test_a_linked_rca_is_named_to_those_who_may_read_it(self, corpus: Corpus) -> None:
        rca = content(
            "RCA-1",
            "Why the gateways refused",
            kind=RecordKind.RCA,
            fields={"related": ["V2"]},
            **HIDDEN,
        )
        report = self.filled(corpus, rca)
        assert [one.record_id for one in report.of(RUTH).clusters[0].linked] == ["RCA-1"]
        assert report.of(ANA).clusters[0].linked == ()
        assert report.of(ANA).clusters[0].is_candidate

    def test_who_names_a_problem_is_no_candidate(self, corpus: Corpus) -> None:
        report = self.filled(corpus, vpn(4, fields={"problem": "PRB0007"}))
        (cluster,) = report.of(ANA).clusters
        assert (cluster.named, cluster.linked, cluster.is_candidate) == (1, (), False)


class TestUsage:
    def ledger(self, corpus: Corpus, *events: tuple[int, str, str, str, dict[str, Any]]) -> None:
        """Events of (minutes after noon of the last Monday, actor, action, subject, payload)."""
        monday = datetime(2026, 10, 26, 12, 0, tzinfo=UTC)
        with corpus.database.write() as connection:
            for minutes, actor, action, subject, payload in events:
                at = monday + timedelta(minutes=minutes)
                audit.append(connection, at, actor, action, subject, payload)

    def reading(self, corpus: Corpus) -> UsageReading:
        return UsageReading(
            corpus.store, SuggestionEvents(corpus.database, corpus.store), lambda: NOW
        )

    def test_counts_verdicts_by_week_and_kind_and_the_time_to_the_first(
        self, corpus: Corpus
    ) -> None:
        corpus.add(content("A", "VPN"), content("B", "VPN"))
        hypothesis = {"kind": "hypothesis", "suggestion": "h1"}
        self.ledger(
            corpus,
            (0, "ana", SHOWN, "A", {}),
            (5, "ana", GIVEN, "A", {**hypothesis, "verdict": "rejected"}),
            (9, "ana", GIVEN, "A", {**hypothesis, "verdict": "edited"}),
            (10, "eva", SHOWN, "text:0123456789abcdef", {}),
            (12, "eva", GIVEN, "B", {"kind": "similar", "suggestion": "A", "verdict": "useful"}),
        )
        found = self.reading(corpus).of(ANA)
        last = found.weeks[-1]
        assert (last.begins.isoformat(), len(found.weeks)) == ("2026-10-26", 12)
        assert (last.shown, last.accepted, last.edited, last.rejected) == (2, 1, 1, 1)
        assert [(one.kind, one.verdicts) for one in found.kinds] == [
            ("hypothesis", 2),
            ("similar", 1),
        ]
        assert (found.first_accepted_minutes, found.first_accepted, found.people) == (9.0, 1, 2)

    def test_nothing_about_hidden_records_is_counted(self, corpus: Corpus) -> None:
        corpus.add(content("A", "VPN"), content("H", "Salaries", **HIDDEN))
        similar = {"kind": "similar", "suggestion": "H", "verdict": "useful"}
        self.ledger(
            corpus,
            (0, "ruth", SHOWN, "H", {}),
            (1, "ruth", GIVEN, "H", {**similar, "suggestion": "A"}),
            (2, "ruth", GIVEN, "A", similar),
        )
        reading = self.reading(corpus)
        assert (reading.of(ANA).shown, reading.of(ANA).verdicts, reading.of(ANA).people) == (
            0,
            0,
            0,
        )
        assert (reading.of(RUTH).shown, reading.of(RUTH).verdicts) == (1, 2)

    def test_what_is_older_than_twelve_weeks_is_left_out(self, corpus: Corpus) -> None:
        self.ledger(corpus, (-60 * 24 * 7 * 12, "ana", SHOWN, "text:0", {}))
        assert self.reading(corpus).of(ANA).shown == 0


class TestQuality:
    def run(self, folder: Path, name: str, **overrides: Any) -> None:
        told = {
            "format": "precedent-eval-run/1",
            "task": "retrieval",
            "dataset": "demo",
            "system": "precedent",
            "n": 12,
            "metrics": {"nDCG@10": {"mean": 0.5, "lo": 0.4, "hi": 0.6}},
            "commit": "0123456789abcdef",
            "finished_at": "2026-10-01T10:00:00+00:00",
            **overrides,
        }
        (folder / name).write_text(json.dumps(told), encoding="utf-8")

    def test_runs_are_ordered_by_when_they_ended(self, tmp_path: Path) -> None:
        self.run(tmp_path, "a.json", finished_at="2026-10-02T10:00:00+00:00", system="bm25")
        self.run(tmp_path, "b.json")
        self.run(tmp_path, "c.json", dataset="own")
        demo, own = QualityReading(tmp_path).now().series
        assert [run.system for run in demo.runs] == ["precedent", "bm25"]
        assert (demo.metric, demo.runs[0].queries, own.dataset) == ("nDCG@10", 12, "own")
        assert demo.runs[0].measures[0].hi == 0.6

    def test_other_files_are_no_runs_and_damaged_ones_are_named(self, tmp_path: Path) -> None:
        (tmp_path / "comparison.json").write_text('{"format": "other"}', encoding="utf-8")
        (tmp_path / "broken.json").write_text("{", encoding="utf-8")
        found = QualityReading(tmp_path).now()
        assert (found.series, found.unread) == ((), ("broken.json",))

    def test_without_a_folder_there_are_no_runs(self, tmp_path: Path) -> None:
        assert QualityReading(tmp_path / "none").now().runs == 0

    def test_a_changed_file_is_read_again(self, tmp_path: Path) -> None:
        reading = QualityReading(tmp_path)
        self.run(tmp_path, "a.json")
        assert reading.now().series[0].runs[0].system == "precedent"
        self.run(tmp_path, "a.json", system="another system")
        assert reading.now().series[0].runs[0].system == "another system"
