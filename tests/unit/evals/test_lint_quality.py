"""The linter on labelled texts: how often it is right, and how often it is silent in vain."""

from collections import Counter
from functools import cache

import pytest

from assistant.services.linting import RULES
from evals.lint_quality import LabelledText, RuleQuality, labelled, quality
from tests.conftest import PROJECT

# The seen texts shaped the rules, so that these only guard; unseen figures are in docs/lint.md.
MIN_PRECISION = 0.95
MIN_RECALL = 0.85


@cache
def texts() -> tuple[LabelledText, ...]:
    return labelled(PROJECT / "tests" / "data" / "lint.jsonl")


@cache
def rows(*, unseen: bool) -> dict[str, RuleQuality]:
    return {row.rule: row for row in quality(t for t in texts() if t.unseen is unseen)}


class TestLabelledTexts:
    @pytest.mark.parametrize("rule", [*(rule.id for rule in RULES), "all"])
    def test_what_is_found_is_right_and_little_is_missed(self, rule: str) -> None:
        row = rows(unseen=False)[rule]
        assert row.precision >= MIN_PRECISION
        assert row.recall >= MIN_RECALL

    def test_every_rule_has_texts_and_nearly_half_of_all_are_clean(self) -> None:
        counts = Counter(rule for text in texts() for rule in text.rules)
        assert set(counts) == {rule.id for rule in RULES}
        assert min(counts.values()) >= 15
        assert len(texts()) >= 560
        assert sum(not text.rules for text in texts()) >= 0.43 * len(texts())

    def test_ids_are_distinct(self) -> None:
        assert len({text.id for text in texts()}) == len(texts())


class TestQuality:
    def test_a_wrong_label_shows_in_both_figures(self) -> None:
        text = "The cause was human error."
        kind = texts()[0].kind
        right = LabelledText(id="1", text=text, kind=kind, context="Cause", rules=("blame",))
        wrong = right.model_copy(update={"rules": ()})
        missed = right.model_copy(update={"text": "The disk was full of dumps."})
        row = next(row for row in quality([right, wrong, missed]) if row.rule == "blame")
        assert (row.precision, row.recall) == (0.5, 0.5)
