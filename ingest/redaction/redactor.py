"""The redactor: every family of rules over one text, and placeholders in its place."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ingest.redaction.command_rules import COMMAND_RULES
from ingest.redaction.findings import FILLER, Finder, Finding, merged
from ingest.redaction.key_blocks import KeyBlocks
from ingest.redaction.named_values import NamedValues
from ingest.redaction.nearby_rules import NearbyPasswords
from ingest.redaction.network_rules import IP_RULES
from ingest.redaction.personal_rules import personal_rules
from ingest.redaction.policy import IpPolicy, RedactionPolicy
from ingest.redaction.prose_rules import PROSE_RULES
from ingest.redaction.selection import Selection
from ingest.redaction.transport_rules import TRANSPORT_RULES
from ingest.redaction.vendor_rules import VENDOR_RULES
from ingest.text import clean_text

# Raise with every change of a rule: stored records are redacted again when it differs.
REDACTION_VERSION = "2"

_PLACEHOLDER = re.compile(r"\[REDACTED:[a-z_]{1,40}\]")
# A removed value can uncover another (its neighbour is then the end of a line, say). Ordinary
# text needs one pass and one that finds nothing; a pass takes time, so their number is bounded.
_PASSES = 8
# Keys and numbers of tickets: alone they are no secret to any rule, and every ticket has some.
_IDENTIFIER = re.compile(r"[0-9a-f]{32}|[A-Z]{2,8}[0-9]{4,10}")
_CONTENT = re.compile(r"[^\W_]|[^\x00-\x7f\s\ufdd0]")


@dataclass(frozen=True, slots=True)
class Redaction:
    """One placeholder: where it stands in the redacted text, in Unicode code points."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets, and the placeholders put in, in order."""

    text: str
    redactions: tuple[Redaction, ...]


class Redactor:
    """Replaces secrets and personal data by ``[REDACTED:kind]``.

    Deterministic and without state; time linear in the length of the text. Redacting a
    redacted text changes nothing and reports nothing.
    """

    def __init__(self, policy: RedactionPolicy = RedactionPolicy()) -> None:  # noqa: B008 — a frozen value
        self._policy = policy
        self._selection = Selection(all_finders(policy))

    @property
    def policy(self) -> RedactionPolicy:
        """What it was made for."""
        return self._policy

    @property
    def version(self) -> str:
        """Changes with the rules and with the policy: what a stored redaction depends on."""
        domains = ",".join(sorted(self._policy.kept_mail_domains))
        return f"{REDACTION_VERSION};ip={self._policy.ip_addresses};mail={domains}"

    def redact(self, text: str) -> Redacted:
        """The text with placeholders; the names of things and everything else stays."""
        result = Redacted(text, ())
        if _IDENTIFIER.fullmatch(text):
            return result
        for _ in range(_PASSES):
            fresh = self._findings(result.text)
            if not fresh:
                break
            known = (Finding(r.start, r.end, r.kind) for r in result.redactions)
            result = _replaced(result.text, merged([*known, *fresh]))
        return result

    def clean(self, text: str) -> str:
        """What somebody wrote, fit to be kept: redacted, without what databases refuse."""
        return self.redact(clean_text(text)).text

    def redact_field(self, name: str, text: str) -> Redacted:
        """As :meth:`redact` for the value of a field, whose name may say that it is secret.

        Offsets are those of the value alone.
        """
        prefix = f"{name}: "
        named = self.redact(prefix + text)
        if not named.text.startswith(prefix):
            return self.redact(text)
        moved = (
            replace(r, start=r.start - len(prefix), end=r.end - len(prefix))
            for r in named.redactions
        )
        return Redacted(named.text[len(prefix) :], tuple(moved))

    def _findings(self, text: str) -> list[Finding]:
        placeholders = [Finding(*match.span(), "") for match in _PLACEHOLDER.finditer(text)]
        masked = _masked(text, placeholders)
        lowered = _lowered(masked)
        finders = self._selection.of(masked, lowered)
        if not finders:
            return []
        found = merged(f for finder in finders for f in finder.find(masked, lowered))
        fresh = [f for f in found if _CONTENT.search(masked, f.start, f.end)]
        return _widened(fresh, placeholders)


def all_finders(policy: RedactionPolicy) -> tuple[Finder, ...]:
    """Every family of rules that holds under a policy."""
    return (
        KeyBlocks(),
        *VENDOR_RULES,
        *TRANSPORT_RULES,
        NamedValues(),
        *COMMAND_RULES,
        *PROSE_RULES,
        NearbyPasswords(),
        *personal_rules(policy.kept_mail_domains),
        *(IP_RULES if policy.ip_addresses is IpPolicy.MASK else ()),
    )


def _lowered(text: str) -> str:
    """Lower case with the same offsets: a dotted capital I alone would become two."""
    return text.replace("İ", "i").lower()


def _masked(text: str, spans: Iterable[Finding]) -> str:
    parts: list[str] = []
    position = 0
    for span in spans:
        parts += [text[position : span.start], FILLER * (span.end - span.start)]
        position = span.end
    return "".join([*parts, text[position:]])


def _widened(findings: list[Finding], placeholders: list[Finding]) -> list[Finding]:
    """The findings, each with all of a placeholder that it cuts through."""
    ends = [placeholder.end for placeholder in placeholders]
    result: list[Finding] = []
    for found in findings:
        first = bisect_right(ends, found.start)
        last = bisect_left(ends, found.end)
        start, end = found.start, found.end
        if first < len(ends):
            start = min(start, placeholders[first].start)
        if last < len(ends) and placeholders[last].start < end:
            end = ends[last]
        result.append(Finding(start, end, found.kind))
    return merged(result)


def _replaced(text: str, findings: list[Finding]) -> Redacted:
    parts: list[str] = []
    redactions: list[Redaction] = []
    position = length = 0
    for found in findings:
        placeholder = f"[REDACTED:{found.kind}]"
        parts += [text[position : found.start], placeholder]
        start = length + found.start - position
        length = start + len(placeholder)
        redactions.append(Redaction(found.kind, start, length))
        position = found.end
    return Redacted("".join([*parts, text[position:]]), tuple(redactions))
