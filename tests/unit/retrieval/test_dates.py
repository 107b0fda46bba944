"""Calendar dates as people write them."""

from datetime import UTC, datetime

import pytest

from retrieval.dates import first_date


class TestFirstDate:
    @pytest.mark.parametrize(
        "text",
        [
            "Outage on 2025-11-04 in the morning",
            "since 2025/11/4",
            "on 4 November 2025 at 09:12",
            "the 4th of Nov 2025",
            "November 4th, 2025: down",
            "Nov. 4, 2025",
        ],
    )
    def test_forms_that_mean_the_same_everywhere(self, text: str) -> None:
        assert first_date(text) == datetime(2025, 11, 4, tzinfo=UTC)

    @pytest.mark.parametrize(
        "text", ["", "04/11/2025", "4 November", "version 2025.1", "in November 2025", "9:30"]
    )
    def test_what_is_no_full_date(self, text: str) -> None:
        assert first_date(text) is None

    def test_an_impossible_one_is_passed_over(self) -> None:
        text = "2025-02-30 was meant as 2025-03-02"
        assert first_date(text) == datetime(2025, 3, 2, tzinfo=UTC)

    def test_the_first_of_several(self) -> None:
        text = "On 5 May 2024, after the change of 2024-05-01"
        assert first_date(text) == datetime(2024, 5, 5, tzinfo=UTC)
