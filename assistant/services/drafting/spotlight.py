"""Evidence is data: what makes copied text harmless in a prompt, and what gives it away.

Cleaning (NFKC, no unseen characters, no angle brackets, one line) and the random mark
around the evidence keep text from posing as part of the prompt. Sentences that address
whoever writes the draft are left out and reported; a writer that is no model leaves
them out too, because they say nothing about the incident.
"""

import re
import secrets
import unicodedata

# Said to a writer, not to an operator. Each pattern needs an object that tickets do not
# talk about ("instructions", "prompt") or a role that only a writer has.
_INSTRUCTION = re.compile(
    r"""
      \b(?:ignore|disregard|forget|override|bypass|skip)\b.{0,40}
        \b(?:instructions?|prompts?|rules|guidelines|directions|everything\ (?:above|before)
        |(?:the\ )?(?:above|previous)\ (?:text|content|message))\b
    | \b(?:new|updated|additional|real|following)\ (?:system\ )?instructions?\ ?(?::|are\b|follow\b)
    | \b(?:system|developer)\ (?:prompt|message|override)\b
    | \byou\ are\ (?:now\ )?(?:an?|the)\ (?:\w+\ )?(?:assistant|ai|language\ model|chat\ ?bot|llm)\b
    | \bas\ an?\ (?:ai|language\ model|llm|assistant)\b
    | \b(?:ai|llm|language\ model|chat\ ?bot|copilot)s?\b.{0,30}
        \b(?:must|should|shall|reading\ this|summari[sz]ing)\b
    | \b(?:if|when|while)\ (?:you\ (?:are\ )?)?(?:summari[sz]|draft|writ|generat|read)\w*\b.{0,30}
        \b(?:this|the)\ (?:ticket|incident|record|rca|summary|report|text)\b.{0,60}
        \b(?:write|say|state|include|add|mention|omit|leave\ out|do\ not)\b
    | \b(?:respond|reply|answer|output)\ (?:only\ )?with\b
    | \b(?:do\ not|don't|never)\ (?:mention|reveal|cite|tell|disclose|report)\b.{0,60}
        \b(?:user|author|approver|reader|summary|draft|rca|this\ (?:note|message|text))\b
    | \b(?:write|state|say|claim|conclude)\ (?:that\ |in\ the\ (?:rca|summary|draft|report)\b)
        .{0,80}\b(?:root\ cause|nobody|no\ one|no\ impact|approved|resolved)\b
    | \b(?:mark|approve|close)\ (?:this|the)\ (?:draft|rca|proposal)\b
    | \b(?:reveal|print|repeat|show)\ (?:me\ )?(?:your|the\ (?:system|hidden))\ (?:\w+\ )?
        (?:prompt|instructions?)\b
    | <\|?\s*/?\s*(?:im_start|im_end|system|user|assistant|endoftext)\b
    | \[/?INST\] | ^\W*(?:system|assistant|developer)\s*:\s
    | ^\W*(?:ai\ )?assistant,\s
    | \#{2,}\s*(?:system|instruction)s?\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_UNSEEN_CATEGORIES = ("Cc", "Cf", "Co", "Cn", "Cs")


def instructs(text: str) -> bool:
    """True for text that reads like an instruction to whoever writes the draft.

    The text is cleaned first, so that unseen characters and look-alike forms cannot hide
    one. A closed list: it reports attempts, it is not what makes a prompt safe.
    """
    return bool(_INSTRUCTION.search(without_unseen(text)))


def clean(text: str) -> str:
    """Text as it may stand in a prompt: NFKC, one line, nothing unseen, no angle brackets."""
    plain = " ".join(without_unseen(text).split())
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def without_unseen(text: str) -> str:
    """NFKC without control, format, private and unassigned characters; white space stays."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text)
        if character in "\n\t " or unicodedata.category(character) not in _UNSEEN_CATEGORIES
    )


def new_mark() -> str:
    """A mark that no evidence can contain, because nobody could know it."""
    return secrets.token_hex(8)
