"""The triage card of a running deployment, read as hypotheses and as labels."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.bootstrap import Application
from assistant.domain.incident import IncidentContext
from assistant.domain.triage import CauseKind, Hypothesis, Origin
from assistant.services.fields.classifier import Guess
from assistant.services.fields.learning import Labelled
from evals.cases import LabelledCase
from evals.deployment import Deployment
from evals.labellers import Embed, Labeller
from evals.named_causes import Named
from retrieval.errors import InvalidInput, ServiceUnavailable
from retrieval.ports import Vectors
from retrieval.records import Citation


def causes_named_by(there: Deployment) -> Callable[[Application, IncidentContext], Named]:
    """The hypotheses of a deployment for an incident as it was known early.

    It is told title and text, and asked as of the moment of the question; a record of the
    incident's own id is left out. What the incident's own record suspects is not told by it:
    to the deployment the incident is a text.
    """

    def name_causes(_app: Application, context: IncidentContext) -> Named:
        body: dict[str, Any] = {"text": context.text}
        if context.record_id is not None:
            body["left_out"] = [context.record_id]
        if context.opened_at is not None:
            body["opened_at"] = context.opened_at.isoformat()
        if context.as_of is not None:
            body["as_of"] = context.as_of.isoformat()
        card = there.ask("triage", body)
        try:
            return Named(
                tuple(_hypothesis(one) for one in card["hypotheses"]),
                bool(card["abstained"]),
                max((_closeness(hit) for hit in card["hits"]), default=0.0),
            )
        except (KeyError, TypeError, ValueError) as exc:
            raise _strange(there) from exc

    return name_causes


def named_field(field: str | None) -> str:
    """The field that a deployment is asked for; ``InvalidInput`` where none is named."""
    if field is None:
        raise InvalidInput(
            "A deployment suggests fields by name. Say which with --field, such as --field service."
        )
    return field


def fields_suggested_by(
    there: Deployment, field: str, cases: Sequence[LabelledCase]
) -> Callable[[Labelled, Embed], Labeller]:
    """The field that a deployment suggests for each case, the record of its id left out.

    It has learned from its own history, not from the other cases. Where it suggests nothing,
    the label is empty and not sure.
    """
    names = {case.text: case.id for case in cases}

    def label(text: str, _vector: Vectors) -> Guess:
        card = there.ask("triage", {"text": text, "left_out": [names[text]]})
        try:
            found = next((one for one in card["suggested_fields"] if one["name"] == field), None)
            return Guess("", 0.0, sure=False) if found is None else _guess(found)
        except (KeyError, TypeError) as exc:
            raise _strange(there) from exc

    return lambda _examples, _embed: label


def _hypothesis(told: Mapping[str, Any]) -> Hypothesis:
    return Hypothesis(
        statement=told["statement"],
        weight=told["weight"],
        support=tuple(Citation(**cited) for cited in told["support"]),
        kind=CauseKind(told["kind"]),
        origin=Origin(told["origin"]),
        probability=told["probability"],
    )


def _closeness(hit: Mapping[str, Any]) -> float:
    """As ``retrieval.searcher.Hit.closeness`` has it."""
    return float(min(max((hit["similarity"] + hit["coverage"]) / 2, 0.0), 1.0))


def _guess(told: Mapping[str, Any]) -> Guess:
    likely = told["share"] if told["probability"] is None else told["probability"]
    return Guess(told["value"], float(likely), sure=True)


def _strange(there: Deployment) -> ServiceUnavailable:
    return ServiceUnavailable(
        f"{there.address} does not answer triage like Precedent. Give the address of a "
        "deployment of this version or a later one."
    )
