"""The ledger as a file that proves itself; ``verify_audit`` beside it reads it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import chain
from pathlib import Path

from pydantic import JsonValue

from assistant.domain import verify_audit
from assistant.domain.audit import AuditEvent, AuditHead

VERIFIER = Path(verify_audit.__file__)
"""A program of 50 lines for whoever receives an export and has nothing but Python."""


def exported(
    events: Iterable[AuditEvent], head: AuditHead, exported_at: datetime, product: str
) -> Iterator[bytes]:
    """The lines of an export: a first line, a line for each event, a last line.

    Each is one JSON object in its only form: UTF-8, keys in order, no spaces, ``\\n`` at the
    end. The first and the last tell how many events there are and the hash of the last one,
    as the database has them recorded; the last has the SHA-256 of all bytes before it.
    """
    whole = hashlib.sha256()
    end: dict[str, JsonValue] = {"events": head.seq, "head": head.hash}
    first: dict[str, JsonValue] = {
        "format": "precedent-ledger",
        "version": 1,
        "product": product,
        "exported_at": exported_at.isoformat(),
    }
    for entry in chain([first | end], map(asdict, events)):
        line = _line(entry)
        whole.update(line)
        yield line
    yield _line(end | {"sha256": whole.hexdigest()})


def _line(entry: Mapping[str, JsonValue]) -> bytes:
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{text}\n".encode()
