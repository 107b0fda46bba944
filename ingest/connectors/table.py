"""Ticket tables: CSV and spreadsheets, through a column profile."""

import csv
import difflib
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from python_calamine import CalamineError, CalamineWorkbook

from ingest.connectors.base import Ids, Moments, checked, encoding_of, undecodable
from ingest.connectors.profile import Profile, load_profile, profile_names
from ingest.items import Reject, SourceItem
from ingest.journal import chronological
from ingest.text import plain_text
from retrieval.errors import UnreadableFile
from retrieval.records import RecordKind

_TEXT_TABLES = (".csv", ".tsv", ".txt")
_SHEETS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
_DELIMITERS = ",;\t|"
# Excel holds 32,767 characters in a cell; exports of whole journals can be longer.
_MAX_CELL_CHARS = 5_000_000
_TIMES = ("opened_at", "resolved_at", "updated_at")


class Row(NamedTuple):
    """A row as people count it: the header is row 1."""

    place: str
    cells: Sequence[str]


class TicketTable:
    """Reads CSV, TSV and spreadsheets. Every non-empty sheet is a table of its own."""

    name = "table"

    def accepts(self, path: Path) -> bool:
        """See ``Connector.accepts``."""
        return path.suffix.lower() in (*_TEXT_TABLES, *_SHEETS) and not path.is_dir()

    def read(self, path: Path, profile: Profile | None) -> Iterator[SourceItem | Reject]:
        """See ``Connector.read``. Without a profile the one that fits best is used."""
        checked(path)
        ids = Ids()
        is_sheet = path.suffix.lower() in _SHEETS
        tables = _sheets(path) if is_sheet else iter([_text_rows(path)])
        found = False
        for rows in tables:
            header = next(rows, None)
            if header is None:
                continue
            found = True
            mapping = TableMapping.of(header.cells, profile, path)
            for row in rows:
                yield _entry(row, mapping, ids)
        if not found:
            raise UnreadableFile(f"{path} has no rows.")


class TableMapping(NamedTuple):
    """Which columns of this table mean what."""

    profile: Profile
    columns: Mapping[str, tuple[int, ...]]
    headers: Sequence[str]

    @classmethod
    def of(cls, headers: Sequence[str], profile: Profile | None, path: Path) -> "TableMapping":
        """The mapping by the profile; ``UnreadableFile`` names a column that is missing."""
        chosen = profile or _best_profile(headers)
        columns = _columns(headers, chosen)
        for name in chosen.required:
            if name not in columns:
                raise _missing(name, headers, chosen, path)
        return cls(chosen, columns, headers)

    def value(self, cells: Sequence[str], name: str) -> str:
        """The first non-empty cell among the columns of that name."""
        return next((v for v in self.values(cells, name)), "")

    def values(self, cells: Sequence[str], name: str) -> list[str]:
        """All non-empty cells among the columns of that name (Jira repeats columns)."""
        found = (cells[i].strip() for i in self.columns.get(name, ()) if i < len(cells))
        return [value for value in found if value]


def _key(header: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", header.lower())


def _columns(headers: Sequence[str], profile: Profile) -> dict[str, tuple[int, ...]]:
    places: dict[str, list[int]] = defaultdict(list)
    for position, header in enumerate(headers):
        places[_key(header)].append(position)
    found: dict[str, tuple[int, ...]] = {}
    for name, alternatives in profile.columns.items():
        for alternative in alternatives:
            if _key(alternative) in places:
                found[name] = tuple(places[_key(alternative)])
                break
    return found


def _best_profile(headers: Sequence[str]) -> Profile:
    """The profile whose telling header is there, else the one that knows most columns."""
    keys = {_key(header) for header in headers}
    profiles = [load_profile(name) for name in profile_names()]
    return max(
        profiles,
        key=lambda p: (
            all(name in _columns(headers, p) for name in p.required),
            any(_key(header) in keys for header in p.telling),
            len(_columns(headers, p)),
        ),
    )


def _missing(name: str, headers: Sequence[str], profile: Profile, path: Path) -> UnreadableFile:
    wanted = profile.columns.get(name, [name])
    near = difflib.get_close_matches(wanted[0], headers, n=1)
    hint = f" Did you mean {near[0]!r}? Name it in a profile of your own." if near else ""
    return UnreadableFile(
        f"{path} has no column for the {name}: the profile {profile.name!r} looks for "
        f"{', '.join(map(repr, wanted))} and found {', '.join(map(repr, headers))}.{hint}"
    )


def _entry(row: Row, mapping: TableMapping, ids: Ids) -> SourceItem | Reject:
    excerpt = " | ".join(cell for cell in row.cells if cell)[:200]
    external_id = mapping.value(row.cells, "id") or None
    if external_id is None:
        return Reject(row.place, "it has no id", None, excerpt)
    if len(external_id) > 255:
        return Reject(row.place, "its id is longer than 255 characters", None, excerpt)
    if len(row.cells) > len(mapping.headers):
        return Reject(
            row.place,
            f"it has {len(row.cells)} cells, the header {len(mapping.headers)}; "
            "is a quote or a delimiter missing?",
            external_id,
            excerpt,
        )
    try:
        item = _item(row, mapping, external_id)
    except ValueError as exc:
        return Reject(row.place, str(exc), external_id, excerpt)
    return ids.reject_duplicate(external_id, row.place, excerpt) or item


def _item(row: Row, mapping: TableMapping, external_id: str) -> SourceItem:
    profile = mapping.profile
    title = plain_text(mapping.value(row.cells, "title"))
    moments = Moments(profile.date_formats, ZoneInfo(profile.time_zone))
    opened, resolved, updated = (
        moments.read({name: mapping.value(row.cells, name)}, name) for name in _TIMES
    )
    services = [
        part.strip()
        for name in profile.services
        for value in mapping.values(row.cells, name)
        for part in value.split(profile.service_separator)
        if part.strip()
    ]
    in_text = {section.column for section in profile.sections} | {"id", "title"}
    fields = {
        name: value
        for name in mapping.columns
        if name not in in_text and (value := mapping.value(row.cells, name))
    }
    return SourceItem(
        place=row.place,
        external_id=external_id,
        kind=_kind(external_id, profile),
        title=title,
        text=_text(row, mapping, title),
        fields=fields,
        services=tuple(dict.fromkeys(services)),
        url=mapping.value(row.cells, "url"),
        opened_at=opened,
        resolved_at=resolved,
        updated_at=updated,
        remarks=tuple(moments.remarks),
    )


def _text(row: Row, mapping: TableMapping, title: str) -> str:
    """The long texts of a row as one Markdown document, so that all of it can be cited."""
    parts = [f"# {title}"] if title else []
    for section in mapping.profile.sections:
        values = [plain_text(value) for value in mapping.values(row.cells, section.column)]
        body = "\n\n".join(value for value in values if value)
        if body:
            body = chronological(body) if section.journal else body
            parts.append(f"## {section.heading}\n{body}")
    return "\n\n".join(parts)


def _kind(external_id: str, profile: Profile) -> RecordKind:
    for prefix, kind in profile.kind_by_prefix.items():
        if external_id.upper().startswith(prefix):
            return kind
    return profile.kind


def _text_rows(path: Path) -> Iterator[Row]:
    encoding = encoding_of(path)
    csv.field_size_limit(_MAX_CELL_CHARS)
    try:
        with path.open(encoding=encoding, newline="") as stream:
            sample = stream.read(64 * 1024)
            stream.seek(0)
            reader = csv.reader(stream, delimiter=_delimiter(sample, path), strict=False)
            for number, cells in enumerate(reader, start=1):
                if any(cell.strip() for cell in cells):
                    yield Row(f"{path.name} row {number} (line {reader.line_num})", cells)
    except UnicodeDecodeError as exc:
        raise undecodable(path, exc) from exc
    except csv.Error as exc:
        raise UnreadableFile(
            f"{path} cannot be read as a table after line {reader.line_num}: {exc}. "
            "Is a quote left open?"
        ) from exc


def _delimiter(sample: str, path: Path) -> str:
    """The delimiter that the header uses most, outside quotes."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    header = next(iter(csv.reader(io.StringIO(sample), delimiter="\x1f")), [""])[0]
    first_line = header.splitlines()[0] if header else ""
    return max(_DELIMITERS, key=first_line.count) if first_line else ","


def _sheets(path: Path) -> Iterator[Iterator[Row]]:
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield _sheet_rows(path, name, rows)
    except CalamineError as exc:
        raise UnreadableFile(
            f"{path} is not a spreadsheet that can be read: {exc}. Export it as XLSX or CSV."
        ) from exc


def _sheet_rows(path: Path, sheet: str, rows: Iterable[Sequence[object]]) -> Iterator[Row]:
    for number, cells in enumerate(rows, start=1):
        texts = [_cell(cell) for cell in cells]
        if any(texts):
            yield Row(f"{path.name} sheet {sheet!r} row {number}", texts)


def _cell(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
