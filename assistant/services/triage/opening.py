"""What was known of an incident when it was opened: its record without what was found later."""

from collections.abc import Iterator

from assistant.services.drafting.causes import causes
from assistant.services.drafting.reading import Unit, read
from assistant.services.drafting.timeline import is_dated
from assistant.services.drafting.wording import PUTS_RIGHT, UNKNOWN, Part
from assistant.services.sentences import causal
from retrieval.records import Record, RecordKind

# What people write down first, before anybody has looked for a cause.
_EARLY = frozenset({Part.SUMMARY, Part.SYMPTOM, Part.IMPACT, Part.OTHER})


def as_opened(record: Record) -> str:
    """The title and the early sentences of a record, one a line.

    Left out are causes, resolutions, actions, the timeline, and every other sentence that
    explains or repairs. The title of a post-mortem is written last and often names the cause:
    it stands in only where nothing else is left.
    """
    early = [unit.text for unit in _early(record)]
    if record.kind is RecordKind.INCIDENT or not early:
        early.insert(0, record.title)
    return "\n".join(early)


def _early(record: Record) -> Iterator[Unit]:
    units = read(record).units
    told = causes(units)
    explained = told.taken() - {unit.start for unit in told.unknown}
    for unit in units:
        explains = unit.start in explained or (causal(unit.text) and not UNKNOWN.search(unit.text))
        repairs = PUTS_RIGHT.search(unit.text)
        if unit.part in _EARLY and not (explains or repairs or is_dated(unit)):
            yield unit
