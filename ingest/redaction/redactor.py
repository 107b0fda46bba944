"""Applies the rules to a text."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ingest.redaction.personal_rules import IP_RULES, PERSONAL_RULES
from ingest.redaction.rule import Rule
from ingest.redaction.secret_rules import SECRET_RULES

REDACTION_VERSION = "1"
"""Changes with every rule, so that records are redacted again when a rule is added."""

_PLACEHOLDER = "[REDACTED:{kind}]"


class IpPolicy(StrEnum):
    """What happens to IP addresses."""

    KEEP = "keep"
    MASK = "mask"


@dataclass(frozen=True, slots=True)
class RedactionPolicy:
    """What an organisation may choose."""

    ip_addresses: IpPolicy = IpPolicy.KEEP


@dataclass(frozen=True, slots=True)
class Redaction:
    """Where a placeholder stands in the redacted text, in Unicode code points."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """The redacted text, and what was removed where, in order."""

    text: str
    redactions: tuple[Redaction, ...]


class _Found(NamedTuple):
    start: int
    end: int
    order: int
    kind: str


class Redactor:
    """Replaces secrets and personal data by ``[REDACTED:kind]``.

    Deterministic, and idempotent: a redacted text stays as it is. Takes time linear in
    the length of the text. Names of people in prose are not recognised.
    """

    def __init__(self, policy: RedactionPolicy = RedactionPolicy()) -> None:  # noqa: B008 — frozen
        masked = IP_RULES if policy.ip_addresses is IpPolicy.MASK else ()
        self._rules: tuple[Rule, ...] = (*SECRET_RULES, *PERSONAL_RULES, *masked)

    def redact(self, text: str) -> Redacted:
        """The text without what the rules find; overlapping finds go to the leftmost longest."""
        parts: list[str] = []
        redactions: list[Redaction] = []
        position = length = 0
        for found in sorted(self._found(text), key=lambda f: (f.start, -f.end, f.order)):
            if found.start < position:
                continue
            placeholder = _PLACEHOLDER.format(kind=found.kind)
            parts += [text[position : found.start], placeholder]
            length += found.start - position
            redactions.append(Redaction(found.kind, length, length + len(placeholder)))
            length += len(placeholder)
            position = found.end
        parts.append(text[position:])
        return Redacted("".join(parts), tuple(redactions))

    def _found(self, text: str) -> list[_Found]:
        found = []
        for order, rule in enumerate(self._rules):
            for match in rule.pattern.finditer(text):
                groups = match.groupdict()
                name = next((n for n in ("value", "value2") if groups.get(n)), 0)
                if rule.accepts(match.group(name)):
                    found.append(_Found(*match.span(name), order, rule.kind))
        return found
