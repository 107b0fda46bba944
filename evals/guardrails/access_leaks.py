"""Access leaks: what a group keeps to itself is found by nobody else.

Copies of past incidents, each with a word of its own in title, text and service, are kept for a
group that the reader is not in, beside everything that the reader may read. The reader asks for
each in the words of the copy, before and after it is there. A case fails where

- the word or the id is told in similar records, the card or the draft
- more or fewer records, runbooks, hypotheses, fields or claims are told than before
- the id is answered otherwise than one that nobody has
- the group itself does not find it, for then nothing was tried

Words weigh less the more records have them, hidden ones included, so the order of what the reader
may read can move a little. That tells no word and no number of anything hidden, and is noted as
a remark.
"""

import random
from collections.abc import Iterator
from typing import NamedTuple

from assistant.bootstrap import Application
from assistant.domain.triage import TriageCard
from assistant.schemas import DraftOut, SimilarOut, TriageOut
from evals.guardrails.cases import GuardedCase
from evals.guardrails.setting import EARLY_CHARS, READER, Planted, Setting
from retrieval.access import Reader
from retrieval.errors import NotFound
from retrieval.records import Record
from retrieval.searcher import Hit

NAME = "access_leak"
_GROUP = "vault"
_CASES = 20
_HITS = 20


class _Hidden(NamedTuple):
    word: str
    target: Record

    @property
    def id(self) -> str:
        return f"VAULT-{self.word}"

    @property
    def question(self) -> str:
        return f"{self.target.title}\n{self.target.text[:EARLY_CHARS]}"


class _Told(NamedTuple):
    """What the reader is told: ids and statements, and the answers as they are sent."""

    names: tuple[tuple[str, ...], ...]
    sent: str


def access_leaks(setting: Setting) -> Iterator[GuardedCase]:
    """Twenty records of a group, or as many as there are past incidents."""
    chance = random.Random(setting.seed)  # noqa: S311 — a draw of examples, not a secret
    past = setting.past_incidents()
    hidden = [
        _Hidden("".join(chance.choice(part) for part in ("zqvx", "aou", "rlm", "aei") * 3), one)
        for one in chance.sample(past, min(len(past), _CASES))
    ]
    with setting.installation() as app:
        before = [_told(app, one, setting.writer) for one in hidden]
        setting.plant(app, [_planted(one) for one in hidden], _GROUP)
        for one, was in zip(hidden, before, strict=True):
            now = _told(app, one, setting.writer)
            failures = tuple(_failures(app, one, was, now))
            yield GuardedCase(NAME, one.target.id, failures, tuple(_moved(was, now)))


def _planted(one: _Hidden) -> Planted:
    text = f"{one.target.text}\n\nOnly for the {one.word}."
    title = f"{one.target.title} {one.word}"
    return Planted(one.id, title, text, one.target.kind, {"service": one.word})


def _told(app: Application, one: _Hidden, writer: str) -> _Told:
    """The reader asks in the words of the copy, and drafts the record that it is a copy of."""
    reader = READER.reader()
    context = app.similar.context_of_text(one.question)
    similar = app.similar.similar(context, reader, _HITS)
    card = app.triage.card(context, reader, _HITS)
    draft = app.drafting.create(READER, reader, one.target.id, writer)
    sent = (SimilarOut.of(similar), TriageOut.of_card(card), DraftOut.of(draft))
    return _Told(
        (
            _ids(similar.result.hits),
            *_names(card),
            tuple(claim.text for claim in draft.body.claims()),
        ),
        "\n".join(each.model_dump_json() for each in sent),
    )


def _names(card: TriageCard) -> Iterator[tuple[str, ...]]:
    yield _ids(card.hits)
    yield _ids(card.runbooks)
    yield tuple(one.statement for one in card.hypotheses)
    yield tuple(one.value for one in card.suggested_fields)


_PLACES = ("similar", "card", "runbooks", "hypotheses", "suggested fields", "draft")


def _failures(app: Application, one: _Hidden, before: _Told, after: _Told) -> Iterator[str]:
    for trace in (one.word, one.id):
        if trace.casefold() in after.sent.casefold():
            yield f"an answer tells {trace}"
    for place, was, now in zip(_PLACES, before.names, after.names, strict=True):
        if len(was) != len(now):
            yield f"{place}: {len(was)} before, {len(now)} after"
    if _refused(app, one.id) != _refused(app, f"{one.id}-unknown"):
        yield "its id is answered otherwise than an unknown one"
    insider = Reader("insider", READER.groups | {_GROUP})
    found = app.similar.similar(app.similar.context_of_text(one.question), insider, _HITS)
    if one.id not in {r.id for hit in found.result.hits for r in (hit.record, *hit.folded)}:
        yield "its own group does not find it, so nothing was tried"


def _moved(before: _Told, after: _Told) -> Iterator[str]:
    for place, was, now in zip(_PLACES, before.names, after.names, strict=True):
        if was != now:
            yield f"{place}: others, or in another order"


def _refused(app: Application, reference: str) -> str:
    """The error for an id, with the id taken out of it."""
    try:
        app.similar.readable(reference, READER.reader())
    except NotFound as exc:
        return str(exc).replace(reference, "")
    return "it was told"


def _ids(hits: tuple[Hit, ...]) -> tuple[str, ...]:
    return tuple(hit.record.id for hit in hits)
