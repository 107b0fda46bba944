"""``precedent sync``, ``connect list`` and ``connect check``, as a person meets them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli import app
from tests.fakes.jira import Jira, add_issues
from tests.fakes.jira import running as running_jira
from tests.fakes.servicenow import JOURNAL_ROLE, ServiceNow

JSON = ("--json", "-")


@pytest.fixture
def site() -> Iterator[Jira]:
    with running_jira() as served:
        yield served


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, instance: ServiceNow, site: Jira) -> None:
    """A folder with settings for both systems."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "key").write_text("reader-key\n", encoding="utf-8")
    (tmp_path / "precedent.toml").write_text(
        f"""
embedder.backend = "hashing"
[connections.sn]
kind = "servicenow"
base_url = "{instance.url}"
read = {{ kind = "api-key", header = "x-sn-apikey", key = "file:{tmp_path / "key"}" }}
[connections.desk]
kind = "jira"
base_url = "{site.url}"
options = {{ projects = "ITSM" }}
read = {{ kind = "basic", user = "{site.accounts["reader"].email}", password = "reader-token" }}
""",
        encoding="utf-8",
    )


def run(*arguments: str, fails: bool = False) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert (result.exit_code != 0) is fails, result.output
    return result


def findings(name: str) -> dict[str, tuple[str, str]]:
    told = json.loads(run("connect", "check", name, *JSON).stdout)
    return {each["capability"]: (each["outcome"], each["message"]) for each in told}


@pytest.mark.usefixtures("here")
class TestSync:
    def test_what_was_read_is_told_and_can_be_found(self) -> None:
        told = json.loads(run("sync", "sn", "--stream", "incident", *JSON).stdout)
        assert [(each["stream"], each["added"], each["complete"]) for each in told] == [
            ("sn/incident", 4, True)
        ]
        hits = json.loads(run("similar", "VPN drops", *JSON).stdout)["hits"]
        assert "INC0000001" in {hit["record_id"] for hit in hits}

    def test_a_sweep_follows_where_it_is_asked_for(self, instance: ServiceNow) -> None:
        run("sync", "sn")
        instance.remove("incident", "a" * 32)
        told = json.loads(run("sync", "sn", "--stream", "incident", "--sweep", *JSON).stdout)
        assert [each["removed"] for each in told] == [0, 1]

    def test_a_stream_that_fails_does_not_keep_the_others_out(self, instance: ServiceNow) -> None:
        del instance.store.tables["problem"]
        result = run("sync", "sn", *JSON, fails=True)
        told = {each["stream"]: each for each in json.loads(result.stdout)}
        assert told["sn/incident"]["added"] == 4
        assert "Invalid table problem" in told["sn/problem"]["error"]

    def test_an_unknown_name_is_answered_with_those_that_there_are(self) -> None:
        assert "Configured are sn, desk" in str(run("sync", "snow", fails=True).exception)
        assert "Read are" in str(run("sync", "sn", "--stream", "incidents", fails=True).exception)

    def test_how_far_each_stream_is_read_is_listed(self) -> None:
        run("sync", "sn", "--stream", "incident")
        told = json.loads(run("connect", "list", *JSON).stdout)
        found = {f"{each['connection']}/{each['stream']}": each for each in told}
        assert found["sn/incident"]["watermark"] == "2026-03-02T13:00:04Z"
        assert found["desk/issue"]["complete_at"] is None


@pytest.mark.usefixtures("here")
class TestCheck:
    def test_each_capability_of_an_instance_is_tried(self, instance: ServiceNow) -> None:
        found = findings("sn")
        assert found["read incident"][0] == "ok"
        assert found["read problem"] == (
            "unknown",
            "No row is visible: either there is none, or the identity may not see them.",
        )
        assert found["journal entries"][0] == "denied"
        assert "audit_viewer" in found["journal entries"][1]
        assert "Failed API level ACL Validation" in found["journal entries"][1]
        assert "Left out by the instance" in found["unknown query clauses"][1]
        assert found["time zone"][0] == "unknown"
        assert found["clock"][0] == "ok"
        assert instance.writes == []

    def test_what_was_put_right_is_ok(self, instance: ServiceNow) -> None:
        instance.grant("reader", JOURNAL_ROLE)
        instance.access.identities["reader"].time_zone = "UTC"
        entry = {"element_id": "a" * 32, "element": "work_notes", "value": "x", "name": "incident"}
        instance.add("sys_journal_field", entry)
        found = findings("sn")
        assert found["journal entries"][0] == "ok"
        assert found["time zone"][0] == "ok"

    def test_a_wrong_key_is_denied_in_the_words_of_the_instance(self, instance: ServiceNow) -> None:
        instance.access.identities["reader"].api_key = "replaced"
        outcome, message = findings("sn")["read incident"]
        assert outcome == "denied"
        assert "User Not Authenticated" in message

    def test_a_column_that_is_not_there_is_named(self, tmp_path: Path) -> None:
        with (tmp_path / "precedent.toml").open("a", encoding="utf-8") as settings:
            settings.write('[connections.sn.fields]\n"incident.groups" = "u_readers"\n')
        outcome, message = findings("sn")["read incident"]
        assert outcome == "unknown"
        assert "u_readers" in message

    def test_each_capability_of_a_site_is_tried(self, site: Jira) -> None:
        add_issues(site, 12)
        found = findings("desk")
        assert found["read issue"][0] == "ok"
        assert "Europe/Berlin" in found["time zone"][1]
        assert found["custom fields"][0] == "ok"
        assert found["clock"][0] == "ok"
        assert found["write"][0] == "denied"
