"""Personal data with a form of its own: mail, telephone, bank, card and national numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.redaction.checks import iban_length, is_card_number, is_iban
from ingest.redaction.findings import Finder, Finding, Rule

_MAIL = re.compile(
    r"(?<![\w.+/=%&'-])([\w.+%&'-]{1,64}+@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24})(?![\w@-]|\.\w)",
)
# Units of systemd and repositories of Git look like addresses.
_NOT_A_DOMAIN = re.compile(
    r"(?i)\.(?:service|socket|timer|mount|automount|target|slice|device|scope|swap|path|js|json"
    r"|ya?ml|so|dll|exe|log|conf|py|png|jpe?g)\Z"
)
_BEFORE_LOGIN = re.compile(
    r"(?i)(?:\b(?:ssh|scp|sftp|rsync|ssh-copy-id|autossh|mosh)\s[^\n|;]{0,80}|://[^\s/]{0,160})\Z"
)
_AFTER_LOGIN = re.compile(r":(?!\s)[\w/~.-]*[/~]|:\w[\w.-]*/")


@dataclass(frozen=True, slots=True)
class _Mail:
    """Finds mail addresses, but for log-ins to hosts and the domains that stay."""

    kept_domains: frozenset[str]
    pattern: re.Pattern[str] = _MAIL

    def find(self, text: str, lowered: str) -> Iterator[Finding]:
        if "@" not in lowered:
            return
        for match in _MAIL.finditer(text):
            if self._is_mail(text, match):
                yield Finding(*match.span(1), "email")

    def _is_mail(self, text: str, match: re.Match[str]) -> bool:
        address = match[1]
        domain = address.rpartition("@")[2].lower()
        if _NOT_A_DOMAIN.search(domain) or domain in self.kept_domains:
            return False
        before = text[max(0, match.start() - 100) : match.start()]
        return not (_BEFORE_LOGIN.search(before) or _AFTER_LOGIN.match(text, match.end()))


_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?=[ -]?[A-Z0-9]{4})")
_IBAN_LONGEST = 34 + 33


class _Ibans:
    """Finds bank account numbers by their country's length and the check digits."""

    pattern = _IBAN_START

    def find(self, text: str, lowered: str) -> Iterator[Finding]:
        for match in _IBAN_START.finditer(text):
            length = iban_length(match[0][:2])
            end = None if length is None else _end_of_compact(text, match.start(), length)
            if end is not None:
                yield Finding(match.start(), end, "iban")


def _end_of_compact(text: str, start: int, length: int) -> int | None:
    compact: list[str] = []
    for position in range(start, min(len(text), start + _IBAN_LONGEST)):
        character = text[position]
        if character in " -\xa0":
            continue
        if not (character.isascii() and character.isalnum()):
            return None
        compact.append(character.upper())
        if len(compact) == length:
            follows = text[position + 1 : position + 2]
            whole = not follows.isalnum() and is_iban("".join(compact))
            return position + 1 if whole else None
    return None


_CARD = re.compile(r"(?<![\w.,-])(?<!\d )(\d(?:[ -]?\d){12,18}+)(?![\w]|[.,-]\d)")


def _card(_: re.Match[str], value: str) -> bool:
    groups = re.split(r"[ -]", value)
    if len(groups) > 1 and not all(3 <= len(group) <= 6 for group in groups):
        return False
    return is_card_number("".join(groups))


_CALL = (
    r"(?:tel(?:ephone|efoon|efon|\.?nr)?|phone|fone|mobile|mobiel|mob|mobil|handy|cell|gsm|fax|sms|rückruf|erreichbar|anrufe?n?|bellen"
    r"|call(?:ed|ing|back)?|ring|dial|bel(?:len)?|bereikbaar|reach(?:able|ed)?|contact|whatsapp"
    r"|rufnummer|durchwahl|teléfono|téléphone|portable|móvil|landline|desk|direct|helpline|hotline"
    r"|pager|(?:my|his|her|mijn|meine) (?:number|nummer|nr))(?:nummer|nr\.?|number)?"
)
_LINK = (
    r"(?:[ ][^\n:;,.\d]{1,40}:[ ]{0,3}|(?:[ ]?(?:number|nummer|numéro|número|no|nr|me|him|her|them|us|is|was|on|at|op|onder|unter|the"
    r"|user|caller|back|be|can|via|or|bitte|:|\.|\#|=|-)){0,6}[ ]{0,3})"
)
_PHONE_TAIL = r"(?![\w]|[-.,:/]\d|[ ]?(?:[kmgt]i?b|bytes?|ms|sec|%|rows|records|EUR|USD)\b)"
_INTERNATIONAL = r"(?:\+|(?<!-)\b00)[1-9]\d{0,2}[ .\-/]?(?:\(0?\d{0,4}\)[ .\-/]?)?\d{1,12}(?:[ .\-/]\d{1,9}){0,6}+(?:,{1,3}\d{4,12}#?)?"
_NATIONAL = r"\(?\d{2,5}\)?(?:[ .\-/]{1,3}\d{2,8}){1,5}+|0\d{8,11}"


def _digits(value: str) -> int:
    return sum(character.isdigit() for character in value)


_DATE = re.compile(
    r"\d{1,2}([-/.])\d{1,2}\1\d{2,4}\Z|\d{4}([-/.])\d{1,2}\2\d{1,2}\Z|\d{1,3}(?:\.\d{1,3}){3}\Z"
)


def _international(_: re.Match[str], value: str) -> bool:
    number = value.partition(",")[0]  # after the comma: what is keyed in for a conference
    groups = re.split(r"[^\d]+", number.lstrip("+"))
    return 8 <= _digits(number) <= 15 and (len(groups) > 1 or _digits(number) >= 10)


def _called(_: re.Match[str], value: str) -> bool:
    return 7 <= _digits(value) <= 15 and not _DATE.match(value)


_PHONES = (
    Rule(
        "phone",
        re.compile(rf"(?<![\w+.])(?<!\d[ ])(?=\+)({_INTERNATIONAL}){_PHONE_TAIL}", re.I),
        ("+",),
        _international,
    ),
    Rule(
        "phone",
        re.compile(
            rf"(?<![\w-]){_CALL}(?![a-z]){_LINK}({_NATIONAL}|{_INTERNATIONAL}){_PHONE_TAIL}", re.I
        ),
        (),
        _called,
    ),
    Rule(
        "phone",
        re.compile(
            rf"\+[\d ()./-]{{8,20}}\s?(?:or|of|oder|ou|and|en|und|/|,)\s?({_NATIONAL}){_PHONE_TAIL}",
            re.I,
        ),
        ("+",),
        _called,
    ),
    # Without a word beside them only forms that nothing else uses.
    Rule(
        "phone",
        re.compile(
            r"(?<![\w.,:/+-])(?<!\d[ ])("
            r"\(0\d{1,4}\)[ ]?\d{3,8}(?:[ -]\d{2,6}){0,3}+|\([2-9]\d{2}\)[ ]?[2-9]\d{2}[- .]\d{4}"
            r"|07\d{3}[ ]\d{6}|06[- ]\d{8}|06[- ]\d{2}(?:[ ]\d{2}){3}|0[1-9]\d{1,2}[-/][1-9]\d{5,7}"
            r"|[2-9]\d{2}-[2-9]\d{2}-\d{4}|1-[2-9]\d{2}-[2-9]\d{2}-\d{4}|0[1-9](?:[ .]\d{2}){4}"
            r")" + _PHONE_TAIL
        ),
    ),
)

_MONTH = r"(?:jan|feb|m[aä]r|maart|apr|ma[iy]|mei|jun|jul|aug|sep|o[ck]t|nov|de[cz]|janv|févr|mars|avr|juin|juil|août|déc)[a-zéû]{0,7}\.?"
_DAY = rf"(\d{{1,2}}[-/. ]\d{{1,2}}[-/. ]\d{{2,4}}|\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}\.?[ -]{_MONTH}[ -]\d{{2,4}}|{_MONTH}[ ]\d{{1,2}}(?:st|nd|rd|th)?,?[ ]\d{{4}}|(?:19|20)\d{{6}})"
_IS = r"[\"'*]{0,3}(?:[ ]?\([^()\n]{1,30}\))?\s{0,2}(?:is|was|:|=|-|\||of|nr\.?|no\.?|number|ist|nummer|est)?\s{0,3}(?:is|:)?\s{0,2}[\"'*]{0,3}"

# Numbers of a person are known by the word beside them only: any nine digits could be one.
_NATIONAL_IDS = (
    (
        r"bsn|burgerservicenummer|sofi-?nummer",
        ("bsn", "burgerservice", "sofi"),
        r"\d{8,9}|\d{4}[. ]\d{2}[. ]\d{3}|\d{3}[. ]\d{3}[. ]\d{3}",
    ),
    (
        r"ssn|social security(?: number| no\.?| nr\.?)?|itin",
        ("ssn", "social security", "itin"),
        r"\d{3}[- ]?\d{2}[- ]?\d{4}",
    ),
    (
        r"ni(?:no| number| no\.?)|national insurance(?: number| no\.?)?",
        ("ni ", "nino", "insurance"),
        r"[A-Z]{2}[ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-D]?",
    ),
    (
        r"rijksregisternummer|rrn|insz|niss",
        ("rijksregister", "rrn", "insz", "niss"),
        r"\d{2}[.]?\d{2}[.]?\d{2}[- ]?\d{3}[. ]?\d{2}",
    ),
    (
        r"steuer-?id(?:entifikationsnummer|nr)?\.?|idnr",
        ("steuer", "idnr"),
        r"\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}",
    ),
    (
        r"num[ée]ro de s[ée]curit[ée] sociale|insee|nir",
        ("sociale", "insee", "nir"),
        r"[12][ ]?\d{2}[ ]?\d{2}[ ]?\d[\dAB][ ]?\d{3}[ ]?\d{3}(?:[ ]?\d{2})?",
    ),
    (r"dni|nie", ("dni", "nie"), r"[XYZ]?\d{7,8}-?[A-Z]"),
    (r"codice fiscale", ("codice fiscale",), r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]"),
    (
        r"personnummer|cpr(?:-nummer)?|henkilötunnus",
        ("personnummer", "cpr", "henkilö"),
        r"\d{6,8}[-+A]?\d{3}[\dA-Z]",
    ),
    (r"cpf", ("cpf",), r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}"),
    (r"pesel", ("pesel",), r"\d{11}"),
    (r"nhs(?: number| no\.?)", ("nhs",), r"\d{3}[ -]?\d{3}[ -]?\d{4}"),
    (
        r"passport|paspoort(?:nummer)?|reisepass(?:nummer)?|passeport",
        ("pass", "pasp"),
        r"(?=[A-Z]{0,3}\d)[A-Z0-9]{8,9}",
    ),
    (
        r"driver'?s? licen[cs]e|rijbewijs(?:nummer)?",
        ("licen", "rijbewijs"),
        r"(?=[A-Z]{0,6}\d)[A-Z0-9]{8,16}",
    ),
)
_BIRTH = Rule(
    "date_of_birth",
    re.compile(
        r"(?<![\w])(?:date[ _-]of[ _-]birth|birth[ _-]?(?:date|day)|d\.?o\.?b\.?|born(?: on)?|geboortedatum|geboren(?: op| am)?"
        r"|geb\.?(?:[ -]?datum)?|geburtsdatum|né\(?e?\)? le|date de naissance|fecha de nacimiento|data di nascita)"
        + _IS
        + _DAY
        + r"(?![\w]|[.,]\d)",
        re.I,
    ),
    ("birth", "dob", "d.o.b", "born", "geb", "né", "naissance", "nacimiento", "nascita"),
)


def _national_id(names: str, hints: tuple[str, ...], number: str) -> Rule:
    return Rule(
        "national_id",
        re.compile(
            rf"(?<![a-z0-9_-])(?:{names}){_IS}((?-i:{number}))(?![A-Za-z0-9]|[.,-]\d)", re.I
        ),
        hints,
    )


def personal_rules(kept_mail_domains: frozenset[str]) -> tuple[Finder, ...]:
    """All rules for personal data under the policy."""
    return (
        _Mail(kept_mail_domains),
        _Ibans(),
        Rule("card", _CARD, (), _card),
        Rule("card", re.compile(r"(?i)\b(?:cvv2?|cvc2?)\b\s?[:=]?\s?(\d{3,4})\b"), ("cvv", "cvc")),
        *(_national_id(*entry) for entry in _NATIONAL_IDS),
        _BIRTH,
        *_PHONES,
    )
