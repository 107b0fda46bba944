"""Where the moments of a timeline stand."""

from datetime import UTC, datetime, timedelta

import pytest

from assistant.domain.drafts import Claim, ClaimKind, Verdict
from assistant.services.phases import Phase
from assistant.web.timeline import drawing

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def told(text: str, minutes: float | None) -> Claim:
    at = None if minutes is None else NINE + timedelta(minutes=minutes)
    return Claim(text=text, kind=ClaimKind.FACT, verdict=Verdict.SUPPORTED, at=at)


class TestPlaces:
    def test_are_to_scale_and_keep_the_numbers_of_the_claims(self) -> None:
        claims = [told("c", 60), told("no moment", None), told("a", 0), told("b", 30)]
        drawn = drawing(claims)
        assert drawn is not None
        assert [dot.number for dot in drawn.dots] == [3, 4, 1]
        first, middle, last = (dot.x for dot in drawn.dots)
        assert middle == (first + last) / 2
        assert [end.label for end in drawn.ends] == ["09:00", "10:00"]

    def test_dots_never_cover_each_other(self) -> None:
        drawn = drawing([told("x", minute) for minute in (0, 1, 2, 3, 600)])
        assert drawn is not None
        places = [(dot.x, dot.y) for dot in drawn.dots]
        for number, (x, y) in enumerate(places):
            for other_x, other_y in places[number + 1 :]:
                assert abs(x - other_x) >= 17 or abs(y - other_y) >= 17
        assert all(8.5 <= y < drawn.axis for _, y in places)

    def test_days_are_named_where_there_is_more_than_one(self) -> None:
        drawn = drawing([told("a", 0), told("b", 24 * 60)])
        assert drawn is not None
        assert [end.label for end in drawn.ends] == ["02 Mar 09:00", "03 Mar 09:00"]

    def test_nothing_is_drawn_of_one_moment(self) -> None:
        assert drawing([told("a", 5), told("b", None)]) is None
        assert drawing([told("a", 5), told("b", 5)]) is None


class TestPhases:
    def test_are_drawn_where_they_were(self) -> None:
        drawn = drawing(
            [told("The outage began.", 0), told("The alert fired.", 12), told("Restored.", 60)]
        )
        assert drawn is not None
        found = [(span.phase, span.lasted) for span in drawn.spans]
        assert found == [(Phase.UNNOTICED, "12 min"), (Phase.BEING_MENDED, "48 min")]
        unnoticed, mended = drawn.spans
        assert [unnoticed.x, mended.x] == [drawn.dots[0].x, drawn.dots[1].x]
        assert unnoticed.width * 4 == pytest.approx(mended.width, abs=0.5)
