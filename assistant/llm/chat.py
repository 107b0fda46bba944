"""A chat model that answers in the form of a schema, through LangChain.

LangChain and the provider's package are imported by :meth:`ChatModel.connect`, not
before. LangSmith tracing is off for every call, whatever the environment says: tickets
leave the house only for the model that was configured.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from retrieval.errors import InvalidSettings, ModelUnavailable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SchemaT = TypeVar("SchemaT", bound=BaseModel)

SCRIPTED = "scripted"

# What the providers' own packages raise for a model that is down, slow or refuses, beside
# LangChain's errors. Only packages that are loaded can raise them.
_FOREIGN = {
    "openai": "OpenAIError",
    "anthropic": "AnthropicError",
    "ollama": "ResponseError",
    "httpx": "HTTPError",
    "httpx2": "HTTPError",
    "requests": "RequestException",
    "botocore.exceptions": "BotoCoreError",
    "google.api_core.exceptions": "GoogleAPIError",
}


class UnusableAnswer(ModelUnavailable):
    """The model answered, but not in the form that was asked for."""


class ChatChoice(BaseModel):
    """Which chat model to use and within what limits.

    ``model`` is ``provider:model`` as LangChain names it, or ``scripted:FILE`` for the
    twin. ``base_url`` points to an OpenAI-like server of your own (llama.cpp, vLLM,
    Ollama). ``method`` is how the model is held to the schema; ``None`` leaves it to the
    provider's package.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    timeout_seconds: float = 60.0
    max_tokens: int = 4_000
    method: Literal["json_schema", "function_calling", "json_mode"] | None = None


class ChatModel:
    """One configured model.

    Every call is at temperature 0, within the timeout, and is not retried here: what to
    do about a bad answer is the writer's decision.
    """

    def __init__(self, model: "BaseChatModel", name: str, method: str | None = None) -> None:
        self._model = model
        self._name = name
        self._method = method

    @classmethod
    def connect(cls, choice: ChatChoice) -> "ChatModel":
        """The chosen model; nothing is sent yet.

        Raises ``InvalidSettings`` for an impossible name and ``ModelUnavailable`` when the
        provider's package is not installed.
        """
        provider, colon, rest = choice.model.partition(":")
        if not colon or not rest:
            raise InvalidSettings(
                f"PRECEDENT_CHAT__MODEL is {choice.model!r}; write it as provider:model, "
                "for example openai:gpt-4o-mini or ollama:qwen2.5:7b."
            )
        if provider == SCRIPTED:
            return cls.scripted_file(Path(rest))
        return cls(_connected(choice), choice.model, choice.method)

    @classmethod
    def scripted(cls, answers: Sequence[str | Mapping[str, Any]]) -> "ChatModel":
        """The twin that gives these answers, one a call."""
        from assistant.llm.scripted import ScriptedChatModel

        return cls(ScriptedChatModel.of(answers), f"{SCRIPTED}:{len(answers)}")

    @classmethod
    def scripted_file(cls, path: Path) -> "ChatModel":
        """The twin that gives the lines of a file as answers, one a call."""
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError as exc:
            raise ModelUnavailable(
                f"The scripted model's answers cannot be read from {path}: {exc.strerror}."
            ) from exc
        return cls.scripted([line for line in lines if line.strip()])

    @property
    def name(self) -> str:
        """``provider:model``."""
        return self._name

    def structured(self, system: str, user: str, schema: type[SchemaT]) -> SchemaT:
        """One answer in the form of ``schema``.

        Raises ``UnusableAnswer`` when the answer does not fit it and ``ModelUnavailable``
        when there is none.
        """
        from langchain_core.messages import HumanMessage, SystemMessage
        from langsmith.run_helpers import tracing_context

        options = {} if self._method is None else {"method": self._method}
        messages = [SystemMessage(system), HumanMessage(user)]
        try:
            runnable = self._model.with_structured_output(schema, include_raw=True, **options)
            with tracing_context(enabled=False):
                answer = runnable.invoke(messages)
        except _answer_errors() as exc:
            raise UnusableAnswer(f"{self._name} gave no usable answer: {_first(exc)}.") from exc
        except _model_errors() as exc:
            raise ModelUnavailable(
                f"{self._name} did not answer: {_first(exc)}. Check that the server runs, the "
                "address (PRECEDENT_CHAT__BASE_URL), the key (PRECEDENT_CHAT__API_KEY) and "
                "PRECEDENT_CHAT__TIMEOUT_SECONDS."
            ) from exc
        return self._parsed(answer, schema)

    def _parsed(self, answer: object, schema: type[SchemaT]) -> SchemaT:
        parsed = answer.get("parsed") if isinstance(answer, dict) else answer
        if isinstance(parsed, schema):
            return parsed
        problem = answer.get("parsing_error") if isinstance(answer, dict) else None
        if not isinstance(parsed, dict):
            reason = "it is empty" if problem is None else _first(problem)
            raise UnusableAnswer(f"{self._name} gave no usable answer: {reason}.") from problem
        try:
            return schema.model_validate(parsed)
        except ValidationError as exc:
            raise UnusableAnswer(f"{self._name} gave no usable answer: {_first(exc)}.") from exc


def _connected(choice: ChatChoice) -> "BaseChatModel":
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {
        "temperature": 0,
        "timeout": choice.timeout_seconds,
        "max_tokens": choice.max_tokens,
        "max_retries": 0,
    }
    if choice.base_url:
        options["base_url"] = choice.base_url
    if choice.api_key.get_secret_value():
        options["api_key"] = choice.api_key.get_secret_value()
    try:
        model: BaseChatModel = init_chat_model(choice.model, **options)
    except ImportError as exc:
        raise ModelUnavailable(
            f"The package for {choice.model} is not installed: {_first(exc)}. "
            "Install it beside Precedent, or use the writer 'extractive'."
        ) from exc
    except ValueError as exc:
        raise InvalidSettings(
            f"PRECEDENT_CHAT__MODEL {choice.model!r} cannot be used: {_first(exc)}."
        ) from exc
    return model


def _answer_errors() -> tuple[type[BaseException], ...]:
    from langchain_core.exceptions import OutputParserException

    return (OutputParserException, ValidationError, NotImplementedError)


def _model_errors() -> tuple[type[BaseException], ...]:
    from langchain_core.exceptions import ModelError

    foreign = (
        getattr(sys.modules[module], error)
        for module, error in _FOREIGN.items()
        if module in sys.modules and hasattr(sys.modules[module], error)
    )
    return (ModelError, OSError, *foreign)


def _first(problem: BaseException) -> str:
    """The first lines of a foreign message: enough to act on, without a page of payload."""
    text = " ".join(str(problem).split()) or type(problem).__name__
    return text[:300].rstrip(". ")
