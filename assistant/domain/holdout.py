"""Who is shown suggestions while they are measured, and who is not.

Weeks or teams are numbered from 0 in their order, and every ``one_in`` of them that follow each
other are a block. In each block one is held back, by chance::

    held back of block b  =  HMAC-SHA-256(seed, "week:b" or "team:b"), first 8 bytes, mod one_in

So both arms have weeks of every season (or teams like each other, where these stand side by side
in the list), nobody can choose, and everybody can compute it again: the report assigns incidents
by the same function. Randomised blocks: R. A. Fisher, "The design of experiments", 1935,
chapter IV; weeks in turn: Bojinov, Simchi-Levi and Zhao, "Design and analysis of switchback
experiments", Management Science 69, 2023.
"""

import hmac
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

_WEEK = timedelta(days=7)


class Mode(StrEnum):
    """What is done with suggestions: shown, recorded only, or shown but for a part held back."""

    ON = "on"
    SHADOW = "shadow"
    HOLDOUT = "holdout"


class Unit(StrEnum):
    """What is held back as a whole: the people of a team, or the incidents of a week."""

    TEAM = "team"
    WEEK = "week"


class Arm(StrEnum):
    """Where an answer belongs; ``OUTSIDE`` is shown and not compared."""

    SHOWN = "shown"
    HELD_BACK = "held-back"
    OUTSIDE = "outside"


class Place(NamedTuple):
    """A week or a team: its block, and which one of the block it is."""

    block: int
    cell: int


class HeldBack(NamedTuple):
    """Stands where the answer would; ``told`` says why there is none, and nothing of it."""

    told: str


class Holdout(BaseModel):
    """The plan of a measurement, as it is configured.

    ``shadow`` holds everybody's suggestions back, ``holdout`` those of one week or team in
    ``one_in``, from ``starts`` (for weeks a Monday; days are UTC) until before ``ends``. A team
    is a group of ``teams``, whose incidents name it as their assignment group; whoever is in
    several counts for the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = Mode.ON
    unit: Unit = Unit.WEEK
    # Beyond ten, a comparison would take years.
    one_in: Annotated[int, Field(ge=2, le=10)] = 2
    seed: Annotated[str, Field(min_length=1)] = "precedent"
    teams: tuple[str, ...] = ()
    starts: date | None = None
    ends: date | None = None

    @model_validator(mode="after")
    def _can_be_carried_out(self) -> "Holdout":
        if self.starts and self.ends and self.ends <= self.starts:
            raise ValueError("ends must be after starts")
        by_week = self.mode is not Mode.SHADOW and self.unit is Unit.WEEK
        if by_week and self.starts and self.starts.weekday() != 0:
            raise ValueError("starts must be a Monday, for weeks are held back as a whole")
        if len(set(self.teams)) < len(self.teams) or len(self.teams) % self.one_in:
            raise ValueError(f"teams must be distinct, and a multiple of {self.one_in} (one_in)")
        if self.mode is Mode.HOLDOUT and self.starts is None:
            raise ValueError("a holdout needs starts, the day on which it begins")
        if self.mode is Mode.HOLDOUT and self.unit is Unit.TEAM and not self.teams:
            raise ValueError("a holdout by team needs teams, similar ones side by side")
        return self

    def arm(self, groups: Collection[str], opened: datetime | None, now: datetime) -> Arm:
        """Where an answer belongs that somebody of the groups asks for now.

        By week it is the week in which the incident was opened, so that no incident changes
        sides while it is worked on; the present one where that is not known.
        """
        if self.mode is Mode.ON:
            return Arm.OUTSIDE
        if self.mode is Mode.SHADOW:
            return Arm.HELD_BACK if self._lasts(now) else Arm.OUTSIDE
        if not self._lasts(now):
            return Arm.OUTSIDE
        place = self.place(groups, opened or now)
        return Arm.OUTSIDE if place is None else self.arm_of(place)

    def place(self, groups: Collection[str], opened: datetime) -> Place | None:
        """The week or the team of an incident opened then, whatever the mode is by now.

        ``None`` for what is not part of the comparison.
        """
        if self.starts is None or not self._lasts(opened):
            return None
        if self.unit is Unit.WEEK:
            return Place(*divmod((_day(opened) - self.starts) // _WEEK, self.one_in))
        listed = [number for number, team in enumerate(self.teams) if team in groups]
        return Place(*divmod(listed[0], self.one_in)) if listed else None

    def arm_of(self, place: Place) -> Arm:
        """The arm of a week or team."""
        return Arm.HELD_BACK if place.cell == self.held_back(place.block) else Arm.SHOWN

    def held_back(self, block: int) -> int:
        """Which one of a block is held back."""
        digest = hmac.digest(self.seed.encode(), f"{self.unit}:{block}".encode(), "sha256")
        return int.from_bytes(digest[:8], "big") % self.one_in

    def sentence(self, opened: datetime | None, now: datetime) -> str:
        """Why somebody who is held back sees nothing, and until when."""
        whose = "Suggestions"
        if self.mode is Mode.HOLDOUT and self.unit is Unit.TEAM:
            whose = "Your team's suggestions"
        elif self.mode is Mode.HOLDOUT:
            day = _day(opened or now)
            monday = _in_words(day - timedelta(days=day.weekday()))
            whose = f"For incidents opened in the week of {monday}, suggestions"
        until = f", until {_in_words(self.ends)}" if self.ends else ""
        return f"{whose} are being recorded, not shown{until}. This measures what they are worth."

    def _lasts(self, moment: datetime) -> bool:
        day = _day(moment)
        return (self.starts is None or self.starts <= day) and (
            self.ends is None or day < self.ends
        )


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _in_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
