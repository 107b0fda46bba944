"""``precedent audit``, on real processes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.db import audit
from retrieval.corpus.database import Database
from tests.conftest import NOW
from tests.unit.test_cli import Cli


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """An installation with three events."""
    made = Cli(tmp_path_factory.mktemp("cli"))
    assert made.run("migrate").returncode == 0
    database = Database(f"sqlite:///{made.folder / 'var' / 'precedent.db'}")
    for number in range(3):
        with database.write() as connection:
            audit.append(connection, NOW, "Zoë", "draft.edited", f"draft-{number}")
    database.close()
    return made


def checked(folder: Path, file: Path, *anchors: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(folder / "verify_audit.py"), str(file), *anchors]
    return subprocess.run(command, capture_output=True, text=True, check=False)


class TestExport:
    def test_a_file_a_verifier_and_a_head_to_keep(self, cli: Cli, tmp_path: Path) -> None:
        file, folder = tmp_path / "ledger.jsonl", tmp_path / "for-the-auditor"
        done = cli.run("audit", "export", "--json", str(file), "--with-verifier", str(folder))
        assert (done.returncode, done.stdout) == (0, "")
        last = json.loads(file.read_bytes().splitlines()[-1])
        assert last["events"] == 3
        assert last["head"] in done.stderr
        assert checked(folder, file, last["head"]).stdout == "ok\n"
        file.write_bytes(file.read_bytes().replace("Zoë".encode(), b"Eve"))
        assert checked(folder, file).returncode == 1

    def test_standard_output_is_the_ledger_alone(self, cli: Cli, tmp_path: Path) -> None:
        cli.run("audit", "export", "--json", str(tmp_path / "a.jsonl"))
        printed = cli.run("audit", "export").stdout.splitlines()
        assert (
            printed[1:-1] == (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()[1:-1]
        )

    def test_a_place_that_cannot_be_written_is_named(self, cli: Cli) -> None:
        done = cli.run("audit", "export", "--json", "/nowhere/ledger.jsonl")
        assert done.returncode == 2
        assert "/nowhere/ledger.jsonl" in done.stderr


class TestVerify:
    def test_tells_the_head_and_knows_it_again(self, cli: Cli) -> None:
        told = cli.json("audit", "verify")
        assert (told["ok"], told["events"]) == (True, 3)
        assert told["head"] in cli.run("audit", "verify").stdout.replace("\n", "")
        assert cli.json("audit", "verify", "--anchor", told["head"])["ok"]

    def test_an_anchor_of_another_ledger_is_refused(self, cli: Cli) -> None:
        done = cli.run("audit", "verify", "--anchor", "f" * 64)
        assert done.returncode == 2
        assert "another one" in done.stderr
