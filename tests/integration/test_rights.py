"""Whatever people, workers and tickets do in whichever order, nothing slips through."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.rights.machine import Walk
from tests.rights.model import DRAWN
from tests.rights.world import World

# Hypothesis ends some walks early: about 50 of these steps are taken in a walk.
_WALKS = 205
_STEPS_OF_A_WALK = 60
_STEPS = 10_000


def figures(done: Counter[str]) -> str:
    """What was done and found in all walks, in one line."""
    kinds = {"leak": "leaks", "self-approval": "self_approvals", "stale": "stale_writes"}
    faults = {key: count for key, count in done.items() if key.startswith("fault: ")}
    found = {name: faults.pop(f"fault: {kind}", 0) for kind, name in kinds.items()}
    taken = {name: done[name] for name in ("steps", "walks", "writes")}
    every = taken | found | {"other_faults": sum(faults.values())}
    return " ".join(f"{name}={count}" for name, count in every.items())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    # Thousands of failures are wanted; each would be told at length.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    yield made
    structlog.reset_defaults()
    made.close()


def test_ten_thousand_steps_without_a_fault(world: World) -> None:
    Walk.world, Walk.done = world, Counter()
    wanted = settings(
        max_examples=_WALKS,
        stateful_step_count=_STEPS_OF_A_WALK,
        deadline=None,
        derandomize=True,
        database=None,
        # To shrink a walk takes an hour; what its faults say is enough to begin with.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(Walk, settings=wanted)
    finally:
        print(figures(Walk.done))  # noqa: T201 — the figures are what one runs it for, with -s
    assert Walk.done["steps"] >= _STEPS
    # A walk that gets nowhere finds nothing.
    assert {state for state in DRAWN if not Walk.done[f"state: {state}"]} == set()
