"""The writer that asks a chat model, and trusts nothing that it answers.

The model sees numbered, cleaned spans of the evidence and names spans in its answer;
citations are built here, so it can never invent one. Its claims then pass the same gate
as any other. Whatever goes wrong, the extractive writer takes over and a note says so.
"""

import re
from collections.abc import Callable, Iterator
from html import unescape

from pydantic import BaseModel, ConfigDict, Field

from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    DraftBody,
    DraftSection,
    SectionName,
    Verdict,
)
from assistant.domain.evidence import EvidencePack
from assistant.llm.chat import UnusableAnswer
from assistant.services.drafting.extractive import ExtractiveWriter, instruction_notes
from assistant.services.drafting.gate import gate, is_active
from assistant.services.drafting.packing import Packed, packed
from assistant.services.drafting.ports import StructuredModel, Writer, Written
from assistant.services.drafting.questions import questions
from assistant.services.drafting.selection import select, telling_title
from assistant.services.drafting.spotlight import clean, instructs, new_mark, without_unseen
from prompts.library import Messages, PromptLibrary
from retrieval.errors import ModelUnavailable

PROMPT_NAME, PROMPT_VERSION = "rca_draft", "v1"
_MAX_CLAIM_CHARS = 500
_MAX_FAULTS = 8


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class WrittenClaim(_Answer):
    """One sentence and the ids of the spans that say it."""

    text: str = Field(min_length=1, description="One plain sentence.")
    sources: list[str] = Field(min_length=1, description='Ids of spans, such as "S4".')


class WrittenSection(_Answer):
    """One section of the draft."""

    name: SectionName
    claims: list[WrittenClaim]


class WrittenDraft(_Answer):
    """The model's answer."""

    sections: list[WrittenSection]


class ChatWriter:
    """Asks the model once, a second time with what was wrong, then falls back."""

    name = "chat"

    def __init__(
        self,
        model: StructuredModel,
        *,
        prompts: PromptLibrary | None = None,
        fallback: Writer | None = None,
        mark: Callable[[], str] = new_mark,
    ) -> None:
        self._model = model
        self._prompt = (prompts or PromptLibrary()).load(PROMPT_NAME, PROMPT_VERSION)
        self._fallback = fallback or ExtractiveWriter()
        self._mark = mark

    def write(self, pack: EvidencePack) -> Written:
        """Write the draft; ``notes`` say what was left out, removed or fell back."""
        evidence = packed(pack)
        try:
            answer = self._asked(self._messages(pack, evidence), evidence)
        except ModelUnavailable as exc:
            return self._fallen_back(pack, str(exc))
        body = gate(_body(pack, evidence, answer), pack)
        if not body.claims():
            return self._fallen_back(pack, "none of the model's claims passed the gate")
        return Written(
            body=body,
            prompt=self._prompt.id,
            model=self._model.name,
            notes=(*_notes(evidence, body), *instruction_notes(pack)),
        )

    def _messages(self, pack: EvidencePack, evidence: Packed) -> Messages:
        title = telling_title(pack.incident) or pack.incident.title
        return self._prompt.render(
            nonce=self._mark(),
            title=pack.incident.id if instructs(title) else clean(title),
            sections=[name.value for name in SectionName],
            sources=list(evidence.sources),
        )

    def _asked(self, messages: Messages, evidence: Packed) -> WrittenDraft:
        """A usable answer; raises ``ModelUnavailable`` when the second one is none either."""
        try:
            answer = self._model.structured(*messages, WrittenDraft)
            faults = list(_faults(answer, evidence))
        except UnusableAnswer as exc:
            faults = [str(exc)]
        if not faults:
            return answer
        user = f"{messages.user}\n\n{_correction(faults)}"
        answer = self._model.structured(messages.system, user, WrittenDraft)
        if faults := list(_faults(answer, evidence)):
            raise UnusableAnswer(f"{self._model.name} gave no usable answer: {faults[0]}.")
        return answer

    def _fallen_back(self, pack: EvidencePack, reason: str) -> Written:
        written = self._fallback.write(pack)
        note = f"Written by the writer '{self._fallback.name}' instead of a model: {reason}"
        return Written(
            body=written.body,
            prompt=written.prompt,
            model=written.model,
            notes=(note, *written.notes),
        )


def _faults(answer: WrittenDraft, evidence: Packed) -> Iterator[str]:
    """What makes an answer unusable, beyond its form."""
    for section in answer.sections:
        for claim in section.claims:
            if unknown := [span for span in claim.sources if span not in evidence.spans]:
                yield f"the claim {claim.text[:60]!r} cites {', '.join(unknown)[:60]}, not a span"
            if len(claim.text) > _MAX_CLAIM_CHARS:
                yield f"the claim {claim.text[:60]!r} is longer than {_MAX_CLAIM_CHARS} characters"
            if is_active(unescape(claim.text)):
                yield f"the claim {claim.text[:60]!r} contains a link, an image or markup"
    if not any(section.claims for section in answer.sections):
        yield "it has no claim"


def _correction(faults: list[str]) -> str:
    listed = "; ".join(clean(fault) for fault in faults[:_MAX_FAULTS])
    return f"Your last answer could not be used: {listed}. Answer again in the form asked for."


def _body(pack: EvidencePack, evidence: Packed, answer: WrittenDraft) -> DraftBody:
    claims: dict[SectionName, list[Claim]] = {name: [] for name in SectionName}
    seen: set[str] = set()
    for section in answer.sections:
        for written in section.claims:
            claim = _claim(pack, evidence, written)
            if claim.text.casefold() not in seen:
                seen.add(claim.text.casefold())
                claims[section.name].append(claim)
    told = {
        name: [claim.text for claim in found if claim.kind is ClaimKind.FACT]
        for name, found in claims.items()
    }
    return DraftBody(
        title=pack.incident.title,
        sections=tuple(
            DraftSection(name=name, claims=tuple(found)) for name, found in claims.items()
        ),
        questions=questions(select(pack), told),
    )


def _claim(pack: EvidencePack, evidence: Packed, written: WrittenClaim) -> Claim:
    units = [evidence.spans[span].unit for span in dict.fromkeys(written.sources)]
    own = {unit.record.id == pack.incident.id for unit in units}
    kind = ClaimKind.INFERENCE
    if len(own) == 1:
        kind = ClaimKind.FACT if True in own else ClaimKind.PRECEDENT
    text = _MARKUP.sub("", " ".join(without_unseen(unescape(written.text)).split()))
    return Claim(
        text=text,
        kind=kind,
        verdict=Verdict.UNSUPPORTED,
        citations=tuple(unit.cite() for unit in units),
    )


# Models like to mark names and to repeat the ids that they cite.
_MARKUP = re.compile(r"`|\*\*|\s*\[S\d+\](?:,?\s*\[S\d+\])*")


def _notes(evidence: Packed, body: DraftBody) -> Iterator[str]:
    if evidence.left_out:
        yield f"{evidence.left_out} sentences of the evidence did not fit into the prompt."
    if body.removed:
        total = len(body.removed) + len(body.claims())
        yield (
            f"{len(body.removed)} of {total} claims of the model did not pass the gate; "
            "they are asked as questions."
        )
