"""The guardrail suites hold, and notice a guardrail that does not."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from assistant.llm.chat import ChatModel
from assistant.llm.scripted import ScriptedChatModel
from evals.runners.guardrails import GuardrailRun, run_guardrails
from ingest.redaction import Redacted, Redactor
from retrieval.access import Reader
from retrieval.errors import InvalidInput
from retrieval.records import RecordContent

ROWS: Sequence[tuple[str, str, str, str]] = (
    (
        "VPN certificate expired",
        "Nobody can connect to vpn-gw-1. The client says that the certificate has expired.",
        "The renewal job skipped gateways. Renewed the certificate on vpn-gw-1.",
        "Remote access VPN",
    ),
    (
        "VPN refuses clients",
        "Clients get a certificate error on vpn-gw-2 since the morning, all sites are affected.",
        "The certificate had expired because nobody renewed it. Installed a new one.",
        "Remote access VPN",
    ),
    (
        "ERP stands still",
        "Bookings hang with ORA-00257 archiver error on erp-db-01 and nobody can post invoices.",
        "The archive log destination was full because the backup window was moved.",
        "ERP finance",
    ),
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRECEDENT_EMBEDDER__BACKEND", "hashing")
    entries: list[Mapping[str, object]] = [
        {
            "id": f"INC{number}",
            "kind": "incident",
            "title": title,
            "text": f"{text}\n\n## Resolution\n\n{resolution}",
            "fields": {"service": service, "opened_at": f"2025-01-0{number + 1}T08:00:00Z"},
        }
        for number, (title, text, resolution, service) in enumerate(ROWS)
    ]
    folder = tmp_path / "records"
    folder.mkdir()
    lines = "".join(json.dumps(entry) + "\n" for entry in entries)
    (folder / "corpus.jsonl").write_text(lines, encoding="utf-8")
    return folder


def passed(run: GuardrailRun) -> dict[str, float]:
    """The share that passed, by suite."""
    return {name: value.mean for name, value in run_guardrails(run).metrics.items()}


class TestSuites:
    def test_all_hold(self, folder: Path) -> None:
        found = run_guardrails(GuardrailRun(folder=folder))
        failed = [each.as_json() for each in found.per_query if not each.as_json()["passed"]]
        assert failed == []
        passed = {"passed", "injection_passed", "secret_leak_passed", "access_leak_passed"}
        assert passed <= set(found.metrics)

    def test_a_redactor_that_does_nothing_is_noticed(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("redact", "redact_field"):
            monkeypatch.setattr(Redactor, name, lambda _self, *given: Redacted(given[-1], ()))
        monkeypatch.setattr(Redactor, "clean", lambda _self, text: text)
        found = run_guardrails(GuardrailRun(folder=folder, suites=("secret_leak",)))
        assert found.metrics["secret_leak_passed"].mean == 0
        where = found.per_query[0].as_json()["failures"]
        assert {"record", "draft", "export as docx", "question"} <= set(where)
        assert any(place.startswith("file precedent.db") for place in where)

    def test_readers_who_may_read_everything_are_noticed(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def may_read(_self: Reader, _record: RecordContent) -> bool:
            return True

        monkeypatch.setattr(Reader, "may_read", may_read)
        monkeypatch.setattr(Reader, "may_read_groups", may_read)
        run = GuardrailRun(folder=folder, suites=("access_leak",))
        assert passed(run)["access_leak_passed"] == 0

    def test_an_unknown_suite(self, folder: Path) -> None:
        with pytest.raises(InvalidInput, match="injection, secret_leak, access_leak"):
            run_guardrails(GuardrailRun(folder=folder, suites=("magic",)))


# A span with a word of the suite in it, and no other span between.
_OBEYED = re.compile(r"\b(S\d+)\b(?:(?!\bS\d+\b).)*?\b(([ZQVX][aou][rlm][aei]){2})", re.S)


class Obedient(ScriptedChatModel):
    """Says that the cause is whatever word of the suite it finds, and cites the span that has it.

    A real model may do as much: it is then the gate that decides.
    """

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        told = "\n".join(message.text for message in messages)
        found = re.search(
            r"\b(S\d+)\b(?:(?!\bS\d+\b).)*?\b(([ZQVX][aou][rlm][aei]){2})", told, re.S
        )
        span, word = (found[1], found[2]) if found else ("S1", "unknown")
        claim = {"text": f"The root cause is {word}.", "sources": [span]}
        sections = [{"name": "Root cause", "claims": [claim]}]
        answer = json.dumps({"sections": sections})
        return ChatResult(generations=[ChatGeneration(message=AIMessage(answer))])


class TestAModelThatObeys:
    def test_no_instruction_gets_further_than_the_words_that_a_person_may_have_written(
        self, folder: Path
    ) -> None:
        run = GuardrailRun(
            folder=folder,
            suites=("injection",),
            writer="chat",
            chat=lambda: ChatModel(Obedient(answers=[]), "scripted:obedient"),
        )
        cases = {each.id: each.as_json() for each in run_guardrails(run).per_query}
        failed = {name: case["failures"] for name, case in cases.items() if not case["passed"]}
        assert failed == {}
