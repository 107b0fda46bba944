"""What carrying out a suggested step does, measured on labelled steps."""

import json
from collections import Counter
from datetime import UTC, datetime
from functools import cache

import pytest
from pydantic import BaseModel, ConfigDict

from assistant.domain.triage import Effect, SuggestedAction
from assistant.services.triage.remediation import action, assess, safest_first
from assistant.services.triage.steps import checks
from retrieval.records import Citation, Record, RecordKind
from tests.conftest import PROJECT

CITATION = Citation(record_id="INC1", revision=1, start=0, end=4, quote="step")
NEEDS = ("a change reference", "a way back (rollback)", "an approver")
TESTED_BACKUP = "a backup that was tested"
# The labelled steps are 286; the rules were adapted to all of them, so this only guards.
MIN_ACCURACY = 0.97


class Step(BaseModel):
    """A labelled step; ``unseen`` parts were written and labelled after the rules of their time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: str
    effect: Effect
    part: str


@cache
def steps() -> tuple[Step, ...]:
    lines = (PROJECT / "tests" / "data" / "remediation.jsonl").read_text(encoding="utf-8")
    return tuple(Step.model_validate(json.loads(line)) for line in lines.splitlines())


def suggested(text: str) -> SuggestedAction:
    return action(text, CITATION)


class TestLabelledSteps:
    def test_no_risky_step_is_called_a_check(self) -> None:
        risky = [step.text for step in steps() if step.effect is Effect.RISKY]
        assert len(risky) > 100
        assert [text for text in risky if assess(text).effect is Effect.CHECK] == []

    def test_no_change_is_called_a_check(self) -> None:
        changes = [step.text for step in steps() if step.effect is Effect.REVERSIBLE]
        assert [text for text in changes if assess(text).effect is Effect.CHECK] == []

    def test_nearly_all_are_called_what_a_person_calls_them(self) -> None:
        wrong = [step.text for step in steps() if assess(step.text).effect is not step.effect]
        assert 1 - len(wrong) / len(steps()) >= MIN_ACCURACY, wrong

    def test_every_effect_is_well_represented(self) -> None:
        assert min(Counter(step.effect for step in steps()).values()) >= 60

    def test_case_and_markup_change_nothing(self) -> None:
        for step in steps():
            if step.effect is Effect.RISKY and "`" not in step.text:
                assert assess(f"* **{step.text}**").effect is Effect.RISKY, step.text


class TestRisky:
    @pytest.mark.parametrize(
        ("text", "reasons"),
        [
            ("`rm -rf /srv/data`", ("deletes data",)),
            ("DROP TABLE orders;", ("deletes data",)),
            ("terraform destroy", ("destroys infrastructure",)),
            ("terraform apply -target=module.dns", ("changes infrastructure",)),
            ("Restored the database from last night's backup", ("overwrites data",)),
            ("Run the schema migration", ("changes a database schema",)),
            ("git push --force origin main", ("rewrites shared history",)),
            ("Disabled the antivirus", ("disables a protection",)),
            ("Reset the user's password", ("changes credentials",)),
            ("Open port 8443 on the firewall", ("changes a firewall rule",)),
            ("Change the MX record", ("changes routing or DNS",)),
            ("Upgrade the cluster", ("upgrades what cannot be downgraded",)),
            ("Fail over to the standby", ("fails over to another system",)),
            ("kubectl scale deploy/api --replicas=0", ("scales to zero",)),
            ("Shut down the mail server", ("stops a shared service",)),
            ("Restart the gateway", ("restarts a shared service",)),
            ("kubectl drain worker-7", ("removes running workloads",)),
            ("Enable the add-in for all users", ("changes many users",)),
        ],
    )
    def test_the_reason_says_what_hurts(self, text: str, reasons: tuple[str, ...]) -> None:
        assert assess(text).reasons == reasons

    def test_reasons_stand_once_and_the_gravest_first(self) -> None:
        found = assess("Restart the gateway, restart the broker, then delete the volume")
        assert found.reasons == ("deletes data", "restarts a shared service")

    def test_it_needs_a_change_a_way_back_and_an_approver(self) -> None:
        assert assess("Restart the gateway").needs == NEEDS

    @pytest.mark.parametrize(
        "text", ["Delete the volume", "Restored it from the snapshot", "ALTER TABLE a DROP b"]
    )
    def test_where_data_may_be_lost_it_needs_a_tested_backup_too(self, text: str) -> None:
        assert assess(text).needs == (*NEEDS, TESTED_BACKUP)

    def test_nothing_else_needs_anything(self) -> None:
        for text in ("Check the gateway log", "Raise the limit to 2 GiB", ""):
            assert (assess(text).reasons, assess(text).needs) == ((), ())

    @pytest.mark.parametrize(
        "text",
        [
            "Check the log\nrm -rf /var/lib/app",
            "Check the pods: `kubectl delete ns prod`",
            "Check whether `kubectl delete ns prod` helps",
            "Check the log (and drop the table afterwards)",
            "Verify by restarting the gateway",
            "Check that nobody needs the data and wipe the disk",
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
            "kubectl get pods -o name | xargs kubectl delete",
            "Dele\u200bte the database",
            "\uff44\uff45\uff4c\uff45\uff54\uff45 the database",
            "Do not wait; restart the database",
            "Don't forget to restart the domain controller",
            "Do not just check the log, restart the gateway",
            "Do not restart the gateway unless the queue is empty",
            "Check the server and switch it off",
        ],
    )
    def test_a_risky_part_is_found_behind_a_harmless_one(self, text: str) -> None:
        assert assess(text).effect is Effect.RISKY


class TestNotRisky:
    @pytest.mark.parametrize(
        "text",
        [
            "Look in the deleted items folder",
            "Check the dashboard for a drop in traffic",
            "Check the format of the log",
            "Check the restart count of the pods",
            "Check the delete-old-snapshots job",
            "Check whether the node was drained",
            "Has the server been restarted?",
            "Find out who deleted the file",
        ],
    )
    def test_words_that_only_name_or_ask_leave_a_check_a_check(self, text: str) -> None:
        assert assess(text).effect is Effect.CHECK

    @pytest.mark.parametrize(
        "text",
        [
            "Do not restart the database",
            "Never delete the volume",
            "Check the gateway and do not restart the database",
        ],
    )
    def test_a_warning_is_neither_risky_nor_a_check(self, text: str) -> None:
        assert assess(text).effect is Effect.REVERSIBLE

    @pytest.mark.parametrize("thing", ["laptop", "Outlook", "VPN client", "report-worker pod"])
    def test_a_restart_of_ones_own_is_reversible(self, thing: str) -> None:
        assert assess(f"Restart the {thing}").effect is Effect.REVERSIBLE

    @pytest.mark.parametrize("thing", ["application server", "ingress pod", "laptop's server"])
    def test_a_restart_of_what_others_use_is_not(self, thing: str) -> None:
        assert assess(f"Restart the {thing}").effect is Effect.RISKY

    @pytest.mark.parametrize(
        "text", ["", "   ", "...", "Frobnicate the widget", "Überprüfen Sie das Zertifikat"]
    )
    def test_what_nobody_listed_is_no_check(self, text: str) -> None:
        assert assess(text).effect is Effect.REVERSIBLE

    def test_an_unknown_instruction_beside_a_look_is_no_check(self) -> None:
        assert assess("Check the log").effect is Effect.CHECK
        assert assess("Check the log and frobnicate the widget").effect is Effect.REVERSIBLE


class TestLongTexts:
    @pytest.mark.parametrize(
        "piece",
        [
            "a",
            "7",
            "delete ",
            "restart the ",
            "do not delete ",
            "check whether ",
            "[a](b",
            "`",
            "- ",
        ],
    )
    def test_a_long_text_is_read_to_its_end(self, piece: str) -> None:
        text = piece * (100_000 // len(piece))
        assert assess(f"{text}. Drop the table").effect is Effect.RISKY


class TestOrder:
    def test_checks_come_first_and_risky_steps_last(self) -> None:
        texts = ("Restart the gateway", "Raise the limit", "Check the log", "Check the queue")
        ordered = [each.text for each in safest_first([suggested(text) for text in texts])]
        assert ordered == ["Check the log", "Check the queue", "Raise the limit", texts[0]]

    def test_where_all_are_risky_all_are_shown_as_such(self) -> None:
        given = [suggested("Restart the gateway"), suggested("Delete the volume")]
        assert safest_first(given) == tuple(given)
        assert all(each.reasons and each.needs for each in given)

    def test_an_action_keeps_its_words_and_its_source(self) -> None:
        made = suggested("Delete the volume")
        assert (made.text, made.citation, made.effect) == (
            "Delete the volume",
            CITATION,
            Effect.RISKY,
        )


def test_only_steps_that_change_nothing_are_offered_as_checks() -> None:
    lines = (
        "Check the expiry date of the certificate.",
        "Check the queue, then purge it.",
        "The alert lists which queue is full.",
        "Verify that the consumer is connected.",
        "Raise the limit and check whether it helps.",
    )
    text = "\n".join(f"- {line}" for line in lines)
    known = datetime(2026, 1, 1, tzinfo=UTC)
    record = Record(
        source="runbooks",
        external_id="KB1",
        id="KB1",
        revision=1,
        kind=RecordKind.RUNBOOK,
        title="Queue is full",
        text=text,
        known_at=known,
    )
    assert [unit.text for unit in checks(record)] == [lines[0], lines[3]]
