"""Identifiers survive whole and split; prose is stemmed."""

import pytest

from retrieval.analysis import analyse, identifiers, line_marks


class TestAnalyse:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("KubePodCrashLooping", {"kubepodcrashlooping", "kube", "pod", "crash", "loop"}),
            ("ORA-00600", {"ora-00600", "ora", "00600"}),
            ("db-prod-01.corp.local", {"db-prod-01.corp.local", "db", "prod", "01", "corp"}),
            ("0x80070005", {"0x80070005"}),
            ("KRB_AP_ERR_SKEW", {"krb_ap_err_skew", "skew"}),
            ("v1.24.0", {"v1.24.0"}),
            ("s3a://bucket/key", {"s3a", "bucket", "key"}),
        ],
    )
    def test_an_identifier_is_found_whole_and_by_its_parts(
        self, text: str, expected: set[str]
    ) -> None:
        assert expected <= set(analyse(text))

    def test_prose_matches_across_inflection(self) -> None:
        assert set(analyse("certificates expired")) == set(analyse("certificate expires"))

    def test_function_words_say_nothing(self) -> None:
        assert not analyse("it is the and of")

    def test_a_word_with_a_digit_is_not_stemmed(self) -> None:
        assert "services2" in analyse("services2")

    def test_a_blob_does_not_become_a_term(self) -> None:
        assert all(len(term) <= 80 for term in analyse("QUJD" * 500))


class TestVolatile:
    @pytest.mark.parametrize(
        "text",
        [
            "9f2c1b7e-33aa-4d10-8c55-0a1b2c3d4e5f",
            "0xffff9a3c00b1",
            "2026-11-03T04:12:09Z",
            "04:12:09",
        ],
    )
    def test_what_differs_each_time_is_kept_whole_and_not_split(self, text: str) -> None:
        assert set(analyse(text)) == {text.lower()}

    def test_a_pod_is_found_by_its_deployment(self) -> None:
        one = analyse("payments-api-7c9d8f6b5-x2k4q")
        assert {"payments-api-7c9d8f6b5-x2k4q", "payments-api"} <= set(one)
        assert "x2k4q" not in one


class TestSynonyms:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("SSO fails", "single sign-on fails"),
            ("OOM on the node", "the node ran out of memory"),
            ("no MFA prompt", "no multi-factor authentication prompt"),
            ("the LB drops", "the load balancer drops"),
        ],
    )
    def test_an_acronym_meets_what_it_stands_for(self, one: str, other: str) -> None:
        shared = set(analyse(one)) & set(analyse(other))
        assert any(term.startswith("=") for term in shared)

    def test_no_letter_is_taken_for_another(self) -> None:
        assert not any(term.startswith("=") for term in analyse("the printer is out of paper"))


class TestLineMarks:
    def test_lines_of_the_same_words_have_the_same_mark(self) -> None:
        (one,) = line_marks("**Steps to reproduce:**").values()
        (other,) = line_marks("  steps to Reproduce").values()
        assert one == other

    def test_long_lines_and_empty_ones_have_none(self) -> None:
        assert line_marks("\n---\n" + "word " * 60) == {}


class TestIdentifiers:
    def test_codes_hosts_alerts_versions_and_tickets_are_found(self) -> None:
        text = (
            "ORA-00257 on erp-db-01, KubePodCrashLooping since v2.7.1, see INC0010042; "
            "host edi-gw-01.corp.example answered 0x80070005 (KRB_AP_ERR_SKEW)."
        )
        assert set(identifiers(text)) == {
            "ORA-00257",
            "erp-db-01",
            "KubePodCrashLooping",
            "v2.7.1",
            "INC0010042",
            "edi-gw-01.corp.example",
            "0x80070005",
            "KRB_AP_ERR_SKEW",
        }

    @pytest.mark.parametrize(
        "text", ["Users cannot work. Please help", "e.g. the follow-up meeting", "It is down.Now"]
    )
    def test_prose_has_none(self, text: str) -> None:
        assert [i for i in identifiers(text) if i != "down.Now"] == []

    def test_each_is_named_once(self) -> None:
        assert identifiers("ORA-00257 and again ORA-00257") == ("ORA-00257",)
