"""Secrets that vendors made recognisable by a prefix or a shape.

To add one: a line of ``_PREFIXED`` with its kind, literals that must occur in the text (lower
case) and the pattern; neighbouring letters and digits are checked for all of them.
"""

import re
from dataclasses import dataclass

from ingest.redaction.findings import Rule


@dataclass(frozen=True, slots=True)
class _Prefixed:
    kind: str
    hints: tuple[str, ...]
    pattern: str


_PREFIXED = (
    # Clouds.
    _Prefixed("api_key", ("akia", "asia", "abia", "acca"), r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}"),
    _Prefixed("api_key", ("aiza",), r"AIza[\w-]{33,40}"),
    _Prefixed("token", ("ya29.",), r"ya29\.[\w-]{20,2000}"),
    _Prefixed("token", ("gocspx-",), r"GOCSPX-[\w-]{20,40}"),
    _Prefixed("token", ("1//0",), r"1//0[\w-]{20,200}"),
    _Prefixed("token", ("q~",), r"[\w.~-]{3}[78]Q~[\w.~-]{28,36}"),
    _Prefixed("token", ("dop_v1_", "doo_v1_", "dor_v1_"), r"do[opr]_v1_[0-9a-f]{64}"),
    _Prefixed("token", ("hrku-",), r"HRKU-[\w-]{30,70}"),
    # Code forges, registries and CI.
    _Prefixed("token", ("gh",), r"gh[pousr]_[A-Za-z0-9]{20,255}"),
    _Prefixed("token", ("github_pat_",), r"github_pat_\w{20,255}"),
    _Prefixed(
        "token", ("gl",), r"gl(?:pat|dt|ptt|rt|rtr|ft|imt|oas|soat|agent|cbt|ffct)-[\w.-]{20,120}"
    ),
    _Prefixed("token", ("gr1348941",), r"GR1348941[\w-]{20}"),
    _Prefixed("token", ("npm_",), r"npm_[A-Za-z0-9]{30,60}"),
    _Prefixed("token", ("pypi-",), r"pypi-[\w-]{40,300}"),
    _Prefixed("token", ("dckr_",), r"dckr_(?:pat|oat)_[\w-]{20,60}"),
    _Prefixed("token", ("akcp",), r"AKCp[A-Za-z0-9]{60,80}"),
    _Prefixed("token", ("rubygems_",), r"rubygems_[0-9a-f]{48}"),
    _Prefixed("token", ("sq",), r"sq[aupc]_[0-9a-f]{40}"),
    _Prefixed("token", ("atatt", "atctt", "atbb"), r"(?:ATATT|ATCTT|ATBB)[\w=.-]{20,250}"),
    # Chat and mail.
    _Prefixed("token", ("xox",), r"xox[a-z]-[\w-]{10,300}"),
    _Prefixed("token", ("xapp-",), r"xapp-\d-[\w-]{20,200}"),
    _Prefixed("api_key", ("sg.",), r"SG\.[\w-]{16,32}\.[\w-]{20,64}"),
    _Prefixed("api_key", ("sk",), r"SK[0-9a-f]{32}"),
    _Prefixed("api_key", ("key-",), r"key-[0-9a-f]{32}"),
    _Prefixed("api_key", ("-us",), r"[0-9a-f]{32}-us\d{1,2}"),
    _Prefixed("token", (":aa",), r"\d{8,10}:AA[\w-]{32,34}"),
    # Payment and commerce.
    _Prefixed("api_key", ("_live_", "_test_"), r"[sr]k_(?:live|test)_[A-Za-z0-9]{10,120}"),
    _Prefixed("token", ("whsec_",), r"whsec_[A-Za-z0-9+/=]{20,80}"),
    _Prefixed("token", ("shp",), r"shp(?:at|ca|pa|ss|ua)_[0-9a-f]{32}"),
    _Prefixed("token", ("sq0",), r"sq0[a-z]{3}-[\w-]{22,60}"),
    # Models and data.
    _Prefixed("api_key", ("sk-",), r"sk-(?=[A-Za-z_-]{0,40}\d)[\w-]{20,250}"),
    _Prefixed("token", ("hf_",), r"hf_[A-Za-z]{30,40}"),
    _Prefixed("token", ("dapi",), r"dapi[0-9a-f]{32}(?:-\d)?"),
    # Secrets, observability and infrastructure.
    _Prefixed("token", ("hvs.", "hvb.", "hvr."), r"hv[sbr]\.[\w-]{20,300}"),
    _Prefixed("token", (".atlasv1.",), r"\w{14}\.atlasv1\.[\w-]{40,80}"),
    _Prefixed("token", ("gls", "glc_"), r"gl(?:sa|c)_[\w+/=]{20,300}"),
    _Prefixed("api_key", ("nra", "nrj", "nri"), r"NR(?:AK|JS|II|IQ|RA)-[\w-]{19,64}"),
    _Prefixed("token", ("sntry",), r"sntry[su]_[\w+/=-]{30,250}"),
    _Prefixed("token", ("dp.",), r"dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{30,70}"),
    _Prefixed("token", ("pul-",), r"pul-[0-9a-f]{40}"),
    _Prefixed("token", ("tskey-",), r"tskey-[a-z]{2,10}-[\w-]{10,80}"),
    _Prefixed("token", ("ops_ey",), r"ops_ey[\w=-]{40,1200}"),
    _Prefixed("private_key", ("age-secret-key-1",), r"AGE-SECRET-KEY-1[A-Z0-9]{50,60}"),
    _Prefixed("token", ("lin_api_", "lin_oauth_"), r"lin_(?:api|oauth)_[A-Za-z0-9]{30,70}"),
    _Prefixed("token", ("ntn_",), r"ntn_[A-Za-z0-9]{40,60}"),
    _Prefixed("token", ("k10",), r"K10[0-9a-f]{48,70}::\w{2,20}:[\w.-]{8,80}"),
    # Signed tokens: three parts, or two where the signature was cut off.
    _Prefixed("token", ("eyj",), r"eyJ[\w-]{6,4000}\.[\w-]{6,8000}(?:\.[\w-]{0,8000}){0,3}"),
    # Disk encryption.
    _Prefixed("password", ("-",), r"\d{6}(?:-\d{6}){7}"),
    # Password hashes.
    _Prefixed("password_hash", ("$2",), r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{20,60}"),
    _Prefixed(
        "password_hash",
        ("$1$", "$5$", "$6$", "$8$", "$9$", "$y$", "$7$", "$apr1$", "$md5", "$sha"),
        r"\$(?:[156789y]|apr1|md5|sha1|gy)\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9$]{8,140}",
    ),
    _Prefixed("password_hash", ("$argon2",), r"\$argon2(?:id|i|d)\$[\w=,$+/]{20,250}"),
    _Prefixed("password_hash", ("pbkdf2",), r"\$?pbkdf2[_-]sha\d{1,3}\$\d+\$[\w+/=.$]{16,200}"),
    _Prefixed(
        "password_hash",
        ("sha}", "sha256}", "sha512}", "md5}", "smd5}", "ssha}"),
        r"\{S?(?:SHA(?:256|512)?|MD5)\}[A-Za-z0-9+/]{20,120}={0,2}",
    ),
    _Prefixed("password_hash", (":",), r"(?<=:)[0-9a-fA-F]{32}:[0-9a-fA-F]{32}(?=:)"),
)

# The secret part of addresses that anybody may post to.
_WEBHOOKS = (
    Rule(
        "webhook",
        re.compile(r"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/-]{8,200})", re.I),
        ("hooks.slack.com",),
    ),
    Rule(
        "webhook",
        re.compile(r"webhook\.office\.com/webhookb2/([\w@/-]{16,400})", re.I),
        ("webhook.office.com",),
    ),
    Rule(
        "webhook",
        re.compile(r"outlook\.office(?:365)?\.com/webhook/([\w@/-]{16,400})", re.I),
        ("outlook.office",),
    ),
    Rule(
        "webhook",
        re.compile(r"discord(?:app)?\.com/api/webhooks/\d{10,22}/([\w-]{20,100})", re.I),
        ("/api/webhooks/",),
    ),
    Rule(
        "webhook",
        re.compile(r"events\.pagerduty\.com/integration/(\w{16,64})", re.I),
        ("pagerduty.com/integration",),
    ),
    Rule(
        "webhook",
        re.compile(r"hooks\.zapier\.com/hooks/catch/([\w/]{6,60})", re.I),
        ("hooks.zapier.com",),
    ),
)

# An AWS secret has no prefix; it is known by its key id or its name beside it.
_AWS_SECRET = Rule(
    "api_key",
    re.compile(
        r"(?:AKIA|ASIA)[A-Z0-9]{16}[\s\"',:;|/=\ufdd0-]{1,6}(?:secret\w{0,20}[\s\"'=:]{1,6})?"
        r"([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        re.I,
    ),
    ("akia", "asia"),
)


def _rule(entry: _Prefixed) -> Rule:
    return Rule(
        entry.kind, re.compile(rf"(?<![A-Za-z0-9_-]){entry.pattern}(?![A-Za-z0-9])"), entry.hints
    )


VENDOR_RULES = (*(_rule(entry) for entry in _PREFIXED), *_WEBHOOKS, _AWS_SECRET)
