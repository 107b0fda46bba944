"""One thing after another, taken for one thing because of another."""

from collections.abc import Iterator

from assistant.services.drafting.reading import Unit
from assistant.services.linting.document import Document
from assistant.services.linting.rule import Match, Rule, Severity
from assistant.services.linting.wording import EVIDENCE, wording

_WHEN = (
    r"(?:after|following|since|once|at (?:exactly |about |around )?the same (?:time|moment|minute)"
    r"|simultaneously|coincid\w+|(?:in|on|within) the same (?:minute|hour|night|week|day|evening"
    r"|morning)"
    r"|(?:shortly|just|right|immediately|soon|minutes|seconds|moments|hours|directly) (?:after"
    r"|before)"
    r"|correlat\w+|around the time)"
)
_SO = (
    r"(?:therefore|thus|hence|consequently|so|which (?:means|shows|proves|confirms)"
    r"|this (?:means|shows|proves)|that (?:means|shows|proves)|proving|proves)"
)
_BLAMES = (
    r"(?:caus(?:ed|es|ing)|(?:is|was) the (?:root )?cause|responsible|to blame|the reason|(?:the"
    r"|our) culprit|at fault|triggered"
    r"|broke (?:it|the)|must (?:have been|be) (?:due|because|the|down)|was (?:due to|down to))"
)
_HERE = wording(
    rf"\b{_WHEN}\b[^.;]{{0,160}}?\b{_SO}\b(?! that)[^.;]{{0,90}}?\b{_BLAMES}"
    rf"|\b{_WHEN}\b[^.;]{{0,160}}?\b(?:must (?:therefore )?have (?:been )?(?:caus\w+|broken"
    rf"|triggered)"
    r"|which proves|proves that|proof that|so it must (?:be|have been))\b"
    r"|\b(?:must (?:be|have been) (?:the|due to|caused by|because of)|(?:the )?cause (?:is|was"
    r"|must be)"
    r"|(?:was|were) caused by|is responsible|is to blame|blame)\b[^.;]{3,90}?,? (?:because|since|as"
    r"|given that) [^.;]{2,60}?\b(?:began|started|appeared|rose|increased|happened|occurred|came"
    r"|went (?:down|up)|failed|were first seen)\b[^.;]{0,30}?\b(?:(?:right|just|shortly|soon"
    r"|immediately|directly|minutes) after|at the same time|the same (?:day|night|hour|time)"
    r"|after (?:it|that|the (?:deployment|change|release|upgrade|update|patch|migration)))\b"
)
_CONCLUDES = wording(
    rf"^\W*(?:therefore|thus|hence|consequently|so|this (?:proves|means|shows)"
    rf"|that (?:proves|means|shows))\b[^.;]{{3,90}}?\b{_BLAMES}"
)
_TEMPORAL = wording(rf"\b{_WHEN}\b")
# Doubts the conclusion, or tells how one led to the other.
_DOUBTS = wording(
    r"\b(?:may|might|could|suspect\w*|possibl[ey]|probabl[ey]|likely|appears?|seems?"
    r"|does not (?:mean"
    r"|prove)|doesn't|not (?:yet )?(?:proven|the cause|caused|mean|prove)|assum\w+|hypothes\w+"
    r"|coincidence|unrelated|ruled out|whether|no longer|limit\w*|exhaust\w*|ran out|too (?:small"
    r"|low|many|large|short)|removed (?:the|an?)|renamed|lacked|missing|dropped the index|locks?"
    r"|no longer|default)\b"
)


def check(document: Document) -> Iterator[Match]:
    """Conclusions from time alone, in one sentence or from the sentence before."""
    before: Unit | None = None
    for unit in document.units:
        words = document.prose(unit)
        around = document.around(unit)
        if not EVIDENCE.search(around) and not _DOUBTS.search(words.text):
            if found := _HERE.search(words.text):
                yield _match(*words.span(found.start(), found.end()))
            elif before is not None and before.block == unit.block:
                follows = _CONCLUDES.search(words.text)
                if follows and _TEMPORAL.search(document.prose(before).text):
                    yield _match(*words.span(0, len(words.text)))
        before = unit


def _match(start: int, end: int) -> Match:
    return Match(
        start,
        end,
        "The order in time is the only reason given for the cause.",
        "By which mechanism did the one bring about the other, and what shows it (a log, a test, "
        "a rollback that helped)?",
    )


RULE = Rule(
    id="correlation-as-causation",
    title="Correlation told as causation",
    reason="Many things happen at the same time; the wrong one gets fixed and it comes back.",
    good=(
        "## Cause\nErrors rose after the deployment; rolling back stopped them, so the deployment "
        "caused them."
    ),
    bad="## Cause\nErrors rose right after the deployment, so the deployment caused them.",
    severity=Severity.ERROR,
    check=check,
)
