"""The members of a JSON object, read strictly: a wrong one is named together with the fix."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ingest.text import clean_text
from ingest.times import parse_moment
from retrieval.errors import InvalidInput

# How senders written in Go and in .NET say "never".
_NEVER = "0001-01-01"


class Members:
    """The members of one object of a payload, by name.

    What is missing or null gives the empty value of its kind; what is of another kind raises
    ``InvalidInput``. Texts come without control characters and lone surrogates.
    """

    def __init__(self, value: object, place: str = "") -> None:
        if not isinstance(value, Mapping):
            raise InvalidInput(_message(place or "the event", "an object", value))
        self._value = value
        self._place = place

    def place(self, name: str) -> str:
        """Where a member stands, for messages: ``alerts[0].labels``."""
        return f"{self._place}.{name}" if self._place else name

    def has(self, name: str) -> bool:
        """True when the member is there and not null."""
        return self._value.get(name) is not None

    def raw(self, name: str) -> object:
        """A member as it was sent; ``None`` when it is missing."""
        return self._value.get(name)

    def text(self, *names: str) -> str:
        """The first of the named members that has one; numbers as they are written."""
        for name in names:
            text = as_text(self._value.get(name), self.place(name))
            if text:
                return text
        return ""

    def required(self, *names: str) -> str:
        """As :meth:`text`; ``InvalidInput`` when none has one."""
        text = self.text(*names)
        if not text:
            wanted = " or ".join(self.place(name) for name in names)
            raise InvalidInput(f"The event has no {wanted}. Send it as a text that is not empty.")
        return text

    def object(self, name: str) -> "Members":
        """A member that is an object; an empty one when it is missing."""
        value = self._value.get(name)
        return Members({} if value is None else value, self.place(name))

    def items(self, name: str) -> tuple[Any, ...]:
        """The entries of a member that is a list; none when it is missing."""
        value = self._value.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise InvalidInput(_message(self.place(name), "a list", value))
        return tuple(value)

    def objects(self, name: str) -> tuple["Members", ...]:
        """The objects of a member that is a list of objects."""
        return tuple(
            Members(entry, f"{self.place(name)}[{number}]")
            for number, entry in enumerate(self.items(name))
        )

    def texts(self, name: str) -> tuple[str, ...]:
        """A member that is one text or a list of them, each once and none empty."""
        value = self._value.get(name)
        entries = self.items(name) if isinstance(value, list) else (value,)
        return distinct(as_text(entry, self.place(name)) for entry in entries)

    def strings(self, name: str) -> dict[str, str]:
        """A member that maps names to texts, as labels do; what is empty is left out."""
        inner = self.object(name)
        named = {clean_text(str(key)): inner.text(key) for key in inner._value}
        return {key: value for key, value in named.items() if value}

    def moment(self, *names: str) -> datetime | None:
        """The first of the named members that is a moment; ``None`` for none and for "never"."""
        for name in names:
            value = self._value.get(name)
            written = as_text(value, self.place(name))
            if not written or written.startswith(_NEVER):
                continue
            try:
                if isinstance(value, int | float) and not isinstance(value, bool):
                    return parse_moment(float(value))
                return parse_moment(written)
            except (ValueError, OverflowError) as exc:
                raise InvalidInput(
                    f"{self.place(name)} is not a time: {exc}. Send it as ISO 8601 with a zone."
                ) from exc
        return None


def as_text(value: object, place: str) -> str:
    """A text or a number as clean text; null as the empty one; else ``InvalidInput``."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_text(value).strip()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    raise InvalidInput(_message(place, "a text", value))


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """The values in their order, each once and none empty."""
    return tuple(dict.fromkeys(value for value in values if value))


def _message(place: str, expected: str, value: object) -> str:
    kinds = {str: "a text", list: "a list", bool: "a truth value", Mapping: "an object"}
    found = next((word for kind, word in kinds.items() if isinstance(value, kind)), "a number")
    if value is None:
        found = "null"
    return f"{place} is {found}; it must be {expected}."
