"""Every draft and companion over the demo corpus: each citation is what the record says."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from assistant.bootstrap import Application
from assistant.domain.companions import CompanionKind
from assistant.domain.drafts import Claim, Draft, Verdict
from retrieval.access import Reader
from retrieval.records import RecordKind
from tests.installation import application, take_in

DEMO = Path(__file__).parents[2] / "evals" / "demo"
OPERATOR = Reader.operator()
DRAFTED = (RecordKind.INCIDENT, RecordKind.RCA)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Application:
    made = application(tmp_path_factory.mktemp("demo"))
    names = ("incidents.csv", "rcas", "runbooks", "changes.jsonl", "open_incidents.jsonl")
    for name in names:
        take_in(made, DEMO / name, source=name)
    return made


@pytest.fixture(scope="module")
def drafts(app: Application) -> list[Draft]:
    author = app.settings.person("ruth")
    assert author is not None
    records = [record.id for record in app.store.iter_current() if record.kind in DRAFTED]
    return [app.drafting.create(author, OPERATOR, name) for name in records]


def misquoted(app: Application, claims: Iterable[Claim]) -> list[Claim]:
    """Claims with a citation that is not, or without any."""
    found = []
    for claim in claims:
        for cited in claim.citations:
            record = app.similar.readable(cited.record_id, OPERATOR, cited.revision)
            if record.text[cited.start : cited.end] != cited.quote:
                found.append(claim)
        if not claim.citations:
            found.append(claim)
    return found


def test_every_citation_of_every_draft_resolves(app: Application, drafts: list[Draft]) -> None:
    claims = [claim for draft in drafts for claim in draft.body.claims()]
    assert len(drafts) > 140
    assert len(claims) > 140 * 4
    assert misquoted(app, claims) == []
    assert all(claim.verdict is Verdict.SUPPORTED for claim in claims)


def test_every_citation_of_every_companion_resolves(app: Application, drafts: list[Draft]) -> None:
    for draft in drafts[::7]:
        for kind in CompanionKind:
            made, _ = app.companions.make(kind, draft.id, OPERATOR)
            assert misquoted(app, made.claims()) == []


def test_every_draft_is_written_again_from_what_was_kept(
    app: Application, drafts: list[Draft]
) -> None:
    assert all(app.drafting.replay(draft.id, OPERATOR).is_same for draft in drafts[::7])
