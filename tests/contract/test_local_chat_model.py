"""The chat writer with a real model: what holds whatever a model writes."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, SecretStr

from assistant.bootstrap import Application
from assistant.domain.drafts import Draft, Verdict
from assistant.llm.chat import ChatChoice, ChatModel
from assistant.settings import load_settings
from retrieval.access import Reader
from retrieval.errors import ModelUnavailable
from tests.chat_server import chat_server, weights
from tests.installation import filled

PERSON = "ruth"
# An answer takes five seconds on a quiet machine; on a busy one the draft falls back.
DEADLINE_SECONDS = 30


class Words(BaseModel):
    """A few words."""

    words: list[str] = Field(max_length=3)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if weights() is None:
        pytest.skip("no local chat model is installed")
    with chat_server() as address:
        yield address


@pytest.fixture
def model(server: str) -> ChatModel:
    return ChatModel.connect(
        ChatChoice(model="openai:smollm2", base_url=f"{server}/v1", api_key=SecretStr("none"))
    )


class TestModel:
    def test_it_answers_in_the_form_asked_for_and_counts_its_tokens(self, model: ChatModel) -> None:
        answer = model.structured("Be brief.", "Name a fruit.", Words)
        assert len(answer.value.words) <= 3
        assert answer.usage.prompt_tokens
        assert answer.usage.completion_tokens


def test_the_connection_is_closed_when_nobody_waits_any_more() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        choice = ChatChoice(
            model="openai:mute", base_url=f"http://127.0.0.1:{port}/v1", api_key=SecretStr("none")
        )
        with pytest.raises(ModelUnavailable, match="did not answer within"):
            ChatModel.connect(choice).structured("s", "u", Words, 0.3)
        connection, _ = mute.accept()
        with connection:
            connection.settimeout(10)
            while connection.recv(65_536):
                """What was asked, and then the end."""


@pytest.fixture
def installation(
    tmp_path: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    """Four tickets and a runbook, configured as people do it: by the environment."""
    for name, value in {
        "PRECEDENT_DATA_DIR": str(tmp_path / "var"),
        "PRECEDENT_CHAT__MODEL": "openai:smollm2",
        "PRECEDENT_CHAT__BASE_URL": f"{server}/v1",
        "PRECEDENT_CHAT__API_KEY": "none",
        "PRECEDENT_CHAT__MAX_TOKENS": "300",
        "PRECEDENT_CHAT__CONTEXT_TOKENS": "1500",
        "PRECEDENT_CHAT__DEADLINE_SECONDS": str(DEADLINE_SECONDS),
    }.items():
        monkeypatch.setenv(name, value)
    filled(tmp_path).database.close()
    app = Application(load_settings())
    yield app
    app.database.close()


def drafted(app: Application, writer: str | None = None) -> Draft:
    person = app.settings.person(PERSON)
    assert person is not None
    return app.drafting.create(person, Reader.operator(), "INC0009", writer)


class TestDraft:
    def test_whatever_the_model_writes_the_draft_stands_on_its_evidence(
        self, installation: Application
    ) -> None:
        draft = drafted(installation)
        kept, plain = draft.provenance, drafted(installation, "extractive").body
        assert kept.writer == "chat"
        assert installation.drafts.get(draft.id) == draft
        assert draft.body.claims()
        for claim in draft.body.claims():
            assert claim.verdict in {Verdict.SUPPORTED, Verdict.PARTLY}
            assert claim.citations
            for citation in claim.citations:
                cited = installation.store.get(citation.record_id, citation.revision)
                assert cited is not None
                assert cited.text[citation.start : citation.end] == citation.quote
        if kept.model is None:
            # What the model wrote was of no use: the other writer took over, for all to see.
            assert "'extractive' instead of a model: " in kept.notes[0]
            assert draft.body == plain
        else:
            assert (kept.model, kept.prompt) == ("openai:smollm2", "rca_draft/v2")
            assert bool(draft.body.removed) == any("did not pass the gate" in n for n in kept.notes)
        assert kept.parameters["attempts"] in {1, 2}
        assert float(kept.parameters["seconds"]) < DEADLINE_SECONDS + 5
