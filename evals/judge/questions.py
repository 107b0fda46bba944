"""What a judge can be asked: a new question is a class of answers, a prompt and a line here."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

# What is not exactly of this form is no answer: "yes", "2.0" or a label with a remark.
_STRICT = ConfigDict(frozen=True, strict=True, extra="forbid")


class ClaimAnswer(BaseModel):
    """Whether the passages support the claim."""

    model_config = _STRICT

    supported: bool

    @property
    def label(self) -> int:
        """1 for supported, else 0."""
        return int(self.supported)


class GradeAnswer(BaseModel):
    """How much the record helps with the incident: 2 same problem, 1 related, 0 not relevant."""

    model_config = _STRICT

    grade: Literal[0, 1, 2]

    @property
    def label(self) -> int:
        """The grade."""
        return self.grade


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the labels that it can get.

    ``prompt`` and ``version`` name the prompt, whose inputs are ``nonce``, ``subject`` and
    ``passages``; ``labels`` maps each label to its name.
    """

    name: str
    prompt: str
    version: str
    form: type[ClaimAnswer] | type[GradeAnswer]
    labels: dict[int, str]


CLAIMS = Question("claims", "judge_claim", "v1", ClaimAnswer, {0: "not supported", 1: "supported"})
RELEVANCE = Question(
    "relevance",
    "judge_relevance",
    "v1",
    GradeAnswer,
    {0: "grade 0", 1: "grade 1", 2: "grade 2"},
)
