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


NOTHING_YET = AuditHead(0, GENESIS)
"""The head of an empty ledger."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a verification found.

    ``first_bad`` is the number of the first wrong event, ``None`` where the events are whole
    and only the wanted anchor is not among them. ``head`` is the hash of the last event read.
    """

    events: int
    ok: bool
    first_bad: int | None = None
    reason: str = ""
    head: str = GENESIS


def chained_hash(parts: tuple[int | str, ...], previous_hash: str) -> str:
    """SHA-256 over a JSON array (UTF-8, no spaces).

    The array is seq, at, actor, action, subject, payload and the hash of the event before.
    """
    text = json.dumps([*parts, previous_hash], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def canonical_payload(payload: Mapping[str, JsonValue]) -> str:
    """The JSON text of a payload that is stored and hashed; ``ValueError`` for a NaN."""
    return json.dumps(
        payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def verify_chain(
    events: Iterable[AuditEvent], recorded: AuditHead, anchor: str | None = None
) -> AuditReport:
    """Check events in order against the chain and its recorded end.

    Finds a changed, removed, inserted or reordered event, and a cut-off tail. ``anchor`` is a
    head that was told earlier: with it, a ledger that was written anew as a whole is found.
    """
    count, head, anchored = 0, GENESIS, anchor in (None, GENESIS)
    for event in events:
        count += 1
        problem = _problem(event, count, head)
        if problem:
            return AuditReport(count, False, count, problem, head)
        head = event.hash
        anchored = anchored or head == anchor
    if recorded != AuditHead(count, head):
        cut = recorded.seq > count
        reason = "events are missing at the end" if cut else "its recorded end is another"
        return AuditReport(count, False, count + cut, reason, head)
    if not anchored:
        return AuditReport(count, False, None, f"no event has the hash {anchor}", head)
    return AuditReport(count, True, head=head)


def _problem(event: AuditEvent, place: int, head: str) -> str:
    if event.seq != place:
        return f"event {place} is missing or out of order"
    if event.previous_hash != head:
        return "it does not follow the event before it"
    if event.hash != event.expected_hash():
        return "its content does not fit its hash"
    return ""
