"""Certainty that nothing supports."""

from collections.abc import Iterator

from assistant.services.linting.document import Document
from assistant.services.linting.rule import FixKind, Match, Rule, Severity
from assistant.services.linting.wording import EVIDENCE, wording

_ADVERB = wording(
    r"\b(?:definitely|certainly|undoubtedly|unquestionably|indisputably|without (?:a|any) doubt"
    r"|without question|beyond (?:any |all |a shadow of a )?doubt|no doubt)\b(?! (?:not )?(?:known"
    r"|clear)\b)"
)
_PROMISE = wording(
    r"\b(?:(?:will|can|could|shall) (?:never|not ever|no longer|not possibly) (?:ever )?(?:happen"
    r"|occur"
    r"|recur|come back|be repeated|repeat|fail)(?: again)?|(?:will not|won't|can't"
    r"|cannot) (?:happen"
    r"|occur|recur|come back) (?:again|any ?more|ever)|never again|(?:completely |absolutely "
    r"|100 ?% )"
    r"(?:ruled out|impossible|eliminated|safe)|100 ?(?:%|percent) (?:sure|certain|confident|fixed"
    r"|safe|reliable|guaranteed)|(?:we|i|is|are|it) (?:can |fully "
    r"|absolutely )?guaranteed? (?:that|to"
    r"|it|no|never|there)|impossible (?:for this )?to (?:happen|recur)(?: again)?"
    r"|absolutely (?:sure"
    r"|certain)|(?:we|i) (?:are|am) certain (?:that|it)|permanently (?:fixed|solved) for good"
    r"|fixed once and for all|is (?:now )?guaranteed)\b"
)
# Wished for, denied or somebody's guarantee of a service.
_SOFTENED = wording(
    r"\b(?:not|cannot say|can't say|so that (?:it|this|the \w+)|to ensure(?: that)?"
    r"|ensur\w+ (?:that )?(?:it|this)|make sure (?:that )?(?:it|this)|whether|if|unless|until"
    r"|hop\w+|delivery|order(?:ing)?|bandwidth|no longer|nobody can|never say)\s*(?:be |is |are )?$"
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
