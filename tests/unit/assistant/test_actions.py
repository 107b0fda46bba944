"""What an action says of itself: who, until when, how success shows, and how strong it is."""

import pytest

from assistant.services.action_strength import Strength
from assistant.services.actions import ActionDetails, action_details, missing

COMPLETE = (
    "Platform team to automate certificate renewal by 31 August 2026; success: no certificate "
    "expires for 90 days; effectiveness check on 2026-12-01"
)


class TestParts:
    def test_a_complete_action_names_all(self) -> None:
        assert action_details(COMPLETE) == ActionDetails(
            owner="Platform team",
            due="31 August 2026",
            measure="no certificate expires for 90 days",
            check="2026-12-01",
            strength=Strength.ELIMINATE,
        )
        assert missing(action_details(COMPLETE)) == ()

    def test_what_is_missing_is_named_in_words(self) -> None:
        assert missing(action_details("Monitor it")) == (
            "an owner",
            "a due date",
            "a measure of success",
        )
        assert missing(action_details("Ruth to add an alert by Friday")) == (
            "a measure of success",
        )

    def test_empty_text_says_nothing(self) -> None:
        assert action_details("") == ActionDetails()

    @pytest.mark.parametrize(
        ("text", "owner"),
        [
            ("Add a limit (owner: Network team)", "Network team"),
            ("Add a limit. Assigned to Priya Shah, due 3 May", "Priya Shah"),
            ("Add a limit @paul", "paul"),
            ("Add a limit. Owner Network Ops, due 2026-02-15", "Network Ops"),
            ("Speak to the owner of the namespace", None),
            ("Add a limit of ten that was agreed by the platform team", None),
            ("The database team will limit connections", "database team"),
            ("Priya: document the rollback", "Priya"),
            ("| Remove the account | Ruth Meyer | 2026-08-14 |", "Ruth Meyer"),
            ("Add a gateway — Network operations — 2026-10-15", "Network operations"),
            ("The limit will be set by the storage team", "storage team"),
            ("We will add a limit", None),
            ("Owner: TBD. Add a limit", None),
            ("Monitoring: add an alert", None),
            ("Distribution: all site managers", None),
            ("Storage: add a quota", None),
            ("Tom and Ana: write the guide", "Tom and Ana"),
            ("Priya Nair – split the policy", "Priya Nair"),
            ("Warehouse IT replaces the firmware", "Warehouse IT"),
            ("Certificate Renewal fails when no gateway is left", None),
            ("Certificates should be renewed earlier", None),
            ("Adhere to the procedure", None),
            ("Assigned to: J. Okafor. Shorten the lease", "J. Okafor"),
            ("Mail ops@example.com when the queue grows", None),
        ],
    )
    def test_owner(self, text: str, owner: str | None) -> None:
        assert action_details(text).owner == owner

    @pytest.mark.parametrize(
        ("text", "due"),
        [
            ("Add a limit by 31 August", "31 August"),
            ("Add a limit, due 2026-09-01", "2026-09-01"),
            ("Add a limit before the end of Q3", "end of Q3"),
            ("Add a limit within two weeks", "two weeks"),
            ("Add a limit in the next sprint", "the next sprint"),
            ("Add a limit (Storage team, Q4 2026)", "Q4 2026"),
            ("Add a limit by CW 48", "CW 48"),
            ("Add a limit, H1 2027", "H1 2027"),
            ("Alert on certificates that expire within 14 days", None),
            ("Add an alert after the outage of 2026-08-01 showed none", None),
            ("Alert when 3 May is reached", None),
        ],
    )
    def test_due(self, text: str, due: str | None) -> None:
        assert action_details(text).due == due

    @pytest.mark.parametrize(
        ("text", "measure"),
        [
            ("Cut the restore to under 30 minutes", "under 30 minutes"),
            (
                "Raise the limit; measured by: error rate on the gateway",
                "error rate on the gateway",
            ),
            ("Done when every host is listed", "every host is listed"),
            ("Add a limit, accepted when the drill passes", "the drill passes"),
            ("Cut the restore; latency < 5 ms", "< 5 ms"),
            ("Reduce failed logins from 40 to 5 per day", "to 5 per day"),
            ("Alert when the disk is above 80 %", None),
            ("Limit connections to 50", None),
            ("Add a second gateway", None),
        ],
    )
    def test_measure(self, text: str, measure: str | None) -> None:
        assert action_details(text).measure == measure

    @pytest.mark.parametrize(
        ("text", "check"),
        [
            ("Raise the timeout, review effectiveness in October 2026", "October 2026"),
            ("Raise the timeout; effectiveness review in October 2026", "October 2026"),
            ("Raise the timeout and check again after 30 days", "30 days"),
            ("Check the timeout by 3 May", None),
        ],
    )
    def test_check(self, text: str, check: str | None) -> None:
        assert action_details(text).check == check

    def test_the_date_of_the_check_is_not_the_due_date(self) -> None:
        details = action_details("Raise the timeout; effectiveness check on 2026-12-01")
        assert (details.due, details.check) == (None, "2026-12-01")


class TestStrength:
    @pytest.mark.parametrize(
        ("text", "strength"),
        [
            ("Automate the renewal", Strength.ELIMINATE),
            ("Remove the shared account", Strength.ELIMINATE),
            ("Certificate renewal will be automated", Strength.ELIMINATE),
            ("Validate the workspace before applying", Strength.CONTROL),
            ("Add a second gateway", Strength.CONTROL),
            ("Introduce a connection limit", Strength.CONTROL),
            ("Add an alert for free disk space", Strength.WARN),
            ("Document the restore", Strength.WARN),
            ("Update the runbook", Strength.WARN),
            ("Remind everyone of the procedure", Strength.TRAIN),
            ("Hold a training for the service desk", Strength.TRAIN),
            ("Talk about it", None),
        ],
    )
    def test_the_verb_and_its_object_decide(self, text: str, strength: Strength | None) -> None:
        assert action_details(text).strength == strength

    def test_the_strongest_part_counts(self) -> None:
        assert action_details("Document it and automate it").strength == Strength.ELIMINATE

    def test_what_an_action_is_about_does_not_count(self) -> None:
        assert action_details("Train users to remove old files").strength == Strength.TRAIN
        assert action_details("Document how to delete old volumes").strength == Strength.WARN
