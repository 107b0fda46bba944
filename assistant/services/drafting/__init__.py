"""Drafting an RCA: writers, the gate after every one of them, and the use case.

The catalogue of writers. To add one: write its file here, implement
``drafting.ports.Writer``, add a line to ``WRITERS``. A writer gets the means that are
configured; return ``None`` when it needs one that is not, and it is not offered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.services.drafting.chat import PROMPT_VERSION, Budget, ChatWriter, chat_prompt
from assistant.services.drafting.extractive import ExtractiveWriter
from assistant.services.drafting.gate import RULES, ClaimCheck
from assistant.services.drafting.ports import StructuredModel, Writer


@dataclass(frozen=True, slots=True)
class Means:
    """What writers may work with.

    ``budget`` is that of a draft by the chat model, ``prompt`` the version of the prompt that
    asks for it, ``check`` what the gate asks about its claims; a writer that only takes
    sentences over needs no other than the rules.
    """

    model: StructuredModel | None = None
    budget: Budget = field(default_factory=Budget)
    check: ClaimCheck = RULES
    prompt: str = PROMPT_VERSION


WRITERS: dict[str, Callable[[Means], Writer | None]] = {
    "extractive": lambda _means: ExtractiveWriter(),
    "chat": lambda means: (
        None
        if means.model is None
        else ChatWriter(
            means.model, budget=means.budget, check=means.check, prompt=chat_prompt(means.prompt)
        )
    ),
}


def writers(means: Means | None = None) -> dict[str, Writer]:
    """Every writer that can work with what is configured, by name."""
    built = {name: build(means or Means()) for name, build in WRITERS.items()}
    return {name: writer for name, writer in built.items() if writer is not None}
