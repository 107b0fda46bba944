"""What every export says, in order, before any format: words, numbers and references."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.domain.companions import Companion
from assistant.domain.drafts import (
    Claim,
    ClaimKind,
    Draft,
    DraftBody,
    Provenance,
    SectionName,
    Verdict,
)
from assistant.services.actions import action_details, missing
from assistant.services.drafting.whys import Why, five_whys
from retrieval.records import Citation

_SPACE = re.compile(r"\s+")
# What neither XML 1.0 nor UTF-8 can hold: control characters and lone surrogates.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_QUOTE_CHARS = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A claim: words on what it is (may be empty), its text, and the numbers that it cites.

    ``note`` is read out of the text or worked out from it, for the reader; it may be empty.
    """

    mark: str
    text: str
    numbers: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section that says something."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A text as plain one-line pieces. Reference ``n`` is ``references[n - 1]``.

    The pieces are not escaped: each format does that in its own way. Draft, author, revision
    and time are those of the draft that it was made of. ``approval`` says who approved this
    revision, and for what; only a format that is kept as a paper shows it.
    """

    title: str
    parts: tuple[Part, ...]
    questions_heading: str
    questions: tuple[str, ...]
    references: tuple[str, ...]
    provenance: str
    draft_id: str
    author: str
    revision: int
    edited_at: datetime
    approval: str = ""


def outline(draft: Draft) -> Outline:
    """The outline of a revision; the same revision always gives the same one."""
    numbers = _numbered(draft.body.claims())
    return Outline(
        title=_one_line(draft.body.title),
        parts=tuple(_parts(draft.body, numbers)),
        questions_heading=SectionName.OPEN_QUESTIONS,
        questions=tuple(
            f"{_one_line(question.text)} ({question.section})" for question in draft.body.questions
        ),
        references=tuple(_reference(citation) for citation in numbers),
        provenance=_written(draft.provenance, draft),
        draft_id=draft.id,
        author=draft.author,
        revision=draft.revision,
        edited_at=draft.edited_at,
    )


def companion_outline(companion: Companion, draft: Draft) -> Outline:
    """The outline of a companion of a revision."""
    numbers = _numbered(companion.claims())
    sections = [part for part in companion.sections if part.claims]
    return Outline(
        title=_one_line(companion.title),
        parts=(
            *_completeness(companion),
            *(
                Part(part.heading, tuple(_line(claim, numbers) for claim in part.claims))
                for part in sections
            ),
        ),
        questions_heading="To be answered before it is sent",
        questions=tuple(
            f"{_one_line(question)} ({part.heading})"
            for part in companion.sections
            for question in part.questions
        ),
        references=tuple(_reference(citation) for citation in numbers),
        provenance=_written(draft.provenance, draft),
        draft_id=draft.id,
        author=draft.author,
        revision=draft.revision,
        edited_at=draft.edited_at,
    )


def _completeness(companion: Companion) -> Iterator[Part]:
    found = companion.completeness
    if found is None:
        return
    wanted = len(found.present) + len(found.missing)
    lacking = f" Missing: {', '.join(found.missing).lower()}." if found.missing else ""
    said = f"{len(found.present)} of {wanted} parts are there ({found.score:.0%}).{lacking}"
    yield Part("Completeness", (Line("", said, ()),))


def _parts(body: DraftBody, numbers: dict[Citation, int]) -> Iterator[Part]:
    whys = five_whys(body)
    for section in body.sections:
        lines = tuple(
            replace(_line(claim, numbers), note=note_of(section.name, claim))
            for claim in section.claims
        )
        if lines:
            yield Part(section.name, lines)
        # Where there is no answer at all, the question stands among the others.
        if section.name is SectionName.ROOT_CAUSE and any(why.answer for why in whys):
            yield Part("Five whys", tuple(_why(why, numbers) for why in whys))


def _why(why: Why, numbers: dict[Citation, int]) -> Line:
    question = _one_line(why.question)
    if why.answer is None:
        return Line(question, "Not known yet.", ())
    line = _line(why.answer, numbers)
    return replace(line, mark=f"{question} {line.mark}".strip())


def _moment(claim: Claim) -> str:
    """The moment in UTC, where the text itself does not say it so."""
    if claim.at is None or f"{claim.at:%Y-%m-%d %H:%M}" in claim.text:
        return ""
    return f"{claim.at:%Y-%m-%d %H:%M} UTC"


def _action(claim: Claim) -> str:
    """Who, until when, how success shows; and what of it nobody has named yet."""
    if claim.kind is ClaimKind.PRECEDENT:
        return ""
    details = action_details(claim.text)
    named = (
        ("owner", details.owner),
        ("due", details.due),
        ("measure", details.measure),
        ("checked", details.check),
        ("strength", details.strength),
    )
    said = [f"{name}: {value}" for name, value in named if value]
    lacking = missing(details)
    return "; ".join([*said, *[f"to be named: {', '.join(lacking)}"] * bool(lacking)])


def note_of(name: SectionName, claim: Claim) -> str:
    """What is worked out of a claim of a section for its reader; often nothing."""
    if name is SectionName.TIMELINE:
        return _moment(claim)
    return _one_line(_action(claim)) if name is SectionName.ACTIONS else ""


def _line(claim: Claim, numbers: dict[Citation, int]) -> Line:
    return Line(
        mark=_mark(claim),
        text=_one_line(claim.text),
        numbers=tuple(dict.fromkeys(numbers[citation] for citation in claim.citations)),
    )


def _mark(claim: Claim) -> str:
    """Words in front of whatever is not a supported fact of this incident."""
    if claim.kind is ClaimKind.PRECEDENT:
        records = ", ".join(dict.fromkeys(_one_line(c.record_id) for c in claim.citations))
        return f"(precedent: {records})"
    if claim.verdict is Verdict.AUTHOR_ASSERTED:
        return "(stated by the author)"
    if claim.kind is ClaimKind.INFERENCE:
        return "(inferred)"
    return ""


def _numbered(claims: Iterable[Claim]) -> dict[Citation, int]:
    numbers: dict[Citation, int] = {}
    for claim in claims:
        for citation in claim.citations:
            numbers.setdefault(citation, len(numbers) + 1)
    return numbers


def _reference(citation: Citation) -> str:
    quote = _one_line(citation.quote)
    shown = quote if len(quote) <= _QUOTE_CHARS else quote[:_QUOTE_CHARS] + "…"
    place = f"revision {citation.revision}, characters {citation.start}–{citation.end}"
    return f"{_one_line(citation.record_id)}, {place}: “{shown}”"


def _written(provenance: Provenance, draft: Draft) -> str:
    """Who or what wrote it, from what: a reader must be able to tell that a machine did."""
    means = [f"prompt {provenance.prompt}"] if provenance.prompt else []
    means += [f"model {provenance.model}"] if provenance.model else []
    by = f" ({', '.join(means)})" if means else ""
    count = len(provenance.evidence)
    records = "1 record" if count == 1 else f"{count} records"
    writer = f"the {provenance.writer} writer"
    if provenance.writer == "chat" and provenance.model is None:
        writer = "the extractive writer, in place of a chat model,"
    # What was left out or fell back must be known to whoever decides on it.
    noted = "".join(f" {note.rstrip('.')}." for note in provenance.notes)
    return _one_line(
        f"Drafted by {writer}{by} from {records} of evidence; "
        f"revision {draft.revision} by {draft.author}.{noted}"
    )


def _one_line(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", _SPACE.sub(" ", text).strip())
