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

from assistant.llm.answers import Answer, UnusableAnswer, Usage
from assistant.llm.waiting import within
from retrieval.errors import InvalidSettings, ModelUnavailable

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SchemaT = TypeVar("SchemaT", bound=BaseModel)

SCRIPTED = "scripted"

# What says that an answer was cut off at the limit of tokens, by provider's name for it.
_CUT_OFF = {"finish_reason": "length", "done_reason": "length", "stop_reason": "max_tokens"}
_TEMPERATURE = 0
# The providers whose packages take a seed. Others would refuse the call or pass it on unknown.
_SEEDED = frozenset({"openai", "azure_openai", "ollama"})

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


class ChatChoice(BaseModel):
    """Which chat model to use and within what limits.

    ``model`` is ``provider:model`` as LangChain names it, or ``scripted:FILE`` for the
    twin. ``base_url`` points to an OpenAI-like server of your own (llama.cpp, vLLM,
    Ollama). ``method`` is how the model is held to the schema; ``None`` leaves it to the
    provider's package. ``seed`` is sent to a provider that takes one, and to no other.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    timeout_seconds: float = 60.0
    max_tokens: int = 4_000
    method: Literal["json_schema", "function_calling", "json_mode"] | None = None
    seed: int | None = None

    @property
    def sent_seed(self) -> int | None:
        """The seed, where the provider takes one."""
        return self.seed if self.model.partition(":")[0] in _SEEDED else None


class ChatModel:
    """One configured model.

    Every call is at temperature 0, within the timeout, and is not retried here: what to
    do about a bad answer is the writer's decision. ``max_tokens`` is what the model was
    built with.
    """

    def __init__(
        self,
        model: "BaseChatModel",
        name: str,
        method: str | None = None,
        timeout_seconds: float = 60.0,
        max_tokens: int = 4_000,
        *,
        seed: int | None = None,
    ) -> None:
        self._model = model
        self._name = name
        self._method = method
        self._timeout = timeout_seconds
        self._max_tokens = max_tokens
        self._seed = seed

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
        return cls(
            _connected(choice),
            choice.model,
            choice.method,
            choice.timeout_seconds,
            choice.max_tokens,
            seed=choice.sent_seed,
        )

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

    @property
    def parameters(self) -> dict[str, str | int | float]:
        """What, beside the prompt, an answer depends on."""
        seeded = {} if self._seed is None else {"seed": self._seed}
        return {"temperature": _TEMPERATURE, "max_tokens": self._max_tokens, **seeded}

    def structured(
        self, system: str, user: str, schema: type[SchemaT], seconds: float | None = None
    ) -> Answer[SchemaT]:
        """One answer in the form of ``schema``, within ``seconds`` if the timeout is not shorter.

        Raises ``UnusableAnswer`` when the answer does not fit it and ``ModelUnavailable``
        when there is none in time.
        """
        from langchain_core.messages import HumanMessage, SystemMessage
        from langsmith.run_helpers import tracing_context

        options = {} if self._method is None else {"method": self._method}
        messages = [SystemMessage(system), HumanMessage(user)]
        limit = self._timeout if seconds is None else min(seconds, self._timeout)
        try:
            runnable = self._model.with_structured_output(schema, include_raw=True, **options)
            with tracing_context(enabled=False):
                answer = within(limit, runnable.ainvoke(messages))
        except _cut_off_errors() as exc:
            raise self._unusable(self._too_long(), _usage_of_error(exc)) from exc
        except _answer_errors() as exc:
            raise self._unusable(_first(exc)) from exc
        except TimeoutError as exc:
            raise ModelUnavailable(
                f"{self._name} did not answer within {limit:.1f} s. Give it more time "
                "(PRECEDENT_CHAT__TIMEOUT_SECONDS for an answer, "
                "PRECEDENT_CHAT__DEADLINE_SECONDS for a draft) or choose a quicker model."
            ) from exc
        except _model_errors() as exc:
            raise ModelUnavailable(
                f"{self._name} did not answer: {_first(exc)}. Check that the server runs, the "
                "address (PRECEDENT_CHAT__BASE_URL), the key (PRECEDENT_CHAT__API_KEY) and "
                "PRECEDENT_CHAT__TIMEOUT_SECONDS."
            ) from exc
        return self._parsed(answer, schema)

    def _parsed(self, answer: object, schema: type[SchemaT]) -> Answer[SchemaT]:
        parsed, raw = answer, None
        problem: BaseException | None = None
        if isinstance(answer, dict):
            parsed, raw = answer.get("parsed"), answer.get("raw")
            problem = answer.get("parsing_error")
        usage = _usage(raw)
        if isinstance(parsed, schema):
            return Answer(parsed, usage)
        if _is_cut_off(raw):
            raise self._unusable(self._too_long(), usage) from problem
        if not isinstance(parsed, dict):
            reason = "it is empty" if problem is None else _first(problem)
            raise self._unusable(reason, usage) from problem
        try:
            return Answer(schema.model_validate(parsed), usage)
        except ValidationError as exc:
            raise self._unusable(_first(exc), usage) from exc

    def _too_long(self) -> str:
        return f"it is longer than the {self._max_tokens} tokens of PRECEDENT_CHAT__MAX_TOKENS"

    def _unusable(self, reason: str, usage: Usage | None = None) -> UnusableAnswer:
        return UnusableAnswer(f"{self._name} gave no usable answer: {reason}.", usage)


def _connected(choice: ChatChoice) -> "BaseChatModel":
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {
        "temperature": _TEMPERATURE,
        "timeout": choice.timeout_seconds,
        "max_tokens": choice.max_tokens,
        "max_retries": 0,
    }
    if choice.sent_seed is not None:
        options["seed"] = choice.sent_seed
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


def _cut_off_errors() -> tuple[type[BaseException], ...]:
    """What OpenAI's package raises instead of returning an answer that was cut off."""
    error = getattr(sys.modules.get("openai"), "LengthFinishReasonError", None)
    return () if error is None else (error,)


def _is_cut_off(message: object) -> bool:
    said = getattr(message, "response_metadata", None) or {}
    return any(said.get(name) == value for name, value in _CUT_OFF.items())


def _usage(message: object) -> Usage:
    counted = getattr(message, "usage_metadata", None) or {}
    return Usage(counted.get("input_tokens"), counted.get("output_tokens"))


def _usage_of_error(error: BaseException) -> Usage:
    counted = getattr(getattr(error, "completion", None), "usage", None)
    return Usage(
        getattr(counted, "prompt_tokens", None), getattr(counted, "completion_tokens", None)
    )


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
