"""The form of a model's answer, what is wrong with one, and the draft that it makes."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from pydantic import BaseModel, ConfigDict, Field, JsonValue, create_model

from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    DraftBody,
    DraftSection,
    SectionName,
    Verdict,
)
from assistant.domain.evidence import EvidencePack
from assistant.services.drafting.gate import is_active
from assistant.services.drafting.packing import Packed
from assistant.services.drafting.questions import questions
from assistant.services.drafting.selection import select
from assistant.services.drafting.spotlight import clean, without_unseen

_MAX_CLAIM_CHARS = 500
_MAX_CLAIMS = 12
_MAX_SOURCES = 6
_MAX_FAULTS = 8
# A correction repeats parts of an answer; it must not outgrow what the prompt keeps free for it.
MAX_CORRECTION_CHARS = 1_200
# Models like to mark names and to repeat the ids that they cite.
_MARKUP = re.compile(r"`|\*\*|\s*\[S\d+\](?:,?\s*\[S\d+\])*")
# And to begin a sentence with its heading.
_LABEL = re.compile(rf"^(?:incident|{'|'.join(SectionName)})\s*:\s*(?=\S)", re.IGNORECASE)


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


def answer_form(spans: Iterable[str]) -> type[WrittenDraft]:
    """The form with the ids that exist and the lengths that are used written into its schema.

    A server that decodes under a schema can then cite nothing else and must come to an end.
    These limits stand in the schema only: an answer from a server that does not keep to
    them is read, and its faults are named to the model.
    """
    ids: dict[str, JsonValue] = {"type": "string", "enum": [*spans]}
    claim = create_model(
        "WrittenClaim",
        __base__=WrittenClaim,
        text=(str, Field(min_length=1, json_schema_extra={"maxLength": _MAX_CLAIM_CHARS})),
        sources=(
            list[str],
            Field(min_length=1, json_schema_extra={"items": ids, "maxItems": _MAX_SOURCES}),
        ),
    )
    section = create_model(
        "WrittenSection",
        __base__=WrittenSection,
        claims=(
            list[claim],
            Field(json_schema_extra={"maxItems": _MAX_CLAIMS}),
        ),
    )
    return create_model(
        "WrittenDraft",
        __base__=WrittenDraft,
        sections=(
            list[section],
            Field(json_schema_extra={"maxItems": len(SectionName)}),
        ),
    )


def faults(answer: WrittenDraft, evidence: Packed) -> Iterator[str]:
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


def correction(found: list[str]) -> str:
    """What is said to the model about its last answer."""
    listed = clean("; ".join(found[:_MAX_FAULTS]))
    text = f"Your last answer could not be used: {listed}"
    return f"{text[: MAX_CORRECTION_CHARS - 50]}. Answer again in the form asked for."


def body_of(pack: EvidencePack, evidence: Packed, answer: WrittenDraft) -> DraftBody:
    """The draft before the gate: citations are made here, from the spans that it names."""
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
    own = {pack.speaks_of_it(unit.record.id) for unit in units}
    kind = ClaimKind.INFERENCE
    if len(own) == 1:
        kind = ClaimKind.FACT if True in own else ClaimKind.PRECEDENT
    text = " ".join(without_unseen(unescape(written.text)).split())
    text = _LABEL.sub("", _MARKUP.sub("", text))
    return Claim(
        text=text,
        kind=kind,
        verdict=Verdict.UNSUPPORTED,
        citations=tuple(unit.cite() for unit in units),
    )
