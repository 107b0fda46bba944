"""Secrets given to commands on their line."""

import re

from ingest.redaction.findings import Rule
from ingest.redaction.values import is_harmless, is_strong, is_token, is_weak_password, trimmed

# One argument: in quotes, or up to white space.
_ARGUMENT = r"""(?:"((?:[^"\\\n]|\\.){1,200})"|'([^'\n]{1,200})'|([^\s"'`<>|\ufdd0]{1,400}))"""
# What may stand between a command and its flag, on the same line.
_BETWEEN = r"[^\n|;]{0,200}?\s"


def _argument(match: re.Match[str], value: str) -> bool:
    if value.startswith("-") or (is_harmless(value) and not is_weak_password(value)):
        return False
    prose = (
        value.isalpha()
        and value.islower()
        and match.string[match.start(match.lastindex or 0) - 1].isspace()
    )
    return not (prose and _SENTENCE_FOLLOWS.match(match.string, match.end()))


def _strong_argument(_: re.Match[str], value: str) -> bool:
    return not value.startswith("-") and is_strong(trimmed(value))


def _flag_value(match: re.Match[str], value: str) -> bool:
    """A flag with a telling name; prose about the flag goes on with a plain word."""
    if not _argument(match, value):
        return False
    quoted = match.string[match.start(match.lastindex or 0) - 1] in "\"'"
    return (
        quoted
        or is_strong(value)
        or is_token(value)
        or not _PROSE_FOLLOWS.match(match.string, match.end())
    )


_SENTENCE_FOLLOWS = re.compile(r"[ ][a-z]{2,}[ ][a-z]{2,}\b")
_PROSE_FOLLOWS = re.compile(r"[,.]?[ ](?!-|/|\||>|&|#)[a-z]{2,}\b")


def _rule(kind: str, hints: tuple[str, ...], pattern: str, strong: bool = False) -> Rule:
    accept = _strong_argument if strong else _argument
    return Rule(kind, re.compile(pattern, re.IGNORECASE), hints, accept)


_WORDS = (
    r"(?:password|passwd|passphrase|pass|pwd|pw|secret|storepass|keypass|srcstorepass|deststorepass"
    r"|accountpassword|adminpassword|userpassword|bind-?pw|credential)"
)
_TOKENS = (
    r"(?:[a-z]{2,12}-)?(?:token|api-?key|apikey|secret-?key|client-?secret|access-?key|auth-?key)"
)

COMMAND_RULES = (
    Rule(
        "password",
        re.compile(
            rf"(?<![\w-])-{{1,2}}(?:[a-z]{{2,12}}-)?{_WORDS}(?:\s{{1,3}}|=|:){_ARGUMENT}",
            re.IGNORECASE,
        ),
        ("-",),
        _flag_value,
    ),
    Rule(
        "token",
        re.compile(rf"(?<![\w-])-{{1,2}}{_TOKENS}(?:\s{{1,3}}|=|:){_ARGUMENT}", re.IGNORECASE),
        ("-",),
        lambda match, value: _argument(match, value) and len(value) >= 6,
    ),
    _rule("password", ("/p",), rf"(?<=\s)/(?:p|pass|pwd|password|rp|pw):{_ARGUMENT}"),
    _rule("password", ("schtasks",), rf"\bschtasks\b{_BETWEEN}/rp\s+{_ARGUMENT}"),
    _rule("password", ("pass:",), r"(?<![\w/.-])pass:([^\s\"'<>\ufdd0]{3,200})", strong=True),
    # Databases.
    _rule(
        "password",
        ("mysql", "mariadb", "innobackup", "xtrabackup"),
        rf"\b(?:mysql\w{{0,12}}|mariadb\w{{0,12}}|(?:inno|xtra)backup\w{{0,3}}){_BETWEEN}(?-i:-p)(?=\S){_ARGUMENT}",
    ),
    _rule(
        "password",
        ("sql", "bcp"),
        rf"\b(?:sqlcmd|isql|osql|bcp|tsql)\b{_BETWEEN}-P\s?{_ARGUMENT}".replace("-P", "(?-i:-P)"),
    ),
    _rule(
        "password",
        ("sqlplus", "expdp", "impdp", "rman", "sqlldr", "exp ", "imp ", "connect", "conn "),
        r"\b(?:sqlplus|expdp|impdp|rman|sqlldr|exp|imp|conn|connect)\s(?:-\w\s|target\s){0,3}['\"]?[A-Za-z][\w$#]{0,40}/"
        r"(?:\"([^\"\n]{1,100})\"|([^\s@/\"']{1,100}))(?=@|\s|$|['\"])",
    ),
    _rule("password", ("mongo",), rf"\bmongo\w{{0,8}}\b{_BETWEEN}(?-i:-p)\s?{_ARGUMENT}"),
    _rule(
        "password",
        ("redis-cli", "keydb-cli", "valkey-cli"),
        rf"\b\w{{2,8}}-cli\b{_BETWEEN}-a\s{{1,3}}{_ARGUMENT}",
    ),
    _rule(
        "password",
        ("identified by",),
        rf"\bidentified\s(?:with\s\S{{1,40}}\s)?by\s(?:password\s)?{_ARGUMENT}",
    ),
    # Windows.
    _rule(
        "password",
        ("net use",),
        rf"\bnet1?\s{{1,3}}use\b[^\n|;]{{0,200}}?/u(?:ser)?:\S{{1,100}}\s{{1,3}}(?!/){_ARGUMENT}",
    ),
    _rule(
        "password",
        ("net use",),
        rf"\bnet1?\s{{1,3}}use\s[^\n|;/]{{0,120}}?\\\\[^\s/]{{1,160}}\s{{1,3}}(?![/\\]){_ARGUMENT}(?=[^\n]{{0,40}}/u)",
    ),
    _rule(
        "password",
        ("net user",),
        rf"\bnet1?\s{{1,3}}user\s{{1,3}}[^\s/]{{1,60}}\s{{1,3}}(?![/*]){_ARGUMENT}",
    ),
    _rule(
        "password",
        ("psexec", "paexec", "wmiexec", "winexe"),
        rf"\b(?:ps|pa|wmi|smb)?exec(?:64|\.exe|\.py)?\b{_BETWEEN}(?-i:-p)\s{{1,3}}{_ARGUMENT}",
    ),
    _rule(
        "password",
        ("plink", "pscp", "psftp", "putty", "kitty"),
        rf"\b(?:plink|pscp|psftp|putty|kitty)\b{_BETWEEN}(?-i:-p)w\s{{1,3}}{_ARGUMENT}",
    ),
    _rule(
        "password",
        ("securestring",),
        rf"\bConvertTo-SecureString\s+(?:-String\s+|-AsPlainText\s+|-Force\s+){{0,3}}{_ARGUMENT}",
    ),
    _rule(
        "password",
        ("networkcredential", "pscredential"),
        r"\bNetworkCredential\s?\(\s?[\"'][^\"'\n]{0,100}[\"']\s?,\s?[\"']([^\"'\n]{1,200})[\"']",
    ),
    _rule(
        "password",
        ("autologon", "defaultpassword"),
        rf"\b(?:autologon\s+\S{{1,60}}\s+\S{{1,60}}|DefaultPassword\s+/t\s+REG_SZ\s+/d)\s+{_ARGUMENT}",
    ),
    # Transfer and remote shells.
    _rule(
        "password",
        ("curl", "wget", "http"),
        r"\b(?:curl|wget|https?)\b[^\n]{0,300}?\s(?:-\w{0,6}u|--user|--proxy-user|-U|-a|--auth)[\s=]{0,3}[\"']?[^\s:\"'/]{1,100}:([^\s\"']{1,200})",
    ),
    _rule("password", ("sshpass",), rf"\bsshpass\s{{1,3}}-p\s{{0,2}}{_ARGUMENT}"),
    _rule(
        "password",
        ("smb", "rpcclient", "winexe", "net "),
        r"\b(?:smb\w{0,10}|rpcclient|winexe|net|cifs\w{0,6})\b[^\n]{0,200}?\s-U\s{0,2}['\"]?[^\s%'\"]{1,80}%([^\s'\"]{1,200})",
    ),
    _rule("password", ("lftp",), r"\blftp\b[^\n]{0,200}?\s-u\s{1,3}[^\s,]{1,80},([^\s]{1,200})"),
    _rule("password", ("ldap",), rf"\bldap\w{{2,10}}\b{_BETWEEN}-w\s{{0,3}}{_ARGUMENT}"),
    _rule(
        "password",
        ("ipmi", "racadm", "zip", "mosquitto", "snmp"),
        rf"\b(?:ipmi\w{{2,8}}|mosquitto_\w{{2,6}}|zip|unzip)\b{_BETWEEN}(?-i:-P)\s{{0,2}}{_ARGUMENT}",
    ),
    _rule("password", ("racadm",), rf"\bracadm\b{_BETWEEN}(?-i:-p)\s{{1,3}}{_ARGUMENT}"),
    _rule("password", ("7z",), rf"\b7z\w?\b{_BETWEEN}(?-i:-p)(?=\S){_ARGUMENT}"),
    _rule(
        "password",
        ("rdp", "rdesktop"),
        rf"\b(?:\w?freerdp|rdesktop|mstsc)\b{_BETWEEN}(?-i:-p)\s{{0,2}}{_ARGUMENT}",
    ),
    _rule(
        "password",
        (" login", "svn", "impala", "vncviewer", "winscp"),
        rf"\b(?:docker|podman|helm|oc|az|skopeo|buildah|cf|nerdctl|argocd|bw)\s(?:[a-z-]{{1,20}}\s){{0,2}}login\b{_BETWEEN}(?-i:-p)\s{{0,2}}{_ARGUMENT}",
    ),
    _rule(
        "token",
        ("vault login", "vault token"),
        r"\bvault\s(?:login|token\slookup|unwrap)\s{1,3}(?!-)([\w.]{8,300})",
    ),
    _rule(
        "password",
        ("htpasswd",),
        rf"\bhtpasswd\s{{1,3}}-\w{{0,6}}b\w{{0,6}}\s{{1,3}}\S{{1,120}}\s{{1,3}}\S{{1,60}}\s{{1,3}}{_ARGUMENT}",
    ),
    _rule(
        "password",
        ("chpasswd",),
        r"[\"']?\b[\w.-]{1,40}:([^\s\"'|]{1,200})[\"']?\s{0,3}\|\s{0,3}(?:sudo\s)?chpasswd",
    ),
    _rule(
        "password",
        ("sudo -s", "--stdin", "kinit"),
        rf"\becho\s{{1,3}}(?:-\w\s{{1,3}})?{_ARGUMENT}\s{{0,3}}\|\s{{0,3}}(?:sudo\s{{1,3}}(?:-S|\S{{1,20}}\s)|passwd\s|kinit)",
    ),
    _rule(
        "password",
        ("change_password", "add_user", "set_password", "adduser", "set-password"),
        rf"\b(?:change_password|add_user|set_?password|set-password)\s{{1,3}}[^\s=:]{{1,60}}\s{{1,3}}{_ARGUMENT}",
    ),
    # Network equipment.
    _rule(
        "password",
        ("snmp",),
        r"\bsnmp-server\s(?:community|host\s\S{1,60}\s(?:traps\s|informs\s)?(?:version\s\w{1,3}\s)?)\s{0,2}(?!version|traps|informs)(\S{3,64})",
    ),
    _rule(
        "password",
        ("snmp",),
        rf"\bsnmp(?:walk|get|bulkwalk|getnext|set|table|trap|status)\b{_BETWEEN}(?:-c|(?-i:-A)|(?-i:-X))\s{{0,2}}{_ARGUMENT}",
    ),
    _rule(
        "password_hash",
        ("enable", "secret", "password"),
        r"\b(?:enable|privilege|username\s\S{1,40})\s[^\n]{0,40}?(?:secret|password)\s[4-9]\s(\S{4,200})",
    ),
    _rule(
        "password",
        ("tacacs", "radius", "key-string", "isakmp", "md5"),
        r"\b(?:(?:tacacs|radius)(?:-server)?\s[^\n]{0,80}?key|key-string|isakmp\skey|message-digest-key\s\d{1,3}\smd5)\s(?:[0-7]\s)?(\S{3,100})",
    ),
    _rule(
        "password",
        ("requirepass", "masterauth"),
        rf"(?m:^)[ \t]{{0,8}}(?:requirepass|masterauth)\s{{1,3}}{_ARGUMENT}",
    ),
    _rule(
        "password",
        ("machine ",),
        rf"\bmachine\s\S{{1,120}}\s+login\s\S{{1,80}}\s+password\s{_ARGUMENT}",
    ),
    _rule(
        "password",
        ("wpa_passphrase", "wpa-psk", "pre-shared-key"),
        rf"\b(?:wpa_passphrase|wpa-psk|pre-shared-key|ascii-key)\s(?:ascii\s|address\s\S{{1,60}}\skey\s)?{_ARGUMENT}",
    ),
)
