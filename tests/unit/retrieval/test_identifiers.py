"""Identifiers are typed, exact and few: prose, dates and names of people are none."""

import pytest

from retrieval.identifiers import Identifier, IdentifierKind, alert_names, find, urls

K = IdentifierKind
# What patterns are made of: each could be where one of them backtracks.
UNITS = [
    *("A", ".", ":", "-", "/", "é", "\n", "a-", "1.", "A_", "Aa", "a:", "O=", "CN=A ", "CN = a b "),
    *("x://", "[FIRING:1] ", "web-01 ", "10.2.0.17 ", "1.2.3 ", "ports 80 ", "Error", "HTTP "),
]


def typed(text: str) -> set[tuple[str, str]]:
    return {(str(found.kind), found.value) for found in find(text)}


class TestWhatIsOne:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("ORA-00257: archiver error", {("error_code", "ORA-00257")}),
            ("failed with TNS-12541.", {("error_code", "TNS-12541")}),
            ("SP2-0042 unknown command", {("error_code", "SP2-0042")}),
            ("Windows says 0x80070005", {("error_code", "0x80070005")}),
            ("connect ECONNREFUSED while polling", {("error_code", "ECONNREFUSED")}),
            ("KRB_AP_ERR_SKEW from the domain", {("error_code", "KRB_AP_ERR_SKEW")}),
            ("AADSTS50057 on sign-in", {("error_code", "AADSTS50057")}),
            ("job ended IEC030I", {("error_code", "IEC030I")}),
            (
                "java.net.SocketTimeoutException: read",
                {("error_code", "java.net.SocketTimeoutException")},
            ),
            ("TypeError in the worker", {("error_code", "TypeError")}),
            ("the proxy answers HTTP 503", {("error_code", "HTTP 503")}),
            ("502 Bad Gateway for everybody", {("error_code", "502 Bad Gateway")}),
            ("died with exit code 137", {("error_code", "exit code 137")}),
            ("Event ID 4625 repeats", {("error_code", "Event ID 4625")}),
            ("SQLSTATE[08006] again", {("error_code", "SQLSTATE[08006")}),
            ("setup stops, Error 1603", {("error_code", "Error 1603")}),
            ("last state OOMKilled", {("error_code", "OOMKilled")}),
            ("db-prod-01.corp.local is down", {("host", "db-prod-01.corp.local")}),
            ("LON-SRV01.CORP.LOCAL is down", {("host", "LON-SRV01.CORP.LOCAL")}),
            ("mail.acme.com refuses", {("host", "mail.acme.com")}),
            ("www.libero.it is slow", {("host", "www.libero.it")}),
            ("erp-db-01.prod.acme rebooted", {("host", "erp-db-01.prod.acme")}),
            ("clients of vpn-gw-lon-1 drop", {("host", "vpn-gw-lon-1")}),
            ("web-01 and WEB-02", {("host", "web-01"), ("host", "WEB-02")}),
            ("pod coredns-5d78c9869d-x7k2p", {("host", "coredns-5d78c9869d-x7k2p")}),
            ("see https://wiki.acme.com/x/INC-1.", {("url", "https://wiki.acme.com/x/INC-1")}),
            ("(s3a://bucket/key)", {("url", "s3a://bucket/key")}),
            ("since v1.24 it fails", {("version", "v1.24")}),
            ("rolled back to 2.14.1-rc.2 at noon", {("version", "2.14.1-rc.2")}),
            ("OpenSSH 9.3.2p1", {("version", "9.3.2p1")}),
            ("only TLS 1.2 is offered", {("version", "1.2")}),
            ("Server: nginx/1.25.3", {("version", "1.25.3")}),
            ("firmware 10.2.0.17", {("version", "10.2.0.17")}),
            ("Windows build 19045", {("version", "19045")}),
            ("Chrome/115.0.0.0", {("version", "115.0.0.0")}),
            ("node-3 and vm-12", {("host", "node-3"), ("host", "vm-12")}),
            ("KubePodCrashLooping for 15 minutes", {("alert", "KubePodCrashLooping")}),
            ("TargetDown.", {("alert", "TargetDown")}),
            ("etcdNoLeader and etcdMembersDown", {("alert", "etcdNoLeader")}),
            ('alertname="Watchdog"', {("alert", "Watchdog")}),
            ("[FIRING:2] Heartbeat prod", {("alert", "Heartbeat")}),
            ("subject=CN = vpn.acme.com", {("certificate", "CN = vpn.acme.com")}),
            ("CN=*.acme.com expired yesterday", {("certificate", "CN=*.acme.com")}),
            (
                "CN = Acme Root CA, O = Acme Holding Ltd, C = GB",
                {("certificate", "CN = Acme Root CA"), ("certificate", "O = Acme Holding Ltd")},
            ),
            ("nothing listens on port 443", {("port", "443")}),
            ("8443/tcp is filtered", {("port", "8443")}),
            ("vpn-gw-1:8443 resets", {("host", "vpn-gw-1"), ("port", "8443")}),
            ("from 10.2.0.17:5432", {("ip", "10.2.0.17"), ("port", "5432")}),
            ("route 10.2.0.0/16 is gone", {("ip", "10.2.0.0/16")}),
            ("fe80::1 answers", {("ip", "fe80::1")}),
            ("like INC0010121", {("ticket", "INC0010121")}),
            ("see OPS-412 and CHG0030001", {("ticket", "OPS-412"), ("ticket", "CHG0030001")}),
        ],
    )
    def test_it_is_found_with_its_kind(self, text: str, expected: set[tuple[str, str]]) -> None:
        assert expected <= typed(text)

    def test_of_parts_that_overlap_only_the_whole_is_told(self) -> None:
        assert typed("https://web-01.acme.com:8443/v1.2.3/OPS-1") == {
            ("url", "https://web-01.acme.com:8443/v1.2.3/OPS-1")
        }


class TestWhatIsNone:
    @pytest.mark.parametrize(
        "text",
        [
            "e.g. the printer, i.e. all of them",
            "s.nowak restarted it",
            "It was restarted.Glued sentences follow.then more",
            "on 2026-03-02 and 02.03.2026 and 2/3/26",
            "at 14:05, 14:05:33 and 2026-03-02T09:11:12Z",
            "3.14 of 2.5 GB, 99.95%",
            "call +44 20 7946 0958 or 555.123.4567",
            "92.5 % of 1.234.567 users",
            "UTF-8, SHA-256, ISO-8859-1, COVID-19 and Q3-2024",
            "SEV-1, tier-2, phase-12, top-10, mid-2024",
            "eu-west-1 and us-gov-west-1",
            "GitHub, PostgreSQL, OneDrive, JavaScript and CreateFileInternal",
            "https://$",
            "maven-11 and PR-12",
            "a StatefulSet with a PersistentVolumeClaim",
            "JAVA_HOME and MAX_CONNECTIONS are set",
            "EUROPE and ELASTIC are words",
            "ASP.NET, Node.js and config.yaml",
            "app.py:123 in main, Foo.java:45",
            "com.acme.billing.app started",
            "end-2-end and day-to-day-2",
            "3f2b8c1a-aaaa-4bbb-8ccc-1234567890ab",
            "abcdef12-3456-4bbb-8ccc-1234567890ab",
            "CN=Jane Doe,OU=Users,DC=acme,DC=local",
            "I/O=High on the disk",
            "ace::add and std::vector",
            "Error 500 users are affected; error: 12 of 20",
            "port 70000 does not exist",
            "the user [REDACTED:password] and [REDACTED:phone]",
            "getUserName(id) and obj.lastUpdateTime",
            "",
        ],
    )
    def test_nothing_is_found(self, text: str) -> None:
        assert typed(text) == set()


class TestFind:
    def test_offsets_are_exact_and_in_order(self) -> None:
        text = "web-01 fails with HTTP 503, web-01 again; see INC0010121 on 10.2.0.17:443"
        found = find(text)
        assert [one.value for one in found] == [
            "web-01",
            "HTTP 503",
            "INC0010121",
            "10.2.0.17",
            "443",
        ]
        assert all(text[one.start : one.end] == one.value for one in found)
        assert found[0] == Identifier(K.HOST, "web-01", 0, 6)

    def test_names_to_look_up_are_a_wider_net(self) -> None:
        text = "InfoInhibitor, ACMRemoteWriteError and TargetDown on GitHub, TargetDown again"
        assert alert_names(text) == ("ACMRemoteWriteError", "TargetDown")
        assert alert_names('alertname="InfoInhibitor"') == ("InfoInhibitor",)

    def test_addresses_come_without_what_closes_the_sentence(self) -> None:
        assert urls(
            "See <https://a.acme.com/b>, (https://c.acme.com/d) or https://e.acme.com/f!"
        ) == (
            "https://a.acme.com/b",
            "https://c.acme.com/d",
            "https://e.acme.com/f",
        )

    @pytest.mark.parametrize("unit", ["a", "1", " ", "a.", "word "])
    def test_a_megabyte_is_read(self, unit: str) -> None:
        text = unit * (1_000_000 // len(unit))
        assert find(text) == ()

    @pytest.mark.parametrize("unit", UNITS)
    def test_repetition_of_anything_is_read_in_linear_time(self, unit: str) -> None:
        # With a quadratic pattern this would take minutes.
        text = unit * (100_000 // len(unit))
        assert all(text[one.start : one.end] == one.value for one in find(text))
