"""What people write when they tell of something that can hurt.

A line of the first table: what is done, to what, the reason, and whether data may be lost.
Verbs stand in their base form and are read as base, past and gerund. The object must follow
in the same clause. The second table holds what has another shape.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from assistant.services.triage.effects.commands import Finding
from assistant.services.triage.effects.reasons import Reason
from assistant.services.triage.effects.verbs import Lexicon, Verb

# Words between what is done and what it is done to, in the same clause.
_GAP = (
    r"(?: (?!(?:and|or|then|from|in|into|of|to|with|before|after|so|on|for|because|if|when|by)\b)"
    r"[^ \n,]{1,40}){0,6}? "
)
# The same, where a place or an owner may stand between.
_FAR = r"(?: (?!(?:and|or|then|before|after|so|because|if|when|by|via)\b)[^ \n,]{1,40}){0,9}? "

_DATA = (
    r"(?:files?|data|dumps?|volumes?|pvcs?|pvs?|persistentvolume\w*|buckets?|snapshots?|backups?|"
    r"databases?|dbs?|tables?|schemas?|rows?|records?|entries|mailbox(?:es)?|director(?:y|ies)|"
    r"folders?|namespaces?|disks?|drives?|partitions?|images?|logs?|journals?|ind(?:ex|exes|ices)|"
    r"queues?|topics?|messages|mails?|e-?mails|blocks?|segments?|shards?|archives?|wal|"
    r"recycle bin|trash|objects?|documents?|stores?|contents?|accounts?(?! from)|repositor(?:y|"
    r"ies)|subvolumes?|tenants?)\b"
)
_MACHINES = (
    r"(?:instances?|vms?|virtual machines?|machines?|nodes?|node ?groups?|servers?|hosts?|"
    r"clusters?|environments?|stacks?|vpcs?|load balancers?|resource groups?)\b"
)
# Deleted every day, and made again by whatever made them.
_HARMLESS = (
    r"(?:caches?|cached|cookies?|temp|tmp|temporary|brows(?:er|ing) (?:history|data)|shortcuts?|"
    r"print (?:jobs?|queue)|labels?|annotations?|comments?|silences?|bookmarks?)\b"
    r"(?!(?: \S{1,20})? (?:database|db|volume|server|node|cluster|bucket|table|pvc))"
)
_REAL = rf"(?!(?: (?!(?:and|or|from|plus|with|in|on)\b)[^ \n,]{{1,30}}){{0,3}}? {_HARMLESS})"
_GUARDS = (
    r"(?:mfa|2fa|two-?factor|multi-?factor|anti-?virus|av|defender|edr|crowdstrike|sentinelone|"
    r"endpoint protection|monitoring|alerting|alerts?|alarms?|backups?|backup jobs?|selinux|"
    r"apparmor|firewall|waf|audit(?:ing|s)?|encryption|bitlocker|"
    r"(?:tls|ssl|certificate) (?:check|verification|validation|inspection)|"
    r"(?:deletion|termination|tamper|real-time|write|branch) protection|logging|dlp|spam filter|"
    r"rate limit\w{0,4}|admission webhooks?|webhook validation|network polic(?:y|ies)|"
    r"conditional access|account lockout|uac|secure boot|password polic(?:y|ies)|replication)\b"
)
_SECRETS = (
    r"(?:passwords?|passphrases?|credentials?|creds|secrets?|(?<!registry )(?<!primary )"
    r"(?<!foreign )keys?|certificates?|certs?|tokens?|ca|mfa|2fa|authenticator|krbtgt)(?![\w-])"
)
_WALLS = (
    r"(?:(?:firewalls?|acls?|access(?: control)? lists?|security groups?|nsgs?|iptables|waf)"
    r"(?: rules?| entry| entries| polic(?:y|ies))?|(?:inbound|outbound|ingress|egress) rules?|"
    r"nat rules?|ports? \d{1,5})\b"
)
_WAYS = (
    r"(?:routes?|routing(?: table)?|route tables?|bgp|ospf|default gateway|"
    r"dns (?:zones?|records?|entry|entries|delegation)|(?:a|aaaa|mx|cname|txt|spf|ptr|srv|ns) "
    r"records?|cname|name ?servers?|hosted zones?|zone file|peering|transit gateway)\b"
)
_MANY = (
    r"(?:every(?:body|one)\b|(?:all|every|each|many)(?: [\w-]{1,20}){0,2} (?:users?|accounts?|"
    r"mailbox(?:es)?|members|"
    r"employees|customers|staff|students|tenants)\b)"
)
_ELSEWHERE = r"(?![^\n]{0,80} (?:new|separate|test|temporary|different|isolated|alternate)\b)"
_COPIES = r"(?:backups?|snapshots?|dumps?|tapes?|recovery point)\b"
_TABLES = (
    r"(?:tables?|databases?|schemas?|ind(?:ex|ices)|columns?|partitions?|keyspaces?|collections?|"
    r"views?|topics?)\b"
)
_RUNNING = (
    r"(?:pods?|po|jobs?|replicasets?|deployments?)\b"
    r"(?!'s|-|[^\n]{0,60}\b(?:volumes?|pvcs?|data|logs?|namespaces?)\b)"
)
_DISKS = r"(?:disks?|drives?|partitions?|volumes?|usb|sticks?|ssd|hdd)\b"
_COMPUTERS = r"(?:laptop|pc|machine|workstation|server|host|array|raid)\b"
_RENEWAL = (
    r"(?:certificate|cert|key|credential|secret|password|token) "
    r"(?:rotation|renewal|revocation|resets?|changes?)\b"
)
_STANDBY = r"(?:replicas?|standby|secondary|slave|followers?|dr)\b"
_HOLDERS = (
    r"(?:nodes?|hosts?|servers?|workers?|pods?|vms?|workloads?|node ?groups?|hypervisors?|"
    r"machines|it|them)\b"
)
_ENGINES = r"(?:clusters?|control plane|databases?|db|engine|ios|hypervisors?)\b"
_DEVICES = (
    r"(?:switch(?:es)?|routers?|firewalls?|storage|controllers?|servers?|arrays?|hosts?|san)\b"
)
_ADDRESSES = r"(?:ips?|ranges?|subnets?|cidr|address\w*)\b"
_DNS = (
    r" (?:the )?(?:public |internal |external )?dns\b"
    r"(?! (?:cache|client|suffix|server|settings))"
)
_MIGRATIONS = r"(?:migrations?|migration scripts?|ddl)\b"
_ANYTHING = ""

# fmt: off
_TABLE: tuple[tuple[str, str, Reason, bool], ...] = (
    # data
    ("delete, erase, wipe, shred, purge, force-delete, hard-delete, nuke, expunge, blow away",
     f"{_REAL}(?!{_GAP}{_RUNNING})", Reason.DELETES, True),
    ("delete, force-delete, remove", f"{_GAP}{_RUNNING}", Reason.EVICTS, False),
    ("get", rf" rid of\b{_REAL}", Reason.DELETES, True),
    ("remove, clear, empty, flush, prune, truncate, clean, clean up, clean out, discard, "
     "trim, vacuum",
     f"{_REAL}{_GAP}{_DATA}", Reason.DELETES, True),
    ("drop", f"{_REAL}{_GAP}{_TABLES}", Reason.DELETES, True),
    ("drop, truncate, format", r" (?:it|them)\b", Reason.DELETES, True),
    ("format", f"{_GAP}{_DISKS}", Reason.DELETES, True),
    ("reimage, re-image, factory-reset, factory reset", _ANYTHING, Reason.DELETES, True),
    ("reset", rf"{_FAR}to factory\b", Reason.DELETES, True),
    ("reinstall, re-install", rf"{_GAP}(?:windows|os|operating system|macos)\b",
     Reason.DELETES, True),
    ("rebuild", f"{_GAP}{_COMPUTERS}", Reason.DELETES, True),
    ("destroy, decommission, deprovision, tear down", _ANYTHING, Reason.DESTROYS, True),
    ("terminate", f"{_GAP}{_MACHINES}", Reason.DESTROYS, True),
    ("remove", rf"{_GAP}{_MACHINES}(?! (?:from|in)\b)", Reason.DESTROYS, True),
    ("recreate, re-create", f"{_GAP}{_MACHINES}", Reason.DESTROYS, True),
    ("overwrite", _ANYTHING, Reason.OVERWRITES, True),
    ("restore", rf"{_ELSEWHERE}[^\n]{{0,80}}? {_COPIES}", Reason.OVERWRITES, True),
    ("restore", rf"{_ELSEWHERE}{_GAP}(?:databases?|dbs?|volumes?|clusters?)\b"
     r"(?! (?:connect|access|service))", Reason.OVERWRITES, True),
    ("roll back, rollback, revert", rf"{_FAR}(?:snapshots?|migrations?|schema|databases?)\b",
     Reason.OVERWRITES, True),
    ("reinitialise, reinitialize, reseed, re-seed",
     rf"{_GAP}(?:replicas?|nodes?|databases?|standby)\b",
     Reason.OVERWRITES, True),
    ("replay, load, import", rf"{_FAR}(?:dumps?|backups?)\b", Reason.OVERWRITES, True),
    ("run, re-run, rerun, execute, start, trigger, launch, invoke, apply, use",
     r"[^\n]{0,80}? (?:that|which) (?:deletes|purges|drops|wipes|erases|truncates|overwrites)\b",
     Reason.DELETES, True),
    ("run, re-run, rerun, apply, execute", f"{_GAP}{_MIGRATIONS}", Reason.SCHEMA, True),
    ("migrate, alter, change", rf"{_GAP}(?:schemas?|databases?|tables?|columns?)\b",
     Reason.SCHEMA, True),
    ("force-push, force push", _ANYTHING, Reason.HISTORY, True),
    ("rewrite", rf"{_GAP}history\b", Reason.HISTORY, True),
    # protections, credentials, walls and ways
    ("disable, deactivate, bypass, suspend, pause, stop, remove, uninstall, circumvent, skip, "
     "uncheck, untick, turn off, switch off", f"{_GAP}{_GUARDS}", Reason.PROTECTION, False),
    ("turn, switch, take", rf"{_GAP}{_GUARDS} off\b", Reason.PROTECTION, False),
    ("exclude, exempt", rf"[^\n]{{0,60}}? from (?:the )?(?:\w{{1,20}} )?{_GUARDS}",
     Reason.PROTECTION, False),
    ("lift, relax", f"{_GAP}{_GUARDS}", Reason.PROTECTION, False),
    ("set, put, switch, turn", rf"{_GAP}selinux\b", Reason.PROTECTION, False),
    ("rotate, revoke, reissue, re-issue, regenerate, re-generate, renew, replace, reset, "
     "invalidate, change, update, roll, cycle, swap", f"{_GAP}{_SECRETS}",
     Reason.CREDENTIALS, False),
    ("install, deploy, bind, issue, assign, set, give, upload, import",
     rf"{_GAP}(?:new|renewed|fresh|temporary|initial) (?:[^ \n,]{{1,40}} ){{0,2}}{_SECRETS}",
     Reason.CREDENTIALS, False),
    ("set", rf"{_GAP}(?:passwords?|passphrases?)\b", Reason.CREDENTIALS, False),
    ("expire", rf" (?:the|all|his|her|their|every)\b{_GAP}{_SECRETS}", Reason.CREDENTIALS, False),
    ("revoke, invalidate", rf"{_GAP}sessions?\b", Reason.CREDENTIALS, False),
    ("perform, initiate, trigger, force, execute, start, run, do, request, invoke, send",
     f"{_GAP}{_RENEWAL}", Reason.CREDENTIALS, False),
    ("add, open, close, change, modify, update, remove, allow, block, create, edit, adjust, relax, "
     "loosen, apply, permit, amend, correct, fix, insert, disable, enable, let, pass, set up",
     f"{_FAR}{_WALLS}", Reason.FIREWALL, False),
    ("whitelist, white-list, allowlist, allow-list, blacklist, blocklist, block-list, block, "
     "unblock, ban, unban",
     f"{_GAP}{_ADDRESSES}", Reason.FIREWALL, False),
    ("add, change, modify, update, remove, create, edit, correct, fix, switch, point, repoint, "
     "re-point, withdraw, announce, advertise, set, clear, adjust, disable",
     f"{_GAP}{_WAYS}", Reason.ROUTING, False),
    ("update, change, switch, repoint, re-point, point", _DNS, Reason.ROUTING, False),
    ("point, repoint, re-point, switch", r"[^\n]{0,60}? (?:in|via) (?:the )?dns\b",
     Reason.ROUTING, False),
    ("reroute, re-route, shift, divert, steer, move, redirect", rf"{_GAP}traffic\b",
     Reason.ROUTING, False),
    # where it runs
    ("fail over, fail-over, fail back", _ANYTHING, Reason.FAILOVER, False),
    ("failover, switchover, switch over", r" to\b", Reason.FAILOVER, False),
    ("perform, initiate, trigger, force, execute, start, run, do, invoke, test",
     rf"{_GAP}(?:failover|switchover)\b", Reason.FAILOVER, False),
    ("promote, activate", f"{_GAP}{_STANDBY}", Reason.FAILOVER, False),
    ("switch, move, cut over, flip, swing",
     rf" (?:back |over )?to (?:the )?(?:passive|backup|{_STANDBY})",
     Reason.FAILOVER, False),
    ("make", r"[^\n]{0,40}? (?:the |a )?new (?:primary|master|leader)\b", Reason.FAILOVER, False),
    ("roll, cycle, recycle", rf"{_GAP}(?:nodes?|node ?groups?|instances?)\b",
     Reason.RESTARTS, False),
    ("reload", rf"{_GAP}(?:switch(?:es)?|routers?|firewalls?|chassis)\b", Reason.RESTARTS, False),
    ("disable, shut, shut down, bring down", rf"{_GAP}(?:interfaces?|uplinks?|trunks?|links?)\b",
     Reason.STOPS, False),
    ("scale", r"[^\n]{0,60}? to (?:0|zero)\b(?![.%\d])", Reason.ZERO, False),
    ("set, reduce, bring, change, put",
     r"[^\n]{0,40}? (?:replicas?|capacity|desired|instances|tasks|pods|nodes)\b"
     r"[^\n]{0,20}? to (?:0|zero)\b(?![.%\d])", Reason.ZERO, False),
    ("apply", rf"{_GAP}(?:terraform|cloudformation)\b", Reason.INFRASTRUCTURE, False),
    ("drain, evict, evacuate, vacate", f"{_FAR}{_HOLDERS}", Reason.EVICTS, False),
    ("put, place, enter, take", r"[^\n]{0,60}? (?:in|into) maintenance mode\b",
     Reason.EVICTS, False),
    ("upgrade", f"{_GAP}{_ENGINES}", Reason.VERSION, False),
    ("update, flash, upgrade", rf"{_FAR}firmware\b(?: (?:of|on|for)\b{_FAR}{_DEVICES})",
     Reason.VERSION, False),
    ("update, flash, upgrade", rf"{_FAR}{_DEVICES} firmware\b", Reason.VERSION, False),
    ("reset, disable, delete, remove, block, force, sign, log, unlock, enable, change, update, "
     "move, lock, assign, add, migrate, unassign, suspend, expire, deploy, push, apply, roll out",
     f"{_FAR}{_MANY}", Reason.USERS, False),
)

_OTHER_SHAPES: tuple[tuple[str, Reason, bool], ...] = (
    (r"\breplicas?(?: count)? (?:to|=) ?(?:0|zero)\b|\b(?:to|with) (?:0|zero) replicas\b",
     Reason.ZERO, False),
    (rf"\b(?:secondary|passive|{_STANDBY})[^\n]{{0,30}} t(?:ake|akes|ook|aking) over\b",
     Reason.FAILOVER, False),
    (r"(?:^|\n|\b(?:by|via|through|after|following) )(?:the )?"
     rf"(?:deletion|purge|truncation) of\b{_REAL}", Reason.DELETES, True),
    (r"\bpoint[- ]in[- ]time (?:recovery|restore)\b", Reason.OVERWRITES, True),
    (r"\bbulk[- ](?:updat|chang|delet|import|edit|disabl|remov)\w*", Reason.USERS, False),
)
# fmt: on

# These happen by themselves, too: "the service stopped" tells of no act, "was stopped" does.
_BY_THEMSELVES = frozenset(
    "stop drop move switch roll turn expire shift scale clear open close pass run start".split()
)
_DONE_TO = re.compile(
    r"(?P<auxiliary> (?:was|were|has been|have been|had been|got|is|are|been|being))?"
    r"(?: \w{2,20}ly)? $",
    re.IGNORECASE,
)
# Their past is their base form.
_UNCHANGED = frozenset(("reset", "set", "put", "shut", "cut"))
# "Password reset and user informed" is an act, "password reset page" is none.
_ACT_ENDS = re.compile(
    r"$|\n| ,| (?:and|by|on|for|in|at|to|with|via|from|again|so|after|done|successful\w*)\b",
    re.IGNORECASE,
)
_BEFORE_CHARS = 80
_ARTICLE = re.compile(r"\b(?:an?|the|this|any|no|each) $", re.IGNORECASE)
_TIDIED = re.compile(
    rf"{_HARMLESS}(?: files?| data| folders?)?(?: (?:was|were|has been|have been))? "
    r"(?:deleted|cleared|erased|purged|removed|emptied|flushed)\b",
    re.IGNORECASE,
)


class _Rule(NamedTuple):
    """``after`` fits what follows the verb, ``before`` what it was done to."""

    after: re.Pattern[str]
    before: re.Pattern[str] | None
    finding: Finding


_RULES: dict[str, list[_Rule]] = defaultdict(list)
for _verbs, _object, _reason, _data in _TABLE:
    for _verb in _verbs.split(", "):
        _RULES[_verb].append(
            _Rule(
                re.compile(_object, re.IGNORECASE),
                re.compile(rf"(?:{_object})$", re.IGNORECASE) if _object else None,
                Finding(_reason, _data),
            )
        )
_LEXICON = Lexicon(_RULES)
_SHAPES = tuple(
    (re.compile(pattern, re.IGNORECASE), Finding(reason, data))
    for pattern, reason, data in _OTHER_SHAPES
)


def doings(prose: str) -> Iterator[Finding]:
    """What a folded text without its warnings and reports says is done that can hurt."""
    prose = _TIDIED.sub("(tidied)", prose)
    for verb in _LEXICON.find(prose):
        if _is_named(verb, prose):
            continue
        done_to = _done_to(verb, prose)
        for after, before, finding in _RULES[verb.base]:
            if after.match(prose, verb.end) or (before and done_to and before.search(done_to)):
                yield finding
    yield from (finding for shape, finding in _SHAPES if shape.search(prose))


def _is_named(verb: Verb, prose: str) -> bool:
    """After an article a base form is a noun or an adjective ("an empty database")."""
    if verb.form != verb.base or verb.base in ("failover", "switchover"):
        return False
    return bool(_ARTICLE.search(prose[max(0, verb.start - 6) : verb.start]))


def _done_to(verb: Verb, prose: str) -> str:
    """What stands before a participle ("the index was dropped"); empty where none does."""
    named_alike = verb.form == verb.base
    if verb.form.endswith("ing") or (named_alike and verb.base not in _UNCHANGED):
        return ""
    if named_alike and not _ACT_ENDS.match(prose, verb.end):
        return ""
    before = prose[max(0, verb.start - _BEFORE_CHARS) : verb.start].rpartition("\n")[2]
    link = _DONE_TO.search(before)
    if link is None or (verb.base in _BY_THEMSELVES and not link["auxiliary"]):
        return ""
    return f" {before[: link.start()]}"
