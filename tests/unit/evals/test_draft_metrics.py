"""Metrics of drafts agree with values computed by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.services.backtest.intervals import wilson
from evals.metrics.drafts import citation_scores, coverage, reference_sentences, stem_recall
from retrieval.ports import Vectors

ROSE = "Latency on san-b rose to 480 ms."
FULL = "The disk of san-b was full."


class FixedEmbedder:
    """Two directions: texts that begin with the same letter are the same."""

    model_id = "fixed"
    dimension = 2
    max_tokens = 512

    def query(self, text: str) -> Vectors:
        row: Vectors = self.passages([text])[0]
        return row

    def passages(self, texts: Sequence[str]) -> Vectors:
        rows = [[1.0, 0.0] if text.startswith("T") else [0.0, 1.0] for text in texts]
        return np.array(rows, dtype=np.float32)


class TestCitations:
    def test_one_supported_and_one_false_claim_are_a_half(self) -> None:
        scores = citation_scores([(ROSE, [ROSE]), ("Latency on san-b rose to 48 ms.", [ROSE])])
        assert scores == (0.5, 0.5, 0.5)

    def test_a_citation_that_adds_nothing_costs_precision_and_no_recall(self) -> None:
        scores = citation_scores([(ROSE, [ROSE, "The kettle is on the second floor."])])
        assert scores == (1.0, 0.5, 0.0)

    def test_two_that_are_both_needed_are_both_precise(self) -> None:
        claim = "The disk of san-b was full, and latency on san-b rose to 480 ms."
        assert citation_scores([(claim, [ROSE, FULL])]) == (1.0, 1.0, 0.0)

    def test_a_claim_that_cites_nothing_is_unsupported(self) -> None:
        assert citation_scores([(ROSE, [])]) == (0.0, 0.0, 1.0)

    def test_no_claim_is_not_counted(self) -> None:
        assert citation_scores([]) is None


class TestCoverage:
    def test_the_share_of_stems_counts_each_once(self) -> None:
        # restart, broker, twice of restart, broker, twice, monday
        said = stem_recall("Restarted the broker twice Monday", "Twice the broker restarts")
        assert said == pytest.approx(3 / 4)
        assert stem_recall("the", "the broker") == 0.0

    def test_the_best_match_of_each_sentence_is_averaged(self) -> None:
        reference = "The broker restarted. Queues drained slowly."
        claims = ["The broker restarted.", "Queues drained."]
        # 1 for the first; of the second 2 of 3 stems and cosine 1.
        expected = (1 + (2 / 3 + 1) / 2) / 2
        assert coverage(FixedEmbedder(), claims, reference) == pytest.approx(expected)

    def test_nothing_said_covers_nothing_and_nothing_wanted_does_not_count(self) -> None:
        assert coverage(FixedEmbedder(), [], "The broker restarted.") == 0.0
        assert coverage(FixedEmbedder(), ["The broker restarted."], "") is None

    def test_markup_is_no_sentence(self) -> None:
        assert reference_sentences("- **Broker** restarted\n- ---\n") == ["Broker restarted"]


class TestWilson:
    def test_it_is_what_the_formula_says(self) -> None:
        found = wilson(9, 10)
        assert found.mean == 0.9
        assert found.lo == pytest.approx(0.5958, abs=1e-4)
        assert found.hi == pytest.approx(0.9821, abs=1e-4)

    def test_all_of_few_is_not_certain(self) -> None:
        found = wilson(10, 10)
        assert found.lo == pytest.approx(0.7225, abs=1e-4)
        assert found.hi == 1.0

    def test_no_case_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no case"):
            wilson(0, 0)
