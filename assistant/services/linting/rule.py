"""The shape of a rule, and of what it finds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from assistant.services.linting.document import Document, DocumentKind


class Severity(StrEnum):
    """How much a finding matters; the names are those of SARIF levels."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class FixKind(StrEnum):
    """Whether a fix is text to put in place of the finding, or asks the author something."""

    REPLACEMENT = "replacement"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Match:
    """A weak spot at ``text[start:end]`` of the document, and what would mend it."""

    start: int
    end: int
    message: str
    fix: str
    fix_kind: FixKind = FixKind.QUESTION


Check = Callable[[Document], Iterator[Match]]
_ALL = frozenset(DocumentKind)


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that makes an RCA, a status update or a note weak.

    ``good`` and ``bad`` are whole texts: the rule finds something in ``bad`` and nothing in
    ``good``. ``check`` yields matches in any order and never fails.
    """

    id: str
    title: str
    reason: str
    good: str
    bad: str
    severity: Severity
    check: Check
    kinds: frozenset[DocumentKind] = _ALL
