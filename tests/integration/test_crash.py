"""A few of the kills that ``make crash-test`` makes by the hundred."""

import os
import subprocess
import sys

import pytest

from tests.conftest import PROJECT


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_is_lost_doubled_or_unapproved(engine: str) -> None:
    environment = {**os.environ, "KILLS": "8", "SEED": "5", "DATABASES": engine}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.crash"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.splitlines()[-1] == "lost=0 doubled=0 unapproved=0 chain=ok", run.stdout
    assert "delivered" in run.stdout, "some were delivered meanwhile"
