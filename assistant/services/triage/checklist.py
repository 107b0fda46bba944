"""The steps of a runbook, to be ticked off one by one."""

import re
from collections.abc import Iterator
from itertools import islice

from assistant.domain.triage import SuggestedAction
from assistant.services.triage.remediation import action
from retrieval.records import Record, SectionKind

# A longer one is a manual: it is read at its place.
MOST_STEPS = 12

# An item of a list, at the outer level: what is indented belongs to the item above it.
_ITEM = re.compile(r"^ ?(?:\d{1,2}[.)]|[-*+])[ \t]+(?:\[[ x]\][ \t]+)?(\S.*?)[ \t]*$", re.MULTILINE)
_STEPS = frozenset({SectionKind.STEP, SectionKind.ACTION, SectionKind.RESOLUTION})


def checklist(record: Record) -> tuple[SuggestedAction, ...]:
    """The first steps of a record in its own order, each with its span and what it does.

    Steps are the list items of the sections that tell what to do; a record without has none.
    """
    return tuple(islice(_steps(record), MOST_STEPS))


def _steps(record: Record) -> Iterator[SuggestedAction]:
    for section in record.sections_of(*_STEPS):
        for item in _ITEM.finditer(record.text, section.start, section.end):
            yield action(item[1], record.cite(*item.span(1)))
