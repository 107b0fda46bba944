"""All real RCAs of the public set: every draft stands on its record."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.domain.drafts import ClaimKind, SectionName, Verdict
from assistant.domain.evidence import EvidencePack
from assistant.services.drafting.extractive import ExtractiveWriter
from assistant.services.verification.folding import folded
from retrieval.records import Record, RecordKind
from tests.unit.assistant.test_drafting import claims, record, texts


@pytest.fixture(scope="module")
def rcas(shared_data: Path) -> list[Record]:
    lines = (shared_data / "moj_cloud_platform" / "corpus.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in lines.splitlines()]
    return [
        record(
            row["id"],
            row["text"],
            row["title"],
            kind=RecordKind.RCA,
            opened_at=datetime.fromisoformat(row["fields"]["opened_at"][:10]).replace(tzinfo=UTC),
        )
        for row in rows
        if row["kind"] == "rca"
    ]


@pytest.mark.shared_data
class TestRealRecords:
    def test_every_claim_is_supported_and_stands_once(self, rcas: list[Record]) -> None:
        assert len(rcas) == 39
        for rca in rcas:
            body = ExtractiveWriter().write(EvidencePack(rca)).body
            assert body.removed == (), rca.id
            said = [folded(claim.text) for claim in body.claims()]
            assert len(set(said)) == len(said), rca.id
            for claim in body.claims():
                (citation,) = claim.citations
                assert rca.text[citation.start : citation.end] == citation.quote
                assert claim.verdict is Verdict.SUPPORTED
                assert claim.kind is ClaimKind.FACT
                assert "http" not in claim.text

    def test_nearly_every_draft_tells_what_happened_when_and_how_it_ended(
        self, rcas: list[Record]
    ) -> None:
        bodies = [ExtractiveWriter().write(EvidencePack(rca)).body for rca in rcas]
        for name, at_least in (
            (SectionName.SUMMARY, 39),
            (SectionName.TIMELINE, 39),
            (SectionName.IMPACT, 38),
            (SectionName.RESOLUTION, 34),
            (SectionName.PROXIMATE_CAUSE, 27),
        ):
            assert sum(bool(claims(body, name)) for body in bodies) >= at_least, name

    def test_a_root_cause_is_only_told_where_the_record_tells_one(self, rcas: list[Record]) -> None:
        told = {
            rca.id[4:14]: texts(
                ExtractiveWriter().write(EvidencePack(rca)).body, SectionName.ROOT_CAUSE
            )
            for rca in rcas
        }
        assert {day for day, found in told.items() if found} == {"2021-07-12", "2022-07-11"}
