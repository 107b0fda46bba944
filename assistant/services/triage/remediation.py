"""What carrying out a suggested step does: a look, a change, or a change that can hurt.

Closed lists of wording, no model: the same text always gets the same answer, and a risky
one says why. They err on the side of caution:

* A risky word anywhere makes the step risky, in a side clause and in a report, too
  ("after restarting the gateway", "the token was revoked"), since the text is offered as
  something that helped. Commands count in any sentence; in prose a noun ("deleted items"),
  an adjective ("the deleted file") or what a check asks ("whether the node was drained")
  does not.
* A warning ("do not restart the database") is not risky, and never a check: following it
  changes nothing, but a "not" is what such rules read wrongly most easily. A condition
  ("do not delete it before …") is no warning.
* ``terraform apply`` is risky with and without ``-target``: it changes whatever differs.
* A restart is risky unless what restarts is somebody's own device, an application or a pod
  of no shared service. So is a restart of something that is not named.
* A check must say that it looks. Whatever says neither is a change that can be undone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.domain.triage import Effect, SuggestedAction
from assistant.services.triage.effects.commands import commands
from assistant.services.triage.effects.doings import doings
from assistant.services.triage.effects.interruptions import interruptions
from assistant.services.triage.effects.looks import looks
from assistant.services.triage.effects.reasons import Reason
from assistant.services.triage.effects.reports import folded, without_reports, without_warnings
from retrieval.records import Citation

_NEEDS = ("a change reference", "a way back (rollback)", "an approver")
_BACKUP = "a backup that was tested"
_SAFEST_FIRST = (Effect.CHECK, Effect.REVERSIBLE, Effect.RISKY)
_GRAVEST_FIRST = tuple(Reason)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a step does; ``reasons`` and ``needs`` are empty unless it is risky.

    Each reason stands once, the gravest first.
    """

    effect: Effect
    reasons: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def assess(text: str) -> Assessment:
    """What carrying out a step does: a sentence, a list item or a command line.

    Never fails; takes time in proportion to the text. Text that names no known verb is a
    change that can be undone.
    """
    whole = folded(text)
    said = without_warnings(whole)
    prose = without_reports(said)
    found = [*commands(said), *doings(prose)]
    reasons = {*interruptions(prose), *(finding.reason for finding in found)}
    if reasons:
        loses_data = any(finding.data for finding in found)
        return Assessment(
            Effect.RISKY,
            tuple(reason.value for reason in _GRAVEST_FIRST if reason in reasons),
            (*_NEEDS, _BACKUP) if loses_data else _NEEDS,
        )
    only_looks = said == whole and looks(prose)
    return Assessment(Effect.CHECK if only_looks else Effect.REVERSIBLE)


def action(text: str, citation: Citation) -> SuggestedAction:
    """A suggested action with what carrying it out does."""
    found = assess(text)
    return SuggestedAction(text, citation, found.effect, found.reasons, found.needs)


def safest_first(actions: Sequence[SuggestedAction]) -> tuple[SuggestedAction, ...]:
    """Checks, then what can be undone, then what is risky; the order within each stays.

    Nothing is left out: where all are risky, all are shown, each with its reasons and needs.
    """
    return tuple(sorted(actions, key=lambda each: _SAFEST_FIRST.index(each.effect)))
