"""Atlassian's own JSON schema of ADF; it is not part of this project."""

import json
from functools import cache
from typing import Any

import jsonschema

from tests.npm_file import NpmFile

SCHEMA = NpmFile(
    "@atlaskit/adf-schema",
    "57.7.22",
    "package/dist/json-schema/v1/full.json",
    "5128562b75278c8a83e7e3619a570205bc80d59696985ec31a7a7883cff66fbe",
)


@cache
def _validator() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads(SCHEMA.content()))


def problems(document: Any) -> list[str]:
    """What the schema has against a document; skips the test where it cannot be fetched."""
    return [
        f"{error.json_path}: {error.message[:200]}" for error in _validator().iter_errors(document)
    ]
