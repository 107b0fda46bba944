"""A timeline that goes back, ends before it begins, or is silent for long."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from assistant.services.drafting.timeline_doubts import in_words
from assistant.services.drafting.wording import wording
from assistant.services.linting.document import Document, DocumentKind
from assistant.services.linting.moments import BEGINS, ENDS, NOTICES, Moment, moments
from assistant.services.linting.rule import Match, Rule, Severity

# Silence of this length during an incident wants a word; incident processes commonly ask for
# an update every 30 to 60 minutes.
_SILENCE = timedelta(minutes=60)
# Fewer entries are key moments, not a timeline: nobody lists what happened in between, and
# templates of key moments have an order of their own.
_TIMELINE_ENTRIES = 4
_KEY_MOMENTS = wording(r"key (?:events?|moments?|dates?|times?|facts?)|milestones?")
_EXPLAINS = wording(
    r"\b(?:wait\w*|overnight|until|monitor\w*|vendor|supplier|restor\w+ (?:run|started|begins?|in)"
    r"|in progress|continu\w+|still|ongoing|next (?:morning|day)|out of hours|on hold|paus\w+"
    r"|took|expected|estimated|eta|pending|recovering|rebuild\w*|running|investigat\w+|working"
    r"|attempt\w*|tr(?:y|ied|ying)|between|meanwhile|nobody|unnoticed|no (?:alert|one|entry)"
    r"|at \d\d[:.]\d\d|scheduled|planned|(?:started|began|starts|begins) (?:to|\w+ing)"
    r"|(?:drain|restore|copy|rebuild|migration|import|upgrade|rollout|scan|replay|reindex\w*"
    r"|re-?sync|backup)\b.{0,20}\b(?:start\w*|began|begins))\b"
)
_QUESTION = "What is the right time, or the right order?"


def check(document: Document) -> Iterator[Match]:
    """Each kind of trouble once for each list of entries."""
    for section in moments(document):
        entries = section[::-1] if _newest_first(section) else section
        if early := _ends_early(entries):
            yield early
        elif not _KEY_MOMENTS.search(entries[0].unit.section):
            yield from _goes_back(entries) or _silent(entries)


def _newest_first(entries: Sequence[Moment]) -> bool:
    steps = [after.at - before.at for before, after in pairwise(entries)]
    return len(steps) > 1 and all(step <= timedelta() for step in steps)


def _ends_early(entries: Sequence[Moment]) -> Match | None:
    begun = next((e for what in (BEGINS, NOTICES) for e in entries if e.tells(what)), None)
    ended = next((e for e in entries if e.tells(ENDS) and e is not begun), None)
    if begun is None or ended is None or ended.at >= begun.at:
        return None
    unit = ended.unit
    message = f"It ends ({_clock(ended)}) before it begins ({_clock(begun)})."
    return Match(unit.start, unit.end, message, _QUESTION)


def _goes_back(entries: Sequence[Moment]) -> list[Match]:
    """The first entry that is earlier than the one above it."""
    backward = [pair for pair in pairwise(entries) if pair[1].at < pair[0].at]
    if not backward:
        return []
    before, after = backward[0]
    message = f"This entry ({_clock(after)}) is earlier than the one above it ({_clock(before)})."
    return [Match(after.unit.start, after.unit.end, message, _QUESTION)]


def _silent(entries: Sequence[Moment]) -> list[Match]:
    """The longest unexplained silence before the incident was over."""
    if len(entries) < _TIMELINE_ENTRIES:
        return []
    told = (i for what in (BEGINS, NOTICES) for i, e in enumerate(entries) if e.tells(what))
    begin = next(told, 0)
    end = next((i for i, entry in enumerate(entries) if i > begin and entry.tells(ENDS)), None)
    during = entries[begin : len(entries) if end is None else end + 1]
    gaps = [
        (after.at - before.at, before)
        for before, after in pairwise(during)
        if after.at - before.at > _SILENCE and not _explained(before, after)
    ]
    if not gaps:
        return []
    length, before = max(gaps, key=lambda gap: gap[0])
    message = f"Nothing is told for {in_words(length)} after this entry."
    question = "What was done or waited for in this time?"
    return [Match(before.unit.start, before.unit.end, message, question)]


def _explained(before: Moment, after: Moment) -> bool:
    return bool(_EXPLAINS.search(before.unit.text) or _EXPLAINS.search(after.unit.text))


def _clock(moment: Moment) -> str:
    return f"{moment.at:%H:%M}"


RULE = Rule(
    id="timeline-inconsistent",
    title="Timeline does not fit",
    reason="A wrong order hides what led to what; an unexplained silence hides what took so long.",
    good="## Timeline\n- 10:00 First errors\n- 10:20 Alert fired\n- 10:50 Service restored",
    bad="## Timeline\n- 10:00 First errors\n- 10:50 Failed over\n- 10:20 Alert fired",
    severity=Severity.WARNING,
    check=check,
    kinds=frozenset({DocumentKind.RCA}),
)
