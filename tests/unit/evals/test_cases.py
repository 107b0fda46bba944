"""Cases with labels and cases with causes: what is read, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.cases import labelled_by_field, load_causes, load_labelled
from retrieval.errors import PrecedentError


def write(folder: Path, name: str, rows: list[Any]) -> Path:
    folder.mkdir(exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


class TestLabelled:
    def test_texts_numbers_and_lists_are_labels(self, tmp_path: Path) -> None:
        rows = [
            {"id": "a", "text": "x", "label": " vpn "},
            {"id": 2, "text": "", "label": 3},
            {"id": "c", "text": "z", "label": ["mail", "web", "mail"]},
        ]
        found = load_labelled(write(tmp_path / "d", "cases.jsonl", rows))
        assert [case.labels for case in found.cases] == [("vpn",), ("3",), ("mail", "web")]
        assert [case.id for case in found.cases] == ["a", "2", "c"]
        assert found.train == ()

    def test_training_cases_need_no_id_and_count_in_the_hash(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "d", "cases.jsonl", [{"id": "a", "text": "x", "label": "l"}])
        alone = load_labelled(folder).hash
        write(folder, "train.jsonl", [{"text": "y", "label": "m"}, {"text": "z", "label": "n"}])
        found = load_labelled(folder)
        assert [case.labels[0] for case in found.train] == ["m", "n"]
        assert found.hash != alone

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ({"text": "x", "label": "l"}, "line 2, field 'id'"),
            ({"id": "b", "label": "l"}, "line 2, field 'text'"),
            ({"id": "b", "text": "x"}, "line 2, field 'label'"),
            ({"id": "b", "text": "x", "label": " "}, "field 'label': it must be a text"),
            ({"id": "b", "text": "x", "label": True}, "not true"),
            ({"id": "b", "text": "x", "label": []}, "field 'label'"),
            ({"id": "a", "text": "x", "label": "l"}, "already used"),
        ],
    )
    def test_what_is_wrong_is_named_with_its_place(
        self, tmp_path: Path, row: dict[str, Any], said: str
    ) -> None:
        rows = [{"id": "a", "text": "x", "label": "l"}, row]
        with pytest.raises(PrecedentError, match=said):
            load_labelled(write(tmp_path / "d", "cases.jsonl", rows))

    def test_a_folder_without_cases_says_so(self, tmp_path: Path) -> None:
        with pytest.raises(PrecedentError, match=r"has no cases\.jsonl"):
            load_labelled(tmp_path)
        with pytest.raises(PrecedentError, match="is not a folder"):
            load_labelled(tmp_path / "nowhere")
        (tmp_path / "cases.jsonl").write_text("\n", encoding="utf-8")
        with pytest.raises(PrecedentError, match="holds no cases"):
            load_labelled(tmp_path)

    def test_a_field_of_a_corpus_makes_cases(self, tmp_path: Path) -> None:
        rows = [
            {"id": "a", "title": "t", "text": "x", "fields": {"service": ["s", "u"]}},
            {"id": "b", "title": "t", "text": "x", "fields": {}},
            {"id": "c", "text": "x", "fields": {"service": "u"}},
        ]
        folder = write(tmp_path / "d", "corpus.jsonl", rows)
        found = labelled_by_field(folder, "corpus.jsonl", "service")
        assert [(case.id, case.labels) for case in found.cases] == [
            ("a", ("s", "u")),
            ("c", ("u",)),
        ]
        with pytest.raises(PrecedentError, match="has the field 'owner'"):
            labelled_by_field(folder, "corpus.jsonl", "owner")


class TestCauses:
    def test_what_is_known_only_afterwards_is_not_asked_with(self, tmp_path: Path) -> None:
        rows = [
            {
                "id": "a",
                "input": {
                    "title": "Mail down",
                    "summary": "No mail.",
                    "timeline": [{"time": "10:00", "text": "Queue grew"}, "11:00 restarted"],
                    "opened_at": "2026-01-02 10:00",
                    "resolved_at": "2026-01-02 12:00",
                    "root_cause": "leak",
                },
                "reference": {"root_cause": "The disk was full.", "actions": "Buy disks"},
            }
        ]
        (case,) = load_causes(write(tmp_path / "d", "cases.jsonl", rows)).cases
        assert case.title == "Mail down"
        assert "## Summary\n\nNo mail." in case.text
        assert "- 10:00, Queue grew\n- 11:00 restarted" in case.text
        assert "leak" not in case.text
        assert "12:00" not in case.text
        assert case.opened_at is not None
        assert case.opened_at.hour == 10
        assert case.reference == "The disk was full."

    def test_without_a_named_cause_the_whole_reference_is_the_cause(self, tmp_path: Path) -> None:
        rows = [{"id": "a", "input": {"summary": "x"}, "reference": {"resolution": "r", "n": None}}]
        (case,) = load_causes(write(tmp_path / "d", "cases.jsonl", rows)).cases
        assert case.reference == "r"

    def test_cases_without_a_reference_are_left_out_and_counted(self, tmp_path: Path) -> None:
        rows: list[Any] = [
            {"id": "a", "input": {"summary": "x"}, "reference": {"root_cause": "r"}},
            {"id": "b", "input": {"summary": "x"}, "reference": {"root_cause": ""}},
        ]
        found = load_causes(write(tmp_path / "d", "cases.jsonl", rows))
        assert [case.id for case in found.cases] == ["a"]
        assert found.notes == ("1 of the cases have an empty reference and are not counted.",)

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ({"id": "a", "reference": {"root_cause": "r"}}, "field 'input'"),
            ({"id": "a", "input": {"summary": "x"}}, "field 'reference'"),
            ({"input": {"summary": "x"}, "reference": {"root_cause": "r"}}, "field 'id'"),
            ({"id": "a", "input": {"summary": "x"}, "reference": {}}, "No case of"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path: Path, row: dict[str, Any], said: str) -> None:
        with pytest.raises(PrecedentError, match=said):
            load_causes(write(tmp_path / "d", "cases.jsonl", [row]))
