"""Typed identifiers in operations text: what a card shows as a chip and JSON as a value.

Each kind has its patterns, and a plausibility check where the pattern alone would also take
prose. A part of the text is one identifier of one kind; where patterns overlap, the kind that
comes first in this list has it:

- url: a scheme and an address without its closing punctuation, ``https://wiki.acme.com/x``
- certificate: common name or organisation of a subject, ``CN=vpn.acme.com``, ``O = Acme Ltd``;
  an entry of a directory (one with ``DC=``) is not a certificate
- ip: IPv4, also with a prefix length, and IPv6, ``10.2.0.17``, ``fe80::1``
- ticket: ServiceNow numbers and Jira keys, ``INC0010121``, ``OPS-412``
- error_code: vendor codes, ``ORA-00257``; ``IEC030I``; Windows and NT codes, ``0x80070005``;
  errno names, ``ECONNREFUSED``; names that say what failed, ``KRB_AP_ERR_SKEW``; exceptions,
  ``java.net.SocketTimeoutException``; HTTP, ``HTTP 503``; reasons of Kubernetes, ``OOMKilled``;
  numbers called a code, ``exit code 137``
- alert: ``alertname="Watchdog"``, ``[FIRING:2] Heartbeat``; CamelCase with a state among its
  words, ``KubePodCrashLooping``, ``TargetDown``, ``etcdNoLeader``
- host: names under a known domain or of three labels and a number, ``erp-db-01.prod.acme``;
  machines, which have a number behind a hyphen, ``vpn-gw-lon-1``, ``web-01``
- version: with a ``v``, of three or four numbers, or behind a word that says so, ``v1.24``,
  ``9.3.2p1``, ``TLS 1.2``, ``nginx/1.25``
- port: ``port 443``, ``443/tcp``, and what follows a host or an address, ``web-01:8443``

``retrieval.analysis.identifiers`` is the wider net that search uses: there a false name costs
nothing, here a person would read it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from retrieval import identifier_checks as check


class IdentifierKind(StrEnum):
    """What an identifier names."""

    ERROR_CODE = "error_code"
    HOST = "host"
    URL = "url"
    VERSION = "version"
    ALERT = "alert"
    CERTIFICATE = "certificate"
    PORT = "port"
    TICKET = "ticket"
    IP = "ip"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier and its first place: ``text[start:end] == value``."""

    kind: IdentifierKind
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Rule:
    """A pattern whose first group is the identifier, and what else must hold.

    Every pattern begins where no word goes on and has bounded repetitions, so that a match
    attempt costs the same however long the text is.
    """

    kind: IdentifierKind
    pattern: re.Pattern[str]
    plausible: Callable[[re.Match[str]], bool] = lambda _: True


def _rule(
    kind: IdentifierKind, pattern: str, plausible: Callable[[re.Match[str]], bool] = lambda _: True
) -> _Rule:
    return _Rule(kind, re.compile(pattern), plausible)


_K = IdentifierKind
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_SUFFIX = r"(?:[-+~][A-Za-z0-9]{1,15}(?:[.-][A-Za-z0-9]{1,15}){0,3}|[a-z]\d{0,2})?"
# The rest of a name in a subject; further words only where something ends it, not a sentence.
_NAME = r"[\w.&'-]{0,40}(?:(?: [\w.&'-]{1,40}){1,6}(?= ?(?:[,/;+\"'\n)<\]]|\Z)))?"
_WORDED = (
    r"version|ver\.?|release|firmware|driver|patch|kernel|build|tls|ssl|openssl|openssh|python|java"
    r"|php|node|nginx|apache|tomcat|postgresql|postgres|mysql|mariadb|oracle|mongodb|redis|kafka"
    r"|kubernetes|docker|terraform|ansible|ubuntu|debian|rhel|centos|windows|ios|android|chrome"
)
_LABELLED = (
    r"event id|exit (?:code|status)|return code|stop code|error code|status code|response code"
    r"|sqlcode|sqlstate|errno"
)
_PHRASES = (
    r"Bad Request|Unauthorized|Forbidden|Not Found|Too Many Requests|Internal Server Error"
    r"|Bad Gateway|Service Unavailable|Gateway Time-?out"
)

_CAMEL_CASE = (
    r"(?<![\w.$/@-])([A-Za-z][A-Za-z0-9]{0,80}[a-z0-9][A-Z][A-Za-z0-9]{0,80})(?![\w(@-]|\.\w|::)"
)
_CALLED_ALERTS = (
    _rule(_K.ALERT, r"(?<!\w)alertname[\"']?\s?[=:]\s?[\"']?([A-Za-z_][\w:-]{2,100})"),
    _rule(_K.ALERT, r"\[FIRING:\d{1,6}\]:? {1,2}([A-Z]\w{2,100})(?!\w)"),
)
_NAMES = (*_CALLED_ALERTS, _rule(_K.ALERT, _CAMEL_CASE, check.could_be_alert))
_RULES = (
    _rule(
        _K.URL,
        r"(?<![\w+.-])([A-Za-z][A-Za-z0-9+.-]{1,15}://[\w\[]"
        r"[\w!#$%&'*+,./:;=?@~\[\]-]{0,4000}(?<![.,:;!?'\[]))",
    ),
    _rule(
        _K.CERTIFICATE,
        rf"(?<!\w)(?<!I/)(CN ?= ?(?:\*?[\w-]{{0,63}}(?:\.[\w-]{{1,63}}){{1,8}}|[A-Za-z0-9]{_NAME})"
        rf"|O ?= ?[A-Z]{_NAME})",
        check.is_no_directory_entry,
    ),
    _rule(
        _K.IP,
        rf"(?<![\w.-])((?:{_OCTET}\.){{3}}{_OCTET}(?:/[1-3]?\d)?)(?![\w-]|\.\d)",
        check.is_no_worded_version,
    ),
    _rule(_K.IP, r"(?<![\w:.])([0-9A-Fa-f:]{3,39})(?![\w:])", check.is_ipv6),
    _rule(
        _K.TICKET,
        r"(?<![\w-])((?:INC|CHG|PRB|RITM|SCTASK|CTASK|PTASK|TASK|REQ|KB)\d{4,10})(?![\w-])",
    ),
    _rule(_K.TICKET, r"(?<![\w-])([A-Z]{2}[A-Z0-9]{0,8}-\d{1,7})(?![\w-]|\.\d)", check.is_jira_key),
    _rule(_K.ERROR_CODE, r"(?<![\w-])(0x[0-9A-Fa-f]{4,8})(?![\w-])"),
    _rule(
        _K.ERROR_CODE,
        r"(?<![\w-])([A-Z]{2}[A-Z0-9]{0,6}-\d{1,7})(?![\w-]|\.\d)",
        check.is_vendor_code,
    ),
    _rule(_K.ERROR_CODE, r"(?<![\w-])(AADSTS\d{4,7}|[A-Z]{3,8}\d{3,5}[AEISW])(?![\w-])"),
    _rule(_K.ERROR_CODE, r"(?<![\w-])(E[A-Z0-9]{2,15})(?![\w-])", check.is_errno),
    _rule(
        _K.ERROR_CODE,
        r"(?<![\w-])([A-Z][A-Z0-9]{0,30}(?:_[A-Z0-9]{1,30}){1,8})(?![\w-])",
        check.says_what_failed,
    ),
    _rule(
        _K.ERROR_CODE,
        r"(?<![\w.])((?:[a-z]\w{0,40}\.){0,8}[A-Z][A-Za-z0-9$]{1,80}?(?:Exception|Error))(?!\w)",
    ),
    _rule(_K.ERROR_CODE, r"(?<!\w)(HTTP(?:/\d(?:\.\d)?)?[ :]{0,2}[45]\d\d)(?![\w-]|\.\d)"),
    _rule(_K.ERROR_CODE, rf"(?<![\w.])([45]\d\d (?:{_PHRASES}))(?!\w)"),
    _rule(
        _K.ERROR_CODE,
        rf"(?<!\w)((?i:{_LABELLED})(?: is| was)?[ :=#\[]{{1,3}}-?(?:0x)?[0-9A-F]{{1,10}})(?!\w)",
    ),
    _rule(_K.ERROR_CODE, r"(?<!\w)([Ee]rror #?\d{3,5})(?!\w|[.,]\d|%| [a-z]{1,20}s\b)"),
    _rule(_K.ERROR_CODE, r"(?<!\w)([A-Z][A-Za-z]{5,30})(?!\w)", check.is_kubernetes_reason),
    *_CALLED_ALERTS,
    _rule(_K.ALERT, _CAMEL_CASE, check.is_alert),
    _rule(
        _K.HOST,
        r"(?<![\w.@/-])([A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62}){1,8})(?![\w@-]|\.\w)",
        check.is_domain_name,
    ),
    _rule(
        _K.HOST,
        r"(?<![\w.@/-])([A-Za-z]{2,15}\d{0,4}(?:-[A-Za-z0-9]{1,15}){1,6})(?![\w@-]|\.\w)",
        check.is_machine_name,
    ),
    _rule(_K.VERSION, rf"(?<![\w.-])(v\d{{1,5}}(?:\.\d{{1,6}}){{1,3}}{_SUFFIX})(?!\w|\.\d)"),
    _rule(
        _K.VERSION,
        rf"(?<!\w)(?i:{_WORDED})(?::? |=)v?(\d{{1,5}}(?:\.\d{{1,6}}){{1,3}}{_SUFFIX})(?!\w|\.\d)",
    ),
    _rule(_K.VERSION, r"(?<!\w)(?i:build)(?::? |=)(\d{3,6})(?!\w|\.\d)"),
    _rule(
        _K.VERSION,
        rf"(?<=[A-Za-z]/)(?<!HTTP/)(\d{{1,5}}(?:\.\d{{1,6}}){{1,3}}{_SUFFIX})(?![\w/]|\.\d)",
    ),
    _rule(
        _K.VERSION,
        rf"(?<![\w.,/:+-])(\d{{1,5}}(?:\.\d{{1,6}}){{2,3}}{_SUFFIX})(?![\w%/]|[.,:]\d)",
        check.is_no_date_or_number,
    ),
    _rule(_K.PORT, r"(?<!\w)(?i:ports?)(?: |: ?|=)(\d{1,5})(?![\w.-]\w)", check.is_port),
    _rule(_K.PORT, r"(?<!\w)(?i:tcp|udp)[/ :](\d{1,5})(?![\w.-]\w)", check.is_port),
    _rule(_K.PORT, r"(?<![\w.,:/-])(\d{1,5})/(?i:tcp|udp)(?!\w)", check.is_port),
    _rule(_K.PORT, r"(?<!\w)localhost:(\d{2,5})(?![\w.:-]\w)", check.is_port),
)
_PORT_BEHIND = re.compile(r":(\d{2,5})(?![\w:])")


def find(text: str) -> tuple[Identifier, ...]:
    """The identifiers of a text, each (kind, value) once, in the order of the text.

    Time is linear in the length of the text. A placeholder of the redactor is none.
    """
    distinct: dict[tuple[IdentifierKind, str], Identifier] = {}
    for found in sorted(_all(text), key=lambda identifier: identifier.start):
        distinct.setdefault((found.kind, found.value), found)
    return tuple(distinct.values())


def alert_names(text: str) -> tuple[str, ...]:
    """What could be the name of an alert, in the order of the text, for looking it up.

    Wider than the kind ``alert``: also CamelCase of three words, as classes and settings have.
    """
    found = sorted(_all(text, _NAMES), key=lambda identifier: identifier.start)
    return tuple(dict.fromkeys(identifier.value for identifier in found))


def urls(text: str) -> tuple[str, ...]:
    """The addresses in a text, each once."""
    return tuple(dict.fromkeys(found.value for found in _all(text, _RULES[:1])))


def _all(text: str, rules: Sequence[_Rule] = _RULES) -> Iterator[Identifier]:
    taken = bytearray(len(text))
    for rule in rules:
        for match in rule.pattern.finditer(text):
            start, end = match.span(1)
            if 1 in taken[start:end] or not rule.plausible(match):
                continue
            taken[start:end] = b"\x01" * (end - start)
            yield Identifier(rule.kind, text[start:end], start, end)
            port = _PORT_BEHIND.match(text, end) if rule.kind in (_K.HOST, _K.IP) else None
            if port is not None and check.is_port(port):
                yield Identifier(_K.PORT, port[1], *port.span(1))
