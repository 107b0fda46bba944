"""Whether what looks like an identifier is one: the checks behind ``retrieval.identifiers``."""

import errno
import re
from ipaddress import AddressValueError, IPv6Address

# Prefixes with a hyphen and a number that name a standard, a measure or a rank: neither a
# project of tickets nor a machine.
_STANDARDS = frozenset(
    """aes base cat cap class code cov covid cve day des din dvb en fifa fips fy gb gpt h http iec
    ieee ip ipv iso level lte lto mach md mid mod mp ms ntlm option pci pep phase post pre prio
    pr priority ps rank raid rev rfc rsa sec section sev sha ssl stage step sub td tier tls top type
    unit usb utf ver version vlan vol wave week win wpa x year""".split()
)
_MONTHS = frozenset("jan feb mar apr may jun jul aug sep sept oct nov dec".split())
# Oracle, IBM, JBoss and Windows write their codes as a family, a hyphen and a number.
_VENDORS = frozenset(
    "ORA TNS PLS RMAN CRS PRVF PRVG INS LRM OGG DGM KUP JBAS WFLY ERR BEA ESA".split()
)
_FAILURES = frozenset(
    """ERR ERROR ERRORS FAIL FAILED FAILURE FATAL FAULT INVALID DENIED REFUSED REJECTED TIMEOUT
    TIMEDOUT EXCEEDED EXHAUSTED UNAVAILABLE UNREACHABLE UNKNOWN UNSUPPORTED UNAUTHORIZED FORBIDDEN
    RESET ABORTED CLOSED EXPIRED REVOKED MISMATCH MISSING VIOLATION CORRUPT CORRUPTED NXDOMAIN
    SERVFAIL OVERFLOW DEADLOCK CONFLICT SKEW LOST PANIC BUGCHECK DISALLOWED THROTTLED NOTFOUND
    EXCEPTION INSUFFICIENT""".split()
)
# What getaddrinfo and Node.js add to the names of the C library.
_ERRNO = frozenset(errno.errorcode.values()) | {"ENOTFOUND", "EWOULDBLOCK", "EPROTOTYPE"}
_REASONS = frozenset(
    """CrashLoopBackOff ImagePullBackOff ErrImagePull ErrImageNeverPull InvalidImageName OOMKilled
    FailedScheduling FailedMount FailedAttachVolume FailedCreatePodSandBox BackOff
    NodeNotReady DeadlineExceeded ContainerCannotRun""".split()
)
_STATES = frozenset(
    """Absent Busy Critical Dead Degraded Disconnected Down Dropping Errors Exceeded Exhausted
    Expiration Expired Expires Expiring Failed Failing Failure Failures Filling Firing
    Flapping Full Growing High Inactive Inconsistent Insufficient Lag Lagging Leaking Looping
    Lost Low Many Mismatch Missing Outdated Overcommit Overload Overloaded Pressure Rejected
    Restarting Saturated Saturation Skew Slow Stale Stuck Throttled Throttling Unavailable
    Unhealthy Unknown Unreachable Unschedulable Waiting""".split()
)
# Inside a name they negate; at its beginning they are the code of an API (NotFound).
_NEGATIONS = frozenset({"No", "Not"})
_KINDS_OF_KUBERNETES = frozenset(
    """PersistentVolumeClaim CustomResourceDefinition HorizontalPodAutoscaler PodDisruptionBudget
    ClusterRoleBinding CertificateSigningRequest MutatingWebhookConfiguration
    ValidatingWebhookConfiguration PodSecurityPolicy ResourceQuota LimitRange""".split()
)
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")
# A word for it, or a product and a slash as programs name themselves: Chrome/115.0.0.0.
_VERSION_BEFORE = re.compile(
    r"(?i)(?:\bv|\bver(?:sion|\.)?|\brelease|\bbuild|\bfirmware|\bdriver|\bpatch|[a-z]/)[\s:=]{0,3}\Z"
)
_DIRECTORY = re.compile(r"[^\n]{0,200}?\bDC ?=")

_DOMAINS = frozenset(
    """com net org edu gov mil int info biz io cloud app dev co eu uk de fr nl ch se dk fi ie es pt
    cz sk hu ro bg gr lt lv ee ru ua tr il ae sa za ng ke eg br ar mx cl pe ca au nz jp cn hk tw kr
    sg th vn ph local lan corp internal intranet localdomain svc arpa example invalid""".split()
)
# They end sentences and file names as well: only behind two further labels are they domains.
_WORDS_TOO = frozenset("it is at be to me no in us my do as am by so".split())
_MACHINES = frozenset(
    """ad app db dc dns erp es esx esxi etcd file ftp fw gw host imap k8s kafka lb mail master mongo
    mx nas node ns ora pc print proxy prt redis rtr san sap server smtp sql srv storage sw vm vpn
    web worker ws""".split()
)
_NO_HOSTS = frozenset({"asp.net", "ado.net", "vb.net", "socket.io", "draw.io"})
_PACKAGES = frozenset("com org net io java javax jakarta kotlin scala sun jdk".split())
_REGION = re.compile(
    r"(?:af|ap|ca|cn|eu|il|me|mx|sa|us)-(?:gov-|iso-)?(?:north|south|east|west|central)+-?\d[a-z]?"
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_TITLE_CASE = re.compile(r"[A-Z][a-z]")
_PADDED_OR_NAMED = re.compile(r"0\d{1,3}|[a-z]+\d{1,4}")
_FUNCTION_WORDS = frozenset("to of and by the on in at a end or for".split())
# Suffixes of what Kubernetes generates; anything as long with a digit is no word.
_GENERATED_CHARS = 5

_DATES = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:19|20)\d\d"
    r"|(?:19|20)\d\d\.(?:0[1-9]|1[0-2])\.(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.\d\d"
)
# Thousands with points, telephone numbers of North America, and such as begin with a zero.
_NUMBERS = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{3}\.\d{3}\.\d{4}|0\d[\d.]*")
_MAX_PORT = 65_535


def is_no_directory_entry(match: re.Match[str]) -> bool:
    """No domain components behind it, which a person of a directory has."""
    return not _DIRECTORY.match(match.string, match.end())


def is_no_worded_version(match: re.Match[str]) -> bool:
    """Not called a version in front: ``firmware 10.2.0.17``."""
    return not _VERSION_BEFORE.search(match.string[max(0, match.start(1) - 16) : match.start(1)])


def is_ipv6(match: re.Match[str]) -> bool:
    """A valid address with a digit: ``ace::add`` is a name of C++ or Perl."""
    value = match[1]
    if value.count(":") < 2 or not any(character.isdigit() for character in value):
        return False
    try:
        IPv6Address(value)
    except AddressValueError:
        return False
    return True


def is_jira_key(match: re.Match[str]) -> bool:
    """A project and a number without leading zeros; not a standard nor a vendor's code."""
    project, number = match[1].split("-")
    letters = project.rstrip("0123456789")
    return (
        letters.lower() not in _STANDARDS
        and letters.lower() not in _MONTHS
        and project not in _VENDORS
        and not number.startswith("0")
    )


def is_vendor_code(match: re.Match[str]) -> bool:
    """Of a known family, or a number that is padded with zeros to four digits or more."""
    family, number = match[1].split("-")
    if family.lower() in _STANDARDS - {"sql"}:
        return False
    return family in _VENDORS or (number.startswith("0") and len(number) >= 4)


def is_errno(match: re.Match[str]) -> bool:
    """A name of the C library: ``EUROPE`` is none."""
    return match[1] in _ERRNO


def says_what_failed(match: re.Match[str]) -> bool:
    """One of its words is a failure: ``JAVA_HOME`` is a setting."""
    return not _FAILURES.isdisjoint(match[1].split("_"))


def is_kubernetes_reason(match: re.Match[str]) -> bool:
    """Why a container does not run."""
    return match[1] in _REASONS


def is_alert(match: re.Match[str]) -> bool:
    """A state among its words: ``PostgreSQL`` is a product, ``CreateFileInternal`` a function."""
    words = _CAMEL.findall(match[1])
    return not _STATES.isdisjoint(words) or not _NEGATIONS.isdisjoint(words[1:])


def could_be_alert(match: re.Match[str]) -> bool:
    """An alert by its words, or three words with a capital first."""
    value = match[1]
    long = value[0].isupper() and len(_CAMEL.findall(value)) >= 3
    return is_alert(match) or (long and value not in _KINDS_OF_KUBERNETES)


def is_domain_name(match: re.Match[str]) -> bool:
    """Under a known domain, or three labels of which the first has a number.

    Not ``e.g``, not a login such as ``s.nowak``, not two sentences glued together, not a file
    and not a package of Java.
    """
    value = match[1]
    labels = value.lower().split(".")
    if value.lower() in _NO_HOSTS or any(_TITLE_CASE.match(p) for p in value.split(".")[1:]):
        return False
    if len(labels) == 2:
        return len(labels[0]) > 1 and labels[1] in _DOMAINS and not labels[0].isdigit()
    if labels[0] in _PACKAGES:
        return False
    if labels[-1] in _DOMAINS or labels[-1] in _WORDS_TOO:
        return True
    numbered = labels[0][0].isalpha() and labels[0][-1].isdigit()
    return numbered and "-" in labels[0] and labels[-1].isalpha() and len(labels[-1]) <= 8


def is_machine_name(match: re.Match[str]) -> bool:
    """A number behind a hyphen that is no rank, date, standard, region or UUID."""
    value = match[1]
    if not (value.islower() or value.isupper()) or _UUID.fullmatch(value):
        return False
    first, *rest = parts = value.lower().split("-")
    if first in _STANDARDS or first[:3] in _MONTHS or _REGION.fullmatch(value.lower()):
        return False
    if len(rest) == 1:
        return (first in _MACHINES and rest[0].isdigit()) or _numbers_a_machine(rest[0])
    if not _FUNCTION_WORDS.isdisjoint(parts):
        return False
    return rest[-1][-1].isdigit() or any(_is_generated(part) for part in rest)


def is_no_date_or_number(match: re.Match[str]) -> bool:
    """Neither a date (``02.03.2026``) nor a large number nor a telephone number."""
    value = match[1]
    return not (_DATES.fullmatch(value) or _NUMBERS.fullmatch(value))


def is_port(match: re.Match[str]) -> bool:
    """A number that a port can have."""
    return 0 < int(match[1]) <= _MAX_PORT


def _numbers_a_machine(part: str) -> bool:
    """``01`` or ``db2``; ``1`` is a rank, ``11`` a version, ``2024`` a year."""
    return _PADDED_OR_NAMED.fullmatch(part) is not None


def _is_generated(part: str) -> bool:
    return len(part) >= _GENERATED_CHARS and any(character.isdigit() for character in part)
