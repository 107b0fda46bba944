"""A dataset of one's own tickets: what people linked is what should be found, at its time."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assistant.bootstrap import Application
from assistant.db.feedback import Feedback, FeedbackVerdict, SuggestionKind
from assistant.domain.triage import Hypothesis
from evals.cards import dataset_card
from evals.datasets import load_retrieval
from evals.installation import installed
from evals.own.importing import ImportOptions, import_history
from evals.runners.tasks import (
    CaseRun,
    FieldRun,
    RetrievalRun,
    run_fields,
    run_hypotheses,
    run_retrieval,
)
from retrieval.access import Reader
from retrieval.errors import InvalidInput
from tests.conftest import NOW, PROJECT
from tests.installation import application, take_in
from tests.integration.test_eval_cli import precedent

DEMO = PROJECT / "evals" / "demo"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hashed words instead of a model, and a cache of the test's own."""
    monkeypatch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    """An empty installation."""
    made = application(tmp_path)
    yield made
    made.database.close()


def ticket(name: str, day: int, text: str, **fields: Any) -> dict[str, Any]:
    """Opened on a day of January 2026, closed on the next."""
    dates = {"opened_at": f"2026-01-{day:02}T08:00Z", "resolved_at": f"2026-01-{day + 1:02}T08:00Z"}
    return {
        "id": name,
        "kind": fields.pop("kind", "incident"),
        "title": fields.pop("title", f"{name} stands still"),
        "text": f"## Description\n{text}\n\n## Resolution\nThe cause was a full disk of {name}.",
        "groups": fields.pop("groups", ["everyone"]),
        "fields": {**dates, **fields},
    }


TICKETS = [
    ticket("INC-1", 1, "The shop is slow.", problem="PRB-1"),
    ticket("INC-2", 5, "The shop is slow again.", problem="PRB-1"),
    # Opened while the second was still open.
    ticket("INC-3", 5, "Baskets are lost, as INC-2 says.", duplicate_of="INC-2"),
    ticket("INC-4", 9, "Nobody can pay; see INC-1.", problem="PRB-1", related_to="INC-3"),
    ticket("INC-5", 11, "A printer is out of paper."),
    ticket("RCA-1", 2, "Why the shop was slow.", problem="PRB-1", kind="rca", title="Disk full"),
    ticket("CHG-1", 1, "New disks.", problem="PRB-1", kind="change"),
]


def taken(app: Application, folder: Path, tickets: list[dict[str, Any]] = TICKETS) -> None:
    file = folder / "tickets.jsonl"
    file.write_text("".join(json.dumps(each) + "\n" for each in tickets), encoding="utf-8")
    take_in(app, file)


def imported(app: Application, folder: Path, **options: Any) -> dict[str, Any]:
    return import_history(app, Reader.operator(), ImportOptions(folder=folder, **options))


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def grades(folder: Path) -> dict[tuple[str, str], int]:
    rows = (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]
    cells = (row.split("\t") for row in rows)
    return {(query, record): int(grade) for query, record, grade in cells}


def said(
    subject: str, suggestion: str, verdict: str, person: str = "ana", reason: str = ""
) -> Feedback:
    return Feedback(person, NOW, subject, suggestion, FeedbackVerdict(verdict), reason)


class TestTruth:
    def test_links_to_what_was_known_are_judgements_by_their_kind(
        self, app: Application, tmp_path: Path
    ) -> None:
        taken(app, tmp_path)
        imported(app, tmp_path / "own")
        assert grades(tmp_path / "own") == {
            ("INC-2", "INC-1"): 2,
            ("INC-2", "RCA-1"): 2,
            ("INC-4", "INC-1"): 2,
            ("INC-4", "INC-2"): 2,
            ("INC-4", "RCA-1"): 2,
            ("INC-4", "INC-3"): 1,
        }

    def test_what_came_later_is_told_on_the_card(self, app: Application, tmp_path: Path) -> None:
        taken(app, tmp_path)
        card = imported(app, tmp_path / "own")
        flaws = "\n".join(card["known_flaws"])
        assert "2 of 5 dated incidents are linked with an earlier record" in flaws
        assert "2 linked incidents are the first of their kind" in flaws
        assert card["truth"]["links"] == {
            "share a problem or root-cause record": 5,
            "are linked as related": 1,
        }

    def test_a_question_is_what_was_known_at_the_opening(
        self, app: Application, tmp_path: Path
    ) -> None:
        taken(app, tmp_path)
        imported(app, tmp_path / "own")
        asked = {query["id"]: query for query in lines(tmp_path / "own" / "queries.jsonl")}
        assert asked["INC-4"]["as_of"] == "2026-01-09T08:00:00Z"
        assert asked["INC-4"]["doc_id"] == "INC-4"
        assert "Nobody can pay" in asked["INC-4"]["text"]
        assert "disk" not in asked["INC-4"]["text"]

    def test_the_blind_corpus_names_no_linked_record(
        self, app: Application, tmp_path: Path
    ) -> None:
        taken(app, tmp_path)
        imported(app, tmp_path / "own")
        blind = {each["id"]: each for each in lines(tmp_path / "own" / "corpus_blind.jsonl")}
        assert "INC-2" not in blind["INC-3"]["text"]
        assert "Baskets are lost" in blind["INC-3"]["text"]
        assert not {"problem", "duplicate_of", "related_to"} & blind["INC-4"]["fields"].keys()
        queries = {each["id"]: each for each in lines(tmp_path / "own" / "queries.jsonl")}
        assert "INC-1" in queries["INC-4"]["text"]
        assert "INC-1" not in queries["INC-4"]["text_blind"]

    def test_causes_are_the_reference_of_cases(self, app: Application, tmp_path: Path) -> None:
        taken(app, tmp_path)
        imported(app, tmp_path / "own")
        cases = {case["id"]: case for case in lines(tmp_path / "own" / "cases.jsonl")}
        case = cases["INC-5"]
        assert case["reference"]["root_cause"] == ["The cause was a full disk of INC-5."]
        assert "disk" not in json.dumps(case["input"])
        assert "The cause was a full disk of RCA-1." in cases["INC-1"]["reference"]["root_cause"]

    def test_older_incidents_are_what_fields_are_learned_from(
        self, app: Application, tmp_path: Path
    ) -> None:
        tickets = [
            ticket(f"INC-{n}", n, "Slow.", problem="P-1", category=f"C{n % 2}")
            for n in range(1, 29)
        ]
        taken(app, tmp_path, tickets)
        imported(app, tmp_path / "own", split_at=datetime(2026, 1, 6, tzinfo=UTC))
        folder = tmp_path / "own" / "fields" / "category"
        assert [each["id"] for each in lines(folder / "train.jsonl")] == [
            f"INC-{n}" for n in range(1, 6)
        ]
        assert len(lines(folder / "cases.jsonl")) == 23
        asked = [query["id"] for query in lines(tmp_path / "own" / "queries.jsonl")]
        assert asked[0] == "INC-6"
        assert run_fields(FieldRun(folder=folder, system="majority")).task == "triage"
        assert dataset_card(folder).missing == ()

    def test_what_a_reader_may_not_read_is_not_in_it(
        self, app: Application, tmp_path: Path
    ) -> None:
        hidden = ticket("INC-6", 2, "The salaries.", problem="PRB-1", groups=["personnel"])
        taken(app, tmp_path, [*TICKETS, hidden])
        ana = Reader("ana", frozenset({"everyone"}))
        import_history(app, ana, ImportOptions(folder=tmp_path / "own"))
        for file in (tmp_path / "own").rglob("*.*"):
            assert "INC-6" not in file.read_text(encoding="utf-8"), file
        imported(app, tmp_path / "all")
        assert ("INC-2", "INC-6") in grades(tmp_path / "all")


class TestFeedback:
    def test_verdicts_on_records_are_judgements_also_negative_ones(
        self, app: Application, tmp_path: Path
    ) -> None:
        taken(app, tmp_path)
        for one in (
            said("INC-5", "INC-1", "useful"),
            said("INC-5", "INC-2", "useful"),
            said("INC-5", "INC-2", "not-useful"),
            said("INC-2", "INC-1", "not-useful"),
            said("INC-2", "INC-5", "useful"),
            said("text:0123456789abcdef", "INC-1", "useful"),
        ):
            app.feedback.keep(one, SuggestionKind.SIMILAR)
        card = imported(app, tmp_path / "own")
        found = grades(tmp_path / "own")
        assert found["INC-5", "INC-1"] == 1
        assert found["INC-5", "INC-2"] == 0
        assert found["INC-2", "INC-1"] == 2
        assert ("INC-2", "INC-5") not in found
        told = card["truth"]["feedback"]
        assert told["verdicts"] == {"not-useful": 2, "useful": 3}
        assert sum(told["set_aside"].values()) == 2
        assert any("called not useful by a person" in flaw for flaw in card["known_flaws"])

    def test_of_several_people_more_than_half_must_agree(
        self, app: Application, tmp_path: Path
    ) -> None:
        taken(app, tmp_path)
        app.feedback.keep(said("INC-5", "INC-1", "useful", "ana"), SuggestionKind.SIMILAR)
        app.feedback.keep(said("INC-5", "INC-1", "not-useful", "paul"), SuggestionKind.SIMILAR)
        imported(app, tmp_path / "own")
        assert grades(tmp_path / "own")["INC-5", "INC-1"] == 0

    def test_verdicts_on_hypotheses_are_labelled_cases(
        self, app: Application, tmp_path: Path
    ) -> None:
        taken(app, tmp_path)
        told = "The cause was a full disk of INC-1."
        hypothesis = Hypothesis(statement=told, weight=1.0, support=()).id
        given = said("INC-5", hypothesis, "not-useful", reason="It is paper.")
        app.feedback.keep(given, SuggestionKind.HYPOTHESIS)
        app.feedback.keep(said("INC-5", "f" * 16, "useful"), SuggestionKind.HYPOTHESIS)
        card = imported(app, tmp_path / "own")
        (case,) = lines(tmp_path / "own" / "judged" / "cases.jsonl")
        assert (case["label"], case["statement"]) == ("wrong", told)
        assert case["reasons"] == ["It is paper."]
        assert "out of paper" in case["text"]
        assert card["size"]["judged_hypotheses"] == 1
        assert sum(card["truth"]["feedback"]["set_aside"].values()) == 1
        cases = {each["id"]: each for each in lines(tmp_path / "own" / "cases.jsonl")}
        assert cases["INC-5"]["reference"]["rejected"] == [told]


class TestFolder:
    def test_the_same_corpus_gives_the_same_bytes(self, app: Application, tmp_path: Path) -> None:
        taken(app, tmp_path)
        for place in ("one", "two"):
            imported(app, tmp_path / place / "own")
        files = sorted((tmp_path / "one").rglob("*.*"))
        assert len(files) == 6
        for file in files:
            other = tmp_path / "two" / file.relative_to(tmp_path / "one")
            assert other.read_bytes() == file.read_bytes(), file

    def test_a_folder_with_something_in_it_is_left_alone(
        self, app: Application, tmp_path: Path
    ) -> None:
        taken(app, tmp_path)
        kept = tmp_path / "own" / "notes.txt"
        kept.parent.mkdir()
        kept.write_text("mine", encoding="utf-8")
        with pytest.raises(InvalidInput, match="not empty"):
            imported(app, kept.parent)
        imported(app, kept.parent, force=True)
        assert kept.read_text(encoding="utf-8") == "mine"

    def test_only_its_owner_may_look_into_it(self, app: Application, tmp_path: Path) -> None:
        taken(app, tmp_path)
        imported(app, tmp_path / "own")
        assert (tmp_path / "own").stat().st_mode & 0o077 == 0

    @pytest.mark.parametrize(
        ("tickets", "said"),
        [
            ([], "corpus is empty"),
            ([TICKETS[4]], "None of the 1 dated incidents is linked"),
            (
                [TICKETS[1], TICKETS[2]],
                "2 incidents are linked, but only with records that were not",
            ),
            ([{**TICKETS[0], "fields": {}}], "has a date"),
        ],
    )
    def test_where_nothing_is_linked_it_says_what_to_do(
        self, app: Application, tmp_path: Path, tickets: list[dict[str, Any]], said: str
    ) -> None:
        if tickets:
            taken(app, tmp_path, tickets)
        with pytest.raises(InvalidInput, match=said):
            imported(app, tmp_path / "own")
        assert not (tmp_path / "own").exists()

    def test_unlinked_incidents_can_be_asked_to_be_judged(
        self, app: Application, tmp_path: Path
    ) -> None:
        taken(app, tmp_path, [TICKETS[4], TICKETS[0]])
        card = imported(app, tmp_path / "own", unlinked=1)
        (query,) = lines(tmp_path / "own" / "queries.jsonl")
        assert query["id"] == "INC-5"
        assert card["size"]["queries_with_a_relevant_record"] == 0


class TestCommand:
    @pytest.fixture
    def corpus(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The tickets, and one without a date, in the installation that commands use."""
        undated = ticket("INC-9", 3, "Nobody knows when.", problem="PRB-1")
        undated["fields"] = {"problem": "PRB-1"}
        made = application(tmp_path)
        taken(made, tmp_path, [*TICKETS, undated])
        made.database.close()
        monkeypatch.setenv("PRECEDENT_DATA_DIR", str(made.settings.data_dir))
        monkeypatch.chdir(tmp_path)

    @pytest.mark.usefixtures("corpus")
    def test_it_tells_what_it_wrote_and_what_is_next(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert precedent(monkeypatch, "eval", "import", "own") == 0
        shown = capsys.readouterr()
        assert "judgements by grade" in shown.out
        assert "precedent eval retrieval own" in shown.err
        assert ("INC-2", "INC-1") in grades(Path("own"))

    @pytest.mark.usefixtures("corpus")
    def test_a_record_without_a_date_is_in_the_corpus_and_no_query(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert precedent(monkeypatch, "eval", "import", "own", "--json", "card.json") == 0
        assert "INC-9" in {each["id"] for each in lines(Path("own/corpus.jsonl"))}
        assert "INC-9" not in {each["id"] for each in lines(Path("own/queries.jsonl"))}
        assert not [pair for pair in grades(Path("own")) if "INC-9" in pair]
        card = json.loads(Path("card.json").read_text(encoding="utf-8"))
        assert card["size"]["records"] == {"change": 1, "incident": 6, "rca": 1}
        bm25 = ("--system", "bm25", "--no-cache", "--json", "found.json")
        assert precedent(monkeypatch, "eval", "retrieval", "own", *bm25) == 0

    @pytest.mark.usefixtures("corpus")
    @pytest.mark.parametrize(
        ("command", "option"),
        [
            (("import", "own"), "--split-at"),
            (("benefits", "--plan"), "--since"),
            (("benefits", "--plan"), "--until"),
        ],
    )
    def test_a_wrong_time_is_reported_under_the_name_of_its_option(
        self,
        command: tuple[str, ...],
        option: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert precedent(monkeypatch, "eval", *command, option, "soon") == 2
        assert f"{option} 'soon' is not a time" in capsys.readouterr().err


class TestDemo:
    @pytest.fixture
    def own(self, app: Application, tmp_path: Path) -> Path:
        """A dataset of the demo corpus."""
        for path in ("incidents.csv", "rcas", "runbooks", "open_incidents.jsonl"):
            take_in(app, DEMO / path, source=path)
        imported(app, tmp_path / "own")
        return tmp_path / "own"

    def test_ingest_makes_the_same_records_of_it_known_at_the_same_moments(
        self, app: Application, own: Path
    ) -> None:
        before = {record.id: record for record in app.store.iter_current()}
        with installed(own / "corpus.jsonl", None) as copy:
            after = {record.id: record for record in copy.app.store.iter_current()}
        assert copy.notes == ()
        assert after.keys() == before.keys()
        for name in ("kind", "title", "text", "services", "opened_at", "resolved_at", "known_at"):
            changed = {
                record: (getattr(before[record], name), getattr(after[record], name))
                for record in before
                if getattr(before[record], name) != getattr(after[record], name)
            }
            assert changed == {}, name

    def test_it_can_be_measured_as_it_is(self, own: Path) -> None:
        found = run_retrieval(RetrievalRun(folder=own, system="bm25"))
        assert len(found.per_query) == len(load_retrieval(own).queries) > 20
        assert found.notes == ()
        asked = run_hypotheses(CaseRun(folder=own, system="copy-nearest"))
        assert asked.settings["as_of"] == "opened_at"
        blind = RetrievalRun(
            folder=own, system="bm25", corpus="corpus_blind.jsonl", query_field="text_blind"
        )
        assert len(run_retrieval(blind).per_query) == len(found.per_query)

    def test_its_card_tells_everything_that_a_card_must(self, own: Path) -> None:
        card = dataset_card(own)
        assert card.missing == ()
        assert card.hashes["retrieval"] == load_retrieval(own).hash
        assert card.sizes["records: rca"] == 25
