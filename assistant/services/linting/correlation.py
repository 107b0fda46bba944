"""One thing after another, taken for one thing because of another."""

from collections.abc import Iterator, Sequence

from assistant.services.drafting.wording import wording
from assistant.services.linting.document import Document
from assistant.services.linting.rule import Match, Rule, Severity
from assistant.services.linting.wording import EVIDENCE

# Only time ties the two together.
_CLOSE = (
    r"(?:at (?:exactly |precisely |about |around |almost |nearly )?the (?:very )?same (?:time"
    r"|moment"
    r"|minute)|simultaneously|coincid\w+|(?:in|on|within|during)? ?(?:exactly )?the (?:very )?same"
    r" (?:minute|hour|night|week|day|evening|morning|afternoon|window)"
    r"|(?:shortly|just|right|immediately|soon|straight|minutes?|seconds?|moments?|hours?|days?"
    r"|directly|almost) (?:\w+ )?(?:after|before|later|earlier|following|prior)"
    r"|the (?:very )?(?:moment|minute|second|instant|day|night|morning)\b(?! of)|as soon as"
    r"|within (?:\w+ )?(?:seconds|minutes|hours|days|an? (?:hour|day|week|minute)|the hour)\b"
    r"|correlat\w+|around the time|in parallel (?:with|to)|lin(?:es?|ed) up with|overlap\w*)"
)
_WHEN = rf"(?:after|following|since|once|before|when|{_CLOSE})"
_MEANS = r"(?:means|shows|proves|confirms|demonstrates|implies|tells us|makes it (?:clear|obvious))"
_SO = (
    rf"(?:therefore|thus|hence|consequently|accordingly|so|clearly|obviously|evidently"
    rf"|(?:which|this|that|it) (?:clearly |only )?{_MEANS}|proving|proves|confirming"
    r"|we (?:can )?(?:therefore )?(?:conclude|deduce|infer)d?|it follows"
    r"|it is (?:therefore |thus )?(?:clear|obvious|evident)|leads? us to)"
)
_BLAMES = (
    r"(?:caus(?:ed|es|ing)|(?:is|was|being) (?:clearly |obviously )?(?:the|our) (?:\w+ )?(?:cause"
    r"|trigger|culprit|reason|problem)|responsible|to blame|the reason|(?:the|our) culprit|at fault"
    r"|triggered|broke(?: (?:it|the|our))?|what (?:broke|brought|took|killed)|is behind|was behind"
    r"|(?:brought|took|knocked) (?:\w+ ){1,4}(?:down|out|offline)|(?:brought|took) down"
    r"|must (?:have been|be) (?:due|because|the|down)|(?:was|is|are|were) (?:due to|down to)"
    r"|led to|resulted in|introduced the (?:fault|problem|issue|error))"
)
_ONSET = (
    r"(?:began|begin|started|appeared|rose|increased|happened|occurred|came|went (?:down|up|in|out"
    r"|live)|failed|dropped|spiked|stopped|surfaced|were first seen|set in|broke|took place|ran"
    r"|was|were|had been)"
)
_MUST = (
    r"must (?:therefore |surely |clearly )?have (?:been )?(?:caus\w+|broken|triggered|the cause)"
)
_THAT = rf"(?:,? (?:that |to conclude that )?[^.;,]{{0,90}}?\b{_BLAMES})"
# The verdict stands in the clause that draws the conclusion: "so both answered, which caused …"
# tells a mechanism.
_HERE = wording(
    rf"\b{_WHEN}\b[^.;]{{0,160}}?\b{_SO}\b(?! that it)(?! (?:as|that) to\b){_THAT}"
    rf"|\b{_WHEN}\b[^.;]{{0,160}}?\b(?:{_MUST}|which proves|proves that|proof that|proof enough"
    r"|so it must (?:be|have been))\b"
    rf"|\b(?:{_BLAMES}|must (?:be|have been) (?:the|due to|caused by|because of)"
    r"|(?:the )?cause (?:is|was|must be)|(?:was|were) caused by|blame\w*"
    r"|attribut\w+)\b[^.;]{3,90}?,?"
    r" (?:because|since|as|given that|considering that|seeing that|judging by|for)"
    rf" [^.;]{{2,80}}?\b{_ONSET}\b[^.;]{{0,40}}?(?:\b{_CLOSE}"
    r"|\bafter (?:it|that|the (?:deployment|change|release|upgrade|update|patch|migration)))\b"
    rf"|\b(?:given|considering|seeing|because|since|as|in view of)\b[^.;]{{2,120}}?\b{_CLOSE}\b"
    rf"[^.;]{{0,80}}?,\s?[^.;,]{{0,70}}?\b{_BLAMES}"
    r"|\b(?:attribut\w+|traced back|put down|blam\w+)\b[^.;]{3,90}?\b(?:which|that|as it)\b"
    rf" {_ONSET}\b[^.;]{{0,40}}?\b{_CLOSE}"
    r"|\b(?:timing|time ?line|(?:temporal|time) (?:proximity|correlation|relationship|coincidence"
    r"|link)|sequence of events|order of events|proximity in time|correlation|coincidence"
    r"|overlap)\b"
    r"[^.;]{0,60}?(?:(?:strongly|clearly|overwhelmingly|firmly|unambiguously) (?:suggest|indicate"
    r"|point)s?|\b(?:proves?|confirms?|leaves? (?:no|little) (?:doubt|other|room)|makes? it "
    r"(?:clear"
    r"|obvious|evident)|establishes|implicates|demonstrates|speaks for itself)\b"
    rf"|(?:indicates?|shows?|suggests?|means?) (?:that )?[^.;,]{{0,60}}?\b{_BLAMES})"
)
_NO_CHANCE = wording(
    r"\b(?:can(?:not|'t| not) be|is (?:surely |certainly |clearly )?no|isn't|is hardly|is not"
    r"|(?:close|exact|much) to be) (?:a |just a |mere |a mere |an? \w+ )*coincidence\b"
)
_CONCLUDES = wording(
    rf"^\W*(?:and )?(?:{_SO})\b{_THAT}|^[^.;,]{{2,60}}\b(?:{_MUST}|(?:therefore|thus|hence|clearly"
    rf"|obviously) {_BLAMES})"
)
_TEMPORAL = wording(rf"\b{_WHEN}\b")
_CLOCK = wording(r"\b\d{1,2}[:.]\d\d\b")
_TWO_TIMES = 2
# Doubts the conclusion, or tells how one led to the other.
_DOUBTS = wording(
    r"\b(?:may|might|could|suspect\w*|possibl[ey]|probabl[ey]|likely|appears?|seems?"
    r"|does not (?:mean|prove)|doesn't|not (?:yet )?(?:proven|the cause|caused|mean|prove|enough"
    r"|sufficient)|assum\w+|hypothes\w+|coincidence|unrelated|ruled out|whether|no longer|limit\w*"
    r"|exhaust\w*|ran out|too (?:small|low|many|large|short|long)|removed (?:the|an?)|renamed"
    r"|lacked|missing|dropped the (?!moment|minute|day|night)|locks?|locked|default|cannot"
    r"|without|instead of|expects|rejects"
    r"|leak\w*|contained|deleted|overwr\w+|set to|incompatib\w+|mismatch\w*|saturat\w+|consum\w+"
    r"|deadlock\w*|filled|exceed\w*|to be (?:tested|verified|confirmed)|being (?:tested|checked"
    r"|verified|investigated)|we (?:will|are going to) (?:test|check|verify)|(?:still|yet) to"
    r"|because (?:of )?its|lost its|unable to)\b"
)


def check(document: Document) -> Iterator[Match]:
    """Conclusions from time alone, in one sentence or from the sentence before."""
    before: list[str] = []
    block: int | None = None
    for unit in document.units:
        words = document.prose(unit)
        if unit.block != block:
            before, block = [], unit.block
        if not EVIDENCE.search(document.around(unit)) and (span := _conclusion(words.text, before)):
            yield _match(*words.span(*span))
        before.append(words.text)


def _conclusion(words: str, before: Sequence[str]) -> tuple[int, int] | None:
    """Where a sentence concludes from time; ``before`` is said before it in its paragraph."""
    if found := _NO_CHANCE.search(words):
        return found.span()
    if _DOUBTS.search(words):
        return None
    if found := _HERE.search(words):
        return found.span()
    told = " ".join(before[-2:])
    timed = _TEMPORAL.search(told) or len(_CLOCK.findall(told)) >= _TWO_TIMES
    if timed and _CONCLUDES.search(words) and not _DOUBTS.search(told):
        return 0, len(words)
    return None


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
