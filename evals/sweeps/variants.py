"""The variants of a sweep: every combination of the values that were asked for."""

import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

from assistant.settings import load_settings
from evals import labellers, namers, systems
from evals.suite.jobs import SYSTEMS
from evals.sweeps.settings import Setting, as_set, check_setting, shown, sweepable, variable
from evals.tasks import drafts
from retrieval.errors import InvalidInput

SYSTEM = "system"
"""The one thing beside settings that can be swept."""

TASKS: Mapping[str, Sequence[str]] = {
    "retrieval": tuple(systems.SYSTEMS),
    "triage": tuple(labellers.LABELLERS),
    "hypotheses": tuple(namers.NAMERS),
    "drafts": tuple(drafts.SYSTEMS),
}
"""The tasks that can be swept, and the systems of each."""

MOST_VARIANTS = 64
"""More would mostly be chance: with so many, p has to be below .0008 before correction."""

_TOGETHER = "+"
_CHAT, _CHAT_SECTIONS = "chat", ("chat.", "verifier.")
# There the embedder also judges whether an answer agrees with the reference.
_JUDGED_BY_EMBEDDER = frozenset({"drafts", "hypotheses"})
_NOT_IN_A_FILE_NAME = re.compile(r"[^\w.=-]+")


@dataclass(frozen=True, slots=True)
class Variant:
    """One combination. ``changes`` are values by the name of their setting, as written.

    ``configured``: the product is so without the sweep.
    """

    number: int
    changes: Mapping[str, str]
    system: str
    configured: bool

    @property
    def name(self) -> str:
        """The changes in words, without what may be a secret."""
        return " ".join(f"{name}={shown(name, value)}" for name, value in self.changes.items())

    @property
    def file(self) -> str:
        """A name of its own for the file of its run."""
        return f"{self.number:02}-{_NOT_IN_A_FILE_NAME.sub('_', self.name)[:80]}.json"

    def environment(self) -> dict[str, str]:
        """The variables of this process, with the changes."""
        changed = {variable(name): to for name, to in self.changes.items() if name != SYSTEM}
        return {**os.environ, **changed}


class _Axis(NamedTuple):
    """Settings that change together, and the values that they take."""

    names: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]


def variants_of(over: Sequence[str], task: str, system: str | None = None) -> tuple[Variant, ...]:
    """Every combination of ``NAME=VALUE,VALUE…``, the first value of each first.

    Names joined with ``+`` change together, and so do their values. Raises ``InvalidInput``
    naming what is not known or not allowed, and ``InvalidSettings`` for a combination that the
    product refuses.
    """
    if task not in TASKS:
        raise InvalidInput(f"There is no task {task!r} to sweep. Choose one of {', '.join(TASKS)}.")
    axes = [_axis(text) for text in over]
    names = [name for axis in axes for name in axis.names]
    if twice := {name for name in names if names.count(name) > 1}:
        raise InvalidInput(f"{min(twice)} is swept twice. Name all its values after one --over.")
    known = sweepable()
    usual = _usual_system(task, names)
    asked = _read(SYSTEM, system or usual, task, known)
    for axis in axes:
        _check(axis, task, known)
    _check_count(math.prod(len(axis.values) for axis in axes))
    combined = [dict(_pairs(axes, chosen)) for chosen in product(*(axis.values for axis in axes))]
    now = {name: usual if name == SYSTEM else as_set(name) for name in names}
    found = []
    for number, changes in enumerate(combined, start=1):
        read = {name: _read(name, value, task, known) for name, value in changes.items()}
        _check_together(read)
        found.append(Variant(number, changes, changes.get(SYSTEM, asked), read == now))
    return tuple(found)


def _axis(text: str) -> _Axis:
    name, equals, values = text.partition("=")
    names = tuple(part.strip() for part in name.split(_TOGETHER))
    if not equals or not all(names):
        raise InvalidInput(
            f"--over {text} names no values. Write NAME=VALUE,VALUE such as fusion.words=0.5,1,2."
        )
    # A value of a single setting may hold the sign that joins those of several.
    found = tuple(
        tuple(each.strip().split(_TOGETHER, maxsplit=len(names) - 1)) for each in values.split(",")
    )
    for value in found:
        if len(value) != len(names):
            raise InvalidInput(
                f"--over {text} has {_TOGETHER.join(value)!r} for {len(names)} settings. "
                f"Join a value of each with {_TOGETHER}."
            )
    if len(set(found)) < len(found):
        raise InvalidInput(f"--over {text} names a value twice.")
    return _Axis(names, found)


def _check(axis: _Axis, task: str, known: Mapping[str, Setting]) -> None:
    """Raise ``InvalidInput`` for a setting or a value that is none, or that says nothing here."""
    for place, name in enumerate(axis.names):
        if name != SYSTEM:
            check_setting(name, known)
        if name.startswith(_CHAT_SECTIONS) and task != "drafts":
            raise InvalidInput(f"{name} changes nothing but drafts. Sweep it with --task drafts.")
        if name.startswith("embedder.") and task in _JUDGED_BY_EMBEDDER:
            raise InvalidInput(
                f"{name} cannot be swept with --task {task}: the embedder also judges the answers "
                "there, and another one would be another ruler. Use --task retrieval or triage."
            )
        for value in axis.values:
            _read(name, value[place], task, known)


def _read(name: str, value: str, task: str, known: Mapping[str, Setting]) -> Any:
    """A value as the product reads it."""
    if name == SYSTEM:
        if value not in TASKS[task]:
            raise InvalidInput(
                f"There is no system {value!r} of {task}. Choose one of {', '.join(TASKS[task])}."
            )
        return value
    try:
        return known[name].read(value)
    except ValueError as exc:
        raise InvalidInput(f"{name} cannot be {shown(name, value)!r}: {exc}.") from exc


def _check_together(changes: Mapping[str, Any]) -> None:
    """Raise ``InvalidSettings`` for values that only together are wrong."""
    sections: dict[str, dict[str, Any]] = {}
    for name, value in changes.items():
        if name != SYSTEM:
            section, _, field = name.partition(".")
            sections.setdefault(section, {})[field] = value
    load_settings(**sections)


def _check_count(count: int) -> None:
    if count < 2:
        raise InvalidInput("One variant compares with nothing. Give --over at least two values.")
    if count > MOST_VARIANTS:
        raise InvalidInput(
            f"That makes {count} variants; at most {MOST_VARIANTS} are tried at once. Sweep fewer "
            "values, or one setting after the other."
        )


def _pairs(axes: Sequence[_Axis], chosen: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
    for axis, values in zip(axes, chosen, strict=True):
        yield from zip(axis.names, values, strict=True)


def _usual_system(task: str, names: Sequence[str]) -> str:
    """The product; for drafts the writer that the swept settings are about."""
    if task == "drafts" and any(name.startswith(_CHAT_SECTIONS) for name in names):
        return _CHAT
    return SYSTEMS[task][0]
