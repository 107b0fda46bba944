"""What the linter finds and leaves alone, rule by rule."""

import pytest

from assistant.services.linting import RULES
from assistant.services.linting.document import DocumentKind
from assistant.services.linting.linter import Finding, lint
from assistant.services.linting.rule import FixKind, Rule
from retrieval.errors import InvalidInput
from tests.conftest import PROJECT

WHOLE = (
    "# Mail delayed\n\n## Impact\n400 mails for 2 hours\n\n## Detection\nAn alert fired.\n\n"
    "## Root cause\nNobody owns the quota of the queue disk.\n\n"
    "## Contributing factors\nThe alert fires at 99 %.\n"
)


def rules_of(text: str, kind: DocumentKind = DocumentKind.RCA) -> set[str]:
    return {finding.rule for finding in lint(text, kind)}


def only(text: str, rule: str, kind: DocumentKind = DocumentKind.RCA) -> Finding:
    found = [finding for finding in lint(text, kind) if finding.rule == rule]
    assert len(found) == 1, found
    return found[0]


class TestCatalogue:
    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
    def test_the_bad_example_fires_and_the_good_one_does_not(self, rule: Rule) -> None:
        for kind in rule.kinds:
            assert rule.id in rules_of(rule.bad, kind)
            assert rule.id not in rules_of(rule.good, kind)

    def test_ids_are_distinct(self) -> None:
        assert len({rule.id for rule in RULES}) == len(RULES)

    def test_the_guide_lists_every_rule_with_its_severity(self) -> None:
        guide = (PROJECT / "docs" / "lint.md").read_text(encoding="utf-8")
        for rule in RULES:
            assert f"| `{rule.id}` | {rule.severity} | {rule.reason} |" in guide


class TestFindings:
    def test_the_span_is_the_quote_also_behind_an_emoji(self) -> None:
        text = "# 🔥 Mail down 🔥\n\n## Actions\n- ✅ Done: limit raised\n- Monitor it closely\n"
        finding = only(text, "vague-action")
        assert text[finding.start : finding.end] == finding.quote == "Monitor it closely"
        assert (finding.line, finding.end_line) == (5, 5)

    def test_every_span_is_exact_in_a_text_with_everything(self) -> None:
        text = "\n\n".join(f"{rule.bad} 🙂" for rule in RULES)
        found = lint(text)
        assert len({finding.rule for finding in found}) >= 6
        for finding in found:
            assert text[finding.start : finding.end] == finding.quote
            assert text[: finding.start].count("\n") + 1 == finding.line

    def test_the_text_gives_the_order_and_the_same_text_the_same_findings(self) -> None:
        text = "## Actions\n- Monitor it\n- Raise awareness\n\n## Cause\nHuman error."
        starts = [finding.start for finding in lint(text)]
        assert starts == sorted(starts)
        assert lint(text) == lint(text)

    @pytest.mark.parametrize("text", ["", "  \n\t"])
    def test_an_empty_text_is_refused(self, text: str) -> None:
        with pytest.raises(InvalidInput, match="empty"):
            lint(text)

    def test_front_matter_is_not_prose(self) -> None:
        assert lint('---\ntitle: "human error"\nauthor: x\n---\n## Impact\n400 users') == ()

    def test_code_and_quotations_are_not_prose(self) -> None:
        text = (
            "## Cause\n```\nhuman error, definitely\n```\nThe page said “this was human error”, "
            "and `definitely` is a name."
        )
        assert lint(text) == ()

    def test_a_wrapped_sentence_is_read_as_one(self) -> None:
        finding = only("## Cause\nThe engineer should\nhave known it.", "blame")
        assert finding.quote == "The engineer should\nhave known"
        assert (finding.line, finding.end_line) == (2, 3)

    def test_a_whole_document_without_weak_spots_is_clean(self) -> None:
        assert lint(WHOLE) == ()


class TestVagueAction:
    def test_only_the_words_before_owner_and_date_are_quoted(self) -> None:
        text = "## Actions\n- Investigate further (owner: Network team, due 2026-09-01)"
        assert only(text, "vague-action").quote == "Investigate further"

    def test_a_vague_promise_is_found_outside_the_actions(self) -> None:
        text = "## Resolution\nThe team was asked to be more careful."
        assert only(text, "vague-action").quote == "asked to be more careful"

    @pytest.mark.parametrize(
        "action",
        [
            "Enhance our overall observability",
            "Communication should be improved",
            "Foster a culture of ownership",
            "Network team to look into the flapping links",
            "Work closely with the vendor to improve stability",
        ],
    )
    def test_other_words_for_nothing_are_vague_too(self, action: str) -> None:
        assert "vague-action" in rules_of(f"## Actions\n- {action}")

    @pytest.mark.parametrize(
        "action",
        [
            "Improve monitoring of the queue length",
            "Monitor it with a check every 5 min",
            "Train the on-call rota on runbook RB-12",
            "Foster a culture of testing with a drill each month",
            "Work with the vendor to get the driver signed",
            "Communication with the supplier was slow",
        ],
    )
    def test_an_action_that_names_its_object_is_not_vague(self, action: str) -> None:
        assert "vague-action" not in rules_of(f"## Actions\n- {action}")


class TestActionIncomplete:
    def test_the_message_names_what_is_missing(self) -> None:
        text = "## Actions\n- Ruth to add an alert by 3 May 2026"
        found = only(text, "action-incomplete")
        assert found.message == "The action names no measure of success."
        assert found.fix == "How will you see that it worked?"

    def test_each_action_has_its_own(self) -> None:
        text = "## Actions\n- Add an alert\n- Remove the account\n"
        assert [f.quote for f in lint(text) if f.rule == "action-incomplete"] == [
            "Add an alert",
            "Remove the account",
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "- [x] Add an alert",
            "- Alert added, done on 3 May",
            "- How do we notice it earlier?",
            "- All actions: owner Network team, due 2026-09-01, done when the drill passes\n"
            "- Add an alert",
        ],
    )
    def test_what_is_done_asked_or_told_for_all_is_left_alone(self, text: str) -> None:
        assert "action-incomplete" not in rules_of(f"## Actions\n{text}")

    def test_a_lesson_is_no_action(self) -> None:
        assert lint("## Lessons learned\n- The alert was too late.") == ()


class TestBlame:
    @pytest.mark.parametrize("text", ["John forgot to renew it.", "The cause was human error."])
    def test_a_person_is_blamed(self, text: str) -> None:
        assert "blame" in rules_of(f"## Cause\n{text}")

    @pytest.mark.parametrize(
        "text",
        [
            "We do not stop at human error.",
            "Kubernetes ignored the change.",
            "The user forgot the password.",
            "The engineer ran the command in the wrong window, which looks the same.",
            "The team failed to restore the backup.",
        ],
    )
    def test_a_system_a_deed_and_talk_about_blame_are_not(self, text: str) -> None:
        assert "blame" not in rules_of(f"## Cause\n{text}")


class TestCertainty:
    def test_an_adverb_has_a_replacement(self) -> None:
        found = only("## Cause\nThe disk was definitely full.", "unsupported-certainty")
        assert (found.quote, found.fix, found.fix_kind) == (
            "definitely",
            "probably",
            FixKind.REPLACEMENT,
        )

    def test_evidence_in_the_sentence_supports_it(self) -> None:
        text = "## Cause\nThe heap dump shows that the cache was definitely full."
        assert "unsupported-certainty" not in rules_of(text)

    def test_a_purpose_is_no_promise(self) -> None:
        text = "## Cause\nThe job was changed so that it cannot happen again unseen."
        assert "unsupported-certainty" not in rules_of(text)


class TestCorrelation:
    def test_a_conclusion_from_the_sentence_before_is_found(self) -> None:
        text = "## Cause\nErrors rose right after the release. Therefore the release caused them."
        found = only(text, "correlation-as-causation")
        assert found.quote == "Therefore the release caused them."

    @pytest.mark.parametrize(
        "text",
        [
            "The timing strongly suggests the upgrade.",
            "Given that errors began right after the rollout, the rollout is the cause.",
            "It cannot be a coincidence that both happened at 02:00.",
            "The outage is attributed to the change, which was made minutes before.",
        ],
    )
    def test_a_verdict_from_time_alone_is_found(self, text: str) -> None:
        assert "correlation-as-causation" in rules_of(f"## Cause\n{text}")

    @pytest.mark.parametrize(
        "text",
        [
            "Errors rose after the release; reverting it stopped them, so it caused them.",
            "Errors rose after the release, so it may have caused them.",
            "The release removed the index, so queries after it scanned the table.",
            "Errors rose after the release.",
            "After the upgrade both had one plan, so both picked it, which caused the delay.",
            "The timing suggests a link, which will be tested whether or not it caused it.",
        ],
    )
    def test_evidence_doubt_and_mechanism_are_left_alone(self, text: str) -> None:
        assert "correlation-as-causation" not in rules_of(f"## Cause\n{text}")


class TestCauses:
    def test_a_document_without_any_cause_section_is_told_so(self) -> None:
        text = (
            "# Mail down\n\n## Impact\n400 users\n\n## Detection\nAlert.\n\n## Resolution\nFixed."
        )
        found = only(text, "cause-split-missing")
        assert (found.quote, found.message) == ("# Mail down", "No section tells the cause.")

    def test_a_divided_cause_is_enough(self) -> None:
        assert "cause-split-missing" not in rules_of(WHOLE)

    def test_a_piece_of_an_rca_lacks_nothing(self) -> None:
        assert lint("## Cause\nThe disk was full of old dumps.") == ()

    def test_the_symptom_is_no_root_cause(self) -> None:
        text = "# Payroll export failed\n\n## Root cause\nThe export of payroll had failed."
        assert "root-cause-restates-symptom" in rules_of(text)

    def test_a_condition_is_a_root_cause(self) -> None:
        text = "# Payroll export failed\n\n## Root cause\nThe export has no retry."
        assert "root-cause-restates-symptom" not in rules_of(text)

    def test_an_unknown_root_cause_restates_nothing(self) -> None:
        text = "# Payroll export failed\n\n## Root cause\nNot yet known why the export failed."
        assert "root-cause-restates-symptom" not in rules_of(text)


class TestRiskyStep:
    @pytest.mark.parametrize(
        "text",
        [
            "The gateway was restarted under CHG0031337.",
            "The gateway was restarted, approved by the duty manager.",
            "The index was dropped after a backup was taken.",
            "The logs of the gateway were read.",
            "This caused the gateway to be restarted.",
        ],
    )
    def test_a_secured_or_harmless_step_is_left_alone(self, text: str) -> None:
        assert "risky-remediation" not in rules_of(f"## Resolution\n{text}")

    def test_a_resolution_is_asked_about_once(self) -> None:
        text = "## Resolution\n- Restarted the gateway\n- Restarted the broker"
        assert only(text, "risky-remediation").quote == "Restarted the gateway"

    def test_where_data_may_be_lost_a_backup_is_asked_for(self) -> None:
        assert "backup" in only("## Resolution\nDropped the table.", "risky-remediation").fix


class TestTimeline:
    def test_an_end_before_the_begin_is_found(self) -> None:
        text = "## Timeline\n- 2026-01-02 10:00 Outage began\n- 2026-01-01 11:00 Service restored"
        assert "ends" in only(text, "timeline-inconsistent").message

    def test_the_longest_silence_is_named(self) -> None:
        text = (
            "## Timeline\n- 08:00 First errors\n- 08:10 Alert fired\n- 10:40 Gateway failed over\n"
            "- 10:50 Service restored"
        )
        found = only(text, "timeline-inconsistent")
        assert (found.quote, found.message) == (
            "08:10 Alert fired",
            "Nothing is told for 2 h 30 min after this entry.",
        )

    @pytest.mark.parametrize(
        "text",
        [
            "- 23:50 First errors\n- 00:10 Alert fired\n- 00:30 Service restored",
            "- 10:50 Service restored\n- 10:20 Alert fired\n- 10:00 First errors",
            "- 08:00 First errors\n- 08:10 Alert fired, waiting for the vendor\n"
            "- 10:40 Gateway failed over\n- 10:50 Service restored",
            "- 20:45 Token revoked\n\n24/07/25\n\n- 12:34 Commit removed",
        ],
        ids=["midnight", "newest first", "explained silence", "a line with the next date"],
    )
    def test_what_only_looks_wrong_is_left_alone(self, text: str) -> None:
        assert "timeline-inconsistent" not in rules_of(f"## Timeline\n{text}")

    def test_key_moments_may_stand_in_the_order_of_a_template(self) -> None:
        text = (
            "## Key events\n- First detected 2022-01-22 11:57\n"
            "- Incident declared 2022-01-22 14:41\n- Repaired 2022-01-22 13:59\n"
            "- Resolved 2022-01-22 14:38"
        )
        assert "timeline-inconsistent" not in rules_of(text)


class TestImpactAndDetection:
    def test_a_clock_time_is_no_size(self) -> None:
        text = "## Impact\nUsers had trouble from 10:00 on 2026-03-04 with release 2.4.1."
        assert only(text, "impact-without-numbers").quote == "Impact"

    @pytest.mark.parametrize("text", ["Nobody could sign in.", "220 users", "No impact on users."])
    def test_a_size_in_words_counts(self, text: str) -> None:
        assert "impact-without-numbers" not in rules_of(f"## Impact\n{text}")

    def test_a_document_must_say_how_it_was_noticed(self) -> None:
        text = WHOLE.replace(
            "## Detection\nAn alert fired.", "## Resolution\nThe disk was enlarged."
        )
        assert "detection-not-explained" in rules_of(text.replace("The alert", "The job"))
        assert "detection-not-explained" not in rules_of(WHOLE)


class TestJargon:
    def test_each_term_is_named_once(self) -> None:
        text = "## Summary\nThe IDP was down. The IDP refused everybody."
        assert only(text, "jargon-in-summary").quote == "IDP"

    @pytest.mark.parametrize(
        "text",
        [
            "## Summary\nThe VPN refused everybody in the UK, see INC0010121.",
            "## Summary\nThe identity provider (IDP) was down. The IDP refused everybody.",
            "## Cause\nThe IDP lost its key.",
        ],
    )
    def test_common_explained_and_inner_terms_are_left_alone(self, text: str) -> None:
        assert "jargon-in-summary" not in rules_of(text)


class TestStatusUpdate:
    def test_what_is_lacking_is_named(self) -> None:
        found = only(
            "Mail is delayed.", "status-update-incomplete", kind=DocumentKind.STATUS_UPDATE
        )
        assert found.message == "The update does not say whom it concerns or what comes next."

    def test_an_rca_is_no_status_update(self) -> None:
        assert "status-update-incomplete" not in rules_of("Mail is delayed.")
