"""The catalogue of rules that find the weak spots of an RCA, a status update or a note.

To add one: write its file here (a ``RULE`` with an id, a reason, a good and a bad example
and a check), add it to ``RULES`` and label texts for it in ``tests/data/lint.jsonl``.
``tests/unit/assistant/test_linting.py`` runs over every entry. Precision comes first:
a false alarm costs more trust than a miss.
"""

from assistant.services.linting import (
    action_parts,
    blame,
    cause_split,
    certainty,
    correlation,
    detection,
    impact,
    jargon,
    restated_cause,
    risky_step,
    status_update,
    timeline_order,
    vague_action,
)
from assistant.services.linting.rule import Rule

RULES: tuple[Rule, ...] = (
    blame.RULE,
    restated_cause.RULE,
    correlation.RULE,
    cause_split.RULE,
    certainty.RULE,
    vague_action.RULE,
    action_parts.RULE,
    risky_step.RULE,
    timeline_order.RULE,
    impact.RULE,
    detection.RULE,
    jargon.RULE,
    status_update.RULE,
)
