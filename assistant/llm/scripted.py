"""The chat model's twin: plays given answers, needs no server and no key.

It ships with the product, for tests, demonstrations and trying a deployment out.
Importing this module imports LangChain; :meth:`assistant.llm.chat.ChatModel.scripted`
does it when it is needed.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.exceptions import ModelAPIError, OutputParserException
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import BaseModel, Field, ValidationError


class ScriptedChatModel(BaseChatModel):
    """Gives one answer a call, in order, and keeps what it was asked.

    When the answers are used up it fails as a model that is down does. It cannot stream
    and calls no tools.
    """

    answers: list[str]
    asked: list[list[BaseMessage]] = Field(default_factory=list)

    @classmethod
    def of(cls, answers: Sequence[str | Mapping[str, Any]]) -> "ScriptedChatModel":
        """Answers as text, or as values to be given as JSON."""
        return cls(answers=[a if isinstance(a, str) else json.dumps(a) for a in answers])

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        place = len(self.asked)
        self.asked.append(messages)
        if place >= len(self.answers):
            raise ModelAPIError(f"the script has only {len(self.answers)} answers")
        message = AIMessage(self.answers[place])
        return ChatResult(generations=[ChatGeneration(message=message)])

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """The same answers, read as JSON in the form of a Pydantic class."""
        if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
            raise NotImplementedError("the scripted model takes a Pydantic class as schema")

        def read(message: AIMessage) -> dict[str, Any] | BaseModel:
            try:
                parsed = schema.model_validate_json(message.text)
            except ValidationError as exc:
                if not include_raw:
                    raise OutputParserException(str(exc)) from exc
                return {"raw": message, "parsed": None, "parsing_error": exc}
            if not include_raw:
                return parsed
            return {"raw": message, "parsed": parsed, "parsing_error": None}

        return self | RunnableLambda(read)
