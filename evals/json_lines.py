"""Reading evaluation files: line by line, with errors that name the place."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from retrieval.errors import InvalidInput, UnreadableFile


class Line(NamedTuple):
    """A line and its number, from 1."""

    number: int
    text: str


def objects(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, object) for each line of a JSON Lines file; blank lines are passed over."""
    for line in lines(file):
        place = f"{file} line {line.number}"
        try:
            entry = json.loads(line.text)
        except (json.JSONDecodeError, RecursionError) as exc:
            raise UnreadableFile(f"{place} is not JSON: {exc}.") from exc
        if not isinstance(entry, dict):
            raise UnreadableFile(f"{place} is not a JSON object.")
        yield place, entry


def identity(entry: Mapping[str, Any], name: str, place: str) -> str:
    """The id in a member, as ingest reads it: a text or a whole number, trimmed."""
    value = entry.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        found = "is missing" if name not in entry else f"is {shortened(value)}"
        raise wrong(place, name, f"{found}; it must be a text that is not empty")
    return value.strip()


def lines(file: Path) -> Iterator[Line]:
    """The lines of a UTF-8 file that are not blank."""
    try:
        # Only line feeds end a line: JSON texts may hold other separators unescaped.
        with file.open(encoding="utf-8-sig", newline="\n") as stream:
            for number, text in enumerate(stream, start=1):
                if text.strip():
                    yield Line(number, text.rstrip("\r\n"))
    except OSError as exc:
        raise UnreadableFile(f"{file} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise UnreadableFile(f"{file} is not UTF-8 text (byte {exc.start}).") from exc


def wrong(place: str, name: str, problem: str) -> InvalidInput:
    """The error for a field, naming the place."""
    return InvalidInput(f"{place}, field {name!r}: {problem}.")


def shortened(value: object) -> str:
    """A value as it may stand in a message."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:60]}…"


def hash_of(**files: Path) -> str:
    """SHA-256 over the bytes of files and the roles that they play."""
    digest = hashlib.sha256()
    for role, file in files.items():
        digest.update(role.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
