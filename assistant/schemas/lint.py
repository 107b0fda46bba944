"""Findings of the linter as JSON, and as SARIF for editors and code hosts."""

from collections.abc import Iterable
from typing import Any

from assistant.domain.drafts import SectionName
from assistant.schemas.shape import Shape
from assistant.services.linting import RULES
from assistant.services.linting.linter import Finding
from assistant.services.linting.rule import FixKind, Rule, Severity

_SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


class FindingOut(Shape):
    """A weak spot. Offsets are code points of the text that was given; lines count from 1.

    In a draft they are those of claim number ``claim`` of ``section``; where something is
    missing there is no claim, and the span is empty.
    """

    rule: str
    severity: Severity
    start: int
    end: int
    line: int
    end_line: int
    quote: str
    message: str
    fix: str
    fix_kind: FixKind
    section: SectionName | None
    claim: int | None

    @classmethod
    def of(cls, finding: Finding) -> "FindingOut":
        """From the service's value."""
        return cls(**{name: getattr(finding, name) for name in cls.model_fields})


class RuleOut(Shape):
    """A rule with why it is one, and an example of each sort."""

    id: str
    title: str
    severity: Severity
    reason: str
    good: str
    bad: str

    @classmethod
    def of(cls, rule: Rule) -> "RuleOut":
        """From the catalogue's value."""
        return cls(**{name: getattr(rule, name) for name in cls.model_fields})


class LintOut(Shape):
    """What the linter found, in the order of the text, and the rules that it knows."""

    findings: list[FindingOut]
    rules: list[RuleOut]

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "LintOut":
        """From the service's values."""
        return cls(
            findings=[FindingOut.of(finding) for finding in findings],
            rules=[RuleOut.of(rule) for rule in RULES],
        )


def sarif(answer: LintOut, place: str, version: str) -> dict[str, Any]:
    """A SARIF 2.1.0 log of one run; ``place`` is the file or draft that was linted."""
    positions = {rule.id: position for position, rule in enumerate(answer.rules)}
    driver = {
        "name": "precedent lint",
        "version": version,
        "rules": [
            {
                "id": rule.id,
                "shortDescription": {"text": rule.title},
                "fullDescription": {"text": rule.reason},
                "help": {"text": f"Instead of:\n{rule.bad}\n\nwrite:\n{rule.good}"},
                "defaultConfiguration": {"level": rule.severity},
            }
            for rule in answer.rules
        ],
    }
    results = [_result(finding, positions[finding.rule], place) for finding in answer.findings]
    run = {
        "tool": {"driver": driver},
        # Ours count code points; SARIF knows code points only under this name.
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return {"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(finding: FindingOut, position: int, place: str) -> dict[str, Any]:
    region: dict[str, Any] = {
        "startLine": finding.line,
        "endLine": finding.end_line,
        "charOffset": finding.start,
        "charLength": finding.end - finding.start,
        "snippet": {"text": finding.quote},
    }
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": place}, "region": region}
    }
    if finding.section is not None:
        location["logicalLocations"] = [{"name": finding.section, "kind": "section"}]
    return {
        "ruleId": finding.rule,
        "ruleIndex": position,
        "level": finding.severity,
        "message": {"text": f"{finding.message} {finding.fix}"},
        "locations": [location],
    }
