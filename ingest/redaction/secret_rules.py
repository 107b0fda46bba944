"""Rules for secrets: what vendors issue, and what stands behind the name of a secret."""

import re

from ingest.redaction.checks import is_secret, is_spoken_secret
from ingest.redaction.rule import Rule, rule

_IGNORE = re.IGNORECASE

# Shapes that vendors give their secrets so that they can be found.
_ISSUED = (
    rule(
        "private_key",
        r"-----BEGIN[ ](?:[A-Z0-9]{1,20}[ ]){0,3}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----"
        r"(?:[^-]{1,20000})?(?:-----END[ ][A-Z0-9 ]{1,60}-----)?",
    ),
    rule("api_key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    rule("token", r"\bgh[pousr]_[A-Za-z0-9]{20,255}\b"),
    rule("token", r"\bgithub_pat_[A-Za-z0-9_]{22,255}\b"),
    rule("token", r"\bgl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_\-]{16,255}"),
    rule("token", r"\bxox[abeoprs]-[A-Za-z0-9\-]{10,255}"),
    rule("token", r"\bxapp-\d-[A-Za-z0-9\-]{10,255}"),
    rule("api_key", r"\b(?:sk|rk|pk|whsec)_(?:live|test)?_?[A-Za-z0-9]{16,255}\b"),
    rule("api_key", r"\bsk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_\-]{20,255}"),
    rule("api_key", r"\bAIza[A-Za-z0-9_\-]{35}"),
    rule("token", r"\bya29\.[A-Za-z0-9_\-]{20,500}"),
    rule("token", r"\b(?:npm_[A-Za-z0-9]{30,64}|pypi-[A-Za-z0-9_\-]{30,300})"),
    rule("api_key", r"\bSG\.[A-Za-z0-9_\-]{16,64}\.[A-Za-z0-9_\-]{16,64}"),
    rule("token", r"\b(?:hvs|hvb|hvr)\.[A-Za-z0-9_\-]{20,300}"),
    rule("token", r"\b(?:dop_v1_|doo_v1_|shpat_|glsa_|ATATT3x|dapi|NRAK-)[A-Za-z0-9_\-=]{16,300}"),
    rule(
        "token",
        r"\beyJ[A-Za-z0-9_\-]{8,4000}\.[A-Za-z0-9_\-]{8,8000}(?:\.[A-Za-z0-9_\-]{0,4000}){0,3}",
    ),
    rule(
        "token",
        r"https://hooks\.slack\.com/(?:services|workflows)/(?P<value>[A-Za-z0-9_/\-]{10,200})",
    ),
    rule(
        "token",
        r"https://[a-z0-9.\-]{1,100}\.webhook\.office\.com/(?P<value>[A-Za-z0-9@_/\-]{20,400})",
    ),
    rule("password", r"(?P<value>\$(?:2[abxy]|5|6|y|argon2id?)\$[./A-Za-z0-9$,=+]{20,200})"),
    rule("password", r"\b(?P<value>[a-f0-9]{32}:[a-f0-9]{32})\b", flags=_IGNORE),
)

# Names whose value is a secret, alone or at the end of a longer name (DB_PASSWORD).
_PASSWORD = (
    r"(?:pass(?:word|wd|phrase|code)|passwort|kennwort|wachtwoord|pwd|pswd|psw|"
    r"mot[ _]de[ _]passe|contrase\u00f1a)"
)
_SECRET_NAME = (
    r"(?:(?:client|shared|app|webhook|signing|api|consumer|jwt|session|encryption|master)"
    r"[ _.\-]?secret|secret[ _.\-]?(?:access[ _.\-]?)?key|secret|"
    r"(?:api|access|account|auth|private|subscription|license|storage|integration|routing|"
    r"shared[ _.\-]?access|encryption|x-sn-api|sn-api|dd-api)[ _.\-]?key|apikey|x-api-key|"
    r"community(?:[ _-]?string)?|psk|pre-?shared[ _-]?key|"
    r"(?:access|auth|refresh|bearer|id|api|session|private|security|csrf|bot|deploy|personal)"
    r"[ _.\-]?token|token|sig(?:nature)?|credentials?)"
)
_BEFORE = r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]{1,40}[_.\-]){0,4}"
_JOIN = r"""["']?[ \t]{0,8}(?:=>|:=|=|:)[ \t]{0,8}"""
_QUOTED = r"""(?:"(?P<value>[^"\n]{3,500})"|'(?P<value2>[^'\n]{3,500})')"""
_BARE = r"""(?P<value>[^\s"'<>,;&|\])}]{3,500})"""

_NAMED = (
    # Quoted values may contain anything; bare ones end at white space or punctuation.
    rule("password", rf"{_BEFORE}{_PASSWORD}{_JOIN}{_QUOTED}", is_secret, _IGNORE),
    rule("password", rf"{_BEFORE}{_PASSWORD}{_JOIN}{_BARE}", is_secret, _IGNORE),
    rule("token", rf"{_BEFORE}{_SECRET_NAME}{_JOIN}{_QUOTED}", is_secret, _IGNORE),
    rule("token", rf"{_BEFORE}{_SECRET_NAME}{_JOIN}{_BARE}", is_secret, _IGNORE),
    # camelCase members: dbPassword, clientSecret.
    rule(
        "password",
        rf"\b[a-z]{{1,30}}(?:Password|Passwd|Pwd|Passphrase){_JOIN}{_QUOTED}",
        is_secret,
    ),
    rule(
        "password", rf"\b[a-z]{{1,30}}(?:Password|Passwd|Pwd|Passphrase){_JOIN}{_BARE}", is_secret
    ),
    # XML elements and attributes.
    rule(
        "password",
        rf"<(?P<tag>(?:[A-Za-z0-9_.\-]{{1,40}}:)?[A-Za-z0-9_.\-]{{0,40}}"
        rf"(?:{_PASSWORD}|secret|token|apikey))(?:[ ][^<>]{{0,200}})?>(?P<value>[^<>]{{3,500}})</",
        is_secret,
        _IGNORE,
    ),
    rule(
        "password",
        rf"""\b(?:key|name)=["'][^"'<>]{{0,60}}(?:{_PASSWORD}|secret|token)["'][ ]{{1,8}}"""
        r"""value=["'](?P<value>[^"'<>]{3,500})["']""",
        is_secret,
        _IGNORE,
    ),
)

# Connection strings, headers, cookies and command lines.
_PLACED = (
    rule(
        "password",
        r"\b[A-Za-z][A-Za-z0-9+.\-]{1,30}://[^\s/:@\"'<>]{0,200}:(?P<value>[^\s@\"'<>]{1,200})@",
        is_secret,
    ),
    rule("token", r"\b(?:https?)://(?P<value>[A-Za-z0-9_\-]{16,200})@", is_secret),
    rule(
        "token",
        r"[?&](?:sig|signature|access_token|token|apikey|api_key|key|code|password|secret|auth)="
        r"(?P<value>[^\s&\"'<>#]{8,1000})",
        is_secret,
        _IGNORE,
    ),
    rule(
        "token",
        r"\b(?:proxy-)?authorization[\"']?[ ]{0,4}[:=][ ]{0,4}[\"']?"
        r"(?:(?:basic|bearer|digest|apikey|token|negotiate|splunk|genie(?:key)?|aws4-hmac-sha256)"
        r"[ ]{1,4})?(?:token=)?(?P<value>[^\s\"',]{6,4000})",
        is_secret,
        _IGNORE,
    ),
    rule(
        "token",
        r"\b(?:bearer|basic)[ ]{1,4}(?P<value>[A-Za-z0-9+/_\-.=]{16,4000})",
        lambda value: is_secret(value) and re.search(r"[\dA-Z=_]", value) is not None,
        _IGNORE,
    ),
    rule(
        "cookie",
        r"\b(?:set-)?cookie[\"']?[ ]{0,4}:[ ]{0,4}[\"']?(?P<value>[A-Za-z0-9_.\-]{1,80}=[^\r\n\"']{4,4000})",
        is_secret,
        _IGNORE,
    ),
    rule(
        "cookie",
        r"\b(?:JSESSIONID|PHPSESSID|ASP\.NET_SessionId|connect\.sid|glide_session_store|"
        r"sessionid|session_id|sid|auth_session)[ ]{0,2}=[ ]{0,2}(?P<value>[A-Za-z0-9%_.\-]{8,500})",
        is_secret,
        _IGNORE,
    ),
    rule(
        "password",
        r"(?<!\S)--?(?:password|passwd|pass|pwd|secret|token|api-?key|client-secret|auth-token)"
        r"[ =]{1,3}[\"']?(?P<value>[^\s\"']{3,500})",
        is_secret,
        _IGNORE,
    ),
    rule(
        "password",
        r"\b(?:mysql|mysqldump|mariadb|mysqladmin|sshpass|ldapsearch|ldapmodify|smbclient|"
        r"plink|psexec|sqlcmd|bcp|7z|zip|sqlplus)\b[^\n]{0,200}?[ ]-(?:p|w|P|pw)[ ]?[\"']?"
        r"(?P<value>[^\s\"'\-][^\s\"']{3,200})",
        lambda value: is_secret(value) and not value.isdigit() and "/" not in value,
    ),
    rule(
        "password",
        r"\b(?:curl|wget|http)\b[^\n]{0,300}?[ ](?:-u|--user)[ =]{1,3}[\"']?[^\s:\"']{1,100}:"
        r"(?P<value>[^\s\"']{3,200})",
        is_secret,
    ),
    rule(
        "password",
        r"\bnet[ ]{1,3}use\b[^\n]{0,200}?/user:[^\s]{1,100}[ ]{1,4}(?P<value>[^\s/][^\s]{2,200})",
        is_secret,
        _IGNORE,
    ),
    rule(
        "password",
        r"\bnet[ ]{1,3}user[ ]{1,3}[^\s/]{1,60}[ ]{1,3}(?P<value>[^\s/*][^\s]{3,200})[ ]{1,3}/",
        is_secret,
        _IGNORE,
    ),
    rule(
        "password",
        r"\bConvertTo-SecureString[ ]{1,3}(?:-String[ ]{1,3})?[\"'](?P<value>[^\"'\n]{3,200})[\"']",
        is_secret,
        _IGNORE,
    ),
    rule(
        "password",
        r"\b(?:sqlplus|sqlldr|exp|imp|rman[ ]target)[ ]{1,3}[A-Za-z0-9_]{1,40}/(?P<value>[^\s@/]{3,100})@",
        is_secret,
        _IGNORE,
    ),
)

# Prose: people write passwords into sentences. Only a value that cannot be a word counts.
_SPOKEN = (
    rule(
        "password",
        rf"\b(?:{_PASSWORD}|login|pin|pw)s?\b(?:[ ]{{1,2}}(?:for|of|on|f\u00fcr|voor)[ ]{{1,2}}"
        r"[^\s,;:]{1,60})?[ ]{0,2}(?:\(?(?:is|was|to|ist|lautet|war|now|set[ ]to|reset[ ]to|"
        r"changed[ ]to|=|:)\)?[ ]{1,2}){1,2}[\"'`]?(?P<value>[^\s\"'`]{5,100})",
        is_spoken_secret,
        _IGNORE,
    ),
    rule(
        "password",
        rf"\b(?:temp(?:orary)?|new|initial|default|tijdelijk|neues?|nieuw)[ ]{{1,2}}(?:{_PASSWORD}|pw)"
        r"[ ]{1,2}[\"'`]?(?P<value>[^\s\"'`]{5,100})",
        is_spoken_secret,
        _IGNORE,
    ),
    rule(
        "password",
        r"\b(?:pw|pwd|creds?|credentials|user/pass|login)[ ]{0,2}[:=][ ]{0,2}[A-Za-z0-9_.@\\\-]{2,60}"
        r"[ ]{0,2}/[ ]{0,2}(?P<value>[^\s/]{4,100})",
        is_spoken_secret,
        _IGNORE,
    ),
    rule("password", r"\bpw[ ]{0,2}[:=][ ]{0,2}(?P<value>[^\s\"',;]{4,100})", is_secret, _IGNORE),
    rule(
        "otp",
        r"\b(?:otp|one[- ]time[ ](?:code|password|passcode)|verification[ ]code|mfa[ ]code|"
        r"passcode|pin(?:[ ]code)?)[ ]{0,2}(?:is|was|:|=)?[ ]{1,3}(?P<value>\d{4,8})\b",
        flags=_IGNORE,
    ),
)

SECRET_RULES: tuple[Rule, ...] = (*_ISSUED, *_NAMED, *_PLACED, *_SPOKEN)
