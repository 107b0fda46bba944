"""The names under which secrets are written down.

A name may end a longer one (``DB_PASSWORD``, ``spring.datasource.password``); it must not begin
one (``passwordPolicy``, ``token_type``), except with a number or an environment (``pwd2``,
``password_prod``). To add a name, put it into the group that says how its values look, and
make sure that ``_CORE`` has a part of it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple


class _Group(NamedTuple):
    """Names whose values are judged alike, and the kind of their placeholder."""

    name: str
    kind: str
    pattern: str


_GROUPS = (
    _Group(
        "password",
        "password",
        # Complete enough to be sought inside longer words.
        r"""
        password | passwort | passwd | passphrase | pass[ ]phrase | kennwort | wachtwoord(?:en)?
        | mot(?:[ ]de[ ]|_de_)passe | contrase(?:ñ|n)a | senha | lösenord | losenord | passord
        | adgangskode | has(?:ł|l)o(?![a-z]) | heslo | salasana | pass[- ]?code | toegangscode
        | zugangscode | пароль | 密码 | 密碼 | パスワード
        | (?:store|key|user|db|root|admin|ldap|smtp|ftp|bind|auth|my|require|become_|trust)pass
          (?![a-z])
        | masterauth | pre-?shared(?:[ _-]?(?:key|secret))?
        | (?:wi-?fi|wlan|wpa2?|wep)[ _-]?(?:key|code|psk|pw) | community[ _-]string
        | snmp[ _-]community
        | (?<![a-z])(?:pwd|psw|pswd|pw|ww|p/w|psk)(?![a-z])
        | (?-i:(?<=[a-z])(?:Pass|Pwd|Pw)(?![a-z]))
        """,
    ),
    _Group(
        "client_secret",
        "token",
        r"""
        (?:client|app|application|consumer|shared|webhook|oauth|radius|jwt|api)[ _-]?secret
        | (?:(?:app|api)[ _-])?secret[ _-]?key(?:[_-]base)?
        """,
    ),
    _Group(
        "api_key",
        "api_key",
        r"""
        (?:api|app|access|account|subscription|integration|routing|service|encryption|signing
          |master|function|functions|storage|license|licence|product|admin|query|private
          |secret[ _-]?access|pagerduty|opsgenie|datadog|dd|newrelic|zabbix|sendgrid|hec|hmac
          |ingestion|write|instrumentation|tunnel|activation)[ _-]?key(?:[ _-]?id)?
        | api[ _-]?sleutel | api-?schlüssel
        """,
    ),
    _Group(
        "token",
        "token",
        # "Public key token" identifies an assembly of .NET.
        r"""
        (?<![a-z])(?<!key[ ])
          (?:auth|access|refresh|id|session|bearer|api|user|bot|csrf|xsrf|sas|app)?token
        | (?-i:(?<=[a-z])(?<!Key)Token) | (?<![a-z])jwt | (?:auth|session)[ _-]?key
        """,
    ),
    _Group("secret", "token", r"(?<![a-z])secret | (?-i:(?<=[a-z])Secret)"),
    _Group(
        "pin",
        "password",
        r"""
        (?<![a-z])(?:pin(?:[ -]?code)? | puk(?:[ -]?code)?
          | (?:door|gate|alarm|lock|safe|entry|key[ -]?box|deur|tür)[ -]?code)
        """,
    ),
    # A short word that means other things as well.
    _Group("pass", "password", r"(?<![a-z])pass"),
)

KIND_OF_GROUP = {group.name: group.kind for group in _GROUPS}

SECRET_NAME = re.compile(
    "|".join(f"(?P<{group.name}>{group.pattern})" for group in _GROUPS),
    re.IGNORECASE | re.VERBOSE,
)
# A part of every name, in lower case. Looking for these first is forty times faster than for
# the names; only their surroundings are then searched.
_CORE = re.compile(
    "pass|p/w|pwd|pw|(?<![a-z])ww(?![a-z])|pswd|psw|psk|secret|token|key|jwt|wachtwoord|kennwort"
    "|mot de|mot_de|contrase|senha|l[oö]senord|adgangs|has[lł]o|heslo|salasana|toegangs|zugangs"
    "|masterauth|pre-?shared|wi-?fi|wlan|wpa|wep|community|sleutel|schlüssel|пароль|密|パスワード"
    # Not in "ping", "helping" or "exit code".
    "|(?<![a-z])(?:pin|puk)(?![abd-z])"
    "|(?:door|gate|alarm|lock|safe|entry|box|deur|tür)[ -]?code"
)
# Longer than the longest name.
_AROUND = 32
_SUFFIX = re.compile(
    r"(?:[_-]?\d{1,2}|[_-](?:prod|prd|production|dev|test|tst|acc|uat|stg|staging|old|new|live"
    r"|primary|secondary|current|plain|value|raw))?",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[-.]?\w")


def secret_names(text: str, lowered: str) -> Iterator[re.Match[str]]:
    """All names in the text, in order; ``lastgroup`` says how to judge what they name.

    ``lowered`` has the same offsets as ``text``.
    """
    start = end = 0
    for core in _CORE.finditer(lowered):
        if core.start() - _AROUND > end:
            yield from SECRET_NAME.finditer(text, start, end)
            start = core.start() - _AROUND
        end = core.end() + _AROUND
    yield from SECRET_NAME.finditer(text, max(0, start), end)


def name_end(text: str, name: re.Match[str]) -> int | None:
    """Where the name with its suffix ends, ``None`` when it is part of another word."""
    if not _GOES_ON.match(text, name.end()):
        return name.end()
    suffix = _SUFFIX.match(text, name.end())
    end = suffix.end() if suffix else name.end()
    return None if _GOES_ON.match(text, end) else end
