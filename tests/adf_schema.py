"""Atlassian's own JSON schema of ADF, fetched once a machine; it is not part of this project."""

import hashlib
import json
import os
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import platformdirs
import pytest

PACKAGE = "@atlaskit/adf-schema"
VERSION = "57.7.22"
_MEMBER = "package/dist/json-schema/v1/full.json"
_SHA256 = "5128562b75278c8a83e7e3619a570205bc80d59696985ec31a7a7883cff66fbe"
NOT_HERE = "Atlassian's ADF schema cannot be fetched"


@cache
def _validator() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(json.loads(_schema().read_bytes()))


def problems(document: Any) -> list[str]:
    """What the schema has against a document; skips the test where it cannot be fetched.

    In CI that is a failure: an unchecked document must not pass there.
    """
    try:
        validator = _validator()
    except OSError as exc:
        reason = f"{NOT_HERE} ({exc}); install npm, or let it reach its registry"
        if "CI" in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)
    return [
        f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)
    ]


def _schema() -> Path:
    """The schema's file in the user's cache folder; ``OSError`` when it cannot be fetched."""
    kept = platformdirs.user_cache_path("precedent") / f"adf-schema-{VERSION}.json"
    if kept.is_file() and _is_the_one(kept.read_bytes()):
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        content = _packed(Path(folder))
        if not _is_the_one(content):
            raise OSError(f"{PACKAGE} {VERSION} does not hold the schema that was expected")
        partial = Path(folder) / "schema.json"
        partial.write_bytes(content)
        partial.replace(kept)
    return kept


def _packed(folder: Path) -> bytes:
    command = ["npm", "pack", "--ignore-scripts", "--silent", f"{PACKAGE}@{VERSION}"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    except subprocess.SubprocessError as exc:
        raise OSError(f"npm pack: {type(exc).__name__}") from exc
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as packed:
        member = packed.extractfile(_MEMBER)
        return b"" if member is None else member.read()


def _is_the_one(content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == _SHA256
