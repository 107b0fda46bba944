"""Claims as people and models reword them, true and false, each against its evidence."""

from typing import NamedTuple

import pytest

from assistant.domain.drafts import Verdict
from assistant.services.verification import Verifier


class Case(NamedTuple):
    """One piece of evidence with claims that it supports and claims that it does not."""

    evidence: str
    true: tuple[str, ...]
    false: tuple[str, ...]


CASES = (
    Case(
        "At 09:12 the connection pool of orders-db was lowered from 200 to 50 by CHG0040112.",
        (
            "CHG0040112 lowered the connection pool of orders-db from 200 to 50 at 09:12.",
            "The orders-db connection pool was reduced from 200 to 50 at 09:12.",
            "The connection pool went from 200 to 50 with CHG0040112.",
        ),
        (
            "CHG0040112 increased the connection pool of orders-db from 50 to 200 at 09:12.",
            "The orders-db connection pool was raised from 200 to 50.",
            "The connection pool of orders-db was lowered from 200 to 20.",
            "The connection pool of billing-db was lowered from 200 to 50.",
            "The connection pool of orders-db was lowered at 09:21.",
            "The connection pool of orders-db was lowered from 50 to 200.",
        ),
    ),
    Case(
        "Checkout failed for 1,240 customers between 10:05 and 10:47 because the certificate of "
        "pay-gw-2 had expired.",
        (
            "1240 customers could not check out between 10:05 and 10:47.",
            "The certificate of pay-gw-2 had expired, so checkout failed.",
            "Because the certificate of pay-gw-2 had expired, checkout failed for 1,240 users.",
            "Checkout failed due to an expired certificate on pay-gw-2.",
        ),
        (
            "Checkout failed for 12,400 customers.",
            "The certificate of pay-gw-2 expired because checkout failed.",
            "Checkout failed for 1,240 customers between 10:05 and 11:47.",
            "Checkout failed because the certificate of pay-gw-1 had expired.",
            "Checkout did not fail between 10:05 and 10:47.",
            "Checkout succeeded for 1,240 customers.",
        ),
    ),
    Case(
        "The on-call engineer restarted the message broker twice, but the queue kept growing.",
        (
            "The message broker was restarted twice by the on-call engineer.",
            "Restarting the message broker did not stop the queue from growing.",
            "After two restarts of the broker the queue kept growing.",
        ),
        (
            "The on-call engineer restarted the message broker three times.",
            "The queue stopped growing after the message broker was restarted.",
            "The vendor restarted the message broker twice.",
            "The on-call engineer did not restart the message broker.",
        ),
    ),
    Case(
        "Node web-07 was not drained before the kernel upgrade, which caused 14 pods to be killed.",
        (
            "14 pods were killed because web-07 was not drained before the kernel upgrade.",
            "web-07 had not been drained before the kernel upgrade.",
            "Fourteen pods were killed since node web-07 was not drained.",
        ),
        (
            "Node web-07 was drained before the kernel upgrade.",
            "Before the kernel upgrade, web-07 had been drained, yet 14 pods were killed.",
            "Node web-07 was not drained after the kernel upgrade.",
            "40 pods were killed because web-07 was not drained before the kernel upgrade.",
            "Node web-09 was not drained before the kernel upgrade.",
        ),
    ),
    Case(
        "The vendor confirmed on 3 March 2026 that firmware 4.2.1 leaks memory under load.",
        (
            "On 2026-03-03 the vendor confirmed a memory leak in firmware 4.2.1.",
            "Firmware 4.2.1 leaks memory under load, as the vendor confirmed.",
        ),
        (
            "The vendor confirmed on 3 May 2026 that firmware 4.2.1 leaks memory under load.",
            "The vendor confirmed that firmware 4.1.2 leaks memory under load.",
            "The vendor denied that firmware 4.2.1 leaks memory under load.",
            "The customer confirmed on 3 March 2026 that firmware 4.2.1 leaks memory under load.",
        ),
    ),
    Case(
        "Monitoring did not alert because the disk check on log-store-3 was disabled in January.",
        (
            "There was no alert because the disk check on log-store-3 had been disabled.",
            "The disk check on log-store-3 had been switched off in January.",
        ),
        (
            "Monitoring alerted because the disk check on log-store-3 was disabled in January.",
            "The disk check on log-store-3 had been enabled in January.",
            "The disk check was disabled because monitoring did not alert.",
            "The disk check on log-store-3 had been disabled in June.",
        ),
    ),
    Case(
        "Traffic was failed over to the Dublin site at 14:20 and back to London at 16:05.",
        (
            "At 14:20 traffic was failed over to the Dublin site.",
            "Traffic went back to London at 16:05.",
        ),
        (
            "Traffic was failed over to the London site at 14:20.",
            "At 16:05 traffic was failed over to the Dublin site.",
            "Traffic was failed over to the Paris site at 14:20.",
        ),
    ),
    Case(
        "We suspect that a stale DNS record on resolver-2 sent users to the old cluster.",
        (
            "A stale DNS record on resolver-2 is suspected to have sent users to the old cluster.",
            "It is suspected that users were sent to the old cluster by a stale DNS record.",
        ),
        (
            "We suspect that a stale DNS record on resolver-2 sent users to the new cluster.",
            "We suspect that a stale DNS record on resolver-4 sent users to the old cluster.",
        ),
    ),
    Case(
        "Rolling back release 8.14 restored logins within 6 minutes; 312 sessions were lost.",
        (
            "Logins were restored within 6 minutes by rolling back release 8.14.",
            "The rollback of release 8.14 lost 312 sessions.",
            "Reverting release 8.14 restored logins.",
        ),
        (
            "Rolling back release 8.14 restored logins within 312 minutes.",
            "Rolling back release 8.41 restored logins within 6 minutes.",
            "Rolling forward to release 8.14 broke logins within 6 minutes.",
            "6 sessions were lost.",
        ),
    ),
    Case(
        "Storage latency on san-b rose to 480 ms after the nightly backup job overlapped with the "
        "batch import.",
        (
            "After the nightly backup overlapped with the batch import, latency on san-b rose to "
            "480 ms.",
            "Storage latency on san-b increased to 480 ms.",
        ),
        (
            "Storage latency on san-b fell to 480 ms.",
            "Storage latency on san-b rose to 480 s.",
            "The nightly backup job overlapped with the batch import after latency rose to 480 ms.",
            "Storage latency on san-a rose to 480 ms.",
        ),
    ),
    Case(
        "The Payments team deployed the fix, and the Platform team verified it in production.",
        (
            "The fix was deployed by the Payments team.",
            "The Platform team verified the fix in production.",
        ),
        (
            "The Platform team deployed the fix, and the Payments team verified it in production.",
            "The Payments team verified the fix in staging.",
            "The Security team deployed the fix.",
        ),
    ),
    Case(
        "Users in Leeds could not print from 08:30 until the spooler on prn-lds-01 was restarted.",
        (
            "Users in Leeds were unable to print from 08:30.",
            "Printing in Leeds failed from 08:30 until the spooler on prn-lds-01 was restarted.",
            "The print spooler on prn-lds-01 was restarted.",
        ),
        (
            "Users in Leeds could print from 08:30.",
            "From 08:30 all users in Leeds could print again.",
            "Users in Bradford could not print from 08:30.",
            "Users in Leeds could not print until 08:30.",
            "Users in Leeds could not print from 08:50.",
        ),
    ),
    Case(
        "Two of the five replicas were out of sync, and writes were rejected for 22 minutes.",
        (
            "2 of 5 replicas were out of sync.",
            "Writes were rejected for 22 minutes.",
            "For 22 min writes were rejected.",
        ),
        (
            "Five of the two replicas were out of sync.",
            "Writes were accepted for 22 minutes.",
            "Writes were rejected for 22 hours.",
            "Reads were rejected for 22 minutes.",
        ),
    ),
    Case(
        "The firewall change blocked LDAP traffic from the VPN pool; HTTPS was not affected.",
        (
            "LDAP traffic from the VPN pool was blocked by the firewall change.",
            "HTTPS was unaffected.",
        ),
        (
            "HTTPS traffic from the VPN pool was blocked by the firewall change.",
            "The firewall change allowed LDAP traffic from the VPN pool.",
            "LDAP was not affected.",
            "HTTPS was affected.",
        ),
    ),
    Case(
        "Memory use grew by 3% an hour from the release on Monday until the pods were OOMKilled on "
        "Thursday.",
        (
            "From the release on Monday memory use grew by 3 percent an hour.",
            "The pods were OOMKilled on Thursday.",
        ),
        (
            "Memory use grew by 30% an hour.",
            "The pods were OOMKilled on Tuesday.",
            "CPU use grew by 3% an hour from the release on Monday.",
            "Memory use shrank by 3% an hour.",
        ),
    ),
)  # fmt: skip

TRUE = [(case.evidence, claim) for case in CASES for claim in case.true]
FALSE = [(case.evidence, claim) for case in CASES for claim in case.false]

# What the verifier does not see yet, each kept here so that it shows when it changes.
KNOWN_MISSES: set[str] = set()
KNOWN_DOUBTS = {
    "Printing in Leeds failed from 08:30 until the spooler on prn-lds-01 was restarted."
}


class TestPairs:
    @pytest.mark.parametrize(("evidence", "claim"), TRUE)
    def test_a_true_claim_is_kept(self, evidence: str, claim: str) -> None:
        found = Verifier().check(claim, [evidence])
        expected = Verdict.PARTLY if claim in KNOWN_DOUBTS else Verdict.SUPPORTED
        assert found.verdict is expected, found.reasons

    @pytest.mark.parametrize(("evidence", "claim"), FALSE)
    def test_a_false_claim_is_refused(self, evidence: str, claim: str) -> None:
        found = Verifier().check(claim, [evidence])
        expected = Verdict.SUPPORTED if claim in KNOWN_MISSES else Verdict.UNSUPPORTED
        assert found.verdict is expected, found.reasons

    def test_much_evidence_hides_nothing(self) -> None:
        """With every case as evidence of every claim, a fact of another case is no support."""
        evidence = [case.evidence for case in CASES]
        kept = [Verifier().check(c, evidence).verdict is Verdict.SUPPORTED for _, c in TRUE]
        passed = [Verifier().check(c, evidence).verdict is Verdict.SUPPORTED for _, c in FALSE]
        assert sum(kept) / len(kept) >= 0.95
        assert sum(passed) / len(passed) <= 0.05
