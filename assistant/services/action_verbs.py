"""The verbs that open a corrective action, in their base form: one closed list for all readers."""

_WORDS = """
accept acquire adapt add adjust agree alert align allow amend analyse analyze annotate apply
appoint archive arrange ask assess assign attach audit automate back bake ban benchmark block
brief build bump buy calibrate cancel cap capture carry change check choose clarify clean clear
close coach codify collect commission communicate compare complete conduct configure confirm
connect consider consolidate contact continue convert copy correct cover create cut decide declare
decommission decouple dedicate default define delete deliver demand deny deploy deprecate describe
design designate develop diagnose disable discuss display distribute divide document double draft
drain drop duplicate educate eliminate embed enable encrypt enforce enhance enlarge enrich ensure
escalate establish estimate evaluate evict exclude expand export expose extend extract fail fetch
filter finalise finalize find finish fit fix follow force foster freeze gate generate get give
grant guard halve harden hide hire hold identify implement import improve include increase inform
insert inspect install instruct integrate introduce inventory investigate invite isolate join keep
label launch lengthen let leverage limit link list lock log look lower make mandate map measure
merge migrate mirror mock modify monitor mount move negotiate nominate notify obtain offer onboard
open optimise optimize organise organize page parse partition patch pay perform pilot pin plan
post prepare present prevent print prioritise prioritize probe procure produce promote protect
prove provide provision publish pull purchase purge push put query quote raise rate re-issue
re-run reach read reassess rebuild recalculate reclaim record recover recreate redesign redirect
reduce refactor refresh refuse register reinforce reinstate reject relabel release relocate remind
remove rename renew reorder repair repeat replace replicate report reproduce request require
reroute reschedule reserve reset resize resolve restart restore restrict retain retest retire
retrain retry return reuse revert review revise revoke reword rework rewrite roll rotate route run
sandbox save scale scan schedule script seal secure segment select send separate serve set share
shift shorten show shrink shut sign simplify simulate specify split stage stagger standardise
standardize start stop store strengthen strip submit subscribe supply support suspend swap switch
synchronise synchronize tag take teach tell terminate test throttle tidy tie tighten trace track
train transfer translate trial trigger trim tune turn unify uninstall unlock update upgrade upload
use validate verify walk warn watch weed widen wipe wire withdraw wrap write
"""
BASE = frozenset(_WORDS.split())


def third_person(verb: str) -> str:
    """The form behind "she": add adds, fix fixes, verify verifies."""
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}s"


OPENS = rf"(?:{'|'.join(sorted(BASE, key=len, reverse=True))})"
"""Alternatives for a pattern over words in lower case."""
DOES = rf"(?:{'|'.join(sorted(map(third_person, BASE), key=len, reverse=True))})"
"""The same in the third person."""
