"""JSON Lines: one record a line, in the documented shape."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ingest.connectors.base import Ids, Moments, checked, encoding_of, undecodable
from ingest.connectors.profile import Profile
from ingest.items import Reject, SourceItem
from retrieval.errors import UnreadableFile
from retrieval.records import RecordKind

# The longest record that people wrote by hand is a hundredth of this.
MAX_LINE_CHARS = 5_000_000

_UPDATED = ("updated_at", "last_reviewed", "last_updated")
_MEMBERS = "id, kind, title, text, fields and url"


class _Wrong(ValueError):
    """A line that cannot become an item; the message says why."""


class _Line(NamedTuple):
    number: int
    text: str


class JsonLines:
    """Reads ``.jsonl``, ``.ndjson``, and ``.json`` with one list of the same objects."""

    name = "jsonl"

    def accepts(self, path: Path) -> bool:
        """See ``Connector.accepts``."""
        return path.suffix.lower() in (".jsonl", ".ndjson", ".json") and not path.is_dir()

    def read(self, path: Path, profile: Profile | None) -> Iterator[SourceItem | Reject]:
        """See ``Connector.read``. A profile has no meaning here and is ignored."""
        checked(path)
        encoding = encoding_of(path)
        ids = Ids()
        empty = True
        try:
            for line in _lines(path, encoding):
                empty = False
                yield _entry(line, path, ids)
        except UnicodeDecodeError as exc:
            raise undecodable(path, exc) from exc
        if empty:
            raise UnreadableFile(f"{path} holds no records, only blank lines.")


def _lines(path: Path, encoding: str) -> Iterator[_Line]:
    if path.suffix.lower() == ".json":
        yield from _elements(path, encoding)
        return
    with path.open(encoding=encoding, newline="\n") as stream:
        number = 0
        # readline with a limit keeps a file of one endless line out of memory.
        while line := stream.readline(MAX_LINE_CHARS + 1):
            number += 1
            if len(line) > MAX_LINE_CHARS:
                while rest := stream.readline(MAX_LINE_CHARS):
                    if rest.endswith("\n"):
                        break
            if line.strip():
                yield _Line(number, line)


def _elements(path: Path, encoding: str) -> Iterator[_Line]:
    try:
        whole = json.loads(path.read_text(encoding=encoding))
    except (json.JSONDecodeError, RecursionError) as exc:
        raise UnreadableFile(f"{path} is not JSON: {exc}. Export it as JSON Lines.") from exc
    if not isinstance(whole, list):
        raise UnreadableFile(f"{path} must hold a list of objects with {_MEMBERS}.")
    for number, element in enumerate(whole, start=1):
        yield _Line(number, json.dumps(element))


def _entry(line: _Line, path: Path, ids: Ids) -> SourceItem | Reject:
    place = f"{path.name} line {line.number}"
    if len(line.text) > MAX_LINE_CHARS:
        reason = f"the line is longer than {MAX_LINE_CHARS:,} characters; shorten the record"
        return Reject(place, reason, None, line.text[:200])
    try:
        entry = json.loads(line.text)
    except (json.JSONDecodeError, RecursionError) as exc:
        return Reject(place, f"it is not JSON: {exc}", None, line.text[:200])
    external_id = None
    try:
        external_id = _id(entry)
        item = _item(entry, external_id, place)
    except ValueError as exc:
        return Reject(place, str(exc), external_id, line.text[:200])
    return ids.reject_duplicate(external_id, place, line.text) or item


def _id(entry: object) -> str:
    if not isinstance(entry, dict):
        raise _Wrong(f"it is not an object with {_MEMBERS}")
    value = entry.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise _Wrong("it has no id; give every record one that stays the same")
    if len(value) > 255:
        raise _Wrong("its id is longer than 255 characters")
    return value.strip()


def _item(entry: Mapping[str, Any], external_id: str, place: str) -> SourceItem:
    fields = _member(entry, "fields", dict, {})
    groups = entry.get("groups")
    if groups is not None and not _is_texts(groups):
        raise _Wrong("its groups must be a list of names")
    moments = Moments()
    return SourceItem(
        place=place,
        external_id=external_id,
        kind=_kind(entry.get("kind", "incident")),
        title=_member(entry, "title", str, ""),
        text=_member(entry, "text", str, ""),
        fields=fields,
        services=_services(fields.get("service")),
        groups=None if groups is None else frozenset(groups),
        url=_member(entry, "url", str, ""),
        opened_at=moments.read(fields, "opened_at"),
        resolved_at=moments.read(fields, "resolved_at"),
        updated_at=moments.read(fields, *_UPDATED),
        remarks=tuple(moments.remarks),
    )


def _member(entry: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    value = entry.get(name)
    if value is None:
        return default
    if not isinstance(value, kind):
        expected = "an object" if kind is dict else "a text"
        raise _Wrong(f"its {name} must be {expected}, not {type(value).__name__}")
    return value


def _kind(value: object) -> RecordKind:
    try:
        return RecordKind(str(value))
    except ValueError as exc:
        known = ", ".join(RecordKind)
        raise _Wrong(f"its kind {value!r} is unknown; use one of {known}") from exc


def _services(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    return tuple(value) if _is_texts(value) else ()  # type: ignore[arg-type]  # just checked


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
