"""What comes back from a chat model: a value and what it cost, or an answer of no use."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from retrieval.errors import ModelUnavailable

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a provider counted; ``None`` where it does not tell."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            _sum(self.prompt_tokens, other.prompt_tokens),
            _sum(self.completion_tokens, other.completion_tokens),
        )


@dataclass(frozen=True, slots=True)
class Answer(Generic[ValueT]):
    """An answer in the form that was asked for."""

    value: ValueT
    usage: Usage = Usage()


class UnusableAnswer(ModelUnavailable):
    """The model answered, but not in the form that was asked for. It may have cost tokens."""

    def __init__(self, message: str, usage: Usage | None = None) -> None:
        super().__init__(message)
        self.usage = usage or Usage()


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)
