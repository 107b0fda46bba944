"""The catalogue of rerankers; none is used unless the settings name one.

To add one: write its file here, implement ``retrieval.ports.Reranker``, add a line to
``RERANKERS``. docs/decisions/0011 says what each costs and gains.
"""

from collections.abc import Callable
from dataclasses import dataclass

from retrieval.errors import InvalidSettings
from retrieval.ports import Reranker
from retrieval.rerankers.cross_encoder import CrossEncoderReranker
from retrieval.rerankers.late_interaction import LateInteraction


@dataclass(frozen=True, slots=True)
class RerankerChoice:
    """Which reranker to use, if any. ``model`` is a name or path, for ``cross-encoder``."""

    backend: str = ""
    model: str = ""


RERANKERS: dict[str, Callable[[RerankerChoice], Reranker]] = {
    "late-interaction": lambda _choice: LateInteraction(),
    "cross-encoder": lambda choice: CrossEncoderReranker(choice.model),
}


def reranker(choice: RerankerChoice) -> Reranker | None:
    """The chosen reranker; raises ``InvalidSettings`` for an unknown one."""
    if not choice.backend:
        return None
    if choice.backend not in RERANKERS:
        raise InvalidSettings(
            f"PRECEDENT_RERANKER__BACKEND is {choice.backend!r}; leave it empty or choose one of "
            f"{', '.join(RERANKERS)}."
        )
    if choice.backend == "cross-encoder" and not choice.model:
        raise InvalidSettings("The backend 'cross-encoder' needs PRECEDENT_RERANKER__MODEL.")
    return RERANKERS[choice.backend](choice)
