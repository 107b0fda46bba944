"""A draft in the making, as events over HTTP."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NamedTuple

import httpx2
import pytest
import uvicorn
from fastapi import Response
from fastapi.testclient import TestClient

from assistant.api.draft_stream import steps_of
from assistant.bootstrap import Application
from assistant.domain.drafts import Draft
from assistant.llm.chat import ChatModel
from assistant.llm.scripted import ScriptedChatModel
from assistant.main import create_app
from assistant.services.drafting.progress import Progress, Stage, Tell
from tests.installation import filled

RUTH, ANA = {"X-Precedent-Person": "ruth"}, {"X-Precedent-Person": "ana"}
URL = "/api/v1/drafts/stream"


class Event(NamedTuple):
    """One event of a stream."""

    name: str
    data: dict[str, Any]


def events(lines: Iterator[str]) -> Iterator[Event]:
    name = ""
    for line in lines:
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield Event(name, json.loads(value))


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = filled(tmp_path, web={"embedded_worker": False})
    with TestClient(create_app(app), raise_server_exceptions=False) as opened:
        yield opened
    app.database.close()


def streamed(client: TestClient, body: dict[str, Any], person: dict[str, str]) -> list[Event]:
    with client.stream("POST", URL, json=body, headers=person) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        return list(events(answer.iter_lines()))


class TestStream:
    def test_steps_come_first_and_the_kept_draft_last(self, client: TestClient) -> None:
        found = streamed(client, {"record_id": "INC0009"}, RUTH)
        assert [event.name for event in found] == ["progress", "progress", "progress", "draft"]
        assert [event.data["stage"] for event in found[:3]] == ["evidence", "checking", "done"]
        draft = found[-1].data
        claims = sum(len(section["claims"]) for section in draft["sections"])
        assert found[2].data == {
            "stage": "done",
            "count": claims,
            "counted": "claims in the draft",
        }
        assert client.get(f"/api/v1/drafts/{draft['id']}", headers=RUTH).json() == draft

    @pytest.mark.parametrize(
        ("body", "person", "status"),
        [
            ({"record_id": "INC404"}, RUTH, 404),
            ({"record_id": "INC0009", "writer": "chat"}, RUTH, 422),
            ({"record_id": "INC0009"}, ANA, 403),
        ],
    )
    def test_an_error_is_the_last_event(
        self, client: TestClient, body: dict[str, Any], person: dict[str, str], status: int
    ) -> None:
        (event,) = streamed(client, body, person)
        assert event.name == "problem"
        assert event.data["status"] == status
        assert event.data["detail"]

    def test_a_request_that_cannot_be_read_gets_its_status_at_once(
        self, client: TestClient
    ) -> None:
        assert client.post(URL, json={}, headers=RUTH).status_code == 422
        assert client.post(URL, json={"record_id": "INC0009"}).status_code == 401


class Held(ScriptedChatModel):
    """Answers when it is let go."""

    go: Any

    def _generate(self, *args: Any, **kwargs: Any) -> Any:
        assert self.go.wait(20)
        return super()._generate(*args, **kwargs)


@pytest.fixture
def serve() -> Iterator[Callable[[Application], str]]:
    started: list[tuple[uvicorn.Server, threading.Thread]] = []

    def run(app: Application) -> str:
        server = uvicorn.Server(uvicorn.Config(create_app(app), port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        started.append((server, thread))
        thread.start()
        while not server.started:
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    yield run
    for server, thread in started:
        server.should_exit = True
        thread.join()


def test_a_step_arrives_while_the_model_still_thinks(
    tmp_path: Path, serve: Callable[[Application], str]
) -> None:
    plain = filled(tmp_path, web={"embedded_worker": False})
    plain.database.close()
    held = Held(answers=["no JSON"], go=threading.Event())
    app = Application(plain.settings, chat=ChatModel(held, "scripted:held"))
    body = {"record_id": "INC0009"}
    with (
        httpx2.Client(base_url=serve(app), timeout=30) as client,
        client.stream("POST", URL, json=body, headers=RUTH) as answer,
    ):
        found = events(answer.iter_lines())
        assert [next(found).data["stage"] for _ in range(2)] == ["evidence", "asking the model"]
        held.go.set()
        rest = list(found)
    assert [event.data.get("stage") for event in rest[:2]] == ["attempt 2", "checking"]
    assert rest[-1].name == "draft"
    assert "instead of a model" in rest[-1].data["notes"][0]
    app.database.close()


def test_a_failure_is_handled_even_if_nobody_listens_any_more() -> None:
    hung_up = threading.Event()
    seen: SimpleQueue[Exception] = SimpleQueue()

    def work(tell: Tell) -> Draft:
        tell(Progress(Stage.EVIDENCE, 1))
        hung_up.wait(10)
        raise ValueError("the disk is full")

    def problem(exc: Exception) -> Response:
        seen.put(exc)
        return Response()

    steps = steps_of(work, problem)
    assert next(steps) == Progress(Stage.EVIDENCE, 1)
    steps.close()
    hung_up.set()
    assert str(seen.get(timeout=10)) == "the disk is full"
