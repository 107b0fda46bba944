"""Whether a restart or a stop hits many people or one: read from what is restarted.

The last listed word of the object decides ("VPN client" is a client, "application server"
a server). What is named after "on" or "of" counts too, and where nothing follows the verb,
what stands before it ("the gateway was restarted").
"""

import re
from collections.abc import Iterator

from assistant.services.triage.effects.reasons import Reason
from assistant.services.triage.effects.verbs import Lexicon, Verb

# Verbs that interrupt whatever they are said of, named or not.
_RESTARTS = frozenset(("restart", "re-start", "reboot", "power-cycle", "power cycle", "hard-reset"))
# Verbs with many other meanings: they count only with a shared object.
_BOUNCES = frozenset(("bounce", "recycle", "reset", "cycle", "kick", "relaunch", "cold boot"))
_STOPS = frozenset(
    (
        *("stop", "kill", "halt", "suspend", "disconnect", "unplug", "shut down", "shutdown"),
        *("power off", "power down", "turn off", "switch off", "take", "turn", "switch", "shut"),
        *("bring", "bring down", "take down", "power"),
    )
)
# The longer verb is another one.
_OTHERS = frozenset(("kick off", "switch over", "take over", "turn on", "switch on", "bring up"))
# These interrupt only together with the other half.
_HALVES = frozenset(("take", "turn", "switch", "shut", "bring", "power"))
_OTHER_HALF = re.compile(r"\b(?:offline|down|off|out of (?:service|rotation))\b", re.IGNORECASE)
_VERBS = Lexicon(_RESTARTS | _BOUNCES | _STOPS | _OTHERS)

# One person's device, or a program that one person runs.
_OWN = (
    r"home routers?|laptops?|pcs?|desktops?|computers?|workstations?|notebooks?|macbooks?|macs?|"
    r"phones?|mobiles?|smartphones?|iphones?|ipads?|tablets?|handsets?|headsets?|docks?|"
    r"docking stations?|monitors?|screens?|displays?|printers?|scanners?|mouse|keyboards?|"
    r"adapters?|webcams?|modems?|browsers?|outlook|teams|chrome|firefox|edge|safari|word|excel|"
    r"zoom|onedrive|explorer|clients?|apps?|applications?|programs?|software|spooler|"
    r"(?:users?'?s?|his|her|their|your|my|local|client|test) machines?|devices?|terminals?|wizard|"
    r"ide|skype|acrobat|webex|tv|projectors?|add-?ins?|plug-?ins?"
)
# One program among many that do the same, or one run of it.
_SINGLE = (
    r"pods?|containers?|deployments?|statefulsets?|jobs?|pipelines?|builds?|syncs?|uploads?|"
    r"downloads?|installations?|installers?|updates?|process(?:es)?|tasks?|scans?|consumers?|"
    r"workers?|connectors?|agents?|scripts?|cronjobs?|operators?|exporters?|sidecars?|transfers?|"
    r"imports?|exports?|playbooks?|runners?"
)
_SHARED = (
    r"virtual machines?|services?|servers?|databases?|dbs?|clusters?|nodes?|brokers?|gateways?|"
    r"routers?|switch(?:es)?|firewalls?|load balancers?|controllers?|proxy|proxies|hosts?|"
    r"hypervisors?|vms?|instances?|esxi?|storage|arrays?|san|nas|domain|dns|dhcp|exchange|imap|"
    r"smtp|ldap|active directory|ad|sql|postgres\w*|mysql|mariadb|oracle|mongo\w*|redis|kafka|"
    r"rabbitmq|elasticsearch|opensearch|queues?|iis|apache|nginx|httpd|tomcat|jboss|weblogic|"
    r"vcenter|access points?|ap|vpn|pbx|daemons?|production|prod|farms?|listeners?|replicas?|"
    r"primary|standby|etcd|coredns|ingress\w*|istio\w*|concentrators?|appliances?|backends?|"
    r"middleware|pools?|sessions?|quer(?:y|ies)|transactions?|spids?|interfaces?|links?|"
    r"replication|backplane|systems?|platforms?|portal|websites?|sites?|infrastructure|"
    r"\w{0,20}(?:srv|svr|server|sql|host|node|esx|prod|web|dc|fs|mail)\w{0,4}-?\d{1,5}\w{0,3}"
)
_THING = re.compile(
    rf"(?<![\w-])(?:(?P<own>{_OWN})|(?P<single>{_SINGLE})|(?P<shared>{_SHARED}))(?!\w)",
    re.IGNORECASE,
)
# A pod of one of these serves everybody.
_PLATFORM = re.compile(
    r"\b(?:databases?|dbs?|postgres\w*|mysql|mariadb|mongo\w*|redis|kafka|rabbitmq|elasticsearch|"
    r"opensearch|ingress|coredns|kube-dns|etcd|api-?server|istio\w*|gateway|load balancers?|"
    r"kube-system|message broker|domain controllers?)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"\b(?:users?|customers?|callers?|s?he|colleagues?|"
    r"employees?)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r" (?:and|or|so|to|if|when|after|then|because|which|that|until|while|before|as|since|but|"
    r"using|via|by|with|from|once|again|where|unless|fails?|failed|fixed|fixes|solved|resolved|"
    r"helped|did|does|was|is|has|had|will)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r" (?:on|of|in|at|for|behind|across|inside)\b", re.IGNORECASE)
_PASSIVE = re.compile(r"\b(?:was|were|been|is|are|be|being|got) (?:\w{1,20} )?$", re.IGNORECASE)
# "Stop and start the service": one object of two verbs.
_SECOND_VERB = re.compile(
    r"^ (?:and|or|then|&) (?:re-?)?(?:start|stop|"
    r"power)\w{0,4}\b",
    re.IGNORECASE,
)
# "It" is what was named before, in the clause before, too.
_PRONOUN = re.compile(r" (?:it|them)\b", re.IGNORECASE)
# A step names what it restarts close by.
_OBJECT_CHARS = 120
_BEFORE_CHARS = 80


def interruptions(prose: str) -> Iterator[Reason]:
    """Why the restarts and stops in a folded text are risky, one reason for each that is."""
    for verb in _VERBS.find(prose):
        after = _after(verb, prose)
        half = verb.base in _HALVES and not _OTHER_HALF.search(after)
        if half or verb.base in _OTHERS:
            continue
        before = prose[max(0, verb.start - _BEFORE_CHARS) : verb.start]
        if _hits_many(verb, _until(_ENDS, after)[0], before):
            yield Reason.STOPS if verb.base in _STOPS else Reason.RESTARTS


def _after(verb: Verb, prose: str) -> str:
    """The rest of the clause after the verb, up to a comma."""
    rest = re.split(r"[\n,]", prose[verb.end : verb.end + _OBJECT_CHARS], maxsplit=1)[0]
    return _SECOND_VERB.sub("", rest)


def _hits_many(verb: Verb, thing: str, before: str) -> bool:
    named, place = _until(_PLACE, thing)
    here, there = _shared(named), _shared(place)
    if here is not None or there is not None:
        on_own_device = place.startswith(" on ") and there is False
        return not on_own_device and bool(here or there)
    clause = before.rpartition("\n")[2]
    restarts = verb.base in _RESTARTS
    if _PRONOUN.match(named):
        here = _shared(before)
    elif (restarts and not named.strip()) or _PASSIVE.search(clause):
        here = _shared(clause)
    # Unnamed, a restart counts unless a person restarts something of their own.
    return here if here is not None else restarts and not _PERSON.search(clause)


def _shared(words: str) -> bool | None:
    """What the last listed word says; a pod of the platform is shared."""
    things = list(_THING.finditer(words))
    if not things:
        return None
    last = things[-1]
    return bool(last["shared"] or (last["single"] and _PLATFORM.search(words)))


def _until(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    end = pattern.search(text)
    return (text, "") if end is None else (text[: end.start()], text[end.start() :])
