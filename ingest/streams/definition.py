"""Stream files: what to ask a system for, and how a row of its answer becomes a record.

One YAML file a stream, in the folder of its kind. A path names a column of a row, and with
slashes what is inside it: ``state`` is told as people read it, ``state/value`` as it is stored.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ingest.connections import Connection
from retrieval.errors import InvalidInput, InvalidSettings
from retrieval.records import RecordKind

_FOLDER = files("ingest") / "streams"
# Names that an override may give beside those of sections and fields.
_OWN = ("title", "groups", "url")


def _several(value: object) -> object:
    return [value] if isinstance(value, str) else value


Paths = Annotated[tuple[str, ...], BeforeValidator(_several)]
"""One path, or several: then all that they lead to."""

TextForm = Literal["plain", "html", "adf", "journal", "comments"]
"""``journal``: entries of ServiceNow; ``comments``: those of Jira, with their authors."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Request(_Value):
    """The list to ask for. ``columns`` names the parameter that says which columns to send."""

    path: str
    page_size: int = Field(gt=0, le=10_000)
    columns: str
    params: dict[str, str] = Field(default_factory=dict)


class Paging(_Value):
    """Which pager of ``ingest.streams.pagers`` goes through the list.

    ``where`` is a filter in the system's own query language; rows outside of it are as good as
    gone. ``order`` are the columns of the cursor: when a row was changed, and what tells rows
    of one moment apart. ``overlap_minutes``: a change may be committed so much later than it
    is dated.
    """

    kind: Literal["keyset", "next-token"]
    order: tuple[str, str]
    where: str = ""
    overlap_minutes: int = Field(default=10, ge=0)


class Rows(_Value):
    """Where the rows of an answer are, and what identifies one.

    ``id`` is what people call it and the record's external id; ``key`` is the system's own id,
    which never changes and stands in where there is no ``id``. The members of ``spread`` count
    as columns of the row.
    """

    select: str
    spread: str = ""
    id: str
    key: str
    updated: str
    version: str
    time_formats: tuple[str, ...] = ()


class Section(_Value):
    """A long text that becomes a section of the record."""

    name: str
    heading: str
    column: str
    text: TextForm = "plain"


class Journals(_Value):
    """The table that has journal entries one by one; ``name`` is what it calls our table."""

    path: str
    name: str
    elements: tuple[str, ...]


class Stream(_Value):
    """One kind of thing that a system has, and how it is read.

    ``fields`` are our names and where their values are. ``address`` is where people open a
    row: a path of the row, or a template of ``{base}``, ``{key}`` and ``{id}``. ``groups`` is
    the column that says who may read a row, if the customer named one. ``more_comments`` is the
    path of the comments of one row, for rows that show only some. A stream that is not ``usual``
    is only read where a connection asks for it.
    """

    kind: str
    stream: str
    description: str
    record: RecordKind
    usual: bool = True
    request: Request
    pager: Paging
    rows: Rows
    title: str
    sections: tuple[Section, ...] = ()
    fields: dict[str, Paths] = Field(default_factory=dict)
    kinds: dict[str, RecordKind] = Field(default_factory=dict)
    kind_from: str = ""
    services: Paths = ()
    opened: Paths = ()
    resolved: Paths = ()
    address: str = ""
    groups: str = ""
    journals: Journals | None = None
    more_comments: str = ""

    def paths(self, *, journal_text: bool = False) -> Iterator[str]:
        """Every path that is read of a row; printed journals only where they are asked for."""
        rows = self.rows
        yield from (rows.id, rows.key, rows.updated, rows.version, *self.pager.order, self.title)
        for section in self.sections:
            if section.text != "journal" or self.journals is None or journal_text:
                yield section.column
        for several in (*self.fields.values(), self.services, self.opened, self.resolved):
            yield from several
        yield from filter(None, (self.groups, self.kind_from))

    def columns(self, *, journal_text: bool = False) -> tuple[str, ...]:
        """The columns of those paths, each once."""
        paths = self.paths(journal_text=journal_text)
        return tuple(dict.fromkeys(path.partition("/")[0] for path in paths))

    def with_fields(self, overrides: Mapping[str, str]) -> "Stream":
        """The stream as a customer has it: our name → the path of their column."""
        sections = tuple(
            section.model_copy(update={"column": overrides.get(section.name, section.column)})
            for section in self.sections
        )
        known = {section.name for section in sections} | set(_OWN)
        fields = {name: (path,) for name, path in overrides.items() if name not in known}
        return self.model_copy(
            update={
                "title": overrides.get("title", self.title),
                "groups": overrides.get("groups", self.groups),
                "address": overrides.get("url", self.address),
                "sections": sections,
                "fields": {**self.fields, **fields},
            }
        )

    def with_pages(self, size: int) -> "Stream":
        """The stream in pages of another size; 0 leaves it as it is."""
        if not size:
            return self
        request = self.request.model_copy(update={"page_size": size})
        return self.model_copy(update={"request": request})


def stream_names(kind: str) -> list[str]:
    """The streams of a kind of system; empty for a kind that cannot be read."""
    folder = _FOLDER / kind
    if not kind.isidentifier() or not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir())
    return sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml"))


def streams_of(connection: Connection) -> list[Stream]:
    """What is read of a system: the streams that it names, else the usual ones of its kind.

    ``InvalidSettings`` names a stream or an override that there is not.
    """
    known = {name: load_stream(connection.kind, name) for name in stream_names(connection.kind)}
    unknown = [name for name in connection.streams if name not in known]
    overrides: dict[str, dict[str, str]] = {name: {} for name in known}
    for key, path in connection.fields.items():
        stream, _, name = key.partition(".")
        if stream not in known or not name or not path:
            unknown.append(f"{key} (of fields)")
        else:
            overrides[stream][name] = path
    if unknown:
        raise InvalidSettings(
            f"The connection {connection.name!r} names {', '.join(unknown)}, which is not known. "
            f"Streams of {connection.kind} are {', '.join(known) or 'none'}; an override is "
            "STREAM.NAME = COLUMN."
        )
    chosen = connection.streams or tuple(name for name, stream in known.items() if stream.usual)
    size = number_option(connection, "page_size", 0)
    return [known[name].with_fields(overrides[name]).with_pages(size) for name in chosen]


def number_option(connection: Connection, name: str, default: int) -> int:
    """An option of a connection that is a whole number."""
    given = connection.options.get(name, str(default))
    if not given.isdecimal():
        raise InvalidSettings(
            f"connections.{connection.name}.options.{name} is {given!r}; it must be a whole number."
        )
    return int(given)


@lru_cache(maxsize=100)
def load_stream(kind: str, name: str) -> Stream:
    """A stream that comes with the product."""
    text = (_FOLDER / kind / f"{name}.yaml").read_text(encoding="utf-8")
    stream = parse_stream(text, f"streams/{kind}/{name}.yaml")
    if (stream.kind, stream.stream) != (kind, name):
        raise InvalidInput(f"streams/{kind}/{name}.yaml says it is {stream.kind}/{stream.stream}.")
    return stream


def parse_stream(text: str, place: str) -> Stream:
    """A stream file; ``InvalidInput`` names the file and the key that is wrong."""
    try:
        given: Any = yaml.safe_load(text)
        return Stream.model_validate(given)
    except yaml.YAMLError as exc:
        raise InvalidInput(f"The stream file {place} is not YAML: {exc}") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "its top"
        raise InvalidInput(f"The stream file {place} is wrong at {key}: {first['msg']}.") from exc
