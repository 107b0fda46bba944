"""``precedent eval benefits`` on simulated histories, as people and programs call it."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.bootstrap import Application
from assistant.commands import application
from assistant.db import audit
from assistant.domain.holdout import Arm, Holdout
from ingest.pipeline import IngestOptions
from tests.integration.test_eval_cli import precedent

START = datetime(2025, 1, 6, tzinfo=UTC)
PLAN = Holdout(mode="holdout", starts=START.date(), ends=date(2026, 1, 5), seed="a season")


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings of the holdout, and a data directory of the test's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
    monkeypatch.setenv("PRECEDENT_ONLINE__MODE", "holdout")
    monkeypatch.setenv("PRECEDENT_ONLINE__STARTS", "2025-01-06")
    monkeypatch.setenv("PRECEDENT_ONLINE__ENDS", "2026-01-05")
    monkeypatch.setenv("PRECEDENT_ONLINE__SEED", "a season")


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    """The installation that the command will open."""
    opened = application()
    yield opened
    opened.database.close()


def incident(number: int, opened: datetime, minutes: float | None) -> dict[str, Any]:
    ended = None if minutes is None else (opened + timedelta(minutes=minutes)).isoformat()
    fields = {"opened_at": opened.isoformat(), **({"resolved_at": ended} if ended else {})}
    return {
        "id": f"INC{number:05}",
        "kind": "incident",
        "title": "Something stands still",
        "text": f"Number {number} stands still.",
        "fields": fields,
    }


def a_year(effect: float, weeks: int = 52, size: int = 30) -> list[dict[str, Any]]:
    """Incidents of weeks that are not alike; those that are shown take less time."""
    chance = np.random.default_rng(5)
    found: list[dict[str, Any]] = []
    for week in range(weeks):
        monday = START + week * timedelta(days=7)
        typical = 90.0 * np.exp(chance.normal(0, 0.1))
        if PLAN.arm((), monday, monday) is Arm.SHOWN:
            typical *= 1 - effect
        for _ in range(size):
            opened = monday + timedelta(minutes=float(chance.integers(0, 7 * 24 * 60)))
            minutes = float(typical * np.exp(chance.normal(0, 0.8)))
            found.append(incident(len(found), opened, minutes))
    return found


def take_in(app: Application, records: list[dict[str, Any]], folder: Path) -> None:
    file = folder / "history.jsonl"
    file.write_text("\n".join(json.dumps(one) for one in records), encoding="utf-8")
    options = IngestOptions(source="tickets", groups=frozenset({"everyone"}))
    assert app.pipeline.take_in(file, options).rejected == 0


def answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> dict[str, Any]:
    capsys.readouterr()
    assert precedent(monkeypatch, "eval", "benefits", *arguments, "--json", "-") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def say(app: Application, at: datetime, action: str, subject: str, **payload: Any) -> None:
    with app.database.write() as connection:
        audit.append(connection, at, "ana", action, subject, payload)


class TestComparison:
    def test_a_year_without_effect_is_called_so_with_what_would_not_be_seen(
        self,
        app: Application,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        take_in(app, a_year(0.0), tmp_path)
        found = answer(monkeypatch, capsys)
        assert found["verdict"].startswith(
            "No measurable effect: with 1,560 incidents in 52 weeks an effect below "
        )
        change = found["effect"]["change"]
        assert change["lo"] < 0 < change["hi"]
        assert 0.05 < found["effect"]["detectable"] < 0.2

    def test_a_planted_fifth_is_found(
        self,
        app: Application,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        take_in(app, a_year(0.2), tmp_path)
        found = answer(monkeypatch, capsys)
        change = found["effect"]["change"]
        assert change["lo"] < -0.2 < change["hi"] < 0
        assert found["effect"]["p_value"] < 0.01
        assert "less time where suggestions were shown" in found["verdict"]

    def test_what_has_no_time_is_counted_and_told(
        self,
        app: Application,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        records = a_year(0.0, weeks=16, size=5)
        records.append(incident(90_001, START, None))
        records.append(incident(90_002, START, -60.0))
        records.append(incident(90_003, START - timedelta(days=30), 60.0))
        records.append({**incident(90_004, START, 60.0), "fields": {}})
        take_in(app, records, tmp_path)
        found = answer(monkeypatch, capsys)
        missing = [reason for arm in found["arms"].values() for reason in arm["missing"]]
        assert sorted(missing) == ["ended before it was opened", "no end told"]
        assert found["left_out"] == {"outside the comparison": 1, "no opening time": 1}
        assert any("1 no end told" in note for note in found["notes"])

    def test_nobody_is_asked_what_they_think(
        self,
        app: Application,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        records = a_year(0.0, weeks=16, size=5)
        take_in(app, records, tmp_path)
        before = answer(monkeypatch, capsys)
        at = START + timedelta(days=3)
        for number in range(40):
            told = {"suggestion": "0123456789abcdef", "kind": "hypothesis", "verdict": "useful"}
            say(app, at, "feedback.given", f"INC{number:05}", **told)
        after = answer(monkeypatch, capsys)
        assert after["effect"] == before["effect"]
        assert after["verdict"] == before["verdict"]
        assert after["usage"]["verdicts_without_look"] == 40

    def test_reviews_and_rejections_cost_time(
        self,
        app: Application,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        records = a_year(0.0, weeks=16, size=5)
        take_in(app, records, tmp_path)
        shown = [one["id"] for one in records if arm_of(one) is Arm.SHOWN]
        for name in shown:
            say(app, START, "suggestion.shown", name)
            told = {"suggestion": "0123456789abcdef", "kind": "hypothesis"}
            for minutes, verdict in ((4, "rejected"), (6, "accepted"), (600, "edited")):
                at = START + timedelta(minutes=minutes)
                say(app, at, "feedback.given", name, **told, verdict=verdict)
        found = answer(monkeypatch, capsys)
        # The last verdict came ten hours later: half an hour counts.
        costs = {"review": 36.0, "rejection": 4.0, "approval": 0.0, "total": 36.0}
        assert found["arms"]["shown"]["cost_minutes"] == pytest.approx(costs)
        assert found["arms"]["held-back"]["cost_minutes"]["total"] == 0
        assert found["added_cost_minutes"]["value"] == pytest.approx(36.0)
        assert found["usage"]["median_minutes_to_first_used"] == pytest.approx(6.0)
        assert found["usage"]["times_cut"] == len(shown)
        assert found["arms"]["shown"]["seen_share"] == 1.0
        assert "36.0 minutes of people an incident" in found["verdict"]

    def test_another_field_may_tell_the_end(
        self,
        app: Application,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        records = a_year(0.0, weeks=16, size=5)
        for one in records:
            opened = datetime.fromisoformat(one["fields"]["opened_at"])
            one["fields"]["mitigated_at"] = (opened + timedelta(minutes=7)).isoformat()
        take_in(app, records, tmp_path)
        found = answer(monkeypatch, capsys, "--outcome", "mitigated_at")
        assert found["arms"]["shown"]["typical_minutes"] == pytest.approx(7.0)
        assert found["effect"]["change"]["value"] == pytest.approx(0.0)

    def test_without_a_holdout_the_command_says_what_to_do(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("MODE", "STARTS", "ENDS"):
            monkeypatch.delenv(f"PRECEDENT_ONLINE__{name}")
        assert precedent(monkeypatch, "eval", "benefits") != 0
        assert "PRECEDENT_ONLINE__STARTS" in capsys.readouterr().err


class TestPlan:
    def test_the_past_tells_how_many_weeks_are_needed(
        self,
        app: Application,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        take_in(app, a_year(0.0), tmp_path)
        monkeypatch.setenv("PRECEDENT_ONLINE__STARTS", "2026-01-05")
        monkeypatch.setenv("PRECEDENT_ONLINE__ENDS", "2027-01-04")
        found = answer(monkeypatch, capsys, "--plan", "--effect", "0.2")
        assert found["past"]["incidents"] == 1_560
        assert found["past"]["units"] == 52
        assert 12 <= found["units_needed"] <= 40
        assert f"{found['units_needed']} weeks are needed" in found["verdict"]

    def test_people_read_a_table(
        self,
        app: Application,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        take_in(app, a_year(0.0, weeks=20, size=10), tmp_path)
        assert precedent(monkeypatch, "eval", "benefits") == 0
        assert "held-back" in capsys.readouterr().out
        monkeypatch.setenv("PRECEDENT_ONLINE__STARTS", "2026-01-05")
        monkeypatch.setenv("PRECEDENT_ONLINE__ENDS", "2027-01-04")
        assert precedent(monkeypatch, "eval", "benefits", "--plan") == 0
        assert "design effect" in capsys.readouterr().out


def arm_of(one: dict[str, Any]) -> Arm:
    opened = datetime.fromisoformat(one["fields"]["opened_at"])
    return PLAN.arm((), opened, opened)
