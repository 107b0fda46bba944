"""Questions that a record itself asks."""

from collections.abc import Sequence
from itertools import pairwise

from assistant.services.drafting.reading import Unit
from assistant.services.drafting.wording import ASKS, Part


def unanswered(units: Sequence[Unit]) -> list[Unit]:
    """What the record asks; a why with its answer below it is told, not asked."""
    answered = {
        unit.start
        for unit, after in pairwise(units)
        if unit.part in (Part.ROOT, Part.CAUSE)
        and after.section == unit.section
        and not asks(after)
    }
    return [unit for unit in units if asks(unit) and unit.start not in answered]


def asks(unit: Unit) -> bool:
    """True for a question, also an action that is put as one."""
    text = unit.text
    return text.endswith("?") or (unit.part is Part.ACTION and ("? " in text or _bare(text)))


def _bare(text: str) -> bool:
    return bool(ASKS.match(text)) and len(text.split()) > 4
