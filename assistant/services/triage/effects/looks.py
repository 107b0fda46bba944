"""What only looks: the words that part a check from a change.

A step is a check when something here says that it looks and nothing says that it changes.
The list of changes is long on purpose: a verb that is missing from the looks costs a check,
one that is missing from the changes may call a change a check.
"""

import re

from assistant.services.triage.effects.verbs import Lexicon, Verb

_OPTIONS = r"(?: --?[\w-]{1,40}(?:[= ][\w./:@-]{1,80})?){0,4}"

# Commands that read, wherever they stand.
_READING = (
    rf"(?:kubectl|oc)(?: adm)?{_OPTIONS} (?:get|describe|logs?|top|explain|events|version|whoami)",
    rf"(?:kubectl|oc){_OPTIONS} (?:api-resources|cluster-info|diff|auth can-i|rollout status)",
    r"(?:kubectl|oc) (?:rollout history|config (?:view|current-context|get-contexts))",
    r"helm (?:list|ls|status|history|get|show|template|diff|search)",
    r"(?:terraform|tofu|terragrunt) (?:plan|show|output|validate|graph|state (?:list|show|pull))",
    r"git (?:log|status|diff|show|blame|fetch|reflog|grep)",
    r"systemctl (?:status|is-active|is-enabled|is-failed|list-\w+|show|cat)|journalctl",
    r"(?:docker|podman|crictl) (?:ps|logs|inspect|stats|images|info|top)",
    r"aws [\w-]{1,40} (?:describe|list|get|head)-[\w-]{1,60}|aws s3 ls",
    r"(?:az|gcloud)(?: [\w-]{1,40}){1,4}? (?:list|show|describe)",
    r"openssl (?:s_client|x509|verify|crl|ocsp|rsa|req)",
    r"nslookup|traceroute|tracert|netstat|lsof|dmesg|iostat|vmstat|uptime|mtr|ifconfig|grep",
    r"ipconfig(?! /(?:flush|release|renew|register))|systeminfo|tasklist|gpresult|dcdiag|nltest",
    r"(?:Get|Test|Measure|Show|Resolve)-[A-Z]\w+|sc query|repadmin /show\w*",
    r"ceph (?:-s|status|health|df|versions|osd (?:tree|df|stat|perf)|pg (?:stat|dump)|fs status)",
    r"etcdctl (?:endpoint|member list|alarm list|get)|nodetool (?:status|info|tpstats)",
    r"rabbitmqctl (?:status|list_\w+|cluster_status)|redis-cli (?:info|ping|--bigkeys)",
    r"kafka-[\w-]+(?:\.sh)? [^\n`|]{0,120}--(?:list|describe)|patronictl list",
    r"(?:promtool|amtool) (?:check|query|alert|config)|sar -\w|fdisk -l",
    r"(?:SELECT|EXPLAIN|SHOW|DESCRIBE)(?= [\w(*])|select \S{1,80} from",
    r"df -\w+|du -\w+|ps (?:-|aux)|ss -\w+|ip (?:a|addr|link|route|neigh)(?! (?:add|del))|curl",
    r"show (?:version|interfaces?|running-config|ip \w+|log|vlan|mac)|dig [+@\w-]\S{0,80}\.",
)
# The same where they begin a command, since they are English words, too.
_READING_IN_CODE = (
    r"(?:df|du|ps|ss|ls|cat|less|head|tail|top|htop|free|last|who|w|id|host|dig|ping|stat|uname|"
    r"hostname|telnet|nc|arp|sar|sort|wc|find|whoami|dir)"
)
_READS = rf"(?:{'|'.join(_READING)})(?!\w)"
_COMMAND = re.compile(
    rf"(?<![\w/-])(?:{_READS})|"
    rf"(?:[`$|;&] ?|\b(?:[Rr]un|ran|[Uu]se|using|with|type|execute|sudo) `? ?){_READING_IN_CODE}"
    rf"(?: [\w./~:@<\"'$*+-]|$|\n| `)|^{_READING_IN_CODE} [-/@+\d.~]"
)

# Verbs that tell somebody to look, and the word that must follow those with other meanings.
_QUESTIONS = r" (?:if|whether|which|what|how|when|that|any)\b"
_ANYTHING = re.compile("")
_A_LOOK = re.compile(r" a (?:\w{1,20} )?look\b", re.IGNORECASE)
_PLAIN_LOOKS = """
    check recheck re-check double-check cross-check verify confirm inspect review examine
    compare view list show describe read query ping trace find identify determine investigate
    observe watch monitor search locate count measure validate analyse analyze diagnose assess
    evaluate track correlate debug
""".split()
_LOOKING = {
    **dict.fromkeys(_PLAIN_LOOKS, _ANYTHING),
    "look": re.compile(r" (?:at|for|in|into|up|through|over|closely|out)\b", re.IGNORECASE),
    "see": re.compile(_QUESTIONS, re.IGNORECASE),
    "test": re.compile(rf"{_QUESTIONS}| (?:the|connectivity|access|with)\b", re.IGNORECASE),
    "note": re.compile(r" (?:the|which|any|down)\b", re.IGNORECASE),
    "dig": re.compile(r" (?:into|deeper)\b", re.IGNORECASE),
    "ask": re.compile(r" (?:if|whether)\b", re.IGNORECASE),
    "have": _A_LOOK,
    "take": _A_LOOK,
    "ensure": _ANYTHING,
    "make sure": _ANYTHING,
}
# Said of a wish, these look at nothing ("raised the limit to ensure that …").
_WISHES = ("ensure", "make sure")
_LOOKS = Lexicon(_LOOKING)
# Where an instruction begins: a clause, or after one of these.
_HEAD = re.compile(
    r"(?:^|[\n`,(]|[-–—]|\bto|\b(?:then|and|or|also|please|now|next|first|finally|should|(?:you|"
    r"we) (?:can|could|may|might)|must|you|we|i|by|was|were|been|let's|always|again|manually|"
    r"immediately|carefully|quickly|simply|just|either|them|kindly|team|try|support|"
    r"engineer))[ \-*#>\d.)\]]{0,8}$",
    re.IGNORECASE,
)
# A gerund instructs only after one of these; before its clause it is a noun.
_BEFORE_GERUND = re.compile(r"\b(?:by|try|tried|start|started|consider|recommend) $", re.IGNORECASE)
# "To check it, …", "use this to check it", but not "it is configured to check …".
_PURPOSE = re.compile(r"(?:to|in order|need|needs|you|we|try|also|please)\b", re.IGNORECASE)
_HEAD_CHARS = 24
_CLAUSE_CHARS = 200
# A question asks to look; "Did you …?" asks what somebody did.
_QUESTION = re.compile(
    r"(?:is|are|was|were|has|have|does|do|which|what|why|when|who|how|can)\b[^\n]{1,300}\?",
    re.IGNORECASE,
)

_CHANGING = """
    accept activate adapt add adjust allocate allow alter amend append apply archive assign
    attach authorize backfill ban bind block boot bounce build bump cancel clean clear clone
    close commit compact configure connect convert copy cordon correct create cut cycle
    deactivate decommission decrease defragment delete demote deploy deprovision destroy detach
    disable discard disconnect dismount divert downgrade downscale drain drop edit eject empty
    enable encrypt enforce enroll erase evacuate evict exclude exec exempt expand expire export
    extend failover fix flash flip flush force format give grant halt import increase initialise
    initialize inject insert install invalidate isolate kick kill lift link load lock loosen
    lower make map merge migrate mitigate modify mount move mute nuke optimise optimize
    overwrite park patch pause permit pin plug power-cycle prioritise prioritize promote
    provision prune publish pull purge push put quarantine raise re-enable re-enroll re-image
    reactivate reassign rebalance rebase reboot rebuild recall recompile reconcile reconfigure
    reconnect recover recreate recycle redeploy redirect reduce reenable reimage reindex
    reinstall reissue reject rejoin relaunch relax release reload relocate remap remediate
    remove rename renew repair repartition replace replay repoint reprovision requeue reroute
    reschedule reseat reseed reserve reset resize resolve restart restore resubmit resume resync
    retire retry revert revoke rewrite rollback rotate scale schedule seal send set shift
    shorten shut silence skip snapshot split start steer stop submit suppress suspend swap swing
    switch sync taint take tear terminate throttle toggle transfer trigger trim truncate tune
    turn unban unbind unblock uncordon undo uninstall unlock unmount unpause unplug unseal
    update upgrade upload upscale vacate whitelist widen wipe withdraw wrap
""".split()
_TWO_WORDS = (
    *("roll back", "fail over", "spin up", "free up"),
    *("power off", "power on", "power down", "power up"),
)
_CHANGES = Lexicon((*_CHANGING, *_TWO_WORDS))
# After one of these a base form is a noun ("the update"), a participle an adjective.
_BEFORE_NOUNS = frozenset(
    """
    the a an this that any no last latest recent previous each every of its their your our per
    for in on at recently newly currently which from with is are isn't aren't being failed high
    memory cpu all
    """.split()
)
# The same for a gerund: "for increasing" is an act, "the increasing" is not.
_BEFORE_ADJECTIVES = frozenset("the a an this any all is are being currently newly no".split())
_NOUN_FOLLOWS = re.compile(
    r"[:/]\w| (?:of|in|rate|count|time|status|sure|"
    r"a (?:\w{1,20} )?(?:look|screenshot))\b",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"([^\W\d_][\w']{0,20}) $")
_CMDLETS = """
    Add Block Clear Copy Disable Dismount Enable Grant Import Install Invoke Mount Move New Publish
    Register Remove Rename Repair Reset Restart Restore Resume Revoke Send Set Start Stop Suspend
    Sync Unblock Uninstall Unlock Unregister Update
""".split()
_CHANGING_COMMAND = re.compile(
    r"\s>>? ?[\w/~]|\bsed -i|\b(?:chmod|chown|tee|mv|cp|mkdir) \S|"
    r"\| ?(?:xargs|sh|bash|sudo|parallel)\b|\b(?:INSERT INTO|GRANT|CREATE|CALL) \w|"
    r"\bcurl\b[^\n`|]{0,200} (?:-X ?(?:POST|PUT|PATCH)|-d|--data\S*|-T)\b|"
    rf"\b(?:{'|'.join(_CMDLETS)})-[A-Z]"
)
# What carries out something: no change where that is a look, or a command shown below it.
_CARRYING = Lexicon(("run", "rerun", "re-run", "execute", "launch", "invoke", "perform", "do"))
_CARRIED = re.compile(
    rf" (?:an? |the |this |these )?(?:[Cc]ommand )?`? ?(?:sudo )?"
    rf"(?:(?:{_READS})|{_READING_IN_CODE}(?!\w))|"
    r" (?:the |this |these |an? )?(?:following |below |above |basic |simple )?"
    r"(?:commands?|quer(?:y|ies))\b"
)
_ARTICLE = re.compile(r" an? ", re.IGNORECASE)

# A clause that begins with a word nobody listed, followed by its object.
_OPENING = re.compile(
    r"(?:^|\n|\b(?:then|and|or) |, )[-*>\d.)\] ]{0,8}"
    r"(?:(?:please|now|next|first|finally|also|just|and) ){0,3}"
    r"(?P<verb>[a-z]{2,20}) (?:the|a|an|your|this|these|it|them|all) ",
    re.IGNORECASE,
)
_NO_INSTRUCTION = frozenset(
    """
    after all also and any are as at before between both but by can could depending did do does
    during each either every for from given has have how if in inside into is like may might
    most must no not of on once one only or outside over per regarding should since so some than
    that the then there these this those through to under unless until using via was were what
    when where whether which while who why will with within without would you we it its they
    because against let
    """.split()
)
# Done on the way to a look; each leaves everything as it was.
_ON_THE_WAY = frozenset(
    """
    use open go see select click navigate log connect ssh access collect gather capture save get
    keep wait ask call contact notify inform escalate refer follow expect consider try browse
    filter enter print tail grep remember download obtain retrieve fetch display visit have make
    understand run execute look see note test
    """.split()
)


def looks(prose: str) -> bool:
    """True when a folded text says that it looks, and nothing in it changes or is unknown."""
    told = (
        _COMMAND.search(prose)
        or _QUESTION.match(prose)
        or any(_tells_to_look(verb, prose) for verb in _LOOKS.find(prose))
    )
    return bool(told) and not _may_change(prose)


def _tells_to_look(verb: Verb, prose: str) -> bool:
    before = prose[max(0, verb.start - _HEAD_CHARS) : verb.start]
    gerund = verb.form != verb.base and verb.form.endswith("ing")
    if gerund and not _BEFORE_GERUND.search(before):
        return False
    if before.endswith("to ") and (verb.base in _WISHES or not _has_purpose(verb, prose)):
        return False
    return bool(_HEAD.search(before) and _LOOKING[verb.base].match(prose, verb.end))


def _has_purpose(verb: Verb, prose: str) -> bool:
    """Whether the clause before "to look" is an instruction itself."""
    before = prose[max(0, verb.start - _CLAUSE_CHARS) : verb.start]
    clause = before.rpartition("\n")[2].lstrip("-*#>0123456789.)] ")
    first = clause.split(" ", 1)[0].lower()
    return bool(_PURPOSE.match(clause)) or first in _ON_THE_WAY or any(_LOOKS.find(first))


def _may_change(prose: str) -> bool:
    return bool(
        _CHANGING_COMMAND.search(prose)
        or _opens_with_unknown(prose)
        or any(_changes(verb, prose) for verb in _CHANGES.find(prose))
        or any(_carries_unknown(verb, prose) for verb in _CARRYING.find(prose))
    )


def _changes(verb: Verb, prose: str) -> bool:
    """False where the word is a noun or an adjective, or part of an option or a value."""
    if verb.start and prose[verb.start - 1] in "'\"=":
        return False
    before = _LAST_WORD.search(prose, max(0, verb.start - _HEAD_CHARS), verb.start)
    gerund = verb.form != verb.base and verb.form.endswith("ing")
    nouns = _BEFORE_ADJECTIVES if gerund else _BEFORE_NOUNS
    if before and (before.group(1).lower() in nouns or any(_LOOKS.find(before.group(1)))):
        return False
    return not _NOUN_FOLLOWS.match(prose, verb.end)


def _carries_unknown(verb: Verb, prose: str) -> bool:
    before = prose[max(0, verb.start - _HEAD_CHARS) : verb.start]
    if verb.base == "do" and not _ARTICLE.match(prose, verb.end):
        return False
    return bool(_HEAD.search(before)) and not _CARRIED.match(prose, verb.end)


def _opens_with_unknown(prose: str) -> bool:
    for clause in _OPENING.finditer(prose):
        word = clause["verb"].lower()
        known = word in _NO_INSTRUCTION or word in _ON_THE_WAY or any(_LOOKS.find(word))
        describes = word.endswith(("ly", "s")) and not word.endswith("ss")
        if not known and not describes:
            return True
    return False
