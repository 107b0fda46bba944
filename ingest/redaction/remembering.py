"""Redaction of many texts that repeat each other, and of the JSON that they stand in."""

from collections.abc import Mapping

from pydantic import JsonValue

from ingest.redaction.redactor import Redactor
from ingest.text import clean_text
from retrieval.errors import InvalidInput

# Deeper than any sender nests; each level takes some of Python's stack.
_MAX_DEPTH = 60


class RememberingRedactor:
    """Redacts equal texts of equal names once: a group of alerts says the same in each of them.

    For one delivery and not longer, because it never forgets. Texts come without control
    characters and lone surrogates.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._known: dict[tuple[str, str], str] = {}

    def text(self, given: str, name: str = "") -> str:
        """The text without secrets; ``name`` is that of its field, which may say it is one."""
        known = self._known.get((name, given))
        if known is None:
            cleaned = clean_text(given)
            redact = self._redactor
            found = redact.redact_field(name, cleaned) if name else redact.redact(cleaned)
            known = self._known[name, given] = found.text
        return known

    def object(self, value: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """The object with every text and every name in it redacted; numbers stay.

        ``InvalidInput`` when it is nested too deeply.
        """
        return self._members(value, 0)

    def _members(self, value: Mapping[str, JsonValue], depth: int) -> dict[str, JsonValue]:
        return {self.text(name): self._value(inner, name, depth) for name, inner in value.items()}

    def _value(self, value: JsonValue, name: str, depth: int) -> JsonValue:
        if depth > _MAX_DEPTH:
            raise InvalidInput(f"The JSON is nested more than {_MAX_DEPTH} levels deep.")
        if isinstance(value, str):
            return self.text(value, name)
        if isinstance(value, list):
            return [self._value(inner, name, depth + 1) for inner in value]
        return self._members(value, depth + 1) if isinstance(value, dict) else value
