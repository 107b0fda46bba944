"""Wordings that pages share: how long ago, how likely, a hypothesis as a note.

Each takes the ``Words`` of the page's language first; templates have them without.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from markupsafe import Markup

from assistant.domain.triage import CauseKind, Hypothesis, Origin
from assistant.web.words import Words
from retrieval.records import Citation

# Words that a person would bet by; the number stands beside them.
_LIKELIHOODS = ((0.8, "very likely"), (0.55, "likely"), (0.3, "possible"), (0.0, "unlikely"))


def age(words: Words, moment: datetime | None) -> str:
    """How long ago, as people say it."""
    if moment is None:
        return words.gettext("date unknown")
    days = (datetime.now(UTC) - moment).days
    if days < 1:
        return words.gettext("today")
    if days < 7:
        return words.ngettext("%(num)s day ago", "%(num)s days ago", days)
    if days < 30:
        return words.ngettext("%(num)s week ago", "%(num)s weeks ago", days // 7)
    if days < 365:
        return words.ngettext("%(num)s month ago", "%(num)s months ago", days // 30)
    return words.ngettext("%(num)s year ago", "%(num)s years ago", days // 365)


def ago(words: Words, moment: datetime | None) -> Markup:
    """How long ago; the moment itself beside it, in the reader's zone where scripts run."""
    return _time(moment, age(words, moment), "ago")


def at(words: Words, moment: datetime | None) -> Markup:
    """A moment in UTC; in the reader's zone where scripts run, with UTC beside it."""
    told = words.gettext("date unknown") if moment is None else utc(moment)
    return _time(moment, told, "at")


def day(words: Words, moment: datetime | None) -> Markup:
    """The day of a moment in UTC, with the moment beside it."""
    told = words.gettext("date unknown") if moment is None else words.day(moment)
    return _time(moment, told, "day")


def utc(moment: datetime) -> str:
    """A moment to the minute, as it is written in every language."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _time(moment: datetime | None, told: str, shown: str) -> Markup:
    if moment is None:
        return Markup("{}").format(told)
    element = Markup('<time datetime="{}" title="{}" data-shown="{}">{}</time>')
    return element.format(moment.astimezone(UTC).isoformat(), utc(moment), shown, told)


def likelihood_in_words(words: Words, hypothesis: Hypothesis) -> str:
    """How likely, in words and as a number, and from how many records; honest where unfitted."""
    if hypothesis.origin is Origin.INCIDENT:
        behind = words.gettext("from this ticket, unconfirmed")
    else:
        records = len(distinct_records(hypothesis.support))
        behind = words.ngettext("from %(num)s past record", "from %(num)s past records", records)
    kind = (
        ""
        if hypothesis.kind is CauseKind.SUSPICION
        else f" · {words.term(hypothesis.kind, 'cause')}"
    )
    chance = hypothesis.probability
    if chance is None:
        return words.gettext("Uncalibrated, %(behind)s", behind=behind) + kind
    told = words.term(next(name for least, name in _LIKELIHOODS if chance >= least), "likelihood")
    return f"{told} ({words.percent(chance)}), {behind}{kind}"


def as_note(words: Words, hypothesis: Hypothesis) -> str:
    """A hypothesis as plain text, with how likely it is, its sources and the next check."""
    sources = ", ".join(distinct_records(hypothesis.support))
    lines = [hypothesis.statement, f"{likelihood_in_words(words, hypothesis)}: {sources}"]
    if hypothesis.next_check is not None:
        check = hypothesis.next_check
        lines.append(
            words.gettext(
                "Check next: %(check)s (%(record)s)",
                check=check.text,
                record=check.citation.record_id,
            )
        )
    return "\n".join(lines)


def distinct_records(citations: Sequence[Citation]) -> list[str]:
    """The records behind citations, each once."""
    return list(dict.fromkeys(citation.record_id for citation in citations))


def upfirst(text: str) -> str:
    """With a capital at its beginning; what follows keeps its own, as names and nouns need."""
    return text[:1].upper() + text[1:]
