"""What every chat model must do, shown on the twin that ships with the product."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from langchain_core.exceptions import ModelConnectionError
from langchain_core.language_models.fake_chat_models import FakeListChatModel
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatResult
from langsmith.utils import tracing_is_enabled
from pydantic import BaseModel, Field, SecretStr

from assistant.llm.answers import UnusableAnswer, Usage
from assistant.llm.chat import ChatChoice, ChatModel
from assistant.llm.scripted import ScriptedChatModel
from retrieval.errors import InvalidSettings, ModelUnavailable


class Reply(BaseModel):
    """A small schema."""

    words: list[str]


class Watching(ScriptedChatModel):
    """Notes whether its call is traced."""

    traced: list[object] = Field(default_factory=list)

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        self.traced.append(tracing_is_enabled())
        return super()._generate(*args, **kwargs)


class Slow(ScriptedChatModel):
    """Answers after an hour, and notes when nobody waits any more."""

    hung_up: list[bool] = Field(default_factory=list)

    async def _agenerate(self, *args: Any, **kwargs: Any) -> ChatResult:
        try:
            await asyncio.sleep(3_600)
        except asyncio.CancelledError:
            self.hung_up.append(True)
            raise
        return super()._generate(*args, **kwargs)


class Counting(ScriptedChatModel):
    """Tells what an answer took and, as providers do, whether it was cut off."""

    said: dict[str, str] = Field(default_factory=dict)

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        result = super()._generate(*args, **kwargs)
        message = result.generations[0].message
        assert isinstance(message, AIMessage)
        message.usage_metadata = UsageMetadata(input_tokens=70, output_tokens=9, total_tokens=79)
        message.response_metadata = dict(self.said)
        return result


class Down(ScriptedChatModel):
    """Cannot be reached."""

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        raise ModelConnectionError("connection refused")


@pytest.fixture
def traced_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("LANGSMITH_API_KEY", "not-a-key")


class TestStructured:
    def test_an_answer_comes_back_in_the_form_asked_for(self) -> None:
        model = ChatModel.scripted([{"words": ["a", "b"]}])
        assert model.structured("Be brief.", "Two letters?", Reply).value.words == ["a", "b"]

    def test_instruction_and_question_arrive_as_such(self) -> None:
        twin = ScriptedChatModel.of([{"words": []}])
        ChatModel(twin, "scripted:1").structured("Be brief.", "Nothing?", Reply)
        assert [(m.type, m.text) for m in twin.asked[0]] == [
            ("system", "Be brief."),
            ("human", "Nothing?"),
        ]

    @pytest.mark.parametrize("answer", ["", "I cannot do that.", "{}", '{"words": 4}', "[1]"])
    def test_an_answer_in_another_form_is_unusable(self, answer: str) -> None:
        with pytest.raises(UnusableAnswer, match="gave no usable answer"):
            ChatModel.scripted([answer]).structured("s", "u", Reply)

    def test_a_model_that_is_down_is_unavailable_with_the_fix(self) -> None:
        model = ChatModel(Down.of([]), "openai:local")
        with pytest.raises(ModelUnavailable, match="PRECEDENT_CHAT__BASE_URL") as caught:
            model.structured("s", "u", Reply)
        assert not isinstance(caught.value, UnusableAnswer)

    def test_a_used_up_script_fails_as_a_model_that_is_down(self) -> None:
        with pytest.raises(ModelUnavailable, match="only 0 answers"):
            ChatModel.scripted([]).structured("s", "u", Reply)

    def test_a_slow_model_is_given_up_and_hung_up_on(self) -> None:
        twin = Slow(answers=['{"words": []}'])
        with pytest.raises(ModelUnavailable, match=r"within 0.1 s.*TIMEOUT_SECONDS.*DEADLINE"):
            ChatModel(twin, "openai:local").structured("s", "u", Reply, 0.05)
        assert twin.hung_up == [True]

    def test_the_timeout_holds_where_more_time_is_allowed(self) -> None:
        twin = Slow(answers=['{"words": []}'])
        with pytest.raises(ModelUnavailable, match="did not answer within"):
            ChatModel(twin, "openai:local", timeout_seconds=0.05).structured("s", "u", Reply, 60)

    def test_what_an_answer_took_comes_with_it(self) -> None:
        twin = Counting.of([{"words": []}, "no JSON"])
        model = ChatModel(twin, "openai:local")
        assert model.structured("s", "u", Reply).usage == Usage(70, 9)
        with pytest.raises(UnusableAnswer) as caught:
            model.structured("s", "u", Reply)
        assert caught.value.usage == Usage(70, 9)
        assert ChatModel.scripted([{"words": []}]).structured("s", "u", Reply).usage == Usage()

    @pytest.mark.parametrize(
        "said",
        [{"finish_reason": "length"}, {"done_reason": "length"}, {"stop_reason": "max_tokens"}],
    )
    def test_an_answer_that_was_cut_off_names_the_setting(self, said: dict[str, str]) -> None:
        twin = Counting(answers=['{"words": ["a'], said=said)
        with pytest.raises(UnusableAnswer, match=r"the 50 tokens of PRECEDENT_CHAT__MAX_TOKENS"):
            ChatModel(twin, "x:y", max_tokens=50).structured("s", "u", Reply)

    def test_a_model_without_structured_output_is_unusable(self) -> None:
        model = ChatModel(FakeListChatModel(responses=["x"]), "fake:list")
        with pytest.raises(UnusableAnswer):
            model.structured("s", "u", Reply)

    @pytest.mark.usefixtures("traced_environment")
    def test_nothing_is_traced_whatever_the_environment_says(self) -> None:
        assert tracing_is_enabled()
        twin = Watching(answers=['{"words": []}'])
        ChatModel(twin, "scripted:1").structured("s", "u", Reply)
        assert twin.traced == [False]


class TestTwin:
    def test_it_is_a_chat_model_like_any_other(self) -> None:
        twin = ScriptedChatModel.of(["hello"])
        assert isinstance(twin.invoke("hi"), AIMessage)

    def test_without_the_raw_message_a_bad_answer_is_raised(self) -> None:
        runnable = ScriptedChatModel.of(["no"]).with_structured_output(Reply)
        with pytest.raises(ValueError, match="JSON"):
            runnable.invoke("hi")


class TestConnect:
    def test_answers_can_come_from_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "answers.jsonl"
        path.write_text('{"words": ["x"]}\n\n', encoding="utf-8")
        model = ChatModel.connect(ChatChoice(model=f"scripted:{path}"))
        assert model.structured("s", "u", Reply).value.words == ["x"]

    def test_a_missing_file_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(ModelUnavailable, match="nowhere"):
            ChatModel.connect(ChatChoice(model=f"scripted:{tmp_path / 'nowhere'}"))

    @pytest.mark.parametrize("name", ["gpt", "openai:", ""])
    def test_a_name_without_provider_is_refused(self, name: str) -> None:
        with pytest.raises(InvalidSettings, match="provider:model"):
            ChatModel.connect(ChatChoice(model=name))

    def test_an_unknown_provider_is_refused(self) -> None:
        with pytest.raises(InvalidSettings, match="nosuch"):
            ChatModel.connect(ChatChoice(model="nosuch:model"))

    def test_a_provider_that_is_not_installed_names_its_package(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # One that no test uses: LangChain remembers what it has imported.
        monkeypatch.setitem(sys.modules, "langchain_anthropic", None)
        choice = ChatChoice(model="anthropic:local", api_key=SecretStr("s3cret"))
        with pytest.raises(ModelUnavailable, match="langchain-anthropic") as caught:
            ChatModel.connect(choice)
        assert "s3cret" not in str(caught.value)
        assert "s3cret" not in repr(choice)
