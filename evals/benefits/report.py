"""What suggestions are worth, as far as the records and the ledger can tell."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, NamedTuple

from assistant.domain.holdout import Arm, Holdout
from evals.benefits.inference import ALPHA, POWER, Difference, Measured, difference
from evals.benefits.outcomes import Counted, Incident
from evals.benefits.planning import fewest_blocks
from evals.benefits.usage import Usage


class Cost(NamedTuple):
    """Minutes of people, per incident of an arm. ``rejection`` is a part of ``review``."""

    review: float
    rejection: float
    approval: float

    @property
    def total(self) -> float:
        """Review and approval."""
        return self.review + self.approval


@dataclass(frozen=True, slots=True)
class ArmTold:
    """One arm. ``typical_minutes`` is the geometric mean; ``missing`` counts ends by reason.

    ``seen`` incidents had a suggestion shown to somebody.
    """

    units: int
    incidents: int
    seen: int
    typical_minutes: float | None
    missing: Mapping[str, int]
    cost: Cost

    @property
    def seen_share(self) -> float:
        """How far the arm was what it should be; 0 without incidents."""
        return self.seen / self.incidents if self.incidents else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefits:
    """The comparison. ``effect`` is of log minutes, ``added_cost`` of minutes an incident."""

    holdout: Holdout
    outcome: str
    arms: Mapping[Arm, ArmTold]
    effect: Difference | None
    added_cost: Difference | None
    usage: Usage
    left_out: Mapping[str, int]

    @property
    def held_back(self) -> ArmTold:
        """Those for whom suggestions were recorded only."""
        return self.arms[Arm.HELD_BACK]

    def minutes(self, log_ratio: float) -> float:
        """What an effect saves of a typical incident; negative where it costs time."""
        return (self.held_back.typical_minutes or 0.0) * -math.expm1(log_ratio)

    @property
    def net_minutes(self) -> float | None:
        """Saved of a typical incident, less the added time of people; careful.

        While an analyst reviews, the incident goes on: part of the cost is in both.
        """
        if self.effect is None or self.added_cost is None:
            return None
        return self.minutes(self.effect.value) - self.added_cost.value

    def verdict(self) -> str:
        """What was found, in plain words; often that nothing can be seen."""
        unit, effect = f"{self.holdout.unit}s", self.effect
        if effect is None:
            return f"Nothing can be compared yet: no two {unit} of one block have ended incidents."
        if effect.least_p > ALPHA:
            return (
                f"Too early to say: {effect.blocks} blocks of {unit} cannot exclude chance, "
                f"{fewest_blocks(self.holdout.one_in)} are the least."
            )
        cost = self._cost()
        if not effect.is_measurable:
            ended = sum(a.incidents - sum(a.missing.values()) for a in self.arms.values())
            units = sum(arm.units for arm in self.arms.values())
            return (
                f"No measurable effect: with {ended:,} incidents in {units} {unit} an effect below "
                f"{-math.expm1(-effect.detectable):.0%} (about "
                f"{self.minutes(-effect.detectable):.0f} minutes of a typical incident) would "
                f"not be seen. {cost}"
            )
        saved = self.minutes(effect.value)
        return (
            f"{self._said(effect)} That is {abs(saved):.0f} minutes of a typical incident "
            f"{'saved' if saved > 0 else 'lost'}. {cost} {self._net()}"
        )

    def notes(self) -> list[str]:
        """What a reader must know to believe it."""
        told = []
        for arm, words in ((Arm.SHOWN, "shown"), (Arm.HELD_BACK, "held back")):
            one = self.arms[arm]
            missing = ", ".join(f"{count} {reason}" for reason, count in one.missing.items())
            told.append(
                f"Suggestions {words}: somebody saw some for {one.seen} of {one.incidents} "
                f"incidents ({one.seen_share:.0%}). Without a usable end: {missing or 'none'}."
            )
        usage = self.usage
        told.append(
            f"{len(usage.looked_at - usage.reviewed)} of {len(usage.looked_at)} looks at an "
            f"incident's suggestions left no verdict; how long they took is not known. "
            f"{usage.cut} times were longer than half an hour and count as that."
        )
        return told

    def as_json(self) -> dict[str, Any]:
        """The documented object; what is infinite or unknown is null."""
        return {
            "verdict": self.verdict(),
            "holdout": self.holdout.model_dump(mode="json", exclude={"mode"}),
            "outcome": self.outcome,
            "arms": {str(arm): _arm_json(told) for arm, told in self.arms.items()},
            "effect": None if self.effect is None else self._effect_json(self.effect),
            "added_cost_minutes": _interval_json(self.added_cost),
            "net_minutes": self.net_minutes,
            "usage": self._usage_json(),
            "left_out": dict(self.left_out),
            "notes": self.notes(),
        }

    def _said(self, effect: Difference) -> str:
        faster = effect.value < 0
        ends = sorted(abs(math.expm1(end)) for end in (effect.lo, effect.hi))
        return (
            f"Incidents took {abs(math.expm1(effect.value)):.0%} {'less' if faster else 'more'} "
            f"time where suggestions were shown (95 % interval {ends[0]:.0%} to {ends[1]:.0%}, "
            f"p = {effect.p_value:.3f})."
        )

    def _cost(self) -> str:
        if self.added_cost is None:
            return ""
        cost = self.added_cost.value
        return f"Reviewing and approving them took {cost:.1f} minutes of people an incident."

    def _net(self) -> str:
        net = self.net_minutes or 0.0
        if self.effect is not None and self.effect.value < 0 and net <= 0:
            return "They cost more than they save."
        return f"Net: {net:+.0f} minutes."

    def _effect_json(self, effect: Difference) -> dict[str, Any]:
        return {
            "change": {
                name: _finite(math.expm1(value)) if math.isfinite(value) else None
                for name, value in (
                    ("value", effect.value),
                    ("lo", effect.lo),
                    ("hi", effect.hi),
                )
            },
            "saved_minutes": self.minutes(effect.value),
            "p_value": effect.p_value,
            "least_p": effect.least_p,
            "blocks": effect.blocks,
            "detectable": _finite(-math.expm1(-effect.detectable)),
            "power": POWER,
        }

    def _usage_json(self) -> dict[str, Any]:
        verdicts: dict[str, dict[str, int]] = defaultdict(dict)
        for (kind, verdict), count in sorted(self.usage.verdicts.items()):
            verdicts[kind][verdict] = count
        return {
            "first_used": len(self.usage.first_used),
            "median_minutes_to_first_used": self.usage.median_to_first_used(),
            "recorded": len(self.usage.recorded),
            "verdicts": verdicts,
            "looks": len(self.usage.looked_at),
            "looks_without_verdict": len(self.usage.looked_at - self.usage.reviewed),
            "verdicts_without_look": self.usage.unmatched,
            "times_cut": self.usage.cut,
        }


def benefits(
    counted: Counted, usage: Usage, record_of: Mapping[str, str], holdout: Holdout, outcome: str
) -> Benefits:
    """Compare the arms; ``record_of`` names the incident of each proposal."""
    approval = usage.approval_of(record_of)
    ended = [
        Measured(*each.place, each.log_minutes)
        for each in counted.incidents
        if each.minutes is not None
    ]
    costs = [
        Measured(
            *each.place,
            usage.review_minutes.get(each.record_id, 0.0) + approval.get(each.record_id, 0.0),
        )
        for each in counted.incidents
    ]
    return Benefits(
        holdout=holdout,
        outcome=outcome,
        arms={
            arm: _arm([each for each in counted.incidents if each.arm is arm], usage, approval)
            for arm in (Arm.SHOWN, Arm.HELD_BACK)
        },
        effect=difference(ended, holdout.one_in, holdout.held_back),
        added_cost=difference(costs, holdout.one_in, holdout.held_back),
        usage=usage,
        left_out=counted.left_out,
    )


def _arm(found: Sequence[Incident], usage: Usage, approval: Mapping[str, float]) -> ArmTold:
    ended = [each.log_minutes for each in found if each.minutes is not None]
    ids = [each.record_id for each in found]
    count = max(len(ids), 1)
    return ArmTold(
        units=len({each.place for each in found}),
        incidents=len(ids),
        seen=sum(name in usage.first_shown for name in ids),
        typical_minutes=math.exp(fmean(ended)) if ended else None,
        missing=Counter(each.missing for each in found if each.missing),
        cost=Cost(
            sum(usage.review_minutes.get(name, 0.0) for name in ids) / count,
            sum(usage.rejection_minutes.get(name, 0.0) for name in ids) / count,
            sum(approval.get(name, 0.0) for name in ids) / count,
        ),
    )


def _arm_json(told: ArmTold) -> dict[str, Any]:
    return {
        "units": told.units,
        "incidents": told.incidents,
        "seen": told.seen,
        "seen_share": told.seen_share,
        "typical_minutes": told.typical_minutes,
        "missing": dict(told.missing),
        "cost_minutes": {**told.cost._asdict(), "total": told.cost.total},
    }


def _interval_json(found: Difference | None) -> dict[str, float | None] | None:
    if found is None:
        return None
    return {"value": found.value, "lo": _finite(found.lo), "hi": _finite(found.hi)}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
