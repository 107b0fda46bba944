"""Drafts as server-sent events: each step as it begins, then the draft or the problem."""

from collections.abc import Callable, Generator, Iterator
from functools import partial
from queue import SimpleQueue
from threading import Thread

from fastapi import APIRouter, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from assistant.api.drafts import (
    IfMatch,
    NewDraft,
    Regeneration,
    created,
    regenerated,
    required,
)
from assistant.api.errors import PROBLEMS, answer
from assistant.api.identity import App, CurrentPerson
from assistant.domain.drafts import Draft
from assistant.schemas import DraftOut, ProgressOut
from assistant.services.drafting.progress import Progress, Tell

router = APIRouter(tags=["drafts"], responses=PROBLEMS)


@router.post("/drafts/stream", operation_id="stream_draft", response_class=EventSourceResponse)
def stream_draft(
    request: Request, wanted: NewDraft, app: App, person: CurrentPerson
) -> Iterator[ServerSentEvent]:
    """Draft an RCA and tell of each step: events ``progress``, at the end ``draft`` or ``problem``.

    Who hangs up early finds the draft among the latest all the same.
    """
    yield from _events(request, partial(created, app, person, wanted))


@router.post(
    "/drafts/{draft_id}/regenerate/stream",
    operation_id="stream_section",
    response_class=EventSourceResponse,
    responses={428: PROBLEMS[428]},
)
def stream_section(
    request: Request,
    draft_id: str,
    wanted: Regeneration,
    app: App,
    person: CurrentPerson,
    if_match: IfMatch = None,
) -> Iterator[ServerSentEvent]:
    """Write a section again and tell of each step, with the events of ``/drafts/stream``."""

    def work(tell: Tell) -> Draft:
        return regenerated(app, person, draft_id, required(if_match), wanted, tell)

    yield from _events(request, work)


def _events(request: Request, work: Callable[[Tell], Draft]) -> Iterator[ServerSentEvent]:
    for step in steps_of(work, partial(answer, request)):
        if isinstance(step, Progress):
            yield ServerSentEvent(event="progress", data=ProgressOut.of(step))
        elif isinstance(step, Draft):
            yield ServerSentEvent(event="draft", data=DraftOut.of(step))
        else:
            yield ServerSentEvent(event="problem", raw_data=bytes(step.body).decode())


def steps_of(
    work: Callable[[Tell], Draft], problem: Callable[[Exception], Response]
) -> Generator[Progress | Draft | Response, None, None]:
    """What the work tells while it runs in a thread of its own, and how it ended.

    A failure becomes a problem, and is logged, in that thread: also when nobody listens.
    """
    told: SimpleQueue[Progress | Draft | Response] = SimpleQueue()

    def run() -> None:
        try:
            told.put(work(told.put))
        except Exception as exc:  # noqa: BLE001 — the boundary of the thread; it is answered
            told.put(problem(exc))

    Thread(target=run, daemon=True).start()
    while True:
        step = told.get()
        yield step
        if not isinstance(step, Progress):
            return
