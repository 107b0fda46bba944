"""Certainty that nothing supports."""

from collections.abc import Iterator

from assistant.services.drafting.wording import wording
from assistant.services.linting.document import Document
from assistant.services.linting.rule import FixKind, Match, Rule, Severity
from assistant.services.linting.wording import EVIDENCE

_AT_FAULT = (
    r"(?:caus\w+|the (?:\w+ )?(?:cause|reason|culprit)|to blame|responsible|at fault|due to|down to"
    r"|because)"
)
_DOUBT = r"(?:doubt|question)"
_ADVERB = wording(
    r"\b(?:definitely|definitively|certainly|undoubtedly|undeniably|unquestionably|indisputably"
    r"|incontestably|irrefutably|unmistakably|doubtlessly|for (?:sure|certain)"
    rf"|without (?:a |any |the |slightest |shadow of )*{_DOUBT}"
    r"|with (?:absolute|complete|full|total|100 ?%) certainty"
    rf"|beyond (?:any |all |a |the |shadow of |possible |reasonable )*{_DOUBT}|no {_DOUBT}"
    rf"|(?:clearly|obviously|evidently|plainly|surely)(?= (?:\w+ ){{0,3}}?{_AT_FAULT}\b))\b"
    r"(?! (?:not )?(?:known|clear)\b)"
)
_AGAIN = r"(?:happen|occur|recur|re-?occur|come back|be repeated|repeat|reappear|return|fail|arise)"
_SURE = (
    r"(?:sure|certain|confident|convinced|positive|fixed|solved|safe|secure|reliable|guaranteed)"
)
_PROMISE = wording(
    rf"\b(?:(?:will|can|could|shall|would) (?:never|not ever|no longer|not possibly) (?:ever "
    rf")?{_AGAIN}"
    rf"(?: again)?|(?:will not|won't|can't|cannot|is not going to|shall not) (?:(?:happen|occur"
    r"|come back|arise|fail|appear) (?:again|any ?more|ever)|recur|re-?occur|repeat itself|be "
    r"repeated)"
    r"|never again"
    r"|(?:completely|absolutely|entirely|totally|fully|once and for all|100 ?%) (?:ruled out"
    r"|impossible|eliminated|excluded|safe|proven|immune|bullet-?proof|fool-?proof|fixed for good)"
    rf"|(?:100|one hundred|a hundred) ?(?:%|percent|per cent) {_SURE}"
    rf"|(?:absolutely|completely|entirely|totally|fully|perfectly) (?:sure|certain|confident"
    r"|convinced)"
    r"|(?:we|i|is|are|it) (?:can |fully |absolutely )?guaranteed? (?:that|to|it|no|never|there)"
    r"|guarantees? (?:that|there will|it|no|a full|zero)\b(?! least)"
    r"|impossible (?:for (?:this|it) )?to (?:happen|recur|occur|repeat)(?: again)?"
    r"|(?:we|i) (?:are|am) (?:certain|sure|convinced) (?:that|it|the|this)"
    r"|(?:fixed|solved|resolved|eliminated|closed|gone|cured) (?:for good|for ever|forever"
    r"|permanently|once and for all)|permanently (?:fixed|solved|resolved|eliminated|cured)"
    r"|once and for all|is (?:now )?guaranteed"
    r"|(?:there is|there's|with|leaves?|has) (?:absolutely )?(?:no|zero) (?:possibility|chance|way"
    r"|risk|danger|likelihood) (?:that |of )?(?:\w+ ){0,3}?(?:a |any )?(?:can|could|will|recur\w*"
    r"|re-?occur\w*|repeat\w*|repetition|returns?|happening|this|it|another|again)"
    r"|(?:no|any) other (?:cause|explanation|reason) (?:is|was|can|could|exists|remains|comes)"
    r"|could only have been (?:the|caused|due|an?|our)\b|can only be (?:caused by|due to)"
    r"|(?:cannot|can't|could not) (?:be|have been) anything (?:else|but)"
    r"|nothing else (?:can|could) (?:have|be)|the (?:one and only|only possible) (?:cause|reason"
    r"|explanation)|(?:it is|is|as) an? (?:established |undeniable |indisputable |proven )?fact "
    r"that"
    r"|bullet-?proof|fool-?proof|under no circumstances (?:will|can)|zero chance)\b"
)
# Wished for, denied or somebody's guarantee of a service.
_SOFTENED = wording(
    r"\b(?:not|hardly|never|nor|(?:not|cannot|n't|hard to|nobody can|never) (?:say|tell|know|be)"
    r"|so that (?:it|this|the \w+)"
    r"|to ensure(?: that)?"
    r"|ensur\w+ (?:that )?(?:it|this)|make sure (?:that )?(?:it|this)|whether|if|unless|until"
    r"|hop\w+|delivery|order(?:ing)?|bandwidth|no longer|nobody can|no one can|never "
    r"say)\s*(?:be |is |are )?$"
)


def check(document: Document) -> Iterator[Match]:
    """Certainty in sentences that name no evidence."""
    for unit in document.units:
        words = document.prose(unit)
        if EVIDENCE.search(words.text):
            continue
        for pattern in (_ADVERB, _PROMISE):
            for found in pattern.finditer(words.text):
                if not _SOFTENED.search(words.text[: found.start()]):
                    span = words.span(found.start(), found.end())
                    yield _adverb(*span, found.group()) if pattern is _ADVERB else _promise(*span)


def _adverb(start: int, end: int, said: str) -> Match:
    probably = "Probably" if said[0].isupper() else "probably"
    message = f"“{said}” without evidence in the sentence."
    return Match(start, end, message, probably, FixKind.REPLACEMENT)


def _promise(start: int, end: int) -> Match:
    return Match(
        start,
        end,
        "Nobody can promise this; a later incident makes the whole document doubtful.",
        "What was changed, and what makes a repetition less likely?",
    )


RULE = Rule(
    id="unsupported-certainty",
    title="Certainty without evidence",
    reason="Certainty closes questions that are still open, and readers stop checking.",
    good="## Root cause\nThe heap dump shows that the cache was definitely full.",
    bad="## Root cause\nThe switch was definitely the cause and this will never happen again.",
    severity=Severity.WARNING,
    check=check,
)
