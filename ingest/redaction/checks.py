"""Second looks at a candidate: check digits, and what only looks like a secret."""

import re

# What stands in the place of a secret without being one: references to a store or variable,
# words about the secret, masks, and what we put there ourselves.
_NOT_A_SECRET = re.compile(
    r"""
    \[?REDACTED.*
  | [*•x.\-_#?]{2,}                                  # ****  ----  xxxx
  | <[^<>]*> | \{\{?[^{}]*\}?\} | \$\{?[A-Za-z_][\w.:\-]*\}?(?:\([^()]*\))? | \$\(.*  | %\w+%
  | (?:none|null|nil|undefined|empty|unset|true|false|yes|no|n/?a|todo|tbd|string|str|int|bool)
  | (?:hidden|masked|redacted|removed|omitted|changeme|secret|password|passwd|token|example)
  | (?:expired|expires?|invalid|wrong|incorrect|missing|not|reset|resets|change[ds]?|changing
      |rotat(?:ed|ion|ing|e)|policy|required|needed|unknown|unchanged|correct|ok|okay|failed|fails
      |failure|error|issue|problem|prompt|field|age|length|expiry|expiration|manager|vault|locked
      |same|was|is|are|has|had|will|for|the|a|an|of|in|on|at|to|from|by|with|and|or|as|again|but
      |strict|strong|weak|default|disabled|enabled|auth|authentication|login|found|set|sent
      |refresh(?:ed)?|revoked|accepted|rejected|denied|valid|updated|works?|working|does|did|via)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"^(?:vault|secret|secrets|env|arn|kv|ssm|op|keyvault|configmap|file|/|\./|~/)[:/.]|"
    r"^(?:os\.environ|process\.env|getenv|var\.|module\.|data\.|local\.|secrets\.|env\.)",
    re.IGNORECASE,
)


def is_secret(value: str) -> bool:
    """False for placeholders, variables, references to a store and words of prose."""
    stripped = value.strip("\"'`,;.()[]")
    if len(stripped) < 3:
        return False
    return not _NOT_A_SECRET.fullmatch(stripped) and not _REFERENCE.match(stripped)


def is_spoken_secret(value: str) -> bool:
    """Stricter, for prose: "the password is Hunter2!" but not "the password is wrong"."""
    stripped = value.strip("\"'`,;.()")
    mixed = re.search(r"\d", stripped) or re.search(r"[^\w\s.,'-]", stripped)
    return is_secret(stripped) and len(stripped) >= 5 and bool(mixed)


def passes_luhn(value: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1), for 13 to 19 digits."""
    digits = [int(character) for character in value if character.isdigit()]
    if not 13 <= len(digits) <= 19:
        return False
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if position % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def passes_mod_97(value: str) -> bool:
    """The check digits of an IBAN (ISO 13616)."""
    plain = value.replace(" ", "").replace("-", "").upper()
    if not 15 <= len(plain) <= 34:
        return False
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def looks_like_phone(value: str) -> bool:
    """Between 8 and 15 digits (E.164), and not a date or time."""
    digits = sum(character.isdigit() for character in value)
    dated = re.match(r"^(?:19|20)\d\d[-./ ]\d\d[-./ ]\d\d", value.strip())
    return 8 <= digits <= 15 and not dated


def is_ip_address(value: str) -> bool:
    """Four numbers of at most 255."""
    return all(int(part) <= 255 for part in value.split("."))
