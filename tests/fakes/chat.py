"""A chat model behind an OpenAI-like server that answers by a rule and keeps what it was asked."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.fakes.serving import serving

Rule = Callable[[str], Any]
"""From the user's message to the answer: a text as it is, any other value as JSON."""


class ScriptedChat:
    """What was asked, as the bodies of the requests, and where."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.address = ""
        self.asked: list[dict[str, Any]] = []

    async def answer(self, request: Request) -> JSONResponse:
        """``POST /v1/chat/completions``."""
        body = await request.json()
        self.asked.append(body)
        said = self.rule(body["messages"][-1]["content"])
        message = {
            "role": "assistant",
            "content": said if isinstance(said, str) else json.dumps(said),
        }
        return JSONResponse(
            {
                "id": f"chatcmpl-{len(self.asked)}",
                "object": "chat.completion",
                "created": 0,
                "model": body["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
            }
        )


@contextmanager
def chat_of(rule: Rule) -> Iterator[ScriptedChat]:
    """A running server; ``address`` is what ``PRECEDENT_CHAT__BASE_URL`` wants."""
    chat = ScriptedChat(rule)
    app = Starlette(routes=[Route("/v1/chat/completions", chat.answer, methods=["POST"])])
    with serving(app) as address:
        chat.address = f"{address}/v1"
        yield chat
