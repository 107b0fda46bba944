"""``POST /webhooks/{connection}``: what other systems send.

Nobody is signed in here: the signature of the body says who sent it.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request

from assistant.api.errors import PROBLEMS
from assistant.api.identity import App
from assistant.schemas import Shape
from assistant.services.receiving import Received
from retrieval.errors import TooLarge

# What senders send at most is far less; the digest is made of the whole before anybody is known.
MAX_BODY_BYTES = 1024 * 1024

router = APIRouter(
    tags=["webhooks"],
    responses={status: PROBLEMS[status] for status in (401, 403, 404, 413, 422, 429)},
)


class ReceivedOut(Shape):
    """``accepted`` is stored and worked on later; ``duplicate`` and ``ignored`` change nothing."""

    status: Received


async def raw_body(request: Request) -> bytes:
    """The bytes as they were signed; reads no further than the limit."""
    parts: list[bytes] = []
    length = 0
    async for part in request.stream():
        length += len(part)
        if length > MAX_BODY_BYTES:
            raise TooLarge(f"An event may have {MAX_BODY_BYTES:,} bytes. Send smaller groups.")
        parts.append(part)
    return b"".join(parts)


@router.post(
    "/webhooks/{connection}",
    operation_id="receive_event",
    status_code=202,
    openapi_extra={
        "security": [],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    },
)
def receive_event(
    connection: Annotated[str, Path(description="The name of a connection in the settings.")],
    raw: Annotated[bytes, Depends(raw_body)],
    request: Request,
    app: App,
) -> ReceivedOut:
    """Take an event of a configured sender; it is kept when this answers, and read later."""
    return ReceivedOut(status=app.receiver.receive(connection, request.headers, raw))
