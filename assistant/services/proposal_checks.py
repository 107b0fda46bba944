"""How well what is proposed is backed: its claims by verdict, and what the linter says of it."""

from collections import Counter
from typing import NamedTuple

from assistant.domain.delivery import Field
from assistant.domain.drafts import Draft, Verdict
from assistant.services.linting.linter import Finding, lint_draft
from assistant.services.linting.rule import Severity
from assistant.services.proposal_body import part_for


class Checks(NamedTuple):
    """Claims that go into the field, by verdict; findings are about the whole draft."""

    claims: int
    supported: int
    partly: int
    unsupported: int
    asserted: int
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """Findings that stand against submitting."""
        return sum(1 for each in self.findings if each.severity is Severity.ERROR)


def checks_of(draft: Draft, field: Field | None) -> Checks:
    """The checks of the revision that was proposed; of all of it where the field is unknown."""
    part = draft if field is None else part_for(draft, field)
    verdicts = Counter(claim.verdict for claim in part.body.claims())
    return Checks(
        claims=verdicts.total(),
        supported=verdicts[Verdict.SUPPORTED],
        partly=verdicts[Verdict.PARTLY],
        unsupported=verdicts[Verdict.UNSUPPORTED],
        asserted=verdicts[Verdict.AUTHOR_ASSERTED],
        findings=tuple(lint_draft(draft)),
    )
