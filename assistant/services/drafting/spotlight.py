"""Evidence is data: what makes copied text harmless in a prompt, and what gives it away.

Cleaning (NFKC, no unseen characters, no angle brackets, one line) and the random mark
around the evidence keep text from posing as part of the prompt. Sentences that address
whoever writes the draft are left out and reported; a writer that is no model leaves
them out too, because they say nothing about the incident.
"""

import secrets
import unicodedata

from assistant.services.drafting.instructing import addresses_the_writer

_UNSEEN_CATEGORIES = ("Cc", "Cf", "Co", "Cn", "Cs")


def instructs(text: str) -> bool:
    """True for text that reads like an instruction to whoever writes the draft.

    The text is cleaned first, so that unseen characters and look-alike forms cannot hide
    one. A closed list: it reports attempts, it is not what makes a prompt safe.
    """
    return addresses_the_writer(without_unseen(text))


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
