"""What must never happen, tried out: suites of the task of guardrails, a file each.

To add one: write a function from ``Setting`` to guarded cases and add a line to ``SUITES``.
"""

from collections.abc import Callable, Iterator

from evals.guardrails.access_leaks import access_leaks
from evals.guardrails.cases import GuardedCase
from evals.guardrails.injections import injections
from evals.guardrails.secret_leaks import secret_leaks
from evals.guardrails.setting import Setting

__all__ = ["SUITES", "GuardedCase", "Setting"]

SUITES: dict[str, Callable[[Setting], Iterator[GuardedCase]]] = {
    "injection": injections,
    "secret_leak": secret_leaks,
    "access_leak": access_leaks,
}
