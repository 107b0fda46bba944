"""Journals as ServiceNow prints them, put into the order in which things happened."""

import re
from collections.abc import Iterable
from typing import NamedTuple

# 2025-01-14 08:12:33 - mia.k (Work notes)
_ENTRY = re.compile(
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?) - (.+?) "
    r"\((Work notes|Additional comments|Comments)[^)\n]*\)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
WORK_NOTES = "work_notes"
COMMENTS = "comments"


class Entry(NamedTuple):
    """One entry: when as it was written, who, in which journal, and what."""

    at: str
    author: str
    element: str
    text: str


def entries(journal: str) -> list[Entry]:
    """The entries of a printed journal, oldest first; none of a text that is no journal."""
    heads = list(_ENTRY.finditer(journal))
    ends = [*(head.start() for head in heads[1:]), len(journal)]
    found = [
        Entry(head[1], head[2], _element(head[3]), journal[head.end() : end].strip())
        # Without heads there is an end, yet no entry.
        for head, end in zip(heads, ends, strict=False)
    ]
    # Newest first as printed; reversed before the stable sort, so that entries of one
    # second keep the order in which they were written.
    found.reverse()
    return sorted(found, key=lambda entry: entry.at)


def listed(found: Iterable[Entry]) -> str:
    """Entries as a list: ``- TIME AUTHOR: text``; further lines of one are indented."""
    lines = []
    for entry in found:
        body = entry.text.strip().replace("\n", "\n  ")
        lines.append(f"- {entry.at} {entry.author}: {body}")
    return "\n".join(lines)


def chronological(journal: str) -> str:
    """The entries of a journal as a list, oldest first; another text comes back as it is."""
    first = _ENTRY.search(journal)
    if first is None:
        return journal
    before = journal[: first.start()].strip()
    told = listed(entries(journal))
    return f"{before}\n{told}" if before else told


def _element(label: str) -> str:
    return WORK_NOTES if label.lower().startswith("work") else COMMENTS
