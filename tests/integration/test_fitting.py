"""``precedent fit`` learns from links, keeps what helps, and is used at the next start."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from assistant.bootstrap import Application
from assistant.commands.learning import fit
from assistant.services.fitting import FittedFile
from assistant.settings import load_settings
from retrieval.access import Reader
from retrieval.errors import InvalidInput, InvalidSettings
from retrieval.ranking import FEATURES, SHIPPED, WeightedSum
from tests.installation import application, take_in

OPERATOR = Reader.operator()


def with_problems(folder: Path, groups: int, **settings: Any) -> Application:
    """Incidents in pairs: one problem, one service, different words."""
    app = application(folder, embedder={"backend": "hashing"}, **settings)
    words = ["printer", "gateway", "database", "badge", "mail", "backup", "switch", "portal"]
    lines = []
    for group in range(groups):
        for half in range(2):
            thing = words[(group * 3 + half * 5) % len(words)]
            entry = {
                "id": f"I{group}-{half}",
                "kind": "incident",
                "title": f"{thing} trouble {group * 7 + half}",
                "text": f"The {thing} stopped working in building {group % 5}",
                "fields": {"problem": f"PRB{group}", "service": f"service {group}"},
            }
            lines.append(json.dumps(entry))
    (folder / "linked.jsonl").write_text("\n".join(lines), encoding="utf-8")
    take_in(app, folder / "linked.jsonl")
    return app


class TestFit:
    def test_what_helps_is_kept_and_used_at_the_next_start(self, tmp_path: Path) -> None:
        app = with_problems(tmp_path, groups=30)
        steps: list[tuple[int, int]] = []
        fitted = app.fitting.fit(lambda done, total: steps.append((done, total)))
        assert (fitted.queries, steps[-1]) == (60, (60, 60))
        assert fitted.kept
        assert fitted.weights["service"] > SHIPPED.vector().min()
        again = FittedFile(tmp_path / "var" / "models").ranker()
        assert (again._weights != WeightedSum()._weights).any()

    def test_the_same_links_give_the_same_weights_and_hash(self, tmp_path: Path) -> None:
        app = with_problems(tmp_path, groups=15)
        one, two = app.fitting.fit(), app.fitting.fit()
        assert (one.weights, one.data_hash) == (two.weights, two.data_hash)

    def test_too_few_links_are_said_and_change_nothing(self, tmp_path: Path) -> None:
        app = with_problems(tmp_path, groups=5)
        with pytest.raises(InvalidInput, match="10 records are linked"):
            app.fitting.fit()
        assert not (tmp_path / "var" / "models").exists()

    def test_what_does_not_help_is_not_used(self, tmp_path: Path) -> None:
        app = with_problems(tmp_path, groups=15)
        fitted = app.fitting.fit().model_copy(update={"ndcg_after": 0.0})
        file = FittedFile(tmp_path / "models")
        file.write(fitted)
        assert (file.ranker()._weights == WeightedSum()._weights).all()

    def test_the_configured_weights_rank_until_better_ones_are_learned(
        self, tmp_path: Path
    ) -> None:
        app = application(tmp_path, embedder={"backend": "hashing"}, fusion={"words": 3})
        assert app.fitted.ranker()._weights[FEATURES.index("words")] == 3

    def test_learning_starts_from_the_configured_weights(self, tmp_path: Path) -> None:
        as_shipped = with_problems(tmp_path, groups=15).fitting.fit()
        other = with_problems(tmp_path, groups=15, fusion={"words": 0, "service": 3})
        learned = other.fitting.fit()
        assert learned.ndcg_before > as_shipped.ndcg_before
        assert learned.weights["service"] > 2

    def test_weights_that_rank_nothing_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in FEATURES:
            monkeypatch.setenv(f"PRECEDENT_FUSION__{name.upper()}", "0")
        with pytest.raises(InvalidSettings, match="every weight is 0"):
            load_settings()

    def test_a_broken_file_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "ranking.json").write_text("{", encoding="utf-8")
        with pytest.raises(InvalidSettings, match=r"ranking\.json.*precedent fit"):
            FittedFile(tmp_path).ranker()


class TestFitCommand:
    def test_a_backtest_calibrates_what_is_answered(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        app = recurring(tmp_path)
        question = app.similar.context_of_text("ORA-00257 archiver error, booking hangs on erp-7")
        assert app.triage.card(question, OPERATOR).precedent_probability is None

        learned = json.loads(self.run(tmp_path, monkeypatch, capsys, "--backtest", "--json", "-"))
        found = learned["backtest"]
        assert found["questions"] == 60
        assert 0 < found["with_precedent"] <= found["forecast"] < 60
        assert {"top1", "top3", "copied", "ece", "novelty_auroc"} <= set(found["measures"])
        assert found["measures"]["novelty_auroc"]["mean"] > 0.5
        for picture in found["files"]:
            assert "<svg" in Path(picture).read_text(encoding="utf-8")

        card = app.triage.card(question, OPERATOR)
        assert card.precedent_probability is not None
        assert not card.abstained
        assert card.hypotheses[0].probability is not None
        assert card.hits[0].probability is not None
        unknown = app.similar.context_of_text("Tennis racket strings snapped at noon")
        assert app.triage.card(unknown, OPERATOR).abstained

    def test_nothing_to_learn_from_is_one_clear_message(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with_problems(tmp_path, groups=2)
        with pytest.raises(InvalidInput, match="a backtest needs"):
            self.run(tmp_path, monkeypatch, capsys, "--backtest")

    def run(
        self,
        folder: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
        *options: str,
    ) -> str:
        monkeypatch.setenv("PRECEDENT_DATA_DIR", str(folder / "var"))
        typer_app = typer.Typer()
        typer_app.command()(fit)
        capsys.readouterr()
        typer.main.get_command(typer_app).main(list(options), standalone_mode=False)
        return capsys.readouterr().out


def recurring(folder: Path) -> Application:
    """Sixty tickets over a year: faults that come back, one with two causes, and strangers."""
    faults = [
        ("ORA-00257 archiver error on erp-{}", ["The archive log destination was full."]),
        ("VPN gateway {} refuses clients", ["The certificate of the gateway had expired."]),
        (
            "Handhelds in aisle {} lose the wifi",
            ["The channel plan put access points on radar channels.", "A fuse of the rack blew."],
        ),
    ]
    odd = """aquarium leaks algae pump|badge reader blinks firmware|canteen till jams drawer|drone
        drifts compass magnet|elevator stops sensor dust|forklift beeps axle bearing|garage door
        squeaks spring oil|helmet camera fogs seal foil|intercom hums ground wire|joystick sticks
        crumbs dirt|kettle trips breaker moisture|ladder wobbles rivet rust|megaphone crackles
        membrane tear|napkin machine folds belt wear|oven timer skips crystal heat|pallet wrapper
        tears blade edge|quiz board freezes cable kink|roof hatch rattles hinge bolt|sauna heater
        ticks relay coil|telescope shakes tripod screw""".split("|")
    lines = []
    for number in range(60):
        if number % 3:
            text, causes = faults[number % 4 % 3]
            cause = causes[number // 4 % len(causes)]
        else:
            words = odd[number // 3].split()
            text, cause = " ".join(words[:-2]), f"The {words[-2]} was broken by {words[-1]}."
        entry = {
            "id": f"I{number}",
            "kind": "incident",
            "title": text.format(number),
            "text": f"## Description\n{text.format(number)}\n\n## Resolution\n{cause}",
            "fields": {
                "opened_at": f"2026-{number // 5 + 1:02d}-{number % 5 * 5 + 1:02d} 08:00",
                "resolved_at": f"2026-{number // 5 + 1:02d}-{number % 5 * 5 + 1:02d} 12:00",
            },
        }
        lines.append(json.dumps(entry))
    (folder / "year.jsonl").write_text("\n".join(lines), encoding="utf-8")
    app = application(folder)
    take_in(app, folder / "year.jsonl")
    return app
