"""IP addresses, for organisations that count them as personal data."""

import re
from ipaddress import AddressValueError, IPv6Address

from ingest.redaction.findings import Rule

_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_VERSION_BEFORE = re.compile(
    r"(?i)(?:\bv|\bver(?:sion|\.)?|\brelease|\bbuild|\brev(?:ision)?|\bfirmware|\bdriver|\bchrome"
    r"|\bedge|\bagent|\bpatch|\bupgrade|\bupdate)[\s:=/]{0,3}\Z"
)


def _not_a_version(match: re.Match[str], _: str) -> bool:
    before = match.string[max(0, match.start(1) - 16) : match.start(1)]
    return not _VERSION_BEFORE.search(before)


def _is_v6(_: re.Match[str], value: str) -> bool:
    # C++ and Perl write names such as ace::add: an address has a digit or is long.
    if not any(c.isdigit() for c in value) or value.count(":") < 2:
        return False
    try:
        IPv6Address(value)
    except AddressValueError:
        return False
    return True


IP_RULES = (
    Rule(
        "ip",
        re.compile(rf"(?<![\w.-])({_OCTET}(?:\.{_OCTET}){{3}})(?![\w-]|\.\d)"),
        (),
        _not_a_version,
    ),
    Rule(
        "ip",
        re.compile(r"(?<![\w:.])([0-9A-Fa-f:]{2,39}(?:\.\d{1,3}){0,3})(?![\w:])"),
        ("::", ":"),
        _is_v6,
    ),
)
