"""The main way on a real organisation's incidents and runbooks, with the real embedder."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from assistant.bootstrap import Application
from assistant.domain.drafts import Draft
from assistant.domain.incident import IncidentContext
from retrieval.access import Reader
from retrieval.records import Citation, RecordKind
from tests.installation import application, take_in

QUESTION = "Pingdom reported Concourse down after a terraform destroy in the wrong workspace"
OPERATOR = Reader.operator()

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def app(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Application:
    made = application(tmp_path_factory.mktemp("public"))
    take_in(made, shared_data / "moj_cloud_platform" / "corpus.jsonl")
    return made


@pytest.fixture(scope="module")
def drafts(app: Application) -> list[Draft]:
    author = app.settings.person("ruth")
    assert author is not None
    rcas = [r.id for r in app.store.iter_current() if r.kind is RecordKind.RCA]
    return [app.drafting.create(author, OPERATOR, reference) for reference in rcas]


def misquoted(app: Application, citations: Iterable[Citation]) -> list[Citation]:
    """The citations whose span of the stored revision is not what they quote."""
    found = []
    for citation in citations:
        record = app.similar.readable(citation.record_id, OPERATOR, citation.revision)
        if record.text[citation.start : citation.end] != citation.quote:
            found.append(citation)
    return found


def test_every_citation_of_every_draft_resolves(app: Application, drafts: list[Draft]) -> None:
    assert len(drafts) == 39
    citations = [c for draft in drafts for claim in draft.body.claims() for c in claim.citations]
    assert len(citations) > 39 * 5
    assert all(claim.citations for draft in drafts for claim in draft.body.claims())
    assert misquoted(app, citations) == []


def test_triage_names_the_incident_and_cites_it(app: Application) -> None:
    card = app.triage.card(IncidentContext.of_text(QUESTION), OPERATOR)
    assert not card.abstained
    assert card.hits[0].record.id == "inc/2020-02-12"
    assert card.runbooks
    shown = (*card.hits, *card.runbooks)
    assert all(hit.citations for hit in shown)
    citations = [c for hit in shown for c in hit.citations]
    citations += [c for hypothesis in card.hypotheses for c in hypothesis.support]
    assert misquoted(app, citations) == []
