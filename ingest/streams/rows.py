"""A row as a system sends it → a source item."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from pydantic import JsonValue

from ingest.adf import adf_text
from ingest.connectors.base import Moments
from ingest.items import Reject, SourceItem
from ingest.journal import COMMENTS, WORK_NOTES, Entry, entries, listed
from ingest.streams.definition import Section, Stream
from ingest.text import plain_text
from ingest.times import parse_moment
from retrieval.records import RecordKind

Row = Mapping[str, Any]

_MOST_ID_CHARS = 255
# What people read of a value that is an object, the most telling first.
_LABELS = ("display_value", "displayName", "name", "value", "key")
_JOURNALS = frozenset({WORK_NOTES, COMMENTS})


class Told(NamedTuple):
    """A row with its journal entries where they came one by one, else ``None``."""

    row: Row
    entries: Sequence[Entry] | None = None


def at(row: Row, path: str) -> Any:
    """What a path leads to, through lists too; ``None`` where it leads nowhere."""
    column, inside = _steps(path)
    value = row.get(column)
    for name in inside:
        if isinstance(value, list):
            value = [each[name] for each in value if isinstance(each, dict) and name in each]
        elif isinstance(value, dict):
            value = value.get(name)
        else:
            return None
    return value


@lru_cache(maxsize=10_000)
def _steps(path: str) -> tuple[str, tuple[str, ...]]:
    column, *inside = path.split("/")
    return column, tuple(inside)


def text_at(row: Row, path: str) -> str:
    """What people read there; empty where nothing is."""
    return label(at(row, path))


def label(value: Any) -> str:
    """A value as people read it; a list as its members, with commas."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return _label_of_object(value)
    if isinstance(value, list):
        return ", ".join(labels(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _label_of_object(value: Row) -> str:
    # Nearly every value of ServiceNow has it, so it is looked for first.
    shown = value.get("display_value")
    if isinstance(shown, str):
        return shown.strip()
    if value.get("type") == "doc":
        return adf_text(value)
    name = next((name for name in _LABELS if name in value), None)
    return "" if name is None else label(value[name])


def labels(value: Any) -> list[str]:
    """The labels of a list, or of one value; each once, without empty ones."""
    several = value if isinstance(value, list) else [value]
    return list(dict.fromkeys(filter(None, map(label, several))))


class RowReader:
    """Reads the rows of one stream; ``place`` names where they are from, ``base`` its address."""

    def __init__(self, stream: Stream, place: str, base: str, extra: Mapping[str, str]) -> None:
        """``extra`` fields are given to every item."""
        self._stream = stream
        self._place = place
        self._base = base.rstrip("/")
        self._extra = extra

    def external_id(self, row: Row) -> str:
        """What people call the row, else its key; empty when it has neither."""
        rows = self._stream.rows
        return text_at(row, rows.id) or text_at(row, rows.key)

    def entry(self, told: Told) -> SourceItem | Reject:
        """The item of a row, or why it is none."""
        row, stream = told.row, self._stream
        external_id = self.external_id(row)
        place = f"{self._place} {external_id}".rstrip()
        if not external_id or len(external_id) > _MOST_ID_CHARS:
            reason = "its id is longer than 255 characters" if external_id else "it has no id"
            return Reject(place, reason, None, text_at(row, stream.title)[:200])
        if stream.groups and stream.groups.partition("/")[0] not in row:
            # Whoever may not see who may read it must not decide that everybody may.
            reason = (
                f"it has no column {stream.groups!r}, which is to say who may read it; is it "
                "misspelt, or hidden from the identity that reads?"
            )
            return Reject(place, reason, external_id, text_at(row, stream.title)[:200])
        return self._item(told, external_id, place)

    def _item(self, told: Told, external_id: str, place: str) -> SourceItem:
        row, stream = told.row, self._stream
        title = plain_text(text_at(row, stream.title))
        moments = Moments(stream.rows.time_formats)
        times = {name: text_at(row, name) for name in (*stream.opened, *stream.resolved)}
        times[stream.rows.updated] = text_at(row, stream.rows.updated)
        return SourceItem(
            place=place,
            external_id=external_id,
            kind=self._kind(row),
            title=title,
            text=_text(told, title, stream.sections),
            fields={**self._fields(row), **self._extra},
            services=tuple(labels(list(_all(row, stream.services)))),
            groups=self._groups(row),
            url=self._url(row, external_id),
            opened_at=moments.read(times, *stream.opened),
            resolved_at=moments.read(times, *stream.resolved),
            updated_at=moments.read(times, stream.rows.updated),
            remarks=tuple(moments.remarks),
        )

    def _fields(self, row: Row) -> dict[str, JsonValue]:
        found: dict[str, JsonValue] = {}
        for name, paths in self._stream.fields.items():
            several = at(row, paths[0]) if len(paths) == 1 else list(_all(row, paths))
            if isinstance(several, list):
                values = labels(several)
                if len(values) > 1:
                    found[name] = list[JsonValue](values)
                    continue
                told = values[0] if values else ""
            else:
                told = label(several)
            if told:
                found[name] = told
        return found

    def _kind(self, row: Row) -> RecordKind:
        stream = self._stream
        told = text_at(row, stream.kind_from).lower() if stream.kind_from else ""
        return next((kind for word, kind in stream.kinds.items() if word in told), stream.record)

    def _groups(self, row: Row) -> frozenset[str] | None:
        """``None`` where the row does not say: then the connection does."""
        if not self._stream.groups:
            return None
        named = [
            part.strip()
            for each in labels(at(row, self._stream.groups))
            for part in each.replace(";", ",").split(",")
        ]
        return frozenset(filter(None, named)) or None

    def _url(self, row: Row, external_id: str) -> str:
        address = self._stream.address
        if "{" not in address:
            return text_at(row, address) if address else ""
        key = text_at(row, self._stream.rows.key)
        return address.format(base=self._base, key=key, id=external_id)


def _all(row: Row, paths: Iterable[str]) -> Iterator[Any]:
    for path in paths:
        value = at(row, path)
        yield from value if isinstance(value, list) else [value]


def _text(told: Told, title: str, sections: Iterable[Section]) -> str:
    """The long texts as one Markdown document, so that all of it can be cited."""
    parts = [f"# {title}"] if title else []
    for section in sections:
        body = _body(told, section)
        if body:
            parts.append(f"## {section.heading}\n{body}")
    return "\n\n".join(parts)


def _body(told: Told, section: Section) -> str:
    value = at(told.row, section.column)
    match section.text:
        case "html":
            # Marked as HTML even where it has no tag, so that entities are read.
            return plain_text(f"<p>{label(value)}</p>")
        case "adf":
            return adf_text(value).strip() if isinstance(value, Mapping) else label(value)
        case "comments":
            return listed(_comments(value if isinstance(value, list) else []))
        case "journal":
            found = entries(label(value)) if told.entries is None else told.entries
            mine = (each for each in found if each.element == section.name)
            return listed(each._replace(text=plain_text(each.text)) for each in mine)
    return plain_text(label(value))


def _comments(values: Iterable[Any]) -> Iterator[Entry]:
    """Jira's comments; times in UTC, as in journals."""
    for value in values:
        if isinstance(value, Mapping):
            author = text_at(value, "author") or "somebody"
            yield Entry(_moment(value.get("created")), author, COMMENTS, adf_text(value["body"]))


def _moment(value: Any) -> str:
    try:
        moment: datetime = parse_moment(label(value))
    except ValueError:
        return label(value)
    return moment.strftime("%Y-%m-%d %H:%M:%S")
