"""What the verifier lets through, and why it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.drafts import Verdict
from assistant.services.verification import Verification, Verifier
from assistant.services.verification.folding import folded, tidy


def check(claim: str, *evidence: str) -> Verification:
    return Verifier().check(claim, evidence)


class TestVerbatim:
    def test_markup_white_space_and_quotes_do_not_matter(self) -> None:
        claim = "The kube-system label was removed, see PR #105."
        evidence = (
            "-  The `kube-system` label **was\n  removed**, see [PR #105](https://x.org/105)."
        )
        assert check(claim, evidence) == Verification(Verdict.SUPPORTED, 1.0)

    def test_a_piece_of_a_denial_is_not_verbatim(self) -> None:
        found = check("The pool was exhausted.", "It is not true that the pool was exhausted.")
        assert found.verdict is not Verdict.SUPPORTED

    def test_a_piece_of_a_suspicion_is_not_certain(self) -> None:
        found = check("A stale record sent users away", "We suspect a stale record sent users away")
        assert found.verdict is Verdict.PARTLY


class TestNothing:
    def test_no_evidence_supports_nothing(self) -> None:
        assert check("The disk was full.").verdict is Verdict.UNSUPPORTED

    @pytest.mark.parametrize("claim", ["", "  ", "...", "—"])
    def test_an_empty_claim_is_unsupported(self, claim: str) -> None:
        assert check(claim, "The disk was full.").verdict is Verdict.UNSUPPORTED


class TestForms:
    @pytest.mark.parametrize(
        ("claim", "evidence"),
        [
            ("It lasted 27 minutes in all.", "In all it lasted 27m."),
            ("It lasted 88 minutes in all.", "In all it lasted 1h 28m."),
            ("On 30 March 2026 the rollback completed.", "2026-03-30: the rollback completed."),
            ("The rollback completed at 2:43 pm.", "Rollback completed at 14.43 on 2026-03-30"),
            ("8,000 requests failed on node-3.", "On node-3, 8000 requests failed."),
            ("A quarter, 25 percent, of traffic was slow.", "A quarter (25%) of traffic was slow."),
            ("Two nodes were lost in zone b.", "In zone b 2 nodes were lost."),
            ("OPA refused the new pods.", "The Open Policy Agent refused the new pods."),
        ],
    )
    def test_the_same_fact_in_another_form_is_found(self, claim: str, evidence: str) -> None:
        assert check(claim, evidence).verdict is Verdict.SUPPORTED

    @pytest.mark.parametrize(
        ("claim", "evidence", "reason"),
        [
            ("It lasted 27 hours.", "It lasted 27 minutes.", "number 27 hours"),
            ("It failed at 12:07.", "It failed at 11:45.", "time 12:07"),
            ("The disk grew to 20 TB.", "The disk grew to 20 GB.", "number 20 TB"),
            ("ORA-00257 was logged again.", "ORA-00255 was logged again.", "ORA-00257"),
            ("The Datadog agent crashed.", "The Grafana agent crashed.", "Datadog"),
            ("Version 4.1.2 leaks memory.", "Version 4.2.1 leaks memory.", "4.1.2"),
        ],
    )
    def test_a_changed_fact_is_named(self, claim: str, evidence: str, reason: str) -> None:
        found = check(claim, evidence)
        assert found.verdict is Verdict.UNSUPPORTED
        assert any(reason in why for why in found.reasons), found.reasons

    def test_a_fact_told_of_something_else_is_refused(self) -> None:
        evidence = "Incident declared 11:51. Service resolved 12:07."
        assert check("The incident was declared at 12:07.", evidence).reasons == (
            "the evidence tells 12:07 of something else",
        )

    def test_a_cause_that_nobody_told_is_refused(self) -> None:
        evidence = "At 10:00 the backup ran. At 10:01 latency on san-b rose."
        found = check("Latency on san-b rose because the backup ran.", evidence)
        assert found.reasons == ("the evidence tells both, but not 'because'",)

    def test_a_plan_is_not_a_deed(self) -> None:
        found = check(
            "The team rolled the change back.", "The team planned to roll the change back."
        )
        assert found.verdict is Verdict.PARTLY


class TestRobustness:
    @given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
    def test_any_text_gets_a_verdict_between_0_and_1(self, claim: str, evidence: list[str]) -> None:
        found = Verifier().check(claim, evidence)
        assert 0.0 <= found.score <= 1.0
        assert (found.verdict is Verdict.SUPPORTED) == (not found.reasons)

    @given(st.text(max_size=200))
    def test_tidying_twice_changes_no_word(self, text: str) -> None:
        assert folded(tidy(text)) == folded(text)


class TestTidy:
    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            ("see [PR #1](https://x.org/1), done", "see PR #1, done"),
            ("declared. https://chat.example.org/archives/C5", "declared."),
            ("`*.apps.live` and **all**  _of_ it", "*.apps.live and all of it"),
            ("KUBE_CTX and a_b_c stay", "KUBE_CTX and a_b_c stay"),
            ("zero\u200bwidth\u202e", "zerowidth"),
            ("10:00 | Node down | web-1", "10:00 – Node down – web-1"),
            ("exit code -1", "exit code -1"),
        ],
    )
    def test_markup_goes_and_words_stay(self, text: str, plain: str) -> None:
        assert tidy(text) == plain
