"""What a connector promises, and the guards that every file passes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Protocol

from charset_normalizer import from_bytes

from ingest.connectors.profile import Profile
from ingest.items import Reject, SourceItem
from ingest.times import parse_moment
from retrieval.errors import UnreadableFile

# An export beyond this is split at the source more safely than read here in one go.
MAX_FILE_BYTES = 200 * 1024 * 1024
_SAMPLE_BYTES = 256 * 1024
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Connector(Protocol):
    """Reads one kind of file or folder."""

    name: str

    def accepts(self, path: Path) -> bool:
        """True for a path of this kind, judged by its name alone."""

    def read(self, path: Path, profile: Profile | None) -> Iterator[SourceItem | Reject]:
        """The items of the path, lazily.

        An item that cannot be read is yielded as a ``Reject`` and does not stop the
        rest; ``UnreadableFile`` is raised when the path as a whole cannot be read.
        External ids are unique among the yielded items.
        """


def checked(path: Path) -> Path:
    """The path, if it is a readable file of a sensible size; else ``UnreadableFile``."""
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as exc:
        raise UnreadableFile(f"{path} cannot be read: {exc.strerror or exc}.") from exc
    if size == 0:
        raise UnreadableFile(f"{path} is empty. Export it again.")
    if size > MAX_FILE_BYTES:
        raise UnreadableFile(
            f"{path} has {size / 2**20:,.0f} MB; at most {MAX_FILE_BYTES / 2**20:,.0f} MB are "
            "read. Split it and ingest the parts with --source NAME --partial."
        )
    return path


def encoding_of(path: Path) -> str:
    """The encoding of a text file; ``UnreadableFile`` when it is not text."""
    with path.open("rb") as stream:
        sample = stream.read(_SAMPLE_BYTES)
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if sample.startswith(mark):
            return encoding
    if b"\x00" in sample:
        raise UnreadableFile(f"{path} holds binary data, not text. Export it as text.")
    try:
        # The sample may end within a character.
        sample[: sample.rfind(b"\n") + 1 or len(sample)].decode("utf-8")
    except UnicodeDecodeError:
        guess = from_bytes(sample).best()
        if guess is None:
            raise UnreadableFile(
                f"{path} is in no encoding that could be recognised. Save it as UTF-8."
            ) from None
        # Windows exports are recognised as any of a family; cp1252 reads the western ones.
        return "cp1252" if guess.encoding in {"latin_1", "cp1250", "cp1252"} else guess.encoding
    return "utf-8"


def undecodable(path: Path, error: UnicodeDecodeError) -> UnreadableFile:
    """The error for a file whose bytes do not fit its encoding."""
    return UnreadableFile(
        f"{path} is not valid {error.encoding} near byte {error.start:,}. Save it as UTF-8."
    )


class Moments:
    """Reads the times of one item; one that cannot be read becomes a remark, not a reject.

    A ticket with a mistyped date is still a precedent.
    """

    def __init__(self, formats: Sequence[str] = (), zone: tzinfo = UTC) -> None:
        self._formats = formats
        self._zone = zone
        self.remarks: list[str] = []

    def read(self, fields: Mapping[str, object], *names: str) -> datetime | None:
        """The moment of the first of the named fields that has one."""
        for name in names:
            value = fields.get(name)
            if value is None or value == "" or isinstance(value, bool):
                continue
            # YAML reads an unquoted date as one.
            written = value if isinstance(value, int | float | datetime) else str(value)
            try:
                return parse_moment(written, formats=self._formats, zone=self._zone)
            except ValueError as exc:
                self.remarks.append(f"its {name} was not used: {exc}")
        return None


class Ids:
    """Finds ids that come twice within one path."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}

    def reject_duplicate(self, external_id: str, place: str, excerpt: str) -> Reject | None:
        """A reject when the id was seen before, else ``None``; the first one counts."""
        first = self._first.setdefault(external_id, place)
        if first == place:
            return None
        return Reject(
            place, f"the id {external_id!r} was already used at {first}", external_id, excerpt[:200]
        )
