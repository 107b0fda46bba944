"""An exported ledger proves itself: the program of 50 lines finds every change of it."""

import ast
import hashlib
import io
import json
import random
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.domain.audit import (
    GENESIS,
    NOTHING_YET,
    AuditEvent,
    AuditHead,
    canonical_payload,
    chained_hash,
)
from assistant.domain.audit_export import VERIFIER, exported
from assistant.domain.verify_audit import heads
from tests.conftest import NOW

LENGTH = 1_000
REFUSED = (LookupError, RecursionError, TypeError, ValueError)


def chain(length: int) -> list[AuditEvent]:
    """Events as they are in use: several people, actions and languages."""
    events: list[AuditEvent] = []
    head = GENESIS
    for seq in range(1, length + 1):
        actor = ("ruth", "paul", "Zoë", "worker-3")[seq % 4]
        action = ("draft.edited", "proposal.approved", "suggestion.shown")[seq % 3]
        payload = canonical_payload({"revision": seq, "reason": 'said "no" — 50 %\n'})
        parts = (f"2026-01-01T00:{seq // 60:02}:{seq % 60:02}+00:00", actor, action, f"d-{seq}")
        digest = chained_hash((seq, *parts, payload), head)
        events.append(AuditEvent(seq, *parts, payload, head, digest))
        head = digest
    return events


def lines_of(events: list[AuditEvent]) -> list[bytes]:
    head = AuditHead(len(events), events[-1].hash) if events else NOTHING_YET
    return list(exported(events, head, NOW, "precedent 1.2.3"))


EVENTS = chain(LENGTH)
LINES = lines_of(EVENTS)
# The lines that are events; the first line and the last are of another kind.
INSIDE = range(1, LENGTH + 1)
SHORT = lines_of(EVENTS[:1])


def first_bad(lines: Iterable[bytes], seq: int = 0, head: str = GENESIS) -> int:
    """The number of the first bad line, 0 where all are good."""
    read = 0
    try:
        for _ in heads(lines, seq, head):
            read += 1
    except REFUSED:
        return read + 1
    return 0


def bad_after(number: int, rest: bytes) -> int:
    """Which line of ``rest`` is bad, when it follows the unchanged lines before ``number``.

    The verifier reads line by line and carries along only the number and hash of the event
    before, so they stand for these lines here; a test below reads whole files.
    """
    head = EVENTS[number - 2].hash if number > 1 else GENESIS
    return first_bad(io.BytesIO(LINES[0] + rest), number - 1, head) - 1


def whole(changed: dict[int, bytes]) -> int:
    """The first bad line of the whole file in which some lines are other bytes."""
    return first_bad(io.BytesIO(b"".join(changed.get(n, line) for n, line in enumerate(LINES))))


def replacements(line: bytes, chance: random.Random) -> Iterator[bytes]:
    """The line with another byte, by chance, in each of its places in turn."""
    for place, byte in enumerate(line):
        other = (byte + chance.randrange(1, 256)) % 256
        yield line[:place] + bytes([other]) + line[place + 1 :]


def forged(seq: int, after: int) -> AuditEvent:
    """An event nobody made, with hashes of its own that let it stand after event ``after``."""
    head = EVENTS[after - 1].hash if after else GENESIS
    parts = ("2026-01-01T00:00:00+00:00", "mallory", "proposal.approved", "prop-1", "{}")
    return AuditEvent(seq, *parts, head, chained_hash((seq, *parts), head))


def line_of(event: AuditEvent) -> bytes:
    return lines_of([event])[1]


def closed(lines: list[bytes], events: int, head: str) -> list[bytes]:
    """The lines with a last line that is right for them."""
    whole = hashlib.sha256(b"".join(lines)).hexdigest()
    last = json.dumps({"events": events, "head": head, "sha256": whole}, separators=(",", ":"))
    return [*lines, last.encode() + b"\n"]


class TestWhole:
    @pytest.mark.parametrize("length", [0, 1, 2, 40])
    def test_what_was_exported_is_accepted(self, length: int) -> None:
        assert first_bad(lines_of(chain(length))) == 0

    def test_every_event_is_there_word_for_word(self) -> None:
        for event, line in zip(EVENTS, LINES[1:-1], strict=True):
            told = json.loads(line)
            assert AuditEvent(**told) == event

    def test_the_ends_tell_what_it_is(self) -> None:
        first, last = json.loads(LINES[0]), json.loads(LINES[-1])
        assert (first["format"], first["version"]) == ("precedent-ledger", 1)
        assert first["exported_at"] == NOW.isoformat()
        assert first["product"] == "precedent 1.2.3"
        assert (last["events"], last["head"]) == (LENGTH, EVENTS[-1].hash)


class TestTampering:
    def test_every_changed_byte_of_every_event_is_found_where_it_is(self) -> None:
        chance = random.Random(11)
        for number in INSIDE:
            for changed in replacements(LINES[number], chance):
                assert bad_after(number, changed) == 1, (number, changed)

    def test_every_changed_byte_of_the_first_and_the_last_line_is_found(self) -> None:
        chance = random.Random(12)
        for number in (0, LENGTH + 1):
            for changed in replacements(LINES[number], chance):
                assert whole({number: changed}), (number, changed)

    def test_each_of_the_255_other_bytes_in_each_place_is_found(self) -> None:
        short = b"".join(SHORT)
        for place in range(len(short)):
            for byte in {*range(256)} - {short[place]}:
                changed = short[:place] + bytes([byte]) + short[place + 1 :]
                assert first_bad(io.BytesIO(changed)), (place, byte)

    def test_what_a_whole_file_shows_is_what_its_changed_line_shows(self) -> None:
        chance = random.Random(13)
        for number in chance.sample(INSIDE, 60):
            changed = chance.choice(list(replacements(LINES[number], chance)))
            assert whole({number: changed}) == number + 1

    def test_every_removed_line_is_found(self) -> None:
        for number in INSIDE[:-1]:
            assert bad_after(number, LINES[number + 1]) == 1
        for number in (0, LENGTH, LENGTH + 1):
            assert whole({number: b""})

    def test_every_inserted_line_is_found(self) -> None:
        chance = random.Random(14)
        for number in INSIDE:
            again = LINES[chance.choice(INSIDE)]
            found = bad_after(number, again + LINES[number])
            assert found == (2 if again == LINES[number] else 1)
        last = line_of(forged(LENGTH + 1, LENGTH))
        for extra in (LINES[-1], LINES[-2], last, b"\n", b"{}\n", b"null\n"):
            assert first_bad([*LINES, extra]) == len(LINES) + 1
            assert first_bad([*LINES[:-1], extra, LINES[-1]])

    def test_a_forged_event_that_fits_what_is_before_it_does_not_fit_what_follows(self) -> None:
        for number in INSIDE[:-1]:
            event = line_of(forged(number, number - 1))
            assert bad_after(number, event + LINES[number]) == 2
            assert bad_after(number, event + LINES[number + 1]) == 2

    def test_numbers_skip_nothing(self) -> None:
        for number in (0, 4, 6, 500):
            events = [*EVENTS[:4], forged(number, 4)]
            lines = closed(lines_of(events)[:-1], 5, events[-1].hash)
            assert first_bad(lines) == 6
            assert first_bad(lines_of([*EVENTS[:4], forged(5, 4)])) == 0

    def test_every_swap_is_found(self) -> None:
        chance = random.Random(15)
        for number in INSIDE[:-1]:
            assert bad_after(number, LINES[number + 1] + LINES[number]) == 1
            one, other = sorted(chance.sample(INSIDE, 2))
            assert bad_after(one, LINES[other]) == 1
        for one, other in ((0, 1), (LENGTH, LENGTH + 1), (0, LENGTH + 1)):
            assert whole({one: LINES[other], other: LINES[one]})

    def test_a_cut_tail_is_found_also_with_an_edited_last_line(self) -> None:
        shorter = lines_of(EVENTS[:-3])
        assert first_bad(LINES[:-3])
        assert first_bad([*LINES[:-4], LINES[-1]])
        assert first_bad(closed(LINES[:-4], LENGTH - 3, EVENTS[-4].hash)) == LENGTH - 1
        # And so is the cut of a file whose first line was edited, too: by the earlier head.
        assert first_bad(shorter) == 0
        assert EVENTS[-1].hash not in list(heads(shorter))


class TestForm:
    """One ledger is one file: nothing may be written in two ways."""

    @pytest.mark.parametrize(
        "change",
        [
            lambda line: line.replace(b'":"', b'": "', 1),
            lambda line: line.replace(b"\n", b"\r\n"),
            lambda line: line.replace(b"\n", b" \n"),
            lambda line: line.replace(b"\n", b""),
            lambda line: b"\xef\xbb\xbf" + line,
            lambda line: b"\n" + line,
            lambda line: line.replace(b"e", b"\\u0065", 1),
            lambda line: line.replace(b"{", b'{"actor":"x",', 1),
            lambda line: json.dumps(dict(reversed(json.loads(line).items()))).encode() + b"\n",
            lambda line: json.dumps({**json.loads(line), "zzz": 1}).encode() + b"\n",
            lambda line: line.decode().encode("utf-16"),
            lambda line: b"[" * 100_000 + b"\n",
            lambda line: b"9" * 5_000 + b"\n",
            lambda line: b'"seq"\n',
        ],
    )
    def test_another_way_of_writing_a_line_is_refused(self, change: Any) -> None:
        for number in range(len(SHORT)):
            changed = [*SHORT[:number], change(SHORT[number]), *SHORT[number + 1 :]]
            assert first_bad(io.BytesIO(b"".join(changed))), number

    def test_true_is_not_one(self) -> None:
        one = lines_of(EVENTS[:1])
        assert first_bad(one) == 0
        for number, line in enumerate(one):
            for name in (b'"seq":1', b'"events":1', b'"version":1'):
                changed = line.replace(name, name[:-1] + b"true")
                assert changed == line or first_bad([*one[:number], changed, *one[number + 1 :]])

    def test_another_format_is_refused_at_once(self) -> None:
        first = SHORT[0].replace(b'"version":1', b'"version":2')
        assert first_bad(closed([first, SHORT[1]], 1, EVENTS[0].hash)) == 1


class TestProgram:
    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # -I: nothing of this project can be imported, only the standard library.
        command = [sys.executable, "-I", str(VERIFIER), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_says_ok_or_names_the_first_bad_line(self, tmp_path: Path) -> None:
        file = tmp_path / "ledger.jsonl"
        file.write_bytes(b"".join(LINES))
        good = self.run(str(file))
        assert (good.returncode, good.stdout) == (0, "ok\n")
        file.write_bytes(b"".join(LINES).replace(b'"d-500"', b'"d-501"'))
        bad = self.run(str(file))
        assert (bad.returncode, bad.stdout) == (1, "")
        assert bad.stderr.startswith("line 501: ")

    def test_an_earlier_head_must_still_be_in_it(self, tmp_path: Path) -> None:
        file = tmp_path / "ledger.jsonl"
        file.write_bytes(b"".join(LINES))
        assert self.run(str(file), EVENTS[17].hash, EVENTS[-1].hash).returncode == 0
        other = self.run(str(file), EVENTS[17].hash, "f" * 64)
        assert other.returncode == 1
        assert "f" * 64 in other.stdout

    def test_is_short_and_needs_the_standard_library_only(self) -> None:
        text = VERIFIER.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 50
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(text))
            for name in (
                [node.module or "."]
                if isinstance(node, ast.ImportFrom)
                else [each.name for each in getattr(node, "names", [])]
            )
        }
        assert imported <= sys.stdlib_module_names
