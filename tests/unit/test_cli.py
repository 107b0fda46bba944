"""The command line's contract, on real processes."""

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from assistant.cli import with_explicit_json
from tests.installation import RUNBOOK, TICKETS


class Cli:
    """Runs commands of one installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "assistant", *arguments]
        settings = {"PRECEDENT_DATA_DIR": str(self.folder / "var"), **environment}
        return subprocess.run(
            command,
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def json(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--json", "-")
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    folder = tmp_path_factory.mktemp("cli")
    (folder / "tickets.csv").write_text(TICKETS, encoding="utf-8")
    (folder / "runbooks").mkdir()
    (folder / "runbooks" / "vpn.md").write_text(RUNBOOK, encoding="utf-8")
    made = Cli(folder)
    first = made.run("ingest", str(folder / "tickets.csv"), str(folder / "runbooks"))
    assert first.returncode == 0, first.stderr
    return made


class TestContract:
    def test_ingest_counts(self, cli: Cli) -> None:
        summary = cli.json("ingest", str(cli.folder / "tickets.csv"))
        assert summary["unchanged"] == 4
        assert summary["added"] == summary["rejected"] == summary["removed"] == 0

    def test_similar(self, cli: Cli) -> None:
        answer = cli.json("similar", "VPN certificate expired", "--kind", "incident", "--k", "2")
        assert set(answer) >= {"query", "as_of", "abstained", "hits"}
        assert [hit["record_id"] for hit in answer["hits"]] == ["INC0001", "INC0009"]

    def test_triage(self, cli: Cli) -> None:
        card = cli.json("triage", "--record", "INC0009")
        names = {"hypotheses", "suggested_fields", "suspected_changes", "runbooks"}
        assert set(card) >= names
        hypothesis = {"statement", "probability", "support", "counter", "next_check", "actions"}
        assert set(card["hypotheses"][0]) >= hypothesis

    def test_show_and_its_offsets(self, cli: Cli) -> None:
        record = cli.json("show", "INC0001")
        assert set(record) >= {"id", "revision", "kind", "title", "text", "fields", "sections"}
        cause = next(s for s in record["sections"] if s["kind"] == "cause")
        assert record["text"][cause["start"] : cause["end"]].startswith("the renewal job")

    def test_draft_submit_approve_deliver_and_audit(self, cli: Cli) -> None:
        draft = cli.json("draft", "INC0009", "--as", "ruth")
        assert set(draft) >= {"id", "sections", "questions", "writer", "evidence"}
        proposal = cli.json("submit", draft["id"], "--as", "ruth")
        refused = cli.run("approve", proposal["id"], "--as", "ruth")
        assert refused.returncode == 2
        assert "role" in refused.stderr
        assert cli.json("approve", proposal["id"], "--as", "paul")["state"] == "approved"
        assert cli.json("deliver") == {"carried_out": 1}
        (written,) = (cli.folder / "var" / "outbox").glob("*.md")
        assert "INC0009" in written.name
        assert cli.json("audit", "verify")["ok"]

    def test_export_writes_a_file_and_says_which(self, cli: Cli) -> None:
        draft = cli.json("draft", "INC0009", "--as", "ruth")
        file = cli.folder / "rca.docx"
        told = cli.json("export", draft["id"], "--format", "docx", "--output", str(file))
        assert told["sha256"] == sha256(file.read_bytes()).hexdigest()
        printed = cli.run("export", draft["id"], "--output", "-")
        assert printed.stdout.startswith("# VPN refuses clients\n")
        nowhere = cli.run("export", draft["id"], "--output", "/nowhere/rca.md")
        assert nowhere.returncode == 2
        assert "/nowhere/rca.md" in nowhere.stderr
        shared = cli.run("export", draft["id"], "--output", "-", "--json", "-")
        assert (shared.returncode, shared.stdout) == (2, "")

    def test_diff_compares_revisions(self, cli: Cli) -> None:
        draft = cli.json("draft", "INC0009", "--as", "ruth")
        told = cli.json("diff", draft["id"])
        assert (told["from_revision"], told["to_revision"], told["sections"]) == (1, 1, [])
        assert "Nothing differs" in cli.run("diff", draft["id"]).stdout
        missing = cli.run("diff", draft["id"], "--from", "1", "--to", "5")
        assert missing.returncode == 2
        assert "no revision 5" in missing.stderr

    def test_redact(self, cli: Cli) -> None:
        file = cli.folder / "texts.jsonl"
        file.write_text('{"id": "1", "text": "password=Hunter2!"}\n', encoding="utf-8")
        shown = json.loads(cli.run("redact", str(file)).stdout)
        (redaction,) = shown["redactions"]
        assert shown["text"][redaction["start"] : redaction["end"]] == "[REDACTED:password]"
        assert "Hunter2" not in shown["text"]

    def test_verify(self, cli: Cli) -> None:
        file = cli.folder / "claims.jsonl"
        evidence = "The queue held 4,100 messages at 14:05."
        claims = [evidence, "The queue held 9,900 messages at 14:05."]
        file.write_text(
            "\n".join(
                json.dumps({"id": str(n), "claim": claim, "evidence": [evidence]})
                for n, claim in enumerate(claims)
            ),
            encoding="utf-8",
        )
        lines = cli.run("verify", str(file), "--json").stdout.splitlines()
        assert [json.loads(line)["verdict"] for line in lines] == ["supported", "unsupported"]

    def test_verify_names_the_line_that_is_wrong(self, cli: Cli) -> None:
        file = cli.folder / "claims.jsonl"
        good = '{"id": "1", "claim": "c", "evidence": []}'
        for bad, said in (
            ('{"id": "2", "claim": "c", "evidence": "e"}', "line 3, field 'evidence'"),
            ('{"id": "2", "claim": 4, "evidence": []}', "line 3, field 'claim'"),
            ('{"id": "2", "claim": "c"}', "line 3 must be an object with id, claim, evidence"),
        ):
            file.write_text(f"{good}\n\n{bad}\n", encoding="utf-8")
            failed = cli.run("verify", str(file))
            assert failed.returncode == 2
            assert said in " ".join(failed.stderr.split())

    def test_eval_is_mounted(self, cli: Cli) -> None:
        assert "retrieval" in cli.run("eval", "--help").stdout


class TestFailures:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["show", "INC404"], "INC404"),
            (["draft", "INC404"], "INC404"),
            (["triage", "--record", "INC404"], "INC404"),
            (["triage"], "exactly one"),
            (["similar", "x", "--as-of", "yesterday"], "yesterday"),
            (["similar", "x", "--k", "0"], "1 to 100"),
            (["similar", ""], "empty"),
            (["ingest", "/nowhere/at/all.csv"], "does not exist"),
            (["ingest", "x", "--profile", "nope"], "servicenow"),
            (["redact", "/nowhere.jsonl"], "cannot be read"),
            (["draft", "INC0009", "--writer", "chat"], "PRECEDENT_CHAT__MODEL"),
            (["approve", "prop-404", "--as", "paul"], "prop-404"),
            (["draft", "INC0009", "--as", "mallory"], "mallory"),
        ],
    )
    def test_a_failure_names_the_place_without_a_stack_trace(
        self, cli: Cli, arguments: list[str], message: str
    ) -> None:
        result = cli.run(*arguments)
        assert result.returncode != 0
        assert message in " ".join(result.stderr.split())
        assert "Traceback" not in result.stderr + result.stdout

    def test_an_unknown_setting_is_an_error(self, cli: Cli) -> None:
        result = cli.run("proposals", PRECEDENT_DATADIR="x")
        assert result.returncode == 2
        assert "PRECEDENT_DATADIR" in result.stderr

    def test_a_setting_that_cannot_be_is_named(self, cli: Cli) -> None:
        result = cli.run("proposals", PRECEDENT_EMBEDDER__BACKEND="nope")
        assert result.returncode == 2
        assert "PRECEDENT_EMBEDDER__BACKEND" in result.stderr

    def test_local_sign_in_is_not_offered_to_the_network(self, cli: Cli) -> None:
        result = cli.run("serve", "--host", "0.0.0.0")
        assert result.returncode == 2
        assert "PRECEDENT_AUTH__ALLOW_REMOTE" in result.stderr

    def test_one_bad_path_does_not_keep_the_others_out(self, cli: Cli) -> None:
        good = str(cli.folder / "tickets.csv")
        result = cli.run("ingest", "/nowhere.csv", good, "--json")
        assert result.returncode == 2
        bad, fine = json.loads(result.stdout)
        assert "does not exist" in bad["error"]
        assert "/nowhere.csv does not exist" in result.stderr
        assert fine["unchanged"] == 4


class TestJsonOption:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            (["draft", "X", "--json"], ["draft", "X", "--json", "-"]),
            (["draft", "X", "--json", "-"], ["draft", "X", "--json", "-"]),
            (["draft", "--json", "o.json"], ["draft", "--json", "o.json"]),
            (["similar", "--json", "VPN"], ["similar", "--json", "-", "VPN"]),
        ],
    )
    def test_a_bare_json_means_standard_output(self, given: list[str], expected: list[str]) -> None:
        assert with_explicit_json(given) == expected
