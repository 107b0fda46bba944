"""The seams of drafting: what a writer and a chat model must promise."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from pydantic import BaseModel

from assistant.domain.drafts import DraftBody
from assistant.domain.evidence import EvidencePack

SchemaT = TypeVar("SchemaT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Written:
    """A draft with how it came about.

    ``prompt`` is ``name/version`` and ``model`` is ``provider:model``, both ``None`` when
    no model wrote it. ``notes`` are for people: what was left out, what fell back.
    """

    body: DraftBody
    prompt: str | None = None
    model: str | None = None
    notes: tuple[str, ...] = ()


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

    def write(self, pack: EvidencePack) -> Written:
        """Write one draft. The same pack gives the same draft if the writer is deterministic."""


class StructuredModel(Protocol):
    """A chat model that answers in the form of a schema."""

    @property
    def name(self) -> str:
        """``provider:model``, as it is kept with the draft."""

    def structured(self, system: str, user: str, schema: type[SchemaT]) -> SchemaT:
        """One answer.

        Raises ``ModelUnavailable`` when there is none, and its subclass
        ``UnusableAnswer`` when there is one that does not fit the schema.
        """
