"""``precedent fit`` learns from links, keeps what helps, and is used at the next start."""

import json
from pathlib import Path

import pytest

from assistant.bootstrap import Application
from assistant.services.fitting import FittedFile
from retrieval.errors import InvalidInput, InvalidSettings
from retrieval.ranking import SHIPPED, WeightedSum
from tests.installation import application, take_in


def with_problems(folder: Path, groups: int) -> Application:
    """Incidents in pairs: one problem, one service, different words."""
    app = application(folder, embedder={"backend": "hashing"})
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

    def test_a_broken_file_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "ranking.json").write_text("{", encoding="utf-8")
        with pytest.raises(InvalidSettings, match=r"ranking\.json.*precedent fit"):
            FittedFile(tmp_path).ranker()
