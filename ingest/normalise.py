"""Source item → record content: clean text, typed sections, services, times."""

import re
from collections.abc import Mapping
from datetime import datetime

from pydantic import JsonValue

from ingest.items import SourceItem
from ingest.sections import sections
from ingest.text import clean_text
from ingest.times import known_at
from retrieval.records import RecordContent

NORMALISE_VERSION = "1"
"""Changes whenever the same source item would give another record."""

# Fields whose text is evidence. What a source says there and not in its text is added to
# the text, so that it can be found and cited.
_TEXT_FIELDS: Mapping[str, str] = {
    "description": "Description",
    "identified": "Identified",
    "impact": "Impact",
    "timeline": "Timeline",
    "context": "Context",
    "proximate_cause": "Proximate cause",
    "root_cause": "Root cause",
    "contributing_factors": "Contributing factors",
    "workaround": "Workaround",
    "resolution": "Resolution",
    "actions": "Actions",
}
# A single word in such a field is a code ("FIXED"), not a sentence.
_MIN_WORDS = 2
_MAX_TITLE_CHARS = 300
_SPACE = re.compile(r"\s+")


def record_content(
    item: SourceItem, *, source: str, default_groups: frozenset[str], now: datetime
) -> RecordContent:
    """The record that an item becomes; the item has been redacted before.

    Raises ``ValueError`` when neither title nor text says anything.
    """
    title = _folded(clean_text(item.title))[:_MAX_TITLE_CHARS]
    text = _complete(clean_text(item.text).strip(), item.fields)
    if not title and not text:
        raise ValueError("it has neither a title nor a text")
    return RecordContent(
        source=source,
        external_id=item.external_id,
        kind=item.kind,
        title=title or _first_line(text),
        text=text or title,
        fields=item.fields,
        sections=sections(text),
        services=item.services,
        groups=default_groups if item.groups is None else item.groups,
        url=item.url,
        opened_at=item.opened_at,
        resolved_at=item.resolved_at,
        known_at=known_at(item.kind, item.opened_at, item.resolved_at, item.updated_at, now),
    )


def _complete(text: str, fields: Mapping[str, JsonValue]) -> str:
    """The text, and below it what only the fields say."""
    parts = [text] if text else []
    known: str | None = None
    for name, heading in _TEXT_FIELDS.items():
        value = fields.get(name)
        if not isinstance(value, str):
            continue
        body = clean_text(value).strip()
        if len(body.split()) < _MIN_WORDS:
            continue
        known = _folded(text) if known is None else known
        if _folded(body) not in known:
            parts.append(f"## {heading}\n{body}")
    return "\n\n".join(parts)


def _folded(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _first_line(text: str) -> str:
    return text.splitlines()[0].strip("#* \t")[:_MAX_TITLE_CHARS]
