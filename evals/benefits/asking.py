"""``precedent eval benefits``: what suggestions are worth, and what it takes to see it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from json import dumps

from rich.markup import escape

from assistant import console
from assistant.bootstrap import Application
from assistant.commands import application, moment
from assistant.db.proposals import latest_proposals
from assistant.domain.holdout import Arm, Holdout, Mode, Unit
from assistant.schemas.shape import LARGEST
from evals.benefits.inference import Measured
from evals.benefits.outcomes import Counted, Incident, Span, incidents
from evals.benefits.planning import Plan, Spread, plan
from evals.benefits.report import Benefits, benefits
from evals.benefits.usage import Usage
from retrieval.errors import InvalidSettings
from retrieval.records import RecordKind


def compare(since: str | None, until: str | None, outcome: str, json: str | None) -> None:
    """Compare the incidents of both arms, opened within a span of time."""
    app = application()
    holdout = app.settings.online
    if holdout.starts is None:
        raise InvalidSettings(
            "No holdout was planned. Set PRECEDENT_ONLINE__STARTS (and UNIT, ENDS) as it ran, or "
            "ask 'precedent eval benefits --plan' how long one must be."
        )
    counted = incidents(app.store, holdout, _span(since, until), outcome)
    subjects = frozenset(each.record_id for each in counted.incidents)
    with app.audit.snapshot() as ledger:
        usage = Usage.of(ledger.events, subjects)
    found = benefits(counted, usage, _records_of_proposals(app), holdout, outcome)
    if json is None:
        _show(found)
    else:
        console.write_json(json, dumps(found.as_json()))


def look_ahead(
    since: str | None, until: str | None, outcome: str, effect: float, json: str | None
) -> None:
    """Plan a comparison by the variance of past incidents."""
    app = application()
    holdout = app.settings.online
    asked = _span(since, until)
    span = Span(asked.since, asked.until or _midnight(holdout.starts))
    counted = incidents(app.store, _over_the_past(app, holdout, span), span, outcome)
    measured = [Measured(*each.place, each.log_minutes) for each in _ended(counted.incidents)]
    told = plan(holdout.unit, holdout.one_in, effect, Spread.of(measured), _left_out(counted))
    if json is None:
        _show_plan(told)
    else:
        console.write_json(json, dumps(told.as_json()))


def _span(since: str | None, until: str | None) -> Span:
    return Span(moment(since, "--since"), moment(until, "--until"))


def _over_the_past(app: Application, holdout: Holdout, span: Span) -> Holdout:
    """The same blocks, from the first Monday of the past on."""
    if holdout.unit is Unit.TEAM and not holdout.teams:
        raise InvalidSettings("Name the teams in PRECEDENT_ONLINE__TEAMS, similar ones together.")
    opened = [
        record.opened_at
        for record in app.store.iter_current()
        if record.kind is RecordKind.INCIDENT
        and record.opened_at is not None
        and span.holds(record.opened_at)
    ]
    first = min(opened, default=app.clock()).astimezone(UTC).date()
    monday = first + timedelta(days=-first.weekday() % 7)
    return holdout.model_copy(update={"mode": Mode.ON, "starts": monday, "ends": None})


def _ended(found: Iterable[Incident]) -> list[Incident]:
    return [each for each in found if each.minutes is not None]


def _left_out(counted: Counted) -> dict[str, int]:
    left_out = dict(counted.left_out)
    for each in counted.incidents:
        if each.missing:
            left_out[each.missing] = left_out.get(each.missing, 0) + 1
    return left_out


def _records_of_proposals(app: Application) -> dict[str, str]:
    with app.database.read() as connection:
        return {each.id: each.record_id for each in latest_proposals(connection, LARGEST)}


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def _show(found: Benefits) -> None:
    table = console.narrow_table(
        "arm", f"{found.holdout.unit}s", "incidents", "seen", "typical", "review", "approval"
    )
    for arm in (Arm.SHOWN, Arm.HELD_BACK):
        told = found.arms[arm]
        typical = "–" if told.typical_minutes is None else f"{told.typical_minutes:,.0f} min"
        counts = (str(told.units), f"{told.incidents:,}", f"{told.seen_share:.0%}", typical)
        costs = (f"{told.cost.review:.1f} min", f"{told.cost.approval:.1f} min")
        table.add_row(str(arm), *counts, *costs)
    console.out.print(table)
    console.out.print(f"[bold]{escape(found.verdict())}[/]")
    first = found.usage.median_to_first_used()
    if first is not None:
        console.out.print(
            f"First accepted after {first:.1f} minutes (median of {len(found.usage.first_used)})."
        )
    for note in found.notes():
        console.out.print(escape(note))
    for reason, count in found.left_out.items():
        console.out.print(f"[dim]{count:,} incidents left out: {escape(reason)}[/]")


def _show_plan(told: Plan) -> None:
    console.out.print(f"[bold]{escape(told.told())}[/]")
    spread = told.spread
    console.out.print(
        f"By {spread.incidents:,} past incidents in {spread.units} {told.unit}s: "
        f"ICC {spread.icc:.3f}, design effect {spread.design_effect:.2f}."
    )
    table = console.narrow_table(f"{told.unit}s", "shows an effect from")
    for units, effect in told.detectable.items():
        table.add_row(str(units), f"{effect:.0%}")
    console.out.print(table)
    for reason, count in told.left_out.items():
        console.out.print(f"[dim]{count:,} incidents left out: {escape(reason)}[/]")
