"""Hypotheses: what a record says of its cause, what was known early, who agrees with whom."""

from datetime import UTC, datetime

import pytest

from assistant.domain.triage import CauseKind, Origin, Standing
from assistant.services.triage.confidence import LogisticModel
from assistant.services.triage.opening import as_opened
from assistant.services.triage.same_cause import agreements, names_same_cause
from assistant.services.triage.stated_causes import recorded_causes, suspicions
from ingest.sections import sections
from retrieval.embedders.hashing import HashingEmbedder
from retrieval.records import Record, RecordKind

MOMENT = datetime(2026, 3, 2, tzinfo=UTC)


def record(text: str, title: str = "VPN down", kind: RecordKind = RecordKind.INCIDENT) -> Record:
    return Record(
        id="INC1",
        revision=1,
        source="tickets",
        external_id="INC1",
        kind=kind,
        title=title,
        text=text,
        sections=sections(text),
        known_at=MOMENT,
    )


class TestRecordedCauses:
    def test_a_root_cause_comes_before_what_the_description_mentions(self) -> None:
        found = recorded_causes(
            record(
                "## Description\nNo VPN. Hundreds work from home because of the snow.\n\n"
                "## Root cause\nThe renewal job skipped the gateway, so its certificate expired.\n"
            )
        )
        assert found[0].kind is CauseKind.ROOT
        assert found[0].text.startswith("The renewal job skipped")
        assert found[-1].plainness < found[0].plainness

    def test_a_resolution_tells_what_was_found_before_what_was_done(self) -> None:
        found = recorded_causes(
            record(
                "## Description\nBookings hang.\n\n"
                "## Resolution\nThe archive log destination was full. Freed space on the volume.\n"
            )
        )
        assert [said.kind for said in found] == [CauseKind.FINDING]
        assert found[0].text == "The archive log destination was full."

    def test_a_remedy_stands_in_where_nothing_else_is_told(self) -> None:
        (said,) = recorded_causes(
            record("## Description\nKeys stick.\n\n## Resolution\nKeyboard replaced by the desk.\n")
        )
        assert said.kind is CauseKind.FIX
        assert said.text == "Keyboard replaced by the desk."

    def test_every_statement_is_cited_from_the_exact_words(self) -> None:
        found = recorded_causes(
            record(
                "## Resolution\nKeyboard replaced by the desk.\n## Cause\nIt was worn out badly."
            )
        )
        for said in found:
            citation = said.citation
            assert said.text == citation.quote

    def test_a_question_and_a_mere_reference_name_no_cause(self) -> None:
        found = recorded_causes(
            record(
                "## Root cause\nWhy did they reject the request?\n\n"
                "## Resolution\nDuplicate of the outage of this morning.\n"
            )
        )
        assert found == ()


class TestSuspicions:
    def test_an_open_ticket_is_read_for_what_changed(self) -> None:
        found = suspicions(
            record(
                "## Description\nPods restart since noon. Users are annoyed.\n\n"
                "## Timeline\n- 11:58 Helm chart 3.0 was deployed to production\n"
            )
        )
        assert "Helm chart 3.0 was deployed" in found[0].text
        assert all("annoyed" not in said.text for said in found)

    def test_what_was_done_about_it_is_no_suspicion(self) -> None:
        found = suspicions(record("## Resolution\nRolled back the deployment of chart 3.0.\n"))
        assert found == ()


class TestAsOpened:
    def test_cause_resolution_and_journal_are_left_out(self) -> None:
        text = as_opened(
            record(
                "## Description\nNobody can connect to vpn-gw-1.\n\n"
                "## Work notes\n- 2026-03-02 10:00 found an expired certificate\n\n"
                "## Root cause\nThe renewal job skipped gateways.\n\n"
                "## Resolution\nRenewed the certificate.\n"
            )
        )
        assert text.splitlines() == ["VPN down", "Nobody can connect to vpn-gw-1."]

    def test_the_title_of_a_post_mortem_gives_nothing_away(self) -> None:
        text = as_opened(
            record(
                "## Summary\nUsers could not sign in.\n\n## Root cause\nClock skew.\n",
                title="Sign-in failed because of clock skew",
                kind=RecordKind.RCA,
            )
        )
        assert text == "Users could not sign in."


class TestSameCause:
    def test_the_same_words_agree_and_others_do_not(self) -> None:
        embedder = HashingEmbedder()
        said = "The TLS certificate of the gateway expired"
        agreed = agreements(embedder, [said], [said, "The printer ran out of paper"])
        assert agreed[0, 0] == pytest.approx(1.0, abs=1e-4)
        assert agreed[0, 1] < 0.3
        assert names_same_cause(embedder, [said, "Paper jam"], [said]).tolist() == [True, False]

    def test_nothing_recorded_means_nothing_is_right(self) -> None:
        assert names_same_cause(HashingEmbedder(), ["a cause"], []).tolist() == [False]


class TestLogisticModel:
    def test_more_of_a_feature_is_never_less_likely(self) -> None:
        model = LogisticModel(weights={"closeness": 4.0}, bias=-2.0)
        assert model.probability({"closeness": 0.9}) > model.probability({"closeness": 0.2})
        assert model.probability({}) == pytest.approx(0.1192, abs=1e-4)


def test_names_of_the_values_are_those_of_the_interface() -> None:
    assert [str(one) for one in Standing] == ["open", "weak", "rejected"]
    assert [str(one) for one in Origin] == ["precedent", "incident"]
