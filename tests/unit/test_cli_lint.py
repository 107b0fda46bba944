"""``precedent lint`` on real processes: what it prints, and what it says of bad input."""

import json

import pytest

from tests.unit.test_cli import Cli

TEXT = "# Mail gateway down 🔥\n\n## Actions\n- Monitor it closely\n"
NOTE = (
    "# Handover\n\n## Impact\nUsers had trouble.\n\n## Cause\nHuman error.\n\n"
    "## Resolution\nThe gateway was restarted.\n"
)


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    folder = tmp_path_factory.mktemp("lint")
    (folder / "rca.md").write_text(TEXT, encoding="utf-8")
    (folder / "update.md").write_text("We are investigating.", encoding="utf-8")
    (folder / "note.md").write_text(NOTE, encoding="utf-8")
    (folder / "empty.md").write_text(" \n", encoding="utf-8")
    (folder / "binary.md").write_bytes(b"\xff\xfe\x00\x81")
    return Cli(folder)


class TestLint:
    def test_json_has_exact_offsets_and_the_rules(self, cli: Cli) -> None:
        answer = cli.json("lint", str(cli.folder / "rca.md"))
        found = answer["findings"]
        assert {finding["rule"] for finding in found} == {"vague-action", "action-incomplete"}
        for finding in found:
            assert TEXT[finding["start"] : finding["end"]] == finding["quote"]
            assert finding["line"] == 4
        assert {"id", "title", "reason", "good", "bad", "severity"} == set(answer["rules"][0])

    def test_people_read_place_message_and_question(self, cli: Cli) -> None:
        shown = cli.run("lint", str(cli.folder / "rca.md")).stdout
        assert "rca.md:4: warning" in shown
        assert "Who owns it" in shown
        assert "2 findings." in shown
        assert (
            "**warning** line 4"
            in cli.run("lint", str(cli.folder / "rca.md"), "--format", "markdown").stdout
        )

    def test_sarif_is_a_log_of_one_run(self, cli: Cli) -> None:
        target = cli.folder / "lint.json"
        cli.run("lint", str(cli.folder / "rca.md"), "--format", "sarif", "--json", str(target))
        log = json.loads(target.read_text(encoding="utf-8"))
        run = log["runs"][0]
        assert (log["version"], run["columnKind"]) == ("2.1.0", "unicodeCodePoints")
        ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        for result in run["results"]:
            assert ids[result["ruleIndex"]] == result["ruleId"]
            region = result["locations"][0]["physicalLocation"]["region"]
            end = region["charOffset"] + region["charLength"]
            assert TEXT[region["charOffset"] : end] == region["snippet"]["text"]

    def test_a_status_update_is_linted_as_one(self, cli: Cli) -> None:
        answer = cli.json("lint", str(cli.folder / "update.md"), "--kind", "status-update")
        assert [finding["rule"] for finding in answer["findings"]] == ["status-update-incomplete"]

    def test_a_note_is_judged_by_its_sentences_only(self, cli: Cli) -> None:
        answer = cli.json("lint", str(cli.folder / "note.md"), "--kind", "note")
        assert [finding["rule"] for finding in answer["findings"]] == ["blame"]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["missing.md"], "cannot be read"),
            (["empty.md"], "is empty"),
            (["binary.md"], "is not UTF-8 text"),
            ([], "Give exactly one of FILE and --draft ID"),
            (["rca.md", "--draft", "draft-1"], "Give exactly one of FILE and --draft ID"),
            (["--draft", "draft-1"], "no draft"),
        ],
    )
    def test_bad_input_is_told_in_one_message(
        self, cli: Cli, arguments: list[str], message: str
    ) -> None:
        placed = [str(cli.folder / a) if a.endswith(".md") else a for a in arguments]
        result = cli.run("lint", *placed)
        assert result.returncode == 2
        assert message in result.stderr
        assert "Traceback" not in result.stderr
