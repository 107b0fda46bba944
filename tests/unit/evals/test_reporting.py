"""What a report says, and how it is written down."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from assistant.services.backtest.intervals import bootstrap_mean
from evals.reporting.files import Wanted, write_report
from evals.reporting.page import page
from evals.reporting.queries import Passage, passage
from evals.reporting.summary import summary
from evals.reporting.texts import load_texts
from evals.reporting.view import report_of
from evals.runners.tasks import RetrievalRun, run_retrieval
from evals.runs import RunRecord, load_run
from retrieval.errors import InvalidInput
from tests.unit.evals.folders import QUERIES, RECORDS, dataset
from tests.unit.evals.kept_runs import Scores, kept

# Enough queries for a drop in each to be more than chance.
GOOD: Scores = {"ndcg@10": [1.0, 0.9, 0.8, 1.0, 0.9, 0.8, 1.0, 0.9], "hit@1": [1.0] * 8}
BAD: Scores = {"ndcg@10": [0.1, 0.8, 0.2, 0.3, 0.1, 0.2, 0.3, 0.1], "hit@1": [0.0] * 8}


@pytest.fixture
def good(tmp_path: Path) -> RunRecord:
    return kept(tmp_path / "good.json", GOOD)


@pytest.fixture
def bad(tmp_path: Path) -> RunRecord:
    return kept(tmp_path / "bad.json", BAD, system="bm25")


def measured(folder: Path, file: Path) -> RunRecord:
    """A real run of words alone, kept."""
    found = run_retrieval(RetrievalRun(folder=folder, system="bm25"))
    file.write_text(json.dumps(found.as_json()), encoding="utf-8")
    return load_run(file)


class TestReport:
    def test_it_says_what_became_of_the_first_metric(self, good: RunRecord, bad: RunRecord) -> None:
        report = report_of(bad, good)
        assert (report.title, report.about) == (
            "Retrieval on tiny",
            "bm25 against precedent, 8 queries",
        )
        assert report.lead.startswith("ndcg@10 went from 0.913 to 0.263, a difference of −0.650 ")
        assert report.lead.endswith("worse.")
        assert report.tone == "worse"
        assert report_of(good, bad).tone == "better"

    def test_the_worst_regressions_come_first_and_ties_in_the_order_of_the_run(
        self, good: RunRecord, bad: RunRecord
    ) -> None:
        shown = [query.id for query in report_of(bad, good).queries]
        assert shown == ["q0", "q4", "q7", "q3", "q6"]
        assert report_of(good, bad).queries == ()

    def test_another_metric_can_be_asked_for(self, good: RunRecord, bad: RunRecord) -> None:
        report = report_of(bad, good, metric="hit@1")
        assert report.lead.startswith("hit@1 went from 1.000 to 0.000")
        with pytest.raises(InvalidInput, match=r"no scores of 'mrr'. It has ndcg@10, hit@1"):
            report_of(bad, good, metric="mrr")

    def test_without_a_reference_it_shows_the_lowest_scores(self, bad: RunRecord) -> None:
        report = report_of(bad)
        assert not report.is_compared
        assert report.lead.startswith("ndcg@10 is 0.263 (95 % interval 0.1")
        assert [query.id for query in report.queries] == ["q0", "q4", "q7", "q2", "q5"]
        assert [plot.name for plot in report.plots] == ["scores", "latency"]

    def test_runs_of_one_system_are_told_apart_by_their_files(
        self, good: RunRecord, tmp_path: Path
    ) -> None:
        later = kept(tmp_path / "later.json", BAD)
        names = list(report_of(later, good).runs)
        assert names == ["precedent (good.json)", "precedent (later.json)"]
        with pytest.raises(InvalidInput, match="against itself"):
            report_of(good, good)

    def test_runs_of_other_data_are_refused(self, good: RunRecord, tmp_path: Path) -> None:
        other = kept(tmp_path / "other.json", BAD, dataset_hash="1" * 64)
        with pytest.raises(InvalidInput, match="dataset_hash"):
            report_of(other, good)

    def test_a_metric_that_is_no_mean_is_shown_without_a_difference(
        self, good: RunRecord, bad: RunRecord
    ) -> None:
        value = bootstrap_mean([0.1, 0.2])
        one, other = (
            run.model_copy(update={"metrics": {**run.metrics, "ece": value}}) for run in (bad, good)
        )
        rows = {row.name: row for row in report_of(one, other).metrics}
        assert rows["ndcg@10"].difference is not None
        assert rows["ece"].difference is None
        assert "no difference can be tested" in page(report_of(one, other))

    def test_what_differs_is_shown_for_both_and_what_does_not_once(
        self, good: RunRecord, bad: RunRecord
    ) -> None:
        facts = {fact.name: fact.values for fact in report_of(bad, good).facts}
        assert facts["system"] == ("precedent", "bm25")
        assert facts["dataset"] == ("tiny",)
        assert facts["commit"] == ("c0ffee",)


class TestTexts:
    def test_the_texts_of_the_dataset_stand_beside_what_was_ranked(self, tmp_path: Path) -> None:
        # The judgement says that the printer's trouble is the disk's, which no words tell.
        qrels = "query_id\tdoc_id\tgrade\nq2\trb-2\t1\nq1\tinc-1\t1\n"
        folder = dataset(tmp_path / "hard", qrels=qrels)
        run = measured(folder, tmp_path / "run.json")
        report = report_of(run, texts=load_texts(folder, run), metric="mrr")
        (query,) = report.queries
        assert query.question == Passage("printer queue stuck, spooler hangs", "")
        (expected,) = query.expected
        assert (expected.record_id, expected.text.head) == ("rb-2", "Disk space on file servers")
        assert "grade 1; bm25: " in expected.note
        ranked = {one.record_id: one for one in query.answers[0].shown}
        assert ranked["rb-1"].text.head == "Print spooler restart"
        assert ranked["rb-1"].right is False
        shown = page(report)
        assert "Disk space on file servers" in shown
        assert "--data" not in shown

    def test_a_dataset_that_has_changed_is_an_error_that_says_so(
        self, folder: Path, tmp_path: Path
    ) -> None:
        run = measured(folder, tmp_path / "run.json")
        dataset(folder, queries=[*QUERIES, {"id": "q4", "text": "new"}])
        with pytest.raises(InvalidInput, match=r"is not what .*run\.json was made with: the hash"):
            load_texts(folder, run)

    def test_a_task_without_texts_says_so(self, good: RunRecord, tmp_path: Path) -> None:
        other = good.model_copy(update={"task": "guardrails"})
        with pytest.raises(InvalidInput, match="no texts to show"):
            load_texts(tmp_path, other)

    def test_without_texts_the_page_says_how_to_get_them(self, bad: RunRecord) -> None:
        assert "--data DIR" in page(report_of(bad))

    def test_long_texts_are_cut_between_words_and_nothing_is_lost(self) -> None:
        text = "word " * 100
        head, rest = passage(text)
        assert len(head) <= 280
        assert f"{head} {rest}" == text.strip()
        assert passage("one\n\n \ntwo").head == "one\ntwo"
        assert passage("short") == Passage("short", "")


class TestPage:
    HOSTILE = (
        '<img src="https://evil.example/x" onerror="alert(1)"></style><script>alert(2)</script>'
    )

    def test_texts_of_the_dataset_stay_texts(self, tmp_path: Path) -> None:
        queries = [{"id": f"q1{self.HOSTILE}", "text": f"nowhere {self.HOSTILE}"}]
        records = [{**RECORDS[0], "title": self.HOSTILE}, *RECORDS[1:]]
        qrels = f"query_id\tdoc_id\tgrade\nq1{self.HOSTILE}\tinc-1\t1\n"
        folder = dataset(tmp_path / "bad", queries=queries, records=records, qrels=qrels)
        run = measured(folder, tmp_path / "run.json")
        shown = page(report_of(run, texts=load_texts(folder, run), metric="hit@1"))
        assert "&lt;img" in shown
        assert "<img" not in shown
        assert "<script" not in shown
        assert shown.count("</style>") == 1

    def test_it_needs_nothing_else(self, good: RunRecord, bad: RunRecord) -> None:
        shown = page(report_of(bad, good))
        assert not re.search(r"https?://|\bsrc=|@import|url\(|<script|<link|style=", shown)
        assert "default-src &#39;none&#39;; style-src &#39;sha256-" in shown

    def test_the_same_runs_give_the_same_page(self, good: RunRecord, bad: RunRecord) -> None:
        assert page(report_of(bad, good)) == page(report_of(bad, good))

    def test_every_plot_has_words_and_a_table(self, good: RunRecord, bad: RunRecord) -> None:
        shown = page(report_of(bad, good))
        assert shown.count("<figure") == shown.count('class="plot"') == 2
        assert shown.count("As a table") == 2
        assert shown.count('role="img" aria-label="') == 2


class TestSummary:
    def test_it_holds_the_figures_the_verdict_and_three_regressions(
        self, good: RunRecord, bad: RunRecord
    ) -> None:
        lines = summary(report_of(bad, good)).splitlines()
        assert lines[0] == "### Retrieval on tiny"
        assert lines[4].startswith("| metric | before | after | difference")
        row = next(line for line in lines if line.startswith("| ndcg@10 |"))
        assert row.startswith("| ndcg@10 | 0.913 | 0.263 | −0.650 [")
        assert row.endswith("| worse |")
        assert lines[-3:] == [f"- `{q}`: {old} → 0.100" for q, old in zip_of_worst()]

    def test_it_stays_within_25_lines(self, tmp_path: Path) -> None:
        names = [f"recall:{n}" for n in range(40)]
        runs = (
            kept(tmp_path / f"{n}.json", {name: [float(n)] * 4 for name in names}) for n in (1, 0)
        )
        before, after = runs
        text = summary(report_of(after, before))
        assert len(text.splitlines()) <= 25
        assert "31 more" in text

    def test_names_cannot_break_the_table(self, tmp_path: Path) -> None:
        run = kept(tmp_path / "a.json", {"a|b <b>": [1.0]}, dataset="x\n# y")
        text = summary(report_of(run))
        assert "| a\\|b \\<b\\> |" in text
        assert text.splitlines()[0] == "### Retrieval on x \\# y"


def zip_of_worst() -> list[tuple[str, str]]:
    """The three largest drops of ``GOOD`` to ``BAD``."""
    return [("q0", "1.000"), ("q4", "0.900"), ("q7", "0.900")]


class TestFiles:
    def test_the_page_stands_beside_the_run(
        self, good: RunRecord, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write_report(Wanted(run=good.file))
        target = good.file.with_suffix(".html")
        assert capsys.readouterr().out.strip() == str(target)
        assert target.read_text(encoding="utf-8").startswith("<!doctype html>")

    def test_the_files_are_listed_as_json(
        self, good: RunRecord, bad: RunRecord, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        html, markdown = tmp_path / "a.html", tmp_path / "a.md"
        write_report(Wanted(run=bad.file, against=good.file, html=html, markdown=markdown), "-")
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        assert found == {"files": {"html": str(html), "markdown": str(markdown)}}
        assert "| worse |" in markdown.read_text(encoding="utf-8")

    def test_a_run_is_never_overwritten(self, good: RunRecord, bad: RunRecord) -> None:
        before = good.file.read_bytes()
        with pytest.raises(InvalidInput, match="is a run"):
            write_report(Wanted(run=bad.file, against=good.file, html=good.file))
        assert good.file.read_bytes() == before

    def test_a_folder_that_does_not_exist_is_told_before_anything_is_written(
        self, good: RunRecord, tmp_path: Path
    ) -> None:
        with pytest.raises(InvalidInput, match="cannot be written"):
            write_report(Wanted(run=good.file, markdown=tmp_path / "nowhere" / "a.md"))
        assert not good.file.with_suffix(".html").exists()
