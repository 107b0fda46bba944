"""Use case: an author edits a draft. What a person wrote is marked as theirs."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    DraftBody,
    DraftSection,
    Question,
    SectionName,
    Verdict,
)
from assistant.services.verification import Verifier
from ingest.redaction import Redactor
from ingest.text import clean_text
from retrieval.access import Reader
from retrieval.errors import InvalidInput
from retrieval.ports import RecordStore
from retrieval.records import Citation

Span = tuple[str, int, int, int]
"""Record id, revision, start and end."""


class EditedClaim(NamedTuple):
    """A claim as its author wants it, with the spans that it rests on."""

    text: str
    spans: Sequence[Span] = ()

    @classmethod
    def of(cls, claim: Claim, text: str | None = None) -> "EditedClaim":
        """A claim as it stands, or in other words, with the spans that it has."""
        spans = tuple((c.record_id, c.revision, c.start, c.end) for c in claim.citations)
        return cls(claim.text if text is None else text, spans)


class Editing:
    """Turns what an author typed into claims."""

    def __init__(self, store: RecordStore, redactor: Redactor) -> None:
        self._store = store
        self._redactor = redactor
        self._verifier = Verifier()

    def apply(
        self,
        body: DraftBody,
        sections: Mapping[SectionName, Sequence[EditedClaim]],
        reader: Reader,
    ) -> DraftBody:
        """The body with the given sections replaced.

        A claim that is left word for word with the same spans keeps its kind and verdict.
        A changed one is redacted and checked against its spans again; one without spans is
        the author's own and says so. Raises ``InvalidInput`` for a span that cannot be read.
        """
        known = {(claim.text, claim.citations): claim for claim in body.claims()}
        changed = {
            name: DraftSection(
                name=name, claims=tuple(self._claim(edited, known, reader) for edited in claims)
            )
            for name, claims in sections.items()
        }
        kept = {section.name: section for section in body.sections}
        empty = {name: DraftSection(name=name) for name in SectionName}
        merged = {**empty, **kept, **changed}
        return body.model_copy(update={"sections": tuple(merged[name] for name in SectionName)})

    def answer(self, body: DraftBody, asked: Question, words: str, reader: Reader) -> DraftBody:
        """The body with an author's answer as a claim of their own, and the question gone.

        An open question of the record stays beside its answer, which would say little alone.
        Raises ``InvalidInput`` for a question that the draft does not ask, or no longer.
        """
        if asked not in body.questions:
            raise InvalidInput("The draft does not ask this question, or no longer. Load it again.")
        if not words.strip():
            raise InvalidInput("The answer is empty. Write what you know, or leave the question.")
        if asked.section is SectionName.OPEN_QUESTIONS:
            words = f"{asked.text} {words}"
        kept = [EditedClaim.of(claim) for claim in body.claims_of(asked.section)]
        answered = self.apply(body, {asked.section: [*kept, EditedClaim(words)]}, reader)
        left = tuple(question for question in body.questions if question != asked)
        return answered.model_copy(update={"questions": left})

    def _claim(
        self,
        edited: EditedClaim,
        known: Mapping[tuple[str, tuple[Citation, ...]], Claim],
        reader: Reader,
    ) -> Claim:
        citations = tuple(self._citation(span, reader) for span in edited.spans)
        text = " ".join(edited.text.split())
        unchanged = known.get((text, citations))
        if unchanged is not None:
            return unchanged
        text = self._redactor.clean(text)
        if not citations:
            return Claim(text=text, kind=ClaimKind.AUTHOR, verdict=Verdict.AUTHOR_ASSERTED)
        found = self._verifier.check(text, [citation.quote for citation in citations])
        return Claim(
            text=text,
            kind=ClaimKind.AUTHOR,
            verdict=found.verdict,
            citations=citations,
            reasons=found.reasons,
        )

    def _citation(self, span: Span, reader: Reader) -> Citation:
        record_id, revision, start, end = span
        record = self._store.get(clean_text(record_id), revision)
        if record is None or not reader.may_read(record):
            raise InvalidInput(
                f"The citation names {record_id!r} revision {revision}, which is not there."
            )
        try:
            return record.cite(start, end)
        except ValueError as exc:
            raise InvalidInput(f"The citation cannot be used: {exc}.") from exc
