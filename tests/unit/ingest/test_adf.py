"""ADF as text: nothing that a person wrote is lost, whatever the document looks like."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.adf import adf_document, adf_text
from ingest.sections import sections
from ingest.text import clean_text
from retrieval.records import SectionKind
from tests.adf_schema import problems

# Node types: npm @atlaskit/adf-schema 57.7.22, dist/json-schema/v1/full.json.
DOCUMENTS = sorted((Path(__file__).parents[2] / "data" / "adf").glob("*.json"))

KINDS = st.sampled_from(
    "paragraph heading bulletList orderedList listItem codeBlock blockquote panel expand "
    "nestedExpand table tableRow tableHeader tableCell taskList taskItem blockTaskItem mediaSingle "
    "decisionList decisionItem layoutSection somethingNew doc".split()
)
TEXT_NODES = st.builds(
    lambda text, marks: {"type": "text", "text": text, "marks": marks},
    st.text(min_size=1, max_size=30),
    st.lists(st.sampled_from(["strong", "em", "code", "strike"]).map(lambda m: {"type": m})),
)
TREES = st.recursive(
    TEXT_NODES,
    lambda inner: st.builds(
        lambda kind, content: {"type": kind, "content": content}, KINDS, st.lists(inner, max_size=4)
    ),
    max_leaves=20,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | KINDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from("type content attrs marks text level order timestamp title".split()),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


def paragraph(*content: Any) -> dict[str, Any]:
    nodes = [{"type": "text", "text": c} if isinstance(c, str) else c for c in content]
    return {"type": "paragraph", "content": nodes}


def texts(node: dict[str, Any]) -> list[str]:
    if node["type"] == "text":
        return [node["text"]]
    return [text for child in node["content"] for text in texts(child)]


class TestDocuments:
    @pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
    def test_reads_as_a_person_would(self, path: Path) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        expected = path.with_suffix(".md").read_text(encoding="utf-8")
        assert adf_text(document) + "\n" == expected

    @pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
    def test_is_valid_by_the_schema(self, path: Path) -> None:
        assert problems(json.loads(path.read_text(encoding="utf-8"))) == []

    def test_the_schema_sees_a_wrong_document(self) -> None:
        panel = {"type": "panel", "attrs": {"panelType": "danger"}, "content": [paragraph("x")]}
        assert problems({"type": "doc", "version": 1, "content": [panel]}) != []

    def test_its_bold_labels_become_sections(self) -> None:
        label = {"type": "text", "text": "Root cause:", "marks": [{"type": "strong"}]}
        (found,) = sections(adf_text({"type": "doc", "content": [paragraph(label, " disk full")]}))
        assert found.kind is SectionKind.CAUSE

    def test_blank_lines_of_code_stay_in_a_list_too(self) -> None:
        code = {"type": "codeBlock", "content": [{"type": "text", "text": "a:\n\n\n  b"}]}
        entry = {"type": "listItem", "content": [paragraph("Set:"), code]}
        told = adf_text({"type": "bulletList", "content": [entry]})
        assert told == "- Set:\n  ```\n  a:\n\n\n    b\n  ```"

    def test_words_marked_alike_are_not_torn_apart(self) -> None:
        strong = [{"type": "strong"}]
        halves = [{"type": "text", "text": half, "marks": strong} for half in ("conc", "entrator")]
        assert adf_text(paragraph(*halves)) == "**concentrator**"


class TestWhatIsNotOfTheFormat:
    @given(TREES)
    def test_no_word_is_lost_wherever_it_stands(self, tree: dict[str, Any]) -> None:
        told = adf_text(tree)
        for text in texts(tree):
            for word in text.split():
                assert clean_text(word).strip() in told

    @given(JSON)
    def test_nothing_raises(self, anything: object) -> None:
        assert isinstance(adf_text(anything), str)

    def test_any_depth_is_read(self) -> None:
        node: dict[str, Any] = paragraph("at the bottom")
        for kind in ("bulletList", "listItem", "taskList", "table", "new") * 4_000:
            node = {"type": kind, "content": [node]}
        assert "at the bottom" in adf_text(node)

    @pytest.mark.parametrize(
        ("given_", "told"),
        [
            (None, ""),
            ("h1. wiki text", "h1. wiki text"),
            ({"type": "date", "attrs": {"timestamp": "soon"}}, "soon"),
            ({"type": "date", "attrs": {"timestamp": "9" * 40}}, "9" * 40),
            ({"type": "mention", "attrs": {"id": "5b10a2"}}, "@5b10a2"),
            ({"type": "emoji", "attrs": {"shortName": ":fire:"}}, ":fire:"),
            (
                {"type": "inlineCard", "attrs": {"data": {"url": "https://a.example"}}},
                "https://a.example",
            ),
            ({"type": "heading", "attrs": {"level": 99}, "content": ["x"]}, "###### x"),
            ({"type": "newInline", "attrs": {"text": "kept"}}, "kept"),
        ],
    )
    def test_what_can_be_read_is_read(self, given_: object, told: str) -> None:
        assert adf_text(given_) == told


class TestPlainText:
    @given(st.text(max_size=80))
    def test_becomes_a_valid_document_that_says_the_same(self, text: str) -> None:
        document = adf_document(text)
        assert problems(document) == []
        assert adf_text(document).split() == clean_text(text).split()
