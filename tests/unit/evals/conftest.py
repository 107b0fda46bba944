"""A quick embedder and a private cache for everything that builds an installation."""

from pathlib import Path

import pytest

from tests.unit.evals.folders import dataset


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hashed words instead of a model, and nothing written outside the test's folder."""
    monkeypatch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("PRECEDENT_DATA_DIR", raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dataset of four records and three queries."""
    return dataset(tmp_path / "tiny")
