"""The gate after every writer: what does not stand on its evidence becomes a question."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    DraftBody,
    DraftSection,
    Question,
    RemovedClaim,
    SectionName,
    Verdict,
)
from assistant.domain.evidence import EvidencePack
from assistant.services.drafting.roles import Roles
from assistant.services.verification import Verification, Verifier
from retrieval.records import Citation

# A claim is plain text: a link or an image in it would act when somebody opens the draft.
_ACTIVE = re.compile(r"https?://|!?\[[^\]]*\]\(|<[a-z/!][^>]*>|\bjavascript:|\bdata:\w+/", re.I)


class ClaimCheck(Protocol):
    """Says whether texts support a sentence."""

    def check(self, claim: str, evidence: Sequence[str]) -> Verification:
        """The verdict on ``claim``, with reasons for what is missing."""


RULES: ClaimCheck = Verifier()


def gate(body: DraftBody, pack: EvidencePack, check: ClaimCheck = RULES) -> DraftBody:
    """The draft with only those claims that their citations support.

    Each citation must be of a revision in the pack and quote its text exactly; a fact
    must cite the incident itself or what is linked with it, and a precedent something else;
    the verifier must not refuse the claim. What fails is moved to ``removed`` with the
    reasons and asked as a question. Verdicts are set anew, claims of authors are left as
    they are. Every section is there afterwards, in order. Passing a draft twice changes
    nothing.
    """
    sections: list[DraftSection] = []
    removed: list[RemovedClaim] = []
    for name in SectionName:
        kept: list[Claim] = []
        for claim in body.claims_of(name):
            checked = _checked(claim, pack, check)
            if isinstance(checked, Claim):
                kept.append(checked)
            else:
                removed.append(RemovedClaim(section=name, text=claim.text, reasons=checked))
        sections.append(DraftSection(name=name, claims=tuple(kept)))
    asked = (_question(claim) for claim in removed)
    return DraftBody(
        title=body.title,
        sections=tuple(sections),
        questions=tuple(dict.fromkeys((*body.questions, *asked))),
        removed=(*body.removed, *removed),
    )


def is_active(text: str) -> bool:
    """True for text that contains a link, an image or markup."""
    return bool(_ACTIVE.search(text))


def _checked(claim: Claim, pack: EvidencePack, check: ClaimCheck) -> Claim | tuple[str, ...]:
    """The claim with its verdict, or the reasons why it cannot stay."""
    if claim.kind is ClaimKind.AUTHOR:
        return claim.model_copy(update={"verdict": Verdict.AUTHOR_ASSERTED})
    if reasons := tuple(_faults(claim, pack)):
        return reasons
    found = check.check(claim.text, [_by_roles(cited, pack) for cited in claim.citations])
    if found.verdict is Verdict.UNSUPPORTED:
        return found.reasons
    return claim.model_copy(update={"verdict": found.verdict, "reasons": found.reasons})


def _by_roles(citation: Citation, pack: EvidencePack) -> str:
    """The words that are cited, with people called what a draft calls them."""
    record = pack.record(citation.record_id)
    return citation.quote if record is None else Roles.of(record).applied(citation.quote)


def _faults(claim: Claim, pack: EvidencePack) -> Iterator[str]:
    if not claim.citations:
        yield "it cites nothing"
    if is_active(claim.text):
        yield "it contains a link, an image or markup"
    for citation in claim.citations:
        if fault := _false(citation, pack):
            yield fault
    own = {pack.speaks_of_it(citation.record_id) for citation in claim.citations}
    if claim.kind is ClaimKind.FACT and False in own:
        yield "it is told as a fact of this incident but cites another record"
    if claim.kind is ClaimKind.PRECEDENT and True in own:
        yield "it is told as a precedent but cites this incident"


def _false(citation: Citation, pack: EvidencePack) -> str | None:
    record = pack.record(citation.record_id)
    if record is None:
        return f"{citation.record_id} is not in the evidence"
    if record.revision != citation.revision:
        return (
            f"{record.id} is in the evidence as revision {record.revision}, not {citation.revision}"
        )
    if not 0 <= citation.start < citation.end <= len(record.text):
        return f"{record.id} has no span {citation.start}:{citation.end}"
    if record.text[citation.start : citation.end] != citation.quote:
        return f"{record.id} does not say that at {citation.start}:{citation.end}"
    return None


def _question(claim: RemovedClaim) -> Question:
    return Question(
        section=claim.section,
        text=f"Is this true, and where is it written: '{claim.text}'? ({'; '.join(claim.reasons)})",
    )
