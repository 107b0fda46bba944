"""Who is held back is drawn by chance, evenly, and the same for everybody who computes it."""

import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from assistant.domain.holdout import Arm, Holdout, Mode, Place

MONDAY = date(2026, 1, 5)
START = datetime(2026, 1, 5, tzinfo=UTC)
WEEK = timedelta(days=7)
TEAMS = tuple(f"team-{number}" for number in range(40))


def by_week(**values: Any) -> Holdout:
    return Holdout(**{"mode": Mode.HOLDOUT, "starts": MONDAY, **values})


def by_team(**values: Any) -> Holdout:
    given = {"mode": Mode.HOLDOUT, "unit": "team", "teams": TEAMS, "starts": MONDAY, **values}
    return Holdout(**given)


def arms(plan: Holdout, weeks: int) -> list[Arm]:
    moments = [START + number * WEEK for number in range(weeks)]
    return [plan.arm((), moment, moment) for moment in moments]


class TestDraw:
    @pytest.mark.parametrize("one_in", [2, 3, 4])
    def test_in_every_block_exactly_one_is_held_back(self, one_in: int) -> None:
        drawn = arms(by_week(one_in=one_in), 20 * one_in)
        blocks = [drawn[at : at + one_in] for at in range(0, len(drawn), one_in)]
        assert {block.count(Arm.HELD_BACK) for block in blocks} == {1}

    def test_each_place_of_a_block_is_drawn_as_often(self) -> None:
        first = [by_week(seed=str(seed)).held_back(0) for seed in range(1_000)]
        # Three standard deviations of 1,000 throws of a coin.
        assert abs(sum(first) - 500) < 48

    def test_anybody_can_compute_it_again(self) -> None:
        digest = hmac.new(b"precedent", b"week:7", hashlib.sha256).digest()
        assert by_week().held_back(7) == int.from_bytes(digest[:8], "big") % 2

    def test_another_seed_is_another_draw(self) -> None:
        assert arms(by_week(), 40) != arms(by_week(seed="another"), 40)

    def test_a_team_at_the_end_of_the_list_moves_nobody(self) -> None:
        before, after = by_team(), by_team(teams=(*TEAMS, "new-1", "new-2"))
        for team in TEAMS:
            assert before.arm({team}, None, START) is after.arm({team}, None, START)


class TestWhoIsHeldBack:
    def test_a_week_is_of_one_arm_from_monday_to_sunday(self) -> None:
        plan = by_week()
        for week in range(6):
            days = [START + week * WEEK + timedelta(hours=hour) for hour in range(0, 168, 5)]
            assert len({plan.arm((), day, day) for day in days}) == 1

    def test_an_incident_does_not_change_sides_while_it_is_worked_on(self) -> None:
        plan = by_week()
        seen = {plan.arm((), START, START + day * timedelta(days=1)) for day in range(60)}
        assert len(seen) == 1

    def test_whoever_is_in_several_teams_counts_for_the_first(self) -> None:
        plan = by_team()
        assert plan.place({"team-9", "everyone", "team-3"}, START) == Place(1, 1)

    def test_whoever_is_in_no_listed_team_is_shown_everything(self) -> None:
        assert by_team().arm({"everyone"}, START, START) is Arm.OUTSIDE

    def test_outside_its_time_nothing_is_held_back(self) -> None:
        plan = by_week(ends=date(2026, 3, 2))
        before, after = START - timedelta(seconds=1), datetime(2026, 3, 2, tzinfo=UTC)
        assert plan.arm((), before, START) is Arm.OUTSIDE
        assert {plan.arm((), START + n * WEEK, after) for n in range(6)} == {Arm.OUTSIDE}

    def test_in_shadow_everybody_is_held_back_whatever_the_incident(self) -> None:
        plan = Holdout(mode=Mode.SHADOW)
        old = START - 100 * WEEK
        assert plan.arm({"team-1"}, old, START) is Arm.HELD_BACK
        assert plan.arm((), None, START) is Arm.HELD_BACK

    def test_as_it_comes_everything_is_shown(self) -> None:
        assert Holdout().arm({"everyone"}, START, START) is Arm.OUTSIDE

    def test_the_report_knows_the_draw_after_the_mode_is_on_again(self) -> None:
        during, after = by_week(), by_week(mode=Mode.ON)
        moments = [START + number * WEEK for number in range(10)]
        places = [after.place((), moment) for moment in moments]
        assert places == [during.place((), moment) for moment in moments]
        assert [after.arm_of(place) for place in places if place] == arms(during, 10)


class TestPlansThatCannotBe:
    @pytest.mark.parametrize(
        ("values", "word"),
        [
            ({"mode": "holdout"}, "starts"),
            ({"mode": "holdout", "starts": date(2026, 1, 6)}, "Monday"),
            ({"starts": MONDAY, "ends": MONDAY}, "after starts"),
            ({"mode": "holdout", "unit": "team", "starts": MONDAY}, "needs teams"),
            ({"unit": "team", "teams": ("a", "b", "c")}, "multiple of 2"),
            ({"unit": "team", "teams": ("a", "a")}, "distinct"),
            ({"one_in": 1}, "one_in"),
        ],
    )
    def test_say_what_is_missing(self, values: dict[str, Any], word: str) -> None:
        with pytest.raises(ValidationError, match=word):
            Holdout(**values)
