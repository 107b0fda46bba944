"""Redaction of JSON: every text in it, with the name that it has, and the names themselves."""

from collections.abc import Mapping
from functools import cache

from pydantic import JsonValue

from ingest.redaction.redactor import Redactor
from ingest.text import clean_text
from retrieval.errors import InvalidInput

# Deeper than any sender nests; each level takes some of Python's stack.
_MAX_DEPTH = 60


def redacted_object(redactor: Redactor, value: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The object without secrets, control characters and lone surrogates in any text of it.

    Numbers and truth values stay. A group of alerts says the same again in each of them, so
    equal texts of equal names are redacted once. ``InvalidInput`` when it is nested too deeply.
    """

    @cache
    def text(name: str, given: str) -> str:
        cleaned = clean_text(given)
        return (redactor.redact_field(name, cleaned) if name else redactor.redact(cleaned)).text

    def walked(value: JsonValue, name: str, depth: int) -> JsonValue:
        if depth > _MAX_DEPTH:
            raise InvalidInput(f"The JSON is nested more than {_MAX_DEPTH} levels deep.")
        if isinstance(value, str):
            return text(name, value)
        if isinstance(value, list):
            return [walked(entry, name, depth + 1) for entry in value]
        return members(value, depth) if isinstance(value, dict) else value

    def members(value: Mapping[str, JsonValue], depth: int) -> dict[str, JsonValue]:
        return {text("", name): walked(entry, name, depth + 1) for name, entry in value.items()}

    return members(value, 0)
