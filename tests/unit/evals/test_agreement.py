"""Cohen's κ against published and hand-made tables."""

import pytest

from evals.agreement import cohen_kappa, kappa_interval


def table(rows: list[list[int]]) -> list[tuple[int, int]]:
    return [
        (first, second)
        for first, row in enumerate(rows)
        for second, count in enumerate(row)
        for _ in range(count)
    ]


class TestKappa:
    def test_the_example_of_the_paper(self) -> None:
        # Cohen (1960), table 1, in counts of 200.
        found = cohen_kappa(table([[88, 14, 18], [10, 40, 10], [2, 6, 12]]))
        assert found == pytest.approx(0.492, abs=5e-4)

    def test_chance_is_zero_and_agreement_one(self) -> None:
        assert cohen_kappa(table([[25, 25], [25, 25]])) == pytest.approx(0)
        assert cohen_kappa([(0, 0), (1, 1), (2, 2)]) == 1

    def test_constant_disagreement_is_below_chance(self) -> None:
        assert cohen_kappa([(0, 1), (1, 0)]) == -1

    def test_one_grade_throughout_is_agreement(self) -> None:
        assert cohen_kappa([(2, 2), (2, 2)]) == 1

    def test_nothing_judged_by_both_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="nothing that both"):
            cohen_kappa([])

    def test_the_interval_holds_the_value(self) -> None:
        found = kappa_interval(table([[20, 2], [3, 15]]))
        assert found.lo < found.mean < found.hi
        assert found == kappa_interval(table([[20, 2], [3, 15]]))
