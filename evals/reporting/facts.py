"""What a run was made of and with, and in what two runs differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.runs import RunRecord

# Enough to find it again, and to tell it from any other.
_HASH_CHARS = 12


@dataclass(frozen=True, slots=True)
class Fact:
    """A name with a value for each run, or one value where all agree."""

    name: str
    values: tuple[str, ...]

    @property
    def is_shared(self) -> bool:
        """All runs agree."""
        return len(self.values) == 1


def leading_facts(runs: Sequence[RunRecord]) -> tuple[Fact, ...]:
    """What a reader asks first: which data, which code, which machine, when."""
    found = [
        _fact("dataset", [run.dataset for run in runs]),
        _fact("dataset hash", [run.dataset_hash[:_HASH_CHARS] for run in runs]),
        _fact("task", [run.task for run in runs]),
        _fact("settings", [_settings(run) for run in runs]),
        _fact("queries", [f"{len(run.ids):,}" for run in runs]),
        _fact("system", [run.system for run in runs]),
        _fact("models", [_named(run.models) for run in runs]),
        _fact("prompts", [", ".join(run.prompts) for run in runs]),
        _fact("commit", [_commit(run) for run in runs]),
        _fact("finished", [f"{run.finished_at:%Y-%m-%d %H:%M %Z}" for run in runs]),
        _fact("machine", [_machine(run.machine) for run in runs]),
    ]
    return tuple(fact for fact in found if any(fact.values))


def other_facts(runs: Sequence[RunRecord]) -> tuple[Fact, ...]:
    """Every setting, the seed and every version, those that differ first."""
    flat = [
        {
            **_flat("configuration", run.configuration),
            **_flat("version", run.versions),
            "seed": str(run.seed),
        }
        for run in runs
    ]
    names = dict.fromkeys(name for each in flat for name in each)
    found = [_fact(name, [each.get(name, "–") for each in flat]) for name in names]
    return tuple(sorted(found, key=lambda fact: fact.is_shared))


def notes_of(runs: Sequence[RunRecord]) -> tuple[str, ...]:
    """What the runs say that a reader should know, each once."""
    return tuple(dict.fromkeys(note for run in runs for note in run.notes))


def card_facts(card: Mapping[str, Any]) -> tuple[Fact, ...]:
    """What a dataset says of itself."""
    return tuple(Fact(name.replace("_", " "), (value,)) for name, value in _flat("", card).items())


def _fact(name: str, values: Sequence[str]) -> Fact:
    return Fact(name, tuple(values) if len(set(values)) > 1 else tuple(values[:1]))


def _settings(run: RunRecord) -> str:
    said = _flat("", run.settings).items()
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in said if value != "–")


def _named(values: Mapping[str, str]) -> str:
    return ", ".join(f"{role} {name}" for role, name in values.items())


def _commit(run: RunRecord) -> str:
    if run.commit is None:
        return "unknown"
    return run.commit[:_HASH_CHARS] + (" with changes" if run.dirty else "")


def _machine(machine: Mapping[str, Any]) -> str:
    memory = machine.get("memory_mb")
    parts = (
        machine.get("model"),
        f"{machine['cpus']} CPUs" if machine.get("cpus") else None,
        f"{memory / 1024:.0f} GB" if isinstance(memory, int) else None,
    )
    return ", ".join(str(part) for part in parts if part)


def _flat(prefix: str, value: Mapping[str, Any]) -> dict[str, str]:
    """Members of members by their path; what is empty is said so."""
    found: dict[str, str] = {}
    for name, each in value.items():
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(each, Mapping):
            found |= _flat(path, each)
        elif isinstance(each, list | tuple):
            found[path] = ", ".join(map(str, each))
        else:
            found[path] = "–" if each in (None, "") else str(each)
    return found
