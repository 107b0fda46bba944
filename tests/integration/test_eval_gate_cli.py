"""``precedent eval verifier`` and ``precedent eval drafts`` as people and programs call them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.test_eval_cli import process
from tests.unit.evals.folders import lines

CASE = {
    "id": "1",
    "claim": "The queue held 41 messages.",
    "evidence": ["The queue held 40 messages at noon."],
    "kind": "number",
}
FULL = "The archive log destination was full, so bookings hung."
RCA = f"Bookings hang with ORA-00257.\n\n## Resolution\n\n{FULL} Old logs were deleted.\n\n"
ACTIONS = "## Actions\n\n- Add an alert on the archive log destination.\n"
EARLY = {"title": "Bookings hang again", "summary": "Bookings hang with ORA-00257 since noon."}
DRAFT = {
    "id": "new",
    "input": EARLY,
    "reference": {"resolution": "Old logs were deleted.", "actions": "- Add an alert."},
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hashed words instead of a model, and a cache of the test's own."""
    monkeypatch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def answer(*arguments: str) -> dict[str, Any]:
    ended = process("eval", *arguments, "--json", "-")
    assert ended.returncode == 0, ended.stderr
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def refusal(*arguments: str) -> str:
    ended = process("eval", *arguments, "--json", "-")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "Traceback" not in ended.stderr
    return ended.stderr


class TestVerifier:
    def test_a_suite_gives_recall_and_confusion(self, tmp_path: Path) -> None:
        kept = CASE | {"id": "2", "claim": "The queue held 40 messages.", "kind": "true"}
        lines(tmp_path / "suite.jsonl", [CASE, kept])
        found = answer("verifier", str(tmp_path / "suite.jsonl"))
        assert (found["task"], found["n"], found["suite"]) == ("verifier", 2, "as given")
        assert found["metrics"]["false_recall"]["mean"] == 1.0
        assert found["metrics"]["true_kept"]["lo"] < 1.0
        assert found["confusion"] == {
            "true": {"supported": 1, "partly": 0, "unsupported": 0},
            "number": {"supported": 0, "partly": 0, "unsupported": 1},
        }
        assert list(found["per_query"][0]) == [
            "id", "kind", "origin", "verdict", "score", "correct", "reasons",
        ]  # fmt: skip

    def test_errors_are_planted_into_a_folder_of_records(self, tmp_path: Path) -> None:
        folder = tmp_path / "records"
        folder.mkdir()
        text = "At 09:12 the pool of orders-db-1 was lowered from 200 to 50 sessions by us."
        lines(folder / "corpus.jsonl", [{"id": "r", "kind": "rca", "title": "t", "text": text}])
        found = answer("verifier", str(folder), "--keep", "suite.jsonl")
        assert found["suite"] == "planted"
        assert {"number", "time", "negation"} <= set(found["confusion"])
        again = answer("verifier", "suite.jsonl")
        assert again["metrics"] == found["metrics"]

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"evidence": "text"}, "suite.jsonl line 2, field 'evidence': it must be a list"),
            ({"kind": "typo"}, "suite.jsonl line 2, field 'kind': \"typo\" is unknown"),
            ({"claim": None}, "suite.jsonl line 2, field 'claim'"),
            ({"id": "1"}, "suite.jsonl line 2, field 'id': '1' was already used"),
        ],
    )
    def test_a_broken_suite_names_file_line_and_field(
        self, tmp_path: Path, change: dict[str, Any], said: str
    ) -> None:
        lines(tmp_path / "suite.jsonl", [CASE, CASE | {"id": "2"} | change])
        assert said in " ".join(refusal("verifier", "suite.jsonl").split())

    def test_a_folder_without_records_gets_one_message(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        assert "no table and no folder of Markdown files" in " ".join(
            refusal("verifier", "empty").split()
        )


class TestDrafts:
    def folder(self, path: Path, *cases: dict[str, Any]) -> Path:
        path.mkdir()
        record = {"id": "old", "kind": "rca", "title": "Bookings hang", "text": RCA + ACTIONS}
        # The case's own record tells the answer and must not be used.
        own = record | {"id": "new", "text": "## Resolution\n\nThe answer is forty-two.\n"}
        lines(path / "corpus.jsonl", [record, own])
        lines(path / "cases.jsonl", cases or (DRAFT,))
        return path

    def test_the_documented_object(self, tmp_path: Path) -> None:
        found = answer("drafts", str(self.folder(tmp_path / "tiny")))
        assert (found["task"], found["system"], found["n"]) == ("drafts", "extractive", 1)
        assert found["metrics"]["citation_resolve"]["mean"] == 1.0
        assert found["metrics"]["citation_recall"]["mean"] == 1.0
        assert {"coverage_resolution", "coverage_actions", "unsupported", "words"} <= set(
            found["metrics"]
        )
        assert found["judge"] == "verifier"

    def test_a_precedent_is_copied_and_never_the_record_itself(self, tmp_path: Path) -> None:
        folder = str(self.folder(tmp_path / "tiny"))
        found = answer("drafts", folder, "--system", "copy-nearest")
        (case,) = found["per_query"]
        assert {name for one in case["drafted"] for name in one["record_ids"]} == {"old"}
        assert case["coverage_resolution_by_precedents"] == pytest.approx(1.0, abs=1e-3)

    def test_the_lead_is_the_beginning_of_the_input(self, tmp_path: Path) -> None:
        folder = str(self.folder(tmp_path / "tiny"))
        (case,) = answer("drafts", folder, "--system", "lead")["per_query"]
        assert [one["text"] for one in case["drafted"]] == [EARLY["summary"]]
        assert case["claims_of_precedents"] == 0

    def test_wrong_input_names_file_line_and_field(self, tmp_path: Path) -> None:
        folder = self.folder(tmp_path / "tiny", DRAFT, DRAFT | {"id": "b", "reference": "text"})
        assert "cases.jsonl line 2, field 'reference'" in refusal("drafts", str(folder))

    @pytest.mark.parametrize(
        ("option", "said"),
        [
            (("--system", "magic"), "extractive, copy-nearest, lead, chat"),
            (("--system", "chat"), "PRECEDENT_CHAT__MODEL"),
            (("--cases", "none.jsonl"), "has no none.jsonl"),
        ],
    )
    def test_a_wrong_option_gets_one_message(
        self, tmp_path: Path, option: tuple[str, str], said: str
    ) -> None:
        folder = str(self.folder(tmp_path / "tiny"))
        assert said in " ".join(refusal("drafts", folder, *option).split())
