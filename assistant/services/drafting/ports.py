"""The seams of drafting: what a writer and a chat model must promise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from pydantic import BaseModel

from assistant.domain.drafts import DraftBody
from assistant.domain.evidence import EvidencePack
from assistant.llm.answers import Answer
from assistant.services.drafting.progress import Tell, silent

SchemaT = TypeVar("SchemaT", bound=BaseModel)
Parameters = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Written:
    """A draft with how it came about.

    ``prompt`` is ``name/version`` and ``model`` is ``provider:model``, both ``None`` when
    no model wrote it. ``notes`` are for people: what was left out, what fell back.
    ``parameters`` are for replaying and accounting, see ``Provenance``.
    """

    body: DraftBody
    prompt: str | None = None
    model: str | None = None
    notes: tuple[str, ...] = ()
    parameters: Parameters = field(default_factory=dict)


class Writer(Protocol):
    """Turns an evidence pack into a draft.

    Every section of ``SectionName`` is there, in its order, possibly empty. Every claim
    has passed the gate: its citations resolve against the pack and its verdict is the
    verifier's. A writer never fails because evidence is thin; what is missing becomes a
    question.
    """

    @property
    def name(self) -> str:
        """The name by which people choose it."""

    def write(self, pack: EvidencePack, tell: Tell = silent) -> Written:
        """Write one draft. The same pack gives the same draft if the writer is deterministic."""


class StructuredModel(Protocol):
    """A chat model that answers in the form of a schema."""

    @property
    def name(self) -> str:
        """``provider:model``, as it is kept with the draft."""

    @property
    def parameters(self) -> Parameters:
        """What, beside the prompt, an answer depends on: temperature and the like."""

    def structured(
        self, system: str, user: str, schema: type[SchemaT], seconds: float | None = None
    ) -> Answer[SchemaT]:
        """One answer, waited for at most so many seconds.

        Raises ``ModelUnavailable`` when there is none, and its subclass
        ``UnusableAnswer`` when there is one that does not fit the schema.
        """
