"""What the evidence does not say, as questions that an author can answer."""

import re
from collections.abc import Iterator, Mapping, Sequence

from assistant.domain.drafts import Question, SectionName
from assistant.services.actions import action_details, missing
from assistant.services.drafting.causes import dated_causes
from assistant.services.drafting.selection import Selection, telling_title
from assistant.services.drafting.timeline_doubts import doubts
from assistant.services.drafting.wording import DETECTS, DONE, Part
from assistant.services.sentences import causal
from assistant.services.shortening import shortened
from assistant.services.verification.folding import tidy

# More open actions than this are asked about together: nobody answers twelve times the same.
_MAX_ACTION_QUESTIONS = 4
_QUOTE_CHARS = 140
_MAX_SUSPECTS = 2
_HAS_COUNT = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?(?:%|\w+)|\b(?:all|every|no|two|three|hundreds|thousands)\b", re.I
)
_HAS_DURATION = re.compile(r"\b\d+(?:\.\d+)?\s?(?:m|h|d|mins?|minutes?|hours?|days?)\b", re.I)


Told = Mapping[SectionName, Sequence[str]]
"""What a draft says of this incident, by section."""


def questions(selection: Selection, told: Told) -> tuple[Question, ...]:
    """Questions in the order of the sections: gaps, doubts, and what the record itself asks.

    ``told`` is what the draft says; precedents fill no gap. The incident's own record,
    as it was read, gives the doubts and the hints.
    """
    found = (
        *_summary(told),
        *_impact(told),
        *_detection(selection, told),
        *_timeline(selection, told),
        *_causes(selection, told),
        *_resolution(told),
        *_actions(told),
        *_asked(selection),
    )
    return tuple(dict.fromkeys(found))


def _summary(told: Told) -> Iterator[Question]:
    if not told.get(SectionName.SUMMARY):
        yield _ask(SectionName.SUMMARY, "What happened, in one sentence?")


def _impact(told: Told) -> Iterator[Question]:
    texts = told.get(SectionName.IMPACT, ())
    counted = any(_HAS_COUNT.search(text) and not _HAS_DURATION.search(text) for text in texts)
    lasted = any(_HAS_DURATION.search(text) for text in texts)
    if not counted and not lasted:
        yield _ask(
            SectionName.IMPACT, "How many users or services were affected, and for how long?"
        )
    elif not counted:
        yield _ask(SectionName.IMPACT, "How many users or services were affected?")
    elif not lasted:
        yield _ask(SectionName.IMPACT, "For how long were they affected?")


def _timeline(selection: Selection, told: Told) -> Iterator[Question]:
    entries = told.get(SectionName.TIMELINE, ())
    if len(entries) < 2:
        yield _ask(
            SectionName.TIMELINE, "When did it begin, when was it noticed, and when was it over?"
        )
    for doubt in doubts(selection.timeline, selection.incident):
        yield _ask(SectionName.TIMELINE, doubt)


def _detection(selection: Selection, told: Told) -> Iterator[Question]:
    parts = (Part.SYMPTOM, Part.SUMMARY, Part.OTHER)
    read = [unit.text for unit in selection.reading.units if unit.part in parts]
    said = (*told.get(SectionName.DETECTION, ()), *told.get(SectionName.TIMELINE, ()), *read)
    if not any(DETECTS.search(text) for text in said):
        yield _ask(
            SectionName.DETECTION, "Who or what noticed it first, and how long after it began?"
        )


def _causes(selection: Selection, told: Told) -> Iterator[Question]:
    found = selection.causes
    title = tidy(telling_title(selection.incident))
    happened = (*told.get(SectionName.IMPACT, ()), *told.get(SectionName.SUMMARY, ()))
    proximate = told.get(SectionName.PROXIMATE_CAUSE, ())
    if not proximate:
        dated = dated_causes(entry.unit for entry in selection.timeline.entries)
        told_before = [unit.text for unit in (*found.coincident, *dated)]
        hints = [title] * causal(title) + told_before
        for text in hints[:2]:
            yield _ask(
                SectionName.PROXIMATE_CAUSE, f"Is this the proximate cause: '{_short(text)}'?"
            )
        if not hints:
            said = title if len(title.split()) > 2 else "".join(happened[:1])
            what = f": '{_short(said)}'" if said else " it"
            text = f"Which change, event or condition directly brought about{what}?"
            yield _ask(SectionName.PROXIMATE_CAUSE, text)
    for related in selection.suspects[:_MAX_SUSPECTS]:
        change = related.record
        named = f"{change.external_id} '{_short(change.title)}'"
        yield _ask(
            SectionName.PROXIMATE_CAUSE, f"Did the change {named} bring it about? ({related.why})"
        )
    for unit in found.suspected:
        name = SectionName.ROOT_CAUSE if unit in found.root else SectionName.PROXIMATE_CAUSE
        yield _ask(name, f"Has this been confirmed: '{_short(unit.text)}'?")
    if not told.get(SectionName.ROOT_CAUSE):
        behind = f" behind: '{_short(proximate[0])}'" if proximate else ""
        yield _ask(SectionName.ROOT_CAUSE, f"What is the root cause{behind}?")
    if not told.get(SectionName.CONTRIBUTING_FACTORS):
        yield _ask(
            SectionName.CONTRIBUTING_FACTORS,
            "What made it likelier, worse, or slower to notice or to mend?",
        )


def _resolution(told: Told) -> Iterator[Question]:
    if not told.get(SectionName.RESOLUTION):
        yield _ask(SectionName.RESOLUTION, "What restored the service, and which role did it when?")


def _actions(told: Told) -> Iterator[Question]:
    actions = told.get(SectionName.ACTIONS, ())
    if not actions:
        yield _ask(SectionName.ACTIONS, "What will be changed so that this cannot happen again?")
    pending = [(text, _lacking(text)) for text in actions if not DONE.search(text)]
    lacking = [(text, asked) for text, asked in pending if asked]
    for text, asked in lacking[:_MAX_ACTION_QUESTIONS]:
        yield _ask(SectionName.ACTIONS, f"'{_short(text)}': {_listed(asked)}?")
    if more := len(lacking) - _MAX_ACTION_QUESTIONS:
        others = "the other action" if more == 1 else f"the other {more} actions"
        if more > 0:
            yield _ask(SectionName.ACTIONS, f"The same of {others}: who, until when, proven how?")


# What is asked for each missing part of an action.
_ACTION_PARTS = {
    "an owner": "who owns it",
    "a due date": "when is it due",
    "a measure of success": "how will success show",
}


def _lacking(action: str) -> list[str]:
    details = action_details(action)
    asked = [_ACTION_PARTS[part] for part in missing(details)]
    # When to look whether it worked is asked once the rest is named.
    return asked if asked or details.check else ["when is it checked that it worked"]


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _asked(selection: Selection) -> Iterator[Question]:
    for unit in selection.asked:
        name = SectionName.ACTIONS if unit.part is Part.ACTION else SectionName.OPEN_QUESTIONS
        yield _ask(name, f"The record asks: {unit.text}")


def _ask(section: SectionName, text: str) -> Question:
    return Question(section=section, text=text)


def _short(text: str) -> str:
    return shortened(text.rstrip("."), _QUOTE_CHARS)
