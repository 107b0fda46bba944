"""TREC files: what is written is read again, and what is wrong is named."""

import random
from collections.abc import Callable
from pathlib import Path

import ir_measures
import pytest

from evals.metrics import RETRIEVAL, score
from evals.runners.foreign import ForeignRun, run_score
from evals.runners.tasks import RetrievalRun, run_retrieval
from evals.trec_files import read_qrels, read_run, write_qrels, write_run
from retrieval.errors import InvalidInput, UnreadableFile
from tests.unit.evals.test_metrics import expected

RANKINGS = {"q1": ("inc-1", "rb-2", "rb-1"), "q2": ("rb-1",)}


def read(read: Callable[[Path], object], file: Path, text: str) -> str:
    """The message of the error that reading a file of that text gives."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput) as raised:
        read(file)
    return str(raised.value)


class TestRun:
    def test_what_is_written_is_read_again(self, tmp_path: Path) -> None:
        write_run(tmp_path / "run", RANKINGS, "bm25")
        assert (tmp_path / "run").read_text(encoding="utf-8").splitlines() == [
            "q1 Q0 inc-1 1 3 bm25",
            "q1 Q0 rb-2 2 2 bm25",
            "q1 Q0 rb-1 3 1 bm25",
            "q2 Q0 rb-1 1 1 bm25",
        ]
        assert read_run(tmp_path / "run") == RANKINGS

    def test_scores_decide_and_neither_ranks_nor_lines(self, tmp_path: Path) -> None:
        file = tmp_path / "run"
        file.write_text("q Q0 b 1 0.5 x\nq Q0 a 2 7e-1 x\nq\tQ0 c 3 -3 x\n", encoding="utf-8")
        assert read_run(file) == {"q": ("a", "b", "c")}

    def test_ties_are_broken_as_trec_eval_does(self, tmp_path: Path) -> None:
        chance = random.Random(4)
        file = tmp_path / "run"
        documents = [f"d{n}" for n in range(40)]
        qrels = {
            f"q{n}": dict.fromkeys(chance.sample(documents, 6), 0)
            | dict.fromkeys(chance.sample(documents, 5), chance.randint(1, 3))
            for n in range(30)
        }
        tied = {q: {d: float(chance.randint(1, 4)) for d in documents} for q in qrels}
        rows = [f"{q} Q0 {d} 1 {s} t" for q, each in tied.items() for d, s in each.items()]
        chance.shuffle(rows)
        file.write_text("\n".join(rows), encoding="utf-8")
        ours = score(qrels, read_run(file))
        measures = {str(metric.measure): metric for metric in RETRIEVAL}
        theirs = list(ir_measures.iter_calc([m.measure for m in RETRIEVAL], qrels, tied))
        assert len(theirs) == len(qrels) * len(RETRIEVAL)
        for found in theirs:
            name = measures[str(found.measure)].name
            assert ours[found.query_id][name] == pytest.approx(found.value, abs=1e-9)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("q Q0 a 1 2 x\nq Q0 b 2 high x\n", "run line 2, field 'score': 'high' is not a"),
            ("q Q0 a 1 nan x\n", "run line 1, field 'score': 'nan' is not a number"),
            ("q Q0 a 1\n", "run line 1, field 'score': it is missing; a line must have query, Q0"),
            ("q Q0 a b 1 2 x\n", "run line 1 has 7 values; a line must have query, Q0, record"),
            ("q Q0 a 1 2 x\nq Q0 a 2 1 x\n", "run line 2, field 'record': 'a' was already ranked"),
            ("\n", "run holds no ranking"),
        ],
    )
    def test_a_wrong_line_is_named_with_its_field(
        self, tmp_path: Path, text: str, said: str
    ) -> None:
        assert said in read(read_run, tmp_path / "run", text)

    def test_an_id_with_a_blank_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match="'INC 1' cannot stand in a TREC file"):
            write_run(tmp_path / "run", {"q": ("INC 1",)}, "x")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="run cannot be read"):
            read_run(tmp_path / "run")


class TestQrels:
    def test_what_is_written_is_read_again(self, tmp_path: Path) -> None:
        qrels = {"q1": {"inc-1": 2, "rb-2": 0}, "q2": {"rb-1": 1}}
        write_qrels(tmp_path / "qrels", qrels)
        assert read_qrels(tmp_path / "qrels") == qrels

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("q 0 a one\n", "qrels line 1, field 'grade': 'one' is not a whole number"),
            ("q 0 a\n", "qrels line 1, field 'grade': it is missing"),
            ("q 0 a 1\nq 0 a 1\n", "qrels line 2, field 'record': 'a' is judged a second time"),
            ("", "qrels holds no judgement"),
        ],
    )
    def test_a_wrong_line_is_named_with_its_field(
        self, tmp_path: Path, text: str, said: str
    ) -> None:
        assert said in read(read_qrels, tmp_path / "qrels", text)

    def test_negative_grades_are_not_relevant(self, tmp_path: Path) -> None:
        (tmp_path / "qrels").write_text("q 0 spam -2\nq 0 a 1\n", encoding="utf-8")
        assert read_qrels(tmp_path / "qrels") == {"q": {"spam": 0, "a": 1}}


class TestForeignRuns:
    def test_our_own_run_scores_what_it_scored(self, folder: Path, tmp_path: Path) -> None:
        run, qrels = tmp_path / "bm25.run", tmp_path / "qrels"
        asked = RetrievalRun(folder=folder, system="bm25", trec_run=run, trec_qrels=qrels)
        measured = run_retrieval(asked)
        for given in (None, qrels):
            scored = run_score(ForeignRun(folder=folder, run=run, qrels=given))
            assert scored.metrics == measured.metrics
            assert scored.per_query == measured.per_query
            assert scored.system == "bm25"

    def test_it_is_what_the_definitions_say(self, folder: Path, tmp_path: Path) -> None:
        """Graded, with an unjudged record, a query without a ranking, and the query itself."""
        run = tmp_path / "other.run"
        run.write_text(
            "q1 Q0 inc-2 1 9 x\nq1 Q0 rb-2 2 8 x\nq1 Q0 strange 3 7 x\nq1 Q0 inc-1 4 6 x\n"
            "q2 Q0 rb-1 1 1 x\nq9 Q0 rb-1 1 1 x\n",
            encoding="utf-8",
        )
        found = run_score(ForeignRun(folder=folder, run=run))
        scores = {each.id: each.as_json() for each in found.per_query}
        for name, value in expected({"inc-1": 2, "rb-2": 0}, ["rb-2", "strange", "inc-1"]).items():
            assert scores["q1"][name] == pytest.approx(value, abs=1e-9), name
        assert {scores["q3"][metric.name] for metric in RETRIEVAL} == {0.0}
        assert found.notes[:2] == (
            "1 of the queries have no ranking and score 0.",
            "1 of the queries are ranked but not judged and are not counted.",
        )
