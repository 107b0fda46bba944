"""Rules for personal data: addresses, numbers of people and accounts."""

import re

from ingest.redaction.checks import is_ip_address, looks_like_phone, passes_luhn, passes_mod_97
from ingest.redaction.rule import Rule, rule

_IGNORE = re.IGNORECASE

PERSONAL_RULES: tuple[Rule, ...] = (
    rule(
        "email",
        r"(?<![A-Za-z0-9._%+\-/:])[A-Za-z0-9._%+\-]{1,64}@"
        r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.){1,6}[A-Za-z]{2,24}\b",
        # git@host:path is how a repository is named, not a person.
        lambda value: not value.lower().startswith("git@"),
    ),
    rule("iban", r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?\b", passes_mod_97),
    rule("card", r"(?<![\w.\-])[3-6]\d{3}(?:[ \-]?\d{4}){2}[ \-]?\d{1,7}(?![\w\-])", passes_luhn),
    rule("card", r"(?<![\w.\-])3[47]\d{2}[ \-]?\d{6}[ \-]?\d{5}(?![\w\-])", passes_luhn),
    # International numbers need no word beside them; national ones do, or brackets.
    rule(
        "phone",
        r"(?<![\w.+\-])(?:\+|00)[1-9]\d{0,2}[ .\-/]?(?:\(0?\)[ ]?|\(\d{1,4}\)[ .\-]?)?"
        r"\d{1,4}(?:[ .\-/]?\d{2,4}){1,5}(?![\w])(?!\.\d)",
        looks_like_phone,
    ),
    rule(
        "phone",
        r"\b(?:tel(?:efoon|efon|ephone)?|phone|mobile|mob|cell|call(?:[ ](?:me|him|her|us))?(?:[ ](?:on|at|back[ ]on))?"
        r"|fax|gsm|handy|ext(?:ension)?[ ]number|callback)[.:]{0,2}[ ]{0,3}(?:no\.?|number|nr\.?)?[:]?[ ]{0,3}"
        r"(?P<value>\(?\d{2,5}\)?(?:[ .\-/]?\d{2,5}){1,5})(?![\w])",
        looks_like_phone,
        _IGNORE,
    ),
    rule("phone", r"(?<![\w.\-])\(\d{3}\)[ ]\d{3}-\d{4}\b"),
    rule(
        "phone",
        r"(?<![\w.\-/:])0[1-9]\d{0,3}[ \-/]\d{3,4}[ \-]?\d{3,4}(?![\w\-:.])",
        looks_like_phone,
    ),
    rule(
        "phone",
        r"(?<![\w.\-/:])06[ \-]?\d{8}(?![\w\-:.])|(?<![\w.\-/:])07\d{3}[ ]?\d{6}(?![\w\-:.])",
    ),
    rule(
        "national_id",
        r"\b(?:bsn|ssn|social[ ]security(?:[ ]number)?|sofinummer|nino|national[ ]insurance"
        r"(?:[ ](?:no|number))?|pesel|steuer-?id|passport(?:[ ](?:no|number))?)[.:#]{0,2}[ ]{0,3}"
        r"(?P<value>[A-Z]{0,2}[ ]?\d[\d \-]{5,14}[A-D\d]?)\b",
        flags=_IGNORE,
    ),
    rule("national_id", r"(?<![\w\-.])\d{3}-\d{2}-\d{4}(?![\w\-])"),
    rule(
        "birth_date",
        r"\b(?:dob|date[ ]of[ ]birth|born(?:[ ]on)?|geboren(?:[ ]am|[ ]op)?|geburtsdatum|geboortedatum)"
        r"[.:]{0,2}[ ]{0,3}(?P<value>\d{1,4}[-./ ]\d{1,2}[-./ ]\d{2,4})\b",
        flags=_IGNORE,
    ),
)

# Not part of the default: operations needs addresses of machines.
IP_RULES: tuple[Rule, ...] = (
    rule(
        "ip",
        r"(?<![\w.\-])(?<!version[ ])(?<!Version[ ])(?<!release[ ])(?:\d{1,3}\.){3}\d{1,3}(?![\w\-])(?!\.\d)",
        is_ip_address,
    ),
    rule(
        "ip",
        r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){1,7}(?![\w:])",
        # A MAC address or a time has the same look; an address has "::" or eight parts.
        lambda value: "::" in value or value.count(":") == 7,
    ),
)
