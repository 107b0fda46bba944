"""Every single change to the ledger is found."""

import dataclasses
import random
from typing import Any

import pytest

from assistant.domain.audit import (
    GENESIS,
    NOTHING_YET,
    AuditEvent,
    AuditHead,
    canonical_payload,
    chained_hash,
    verify_chain,
)


def chain(length: int) -> list[AuditEvent]:
    events: list[AuditEvent] = []
    previous = GENESIS
    for seq in range(1, length + 1):
        parts = ("2026-01-01T00:00:00+00:00", "ruth", "draft.edited", f"draft-{seq}")
        payload = canonical_payload({"revision": seq})
        digest = chained_hash((seq, *parts, payload), previous)
        events.append(AuditEvent(seq, *parts, payload, previous, digest))
        previous = digest
    return events


EVENTS = chain(40)
HEAD = AuditHead(40, EVENTS[-1].hash)


class TestVerify:
    def test_an_untouched_ledger_is_whole(self) -> None:
        report = verify_chain(EVENTS, HEAD)
        assert report.ok
        assert report.events == 40

    def test_an_empty_ledger_is_whole(self) -> None:
        assert verify_chain([], NOTHING_YET).ok

    @pytest.mark.parametrize("member", ["at", "actor", "action", "subject", "payload"])
    def test_a_changed_word_is_found_where_it_is(self, member: str) -> None:
        for position in range(len(EVENTS)):
            change: dict[str, Any] = {member: "forged"}
            changed = dataclasses.replace(EVENTS[position], **change)
            report = verify_chain([*EVENTS[:position], changed, *EVENTS[position + 1 :]], HEAD)
            assert (report.ok, report.first_bad) == (False, position + 1)

    def test_a_change_with_a_new_hash_breaks_the_next_link(self) -> None:
        old = EVENTS[10]
        parts = (old.seq, old.at, "mallory", old.action, old.subject, old.payload)
        digest = chained_hash(parts, old.previous_hash)
        forged = dataclasses.replace(old, actor="mallory", hash=digest)
        report = verify_chain([*EVENTS[:10], forged, *EVENTS[11:]], HEAD)
        assert (report.ok, report.first_bad) == (False, 12)

    def test_every_removal_is_found_also_at_the_end(self) -> None:
        for position in range(len(EVENTS)):
            assert not verify_chain([*EVENTS[:position], *EVENTS[position + 1 :]], HEAD).ok
        assert not verify_chain([], HEAD).ok

    def test_every_swap_and_insertion_is_found(self) -> None:
        chance = random.Random(3)
        for _ in range(100):
            one, other = chance.sample(range(len(EVENTS)), 2)
            swapped = list(EVENTS)
            swapped[one], swapped[other] = swapped[other], swapped[one]
            assert not verify_chain(swapped, HEAD).ok
            inserted = list(EVENTS)
            inserted.insert(one, EVENTS[other])
            assert not verify_chain(inserted, HEAD).ok
