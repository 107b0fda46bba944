"""The catalogue of systems that name causes.

To add one: write a function from an installation and an incident to ``Named``, and add a line
to ``NAMERS``.
"""

from collections.abc import Callable

from assistant.bootstrap import Application
from assistant.domain.incident import IncidentContext
from assistant.domain.triage import Hypothesis
from assistant.services.triage.stated_causes import recorded_causes
from evals.deployment import Deployment, is_address
from evals.deployment_triage import causes_named_by
from evals.named_causes import Named, closest
from retrieval.access import Reader
from retrieval.errors import InvalidInput


def precedent(app: Application, context: IncidentContext) -> Named:
    """The product's card."""
    card = app.triage.card(context, Reader.operator())
    return Named(card.hypotheses, card.abstained, closest(card.hits))


def copy_nearest(app: Application, context: IncidentContext) -> Named:
    """The baseline: the plainest cause of the most similar record that tells one."""
    found = app.triage.evidence(context, Reader.operator()).precedents
    for hit in found.hits:
        if causes := recorded_causes(hit.record):
            copied = Hypothesis(causes[0].text, hit.closeness, (causes[0].citation,))
            return Named((copied,), found.abstained, closest(found.hits))
    return Named((), True, closest(found.hits))


NAMERS: dict[str, Callable[[Application, IncidentContext], Named]] = {
    "precedent": precedent,
    "copy-nearest": copy_nearest,
}


def namer(name: str) -> Callable[[Application, IncidentContext], Named]:
    """The system of that name or at that address; ``InvalidInput`` for an unknown name."""
    if is_address(name):
        return causes_named_by(Deployment.at(name))
    if name not in NAMERS:
        raise InvalidInput(f"There is no system {name!r}. Choose one of {', '.join(NAMERS)}.")
    return NAMERS[name]
