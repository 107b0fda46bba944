"""Check what ``precedent audit export`` wrote: python verify_audit.py FILE [ANCHOR …]

Prints "ok" or the first bad line; exits with 0 or 1. An ANCHOR, the head of an earlier export,
must be in it. Needs Python 3.9 or newer and nothing else.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator

HASHED = ("seq", "at", "actor", "action", "subject", "payload", "previous_hash")
canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def heads(lines: Iterable[bytes], seq: int = 0, head: str = "0" * 64) -> Iterator[str]:
    """The head after each line; raises at the first that is not what must stand there."""
    told, ends, read = "", False, hashlib.sha256()
    for line in lines:
        given = json.loads(line.decode())
        wrong, ends = ends, bool(told) and "seq" not in given
        if not told:
            must = {**given, "format": "precedent-ledger", "version": 1}
            told = canonical([given["events"], given["head"]])
        elif ends:
            must = {"events": seq, "head": head, "sha256": read.hexdigest()}
            wrong = wrong or told != canonical([seq, head])
        else:
            must = {name: given[name] for name in HASHED} | {"seq": seq + 1, "previous_hash": head}
            must["hash"] = hashlib.sha256(canonical([*must.values()]).encode()).hexdigest()
            seq, head = must["seq"], must["hash"]
        if wrong or line.decode() != canonical(must) + "\n":
            raise ValueError("it is not what must stand here")
        read.update(line)
        yield head
    if not ends:
        raise ValueError("the last line is missing")


if __name__ == "__main__":
    number, missing = 0, set(sys.argv[2:])
    with open(sys.argv[1], "rb") as file:
        try:
            for number, found in enumerate(heads(file), 1):  # noqa: B007 — told below
                missing.discard(found)
        except (LookupError, RecursionError, TypeError, ValueError) as exc:
            sys.exit(f"line {number + 1}: {exc}")
    print(f"not in the chain: {missing}" if missing else "ok")  # noqa: T201 — its answer
    sys.exit(bool(missing))
