"""The ledger's events and the chain that makes tampering visible."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

GENESIS = "0" * 64
"""What the first event names as the hash before it."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something that happened, who did it, and the hash of the event before."""

    seq: int
    at: str
    actor: str
    action: str
    subject: str
    payload: str
    previous_hash: str
    hash: str

    def expected_hash(self) -> str:
        """The hash that this content must have."""
        parts = (self.seq, self.at, self.actor, self.action, self.subject, self.payload)
        return chained_hash(parts, self.previous_hash)


@dataclass(frozen=True, slots=True)
class AuditHead:
    """The last event that was appended; it makes a cut-off tail visible."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a verification found. ``first_bad`` is the number of the first wrong event."""

    events: int
    ok: bool
    first_bad: int | None = None
    reason: str = ""


def chained_hash(parts: tuple[int | str, ...], previous_hash: str) -> str:
    """SHA-256 over a JSON array (UTF-8, no spaces).

    The array is seq, at, actor, action, subject, payload and the hash of the event before.
    """
    text = json.dumps([*parts, previous_hash], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical_payload(payload: Mapping[str, JsonValue]) -> str:
    """The JSON text of a payload that is stored and hashed."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def verify_chain(events: Iterable[AuditEvent], head: AuditHead | None) -> AuditReport:
    """Check events in order against the chain and its recorded end.

    Finds a changed, removed, inserted or reordered event, and a cut-off tail.
    """
    count, previous = 0, GENESIS
    for event in events:
        count += 1
        if event.seq != count:
            return AuditReport(count, False, count, f"event {count} is missing or out of order")
        if event.previous_hash != previous:
            return AuditReport(count, False, event.seq, "it does not follow the event before it")
        if event.hash != event.expected_hash():
            return AuditReport(count, False, event.seq, "its content does not fit its hash")
        previous = event.hash
    expected = head or AuditHead(0, GENESIS)
    if (expected.seq, expected.hash) != (count, previous):
        return AuditReport(count, False, count + 1, "events are missing at the end")
    return AuditReport(count, True)
