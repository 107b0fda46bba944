"""Journals as ServiceNow prints them, put into the order in which things happened."""

import re

# 2025-01-14 08:12:33 - mia.k (Work notes)
_ENTRY = re.compile(
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?) - (.+?) \((?:Work notes|Additional comments|Comments)"
    r"[^)\n]*\)[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)


def chronological(journal: str) -> str:
    """The entries of a journal as a list, oldest first; another text comes back as it is.

    An entry becomes ``- TIME AUTHOR: text``; its further lines are indented.
    """
    heads = list(_ENTRY.finditer(journal))
    if not heads:
        return journal
    entries = []
    ends = [head.start() for head in heads[1:]] + [len(journal)]
    for head, end in zip(heads, ends, strict=True):
        body = journal[head.end() : end].strip().replace("\n", "\n  ")
        entries.append((head.group(1), f"- {head.group(1)} {head.group(2)}: {body}"))
    before = journal[: heads[0].start()].strip()
    # Newest first as printed; reversed before the stable sort, so that entries of one
    # second keep the order in which they were written.
    entries.reverse()
    ordered = [line for _, line in sorted(entries, key=lambda entry: entry[0])]
    return "\n".join(([before] if before else []) + ordered)
