"""Secrets as people tell them: pairs of user and password, codes, plain words set as passwords."""

import re

from ingest.redaction.findings import Rule
from ingest.redaction.values import is_harmless, is_likely, is_strong, is_strongest, trimmed

_PASSWORD_WORD = (
    r"(?:password|passwd|pwd|pw|passcode|wachtwoord|kennwort|passwort|mot de passe|contraseña)"
)
_LOGIN_WORD = (
    r"(?:creds?|credentials?|logins?|logon|log(?:ged)?[ -]?in|sign(?:ed)?[ -]?in|inloggegevens"
    r"|zugangsdaten|identifiants)"
)
_CODE_WORD = (
    r"(?:verification|security|confirmation|authenti[a-z]{4,9}|access|activation|login|log-?in|sms"
    r"|mfa|2fa|tfa|otp|totp|one[- ]time|single[- ]use|backup|recovery|reset|unlock|duo|okta|rsa|vpn"
    r"|einmal|eenmalige?|verificatie|bevestigings|beveiligings|inlog|herstel|bestätigungs|sicherheits)"
)
_CODE = r"(\d{3}[ -]\d{3}|\d{2}[ -]\d{2}[ -]\d{2}|\d{4,8}|(?=[a-z-]{0,8}\d)[a-z0-9]{4,8}-[a-z0-9]{4,8}(?:-[a-z0-9]{4,8}){0,3})(?![\w-]|[.,:]\d|\s?(?:%|ms|min|sec|attempts|users|failed|times|requests))"


def _paired(match: re.Match[str], value: str) -> bool:
    bare = trimmed(value)
    user = re.split(r"[\s:=(\"'`]", match[0][: match.start(1) - match.start()].rstrip(" /:|"))[-1]
    if len(user) >= 3 and bare.lower().startswith(user.lower()) and bare[-1].isdigit():
        return True
    named = re.search(r"(?i)pass|pwd|pw|woord|wort", match[0][: match.start(1) - match.start()])
    return is_likely(bare) if named else is_strongest(bare)


def _second(match: re.Match[str], value: str) -> bool:
    quoted = match.string[match.start(1) - 1] in "\"'`"
    return is_likely(value) if quoted else is_strong(trimmed(value))


def _word(_: re.Match[str], value: str) -> bool:
    return len(value) >= 4 and not is_harmless(value)


_SAYS_CODE = re.compile(r"(?i)code|otp|einmal|eenmalig|\b2fa|\bmfa|\btan\b|pin\b|one[- ]time|token")

PROSE_RULES = (
    # "set the root password to calvin on …": a plain word, so the verb and the end must fit.
    Rule(
        "password",
        re.compile(
            rf"\b(?:re)?(?:set|sets|setting|changed?|changing|put|zet|gezet|gesetzt)\b[^.\n:=]{{0,60}}?\b{_PASSWORD_WORD}"
            r"\b[^.\n:=]{0,40}?\s(?:to|naar|op|auf|as|in)\s([^\s,.;:<>\"'\ufdd0]{4,60})(?=\s(?:on|for|and|at|then|via|after|voor|en|für|und|until|so)\b|[.,;)]|\s*\n|\s*\Z)",
            re.I,
        ),
        ("pass", "pwd", "wachtwoord", "kennwort", " pw"),
        _word,
    ),
    # Pairs: "creds are deploy / S3cret", "log in with admin/Admin123", "user/pass: a/b".
    Rule(
        "password",
        re.compile(
            rf"(?<![\w/.-])(?:(?:{_LOGIN_WORD}(?:[ ]?[/&+][ ]?(?:{_PASSWORD_WORD}|pass))?|user(?:name|id)?"
            rf"[ ]?[/&+][ ]?(?:{_PASSWORD_WORD}|pass))(?![\w.-])(?:[ ](?:details|info|data))?"
            r"(?:[ ]?(?:is|are|was|were|:|=|with|using|as|zijn|sind|met|mit)(?![\w.])){0,2}"
            r"|(?:user(?:name|id)?|account)(?:[ ]?(?:is|:|=)(?![\w.])){1,2})[ \t]{1,3}[\"'`(]?"
            r"(?!https?:|\w:\\)[\w.@\\-]{2,60}+[ ]?[/:|][ ]?([^\s/\"'`<>|\ufdd0][^\s\"'`<>|\ufdd0]{3,80})(?!/)",
            re.I,
        ),
        ("cred", "log", "sign", "user", "account", "gegevens", "zugangsdaten", "identifiants"),
        _paired,
    ),
    # "Qx7!mmPz is the new password", "from A1!bcd to B2!cde".
    Rule(
        "password",
        re.compile(
            r"(?<![\w.])([^\s\"'`<>|:=\ufdd0]{6,60})[\"'`]?\s(?:is|was|ist|war|est|=|as|als)\s"
            rf"(?:[a-z]{{1,12}}\s){{0,4}}?{_PASSWORD_WORD}\b",
            re.I,
        ),
        ("pass", "pwd", "wachtwoord", "kennwort", " pw"),
        lambda _, value: is_strong(value),
    ),
    Rule(
        "password",
        re.compile(
            rf"\b{_PASSWORD_WORD}\b[^.\n]{{0,40}}?\s(?:from|van|von)\s\S{{4,60}}\s(?:to|naar|auf|in)\s[\"'`]?([^\s\"'`<>]{{4,60}})",
            re.I,
        ),
        ("pass", "pwd", "wachtwoord", "kennwort", " pw"),
        lambda _, value: is_likely(trimmed(value)),
    ),
    # A second candidate: "is X or Y".
    Rule(
        "password",
        re.compile(
            rf"\b{_PASSWORD_WORD}\s[^.\n:=]{{0,40}}?\s[\"'`]?[^\s\"'`]{{4,60}}[\"'`]?,?\s(?:or|of|oder|ou|and|then)\s[\"'`]?([^\s\"'`<>]{{4,60}})",
            re.I,
        ),
        ("pass", "pwd", "wachtwoord", "kennwort", " pw"),
        _second,
    ),
    Rule(
        "password",
        re.compile(
            r"\b(?:wi-?fi|wlan|ssid|guest|gasten?)[^\n]{0,60}?\b(?:code|key|sleutel|schlüssel)\s?[:=]?\s?(?:is\s)?[\"'`]?([^\s\"'`<>,;]{6,63})",
            re.I,
        ),
        ("wifi", "wi-fi", "wlan", "ssid", "guest", "gast"),
        lambda _, value: is_likely(trimmed(value)),
    ),
    Rule(
        "password",
        re.compile(
            r"\b(?:creds?|credentials?|inloggegevens|zugangsdaten)\b[^\n:]{1,50}:[ ]?[\w.-]{2,40}+[ ]?/[ ]?"
            r"([^\s/\"'`<>|\ufdd0]{4,80})(?!/)",
            re.I,
        ),
        ("cred", "gegevens", "zugangsdaten"),
        lambda _, value: is_likely(trimmed(value)),
    ),
    Rule(
        "password_hash",
        re.compile(
            r"\b(?:ntlm(?:v[12])?|nt|lm|password|pwd|kerberos)[ _-]?hash(?:es)?\b[^\n:=]{0,40}[:= ]\s?"
            r"([0-9a-f]{32,128})(?![0-9a-z])",
            re.I,
        ),
        ("hash",),
    ),
    # Codes that let somebody in.
    Rule(
        "otp",
        re.compile(
            rf"\b{_CODE_WORD}s?[- ]?(?:pass)?(?:codes?|pin|password|passwort|kennwort|wachtwoord|token|tan|key|number)?\b"
            r"(?:\s(?:tan|code|pin|otp))?"
            r"(?:\s(?:for|of|voor|from|sent)\s[^\n.:=]{1,40}?)?\s{0,2}(?:is|was|are|were|:|=|#|ist|lautet|-|–)?\s{0,3}[\"'`*]{0,2}"
            + _CODE,
            re.I,
        ),
        (
            "code",
            "otp",
            "2fa",
            "mfa",
            "tan",
            "one-time",
            "one time",
            "pin",
            "token",
            "password",
            "key",
        ),
        lambda match, _: bool(_SAYS_CODE.search(match[0])),
    ),
    Rule(
        "otp",
        re.compile(
            rf"\b(?:your|my|uw|je|jouw|ihr|votre)\s(?:\w{{1,20}}\s)?code\s?(?:is|was|ist|est|:)\s?{_CODE}",
            re.I,
        ),
        ("code",),
    ),
    Rule(
        "otp",
        re.compile(
            r"\bcode\b[^.\n:\d]{0,20}\b(?:sent|texted|e?mailed|received|gestuurd|gesendet)\b[^.\n:\d]{0,20}"
            r"(?::|is|was)\s?" + _CODE,
            re.I,
        ),
        ("code",),
    ),
    Rule(
        "otp",
        re.compile(
            rf"(?<![\w.,-])(\d{{3}}[ -]?\d{{3}}|\d{{4}}|\d{{8}})\s(?:is|as|als)\s(?:(?:your|the|a|my|uw|je|ihr|de|een)\s)?(?:[\w-]{{1,20}}\s){{0,2}}?{_CODE_WORD}",
            re.I,
        ),
        ("code", "otp", "password", "pin"),
    ),
)
