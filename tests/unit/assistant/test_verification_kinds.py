"""Each kind of error is caught in writing of different styles, and its true twin is kept."""

from pathlib import Path

import pytest

from assistant.domain.drafts import Verdict
from assistant.services.verification import Verifier
from evals.planted import KINDS
from evals.planted.files import load_suite
from evals.tasks.verifier import measure

BACKUP = (
    "The nightly batch started at 23:00 and failed at 23:40 with a lock timeout. Priya from the "
    "DBA team killed the blocking session at 00:10, after which two of five jobs were run again."
)
ROLLOUT = (
    "Shortly after the 14:00 deployment of checkout-api v3.7.2, error rates rose to 12%. The team "
    "rolled back at 14:25. The root cause was later found to be a DNS misconfiguration unrelated "
    "to the deployment."
)
VENDOR = (
    "We had configured 540 VLANs before the upgrade. The vendor confirmed that the firmware bug "
    "is triggered when more than 512 VLANs are configured. It was approved by the CAB on 3 March."
)
THROTTLED = (
    "Kafka consumers lagged behind by 18,500 messages since the brokers were throttled by the "
    "cloud provider. Scaling from 6 to 12 instances did not help. The provider lifted the "
    "throttling after two hours. Users in Leeds lost access to SharePoint."
)

FALSE = {
    "number": [
        (THROTTLED, "Kafka consumers lagged behind by 15,800 messages."),
        (VENDOR, "The firmware bug is triggered when more than 540 VLANs are configured."),
        (BACKUP, "Five of two jobs were run again."),
    ],
    "time": [
        (BACKUP, "The nightly batch started at 23:40."),
        (BACKUP, "The blocking session was killed at 00:01."),
        (VENDOR, "It was approved by the CAB on 5 March."),
        ("The certificate expired at midnight.", "The certificate expired at noon."),
        (
            "10:05 Maria acknowledged. 10:20 Maria scaled the pods from 4 to 10.",
            "Maria acknowledged at 10:20.",
        ),
    ],
    "duration": [
        (THROTTLED, "The provider lifted the throttling after two days."),
        (THROTTLED, "The provider lifted the throttling after 20 hours."),
        ("It was done one day early.", "It was done one week early."),
    ],
    "service": [
        (ROLLOUT, "The deployment of checkout-api v3.7.3 was rolled back."),
        (THROTTLED, "RabbitMQ consumers lagged behind by 18,500 messages."),
        (
            "The certificate expired and the mobile app stopped working.",
            "The web app stopped working.",
        ),
        ("The payment gateway timed out at noon.", "The reporting gateway timed out at noon."),
    ],
    "negation": [
        (THROTTLED, "Scaling from 6 to 12 instances helped."),
        (THROTTLED, "Users in Leeds did not lose access to SharePoint."),
        (BACKUP, "The nightly batch did not fail."),
        ("The nightly restart hid the problem.", "The nightly restart did not hide the problem."),
    ],
    "actor": [
        (VENDOR, "The vendor had configured 540 VLANs before the upgrade."),
        (VENDOR, "The change was approved by the contractor on 3 March."),
        (BACKUP, "The storage supplier killed the blocking session at 00:10."),
        (ROLLOUT, "Customers rolled back at 14:25."),
        # In no list of people: whoever stands where the evidence has "we".
        ("We restarted the search nodes at noon.", "An intern restarted the search nodes at noon."),
        (
            "The web team found that a crawler asked for every page and blocked it.",
            "Users blocked the crawler.",
        ),
    ],
    "causal": [
        (ROLLOUT, "The deployment of checkout-api v3.7.2 caused error rates to rise to 12%."),
        (ROLLOUT, "The root cause was the deployment of checkout-api v3.7.2."),
        (THROTTLED, "The brokers were throttled because Kafka consumers lagged behind."),
        (VENDOR, "The firmware bug causes more than 512 VLANs to be configured."),
        ("The hotfix introduced a deadlock.", "A deadlock introduced the hotfix."),
    ],
}
TRUE = {
    "number": [
        (THROTTLED, "A lag of 18.5k messages was seen by Kafka consumers."),
        (BACKUP, "2 of 5 jobs were run again."),
        (VENDOR, "More than 512 VLANs trigger the firmware bug."),
    ],
    "time": [
        (BACKUP, "At 00:10 the blocking session was killed."),
        (VENDOR, "The CAB approved it on 3 March."),
        ("The job ran at midnight.", "The job ran at 00:00."),
    ],
    "duration": [
        (THROTTLED, "After 2 hours the throttling was lifted by the provider."),
        ("It lasted three hours.", "It lasted 3 h."),
        ("It lasted an hour.", "It lasted 60 minutes."),
    ],
    "service": [
        (ROLLOUT, "Error rates rose to 12% shortly after checkout-api v3.7.2 was deployed."),
        (THROTTLED, "Kafka consumers lagged behind by 18,500 messages."),
        (THROTTLED, "SharePoint could not be reached by users in Leeds, who lost access."),
    ],
    "negation": [
        (THROTTLED, "Scaling to 12 instances did not resolve it."),
        (ROLLOUT, "The deployment was not the root cause."),
        (THROTTLED, "Users in Leeds could not access SharePoint."),
    ],
    "actor": [
        (VENDOR, "540 VLANs had been configured by the team before the upgrade."),
        (BACKUP, "The DBA team killed the blocking session."),
        ("We restarted the search nodes at noon.", "The team restarted the search nodes at noon."),
        (ROLLOUT, "The deployment was rolled back at 14:25."),
    ],
    "causal": [
        (
            THROTTLED,
            "The brokers were throttled by the cloud provider, so consumers lagged behind.",
        ),
        (ROLLOUT, "A DNS misconfiguration was the root cause."),
        ("The node died because the disk was full.", "A full disk made the node die."),
    ],
}


class TestKinds:
    @pytest.mark.parametrize("kind", KINDS)
    def test_errors_are_caught(self, kind: str) -> None:
        passed = [
            claim
            for evidence, claim in FALSE[kind]
            if Verifier().check(claim, [evidence]).verdict is not Verdict.UNSUPPORTED
        ]
        assert passed == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_true_twins_are_kept(self, kind: str) -> None:
        refused = {
            claim: Verifier().check(claim, [evidence]).reasons
            for evidence, claim in TRUE[kind]
            if Verifier().check(claim, [evidence]).verdict is Verdict.UNSUPPORTED
        }
        assert refused == {}


DATA = Path(__file__).parents[2] / "data"


class TestWrittenByHand:
    """Figures of docs/verifier.md; a change that lowers them is a change for the worse."""

    @pytest.mark.parametrize(
        ("name", "caught", "kept"),
        [("verifier_tuned.jsonl", 0.98, 0.96), ("verifier_unseen.jsonl", 0.95, 0.92)],
    )
    def test_claims_of_both_sets_are_told_apart(
        self, name: str, caught: float, kept: float
    ) -> None:
        metrics = measure(load_suite(DATA / name)).metrics
        assert metrics["false_recall"].mean >= caught
        assert metrics["true_kept"].mean >= kept
