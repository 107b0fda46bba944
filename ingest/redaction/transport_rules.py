"""Secrets in addresses, connection strings and HTTP headers."""

import re
from collections.abc import Iterator

from ingest.redaction.findings import Finder, Finding, Rule
from ingest.redaction.values import is_reference, is_token

_MIXED = re.compile(r"(?=[^\d]{0,200}\d)(?=[^A-Za-z]{0,200}[A-Za-z])")


def _given(_: re.Match[str], value: str) -> bool:
    return not is_reference(value)


def _user_token(_: re.Match[str], value: str) -> bool:
    return len(value) >= 16 and is_token(value)


def _credential(_: re.Match[str], value: str) -> bool:
    return not is_reference(value) and (len(value) >= 24 or bool(_MIXED.match(value)))


_COOKIE_HEADER = re.compile(
    r"(?i)\bcookies?\\?[\"']?(?:[ ][^\n:=;]{1,40})?\s{0,2}[:=]\s{0,3}[\"']?"
)
_COOKIE_PAIR = re.compile(r"([\w.%$-]{1,80}+)=([^\s;,\"'<>]{1,4000})(?:;\s{0,3})?")
# Cookies that say how a page looks, not who looks at it.
_PLAIN_COOKIE = re.compile(
    r"(?i)(?:lang|locale|theme|tz|timezone|currency|country|path|domain|expires|max-age|samesite"
    r"|version|secure|httponly|consent)\Z"
)
_IDENTITY = re.compile(r"(?i)sess|sid|auth|token|jwt|csrf|xsrf|remember|login|user|aws|ticket|sso")


def _is_identity(name: str, value: str) -> bool:
    if _PLAIN_COOKIE.match(name) or is_reference(value):
        return False
    return len(value) >= 6 and (bool(_IDENTITY.search(name)) or bool(_MIXED.match(value)))


class _Cookies:
    """Finds the values of cookies in the headers that carry them."""

    pattern = re.compile("cookie", re.IGNORECASE)

    def find(self, text: str, lowered: str) -> Iterator[Finding]:
        """The values of ``name=value; name=value`` behind a cookie header's name."""
        if "cookie" not in lowered:
            return
        for header in _COOKIE_HEADER.finditer(text):
            position = header.end()
            while pair := _COOKIE_PAIR.match(text, position):
                if _is_identity(pair[1], pair[2]):
                    yield Finding(pair.start(2), pair.end(2), "cookie")
                position = pair.end()


_URLS = (
    # The last @ before the path ends the password, as every client reads it.
    Rule(
        "password",
        re.compile(r"://[^\s:/@\"'<>\ufdd0]{0,128}:([^\s/\"'<>\ufdd0]{1,256})@(?=[\w\[(])"),
        ("://",),
        _given,
    ),
    # A slash or a hash in the password breaks the address but is written all the same.
    Rule(
        "password",
        re.compile(
            r"(?:ql|postgres|redis|amqps?|mongodb|srv|ftp|ldaps?)://"
            r"[^\s:/@\"'<>\ufdd0]{0,128}:([^\s@\"'<>\ufdd0]{1,128})@(?=[\w\[(])"
        ),
        ("://",),
        _given,
    ),
    Rule(
        "token",
        re.compile(r"://([^\s:/@\"'<>\ufdd0]{16,256})(?::x-oauth-basic)?@(?=[\w\[])"),
        ("://",),
        _user_token,
    ),
    Rule(
        "token",
        re.compile(
            r"[?&;](?:sig|signature|x-amz-signature|x-goog-signature|x-amz-security-token"
            r"|code|sas|apikey|key)=([\w%+/=.~-]{16,2000})",
            re.I,
        ),
        ("sig", "x-amz", "x-goog", "code=", "sas=", "key="),
        lambda _, value: is_token(value),
    ),
    Rule(
        "password",
        re.compile(r"jdbc:oracle:\w{1,8}:[^\s/@:]{1,60}/([^\s@/\"']{1,128})@", re.I),
        ("jdbc:oracle",),
        _given,
    ),
    Rule(
        "api_key",
        re.compile(r"(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{20,200}={0,2})", re.I),
        ("key=",),
    ),
)

_SCHEMES = (
    r"(?:bearer|apikey|api-key|token|ssws|splunk|genie ?key|key|negotiate|ntlm|bot|pat|oauth)"
)
_HEADERS = (
    Rule(
        "password",
        re.compile(
            r"authorization\\?[\"']?\s{0,3}[:=]\s{0,3}\\?[\"']?basic\s{1,3}([A-Za-z0-9+/_-]{4,2000}={0,2})",
            re.I,
        ),
        ("basic",),
        _given,
    ),
    Rule(
        "token",
        re.compile(
            rf"authorization\\?[\"']?\s{{0,3}}[:=]\s{{0,3}}\\?[\"']?{_SCHEMES}[\s=]{{1,3}}(?:token=)?\\?[\"']?"
            r"([^\s\"',;<>\\\ufdd0]{6,4000})",
            re.I,
        ),
        ("authorization",),
        _given,
    ),
    Rule(
        "token",
        re.compile(
            r"authorization\\?[\"']?\s{0,3}[:=]\s{0,3}\\?[\"']?([^\s\"',;<>\\\ufdd0]{16,4000})",
            re.I,
        ),
        ("authorization",),
        lambda _, value: is_token(value),
    ),
    Rule(
        "token",
        re.compile(r"\bbearer[\s:=]{1,3}\\?[\"']?([\w.~+/=-]{12,4000})", re.I),
        ("bearer",),
        lambda _, value: is_token(value),
    ),
    Rule(
        "password",
        re.compile(r"\bbasic\s{1,2}([A-Za-z0-9+/]{12,400}={0,2})(?![\w/])", re.I),
        ("basic",),
        lambda _, v: is_token(v),
    ),
    Rule(
        "password",
        re.compile(
            r"\bAUTH (?:LOGIN|PLAIN|CRAM-MD5)[>\]:\s]{1,3}(?:with\s)?([A-Za-z0-9+/]{8,400}={0,2})"
        ),
        ("auth ",),
        lambda _, value: is_token(value),
    ),
    Rule(
        "token",
        re.compile(r"\b(?:response|cnonce|Signature)=\"?([0-9a-fA-F]{32,128})\b"),
        ("digest", "signature"),
    ),
    Rule(
        "api_key",
        re.compile(
            r"\bx-[\w-]{0,40}?(?:key|token|secret|auth|apikey)\\?[\"']?\s{0,2}[:=]\s{0,3}\\?[\"']?"
            r"([^\s\"',;<>\\\ufdd0]{6,2000})",
            re.I,
        ),
        ("x-",),
        _credential,
    ),
    Rule(
        "cookie",
        re.compile(
            r"(?<![\w.])(?:JSESSIONID|PHPSESSID|ASP\.NET_SessionId|\.ASPXAUTH|FedAuth|connect\.sid"
            r"|MRHSession|NSC_\w{1,40}|glide_\w{1,30}|session_?id|sessid|csrftoken|XSRF-TOKEN|_\w{1,30}_session)"
            r"\s?=\s?([^\s;,&\"'<>\ufdd0]{8,4000})",
            re.I,
        ),
        ("sess", "aspxauth", "fedauth", "connect.sid", "nsc_", "glide_", "csrftoken", "xsrf"),
        lambda _, value: is_token(value),
    ),
)

TRANSPORT_RULES: tuple[Finder, ...] = (*_URLS, *_HEADERS, _Cookies())
