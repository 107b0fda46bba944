"""What was kept is taken in, whatever fails; what cannot be is seen and tried again."""

import itertools
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant import cli, console
from assistant.bootstrap import Application
from assistant.db.webhook_deliveries import DeliveryState, KeptDelivery
from assistant.services.events import EventRules, EventWorker
from ingest.intake import Intake
from ingest.webhooks.event_records import EventRecords
from retrieval.access import Reader
from retrieval.errors import NotFound, ServiceUnavailable, WrongState
from tests.conftest import NOW
from tests.integration.sending import (
    BEARER,
    TOKEN,
    at_once,
    body_of,
    by_jira,
    by_pagerduty,
    receiving,
)
from tests.unit.ingest.test_hooks import SAMPLES, STORY, alert, note, pagerduty

# One line a delivery, so that a worker that is never stopped ends.
_MOST_STEPS = 999


class Clock:
    """Shows what the test wants, by default standing still."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Requests:
    """Notes which streams were asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def request(self, connection: str, stream: str) -> None:
        self.asked.append((connection, stream))


class Failing(EventRecords):
    """Records that cannot be stored for now."""

    def take_in(self, *_: Any) -> None:
        raise ServiceUnavailable("The disk is full.")


class Broken(EventRecords):
    """Records with a mistake in them."""

    def take_in(self, *_: Any) -> None:
        raise KeyError("password=Hunter2!")


class Installation:
    """An installation whose clock and worker the test has in hand."""

    def __init__(self, app: Application, clock: Clock) -> None:
        self.app = app
        self.clock = clock
        self.requests = Requests()
        self.records = EventRecords(app.database, Intake(app.database, app.redactor, clock))

    def worker(
        self, records: EventRecords | None = None, rules: EventRules | None = None
    ) -> EventWorker:
        return EventWorker(
            self.app.database,
            self.app.settings.connections,
            records or self.records,
            self.requests,
            self.clock,
            rules=rules or EventRules(),
        )

    def records_that(self, kind: type[EventRecords]) -> EventRecords:
        intake = Intake(self.app.database, self.app.redactor, self.clock)
        return kind(self.app.database, intake)

    def send(self, payload: dict[str, Any], name: str = "am") -> None:
        body = body_of(payload)
        signed = {"pd": by_pagerduty, "jira": by_jira}
        headers = signed[name](body) if name in signed else BEARER
        lowered = {key.lower(): value for key, value in headers.items()}
        self.app.receiver.receive(name, lowered, body)

    def latest(self) -> list[KeptDelivery]:
        return self.app.events.latest(_MOST_STEPS)


@pytest.fixture
def here(tmp_path: Path, database_url: str) -> Iterator[Installation]:
    clock = Clock()
    app = receiving(tmp_path, database_url, clock)
    yield Installation(app, clock)
    app.database.close()


def all_of(worker: EventWorker) -> int:
    return next(steps for steps in range(_MOST_STEPS) if not worker.run_once())


class TestFailures:
    def test_what_the_sender_wrote_wrong_is_not_tried_again(self, here: Installation) -> None:
        wrong = {**SAMPLES["alertmanager"], "version": "3"}
        here.send(wrong)
        assert all_of(here.worker()) == 1
        (kept,) = here.latest()
        assert (kept.state, kept.attempts) == (DeliveryState.FAILED, 1)
        assert "version is '3'" in kept.reason

    def test_what_may_pass_is_tried_again_later_and_later(self, here: Installation) -> None:
        here.send(SAMPLES["alertmanager"])
        worker = here.worker(here.records_that(Failing), EventRules(again=(5.0, 60.0)))
        for wait in (5.0, 60.0):
            assert all_of(worker) == 1
            (kept,) = here.latest()
            assert (kept.state, kept.reason) == (DeliveryState.PENDING, "The disk is full.")
            here.clock.later(wait - 1)
            assert all_of(worker) == 0
            here.clock.later(1)
        assert all_of(worker) == 1
        (kept,) = here.latest()
        assert (kept.state, kept.attempts) == (DeliveryState.FAILED, 3)

    def test_once_it_passes_it_is_done(self, here: Installation) -> None:
        here.send(SAMPLES["alertmanager"])
        all_of(here.worker(here.records_that(Failing)))
        here.clock.later(5)
        assert all_of(here.worker()) == 1
        (kept,) = here.latest()
        assert (kept.state, kept.reason) == (DeliveryState.DONE, "")
        assert [record.kind for record in here.app.store.iter_current()] == ["alert"]

    def test_a_failure_keeps_no_other_delivery(self, here: Installation) -> None:
        here.send({**SAMPLES["alertmanager"], "version": "3"})
        here.send(SAMPLES["alertmanager"])
        all_of(here.worker())
        assert [kept.state for kept in here.latest()] == [DeliveryState.DONE, DeliveryState.FAILED]

    def test_a_mistake_of_ours_is_told_without_what_it_was_about(self, here: Installation) -> None:
        here.send(SAMPLES["alertmanager"])
        all_of(here.worker(here.records_that(Broken)))
        (kept,) = here.latest()
        assert kept.state is DeliveryState.PENDING
        assert "KeyError" in kept.reason
        assert "Hunter2" not in kept.reason

    def test_a_connection_that_is_gone_is_named(self, here: Installation, tmp_path: Path) -> None:
        here.send(SAMPLES["alertmanager"])
        gone = EventWorker(here.app.database, {}, here.records, here.requests, here.clock)
        assert all_of(gone) == 1
        assert "'am'" in here.latest()[0].reason


class TestLeases:
    def test_a_delivery_whose_worker_died_is_taken_over(self, here: Installation) -> None:
        here.send(SAMPLES["alertmanager"])
        with pytest.raises(KeyboardInterrupt):
            here.worker(here.records_that(Interrupted)).run_once()
        assert all_of(here.worker()) == 0
        here.clock.later(301)
        assert all_of(here.worker()) == 1
        assert here.latest()[0].state is DeliveryState.DONE

    def test_a_delivery_that_kills_every_worker_is_left_alone(self, here: Installation) -> None:
        here.send(SAMPLES["alertmanager"])
        rules = EventRules(again=(1.0, 1.0))
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                here.worker(here.records_that(Interrupted), rules).run_once()
            here.clock.later(301)
        assert all_of(here.worker(rules=rules)) == 1
        (kept,) = here.latest()
        assert kept.state is DeliveryState.FAILED
        assert "died" in kept.reason

    def test_workers_side_by_side_lose_no_note_of_an_incident(self, here: Installation) -> None:
        for minute in range(24):
            here.send(note(minute, f"Step {minute} of the work."), "pd")
        for payload in STORY:
            here.send(payload, "pd")
        workers = [here.worker() for _ in range(4)]
        each = itertools.cycle(workers)
        lock = threading.Lock()

        def drain() -> int:
            with lock:
                worker = next(each)
            return all_of(worker)

        assert sum(at_once(drain, 4)) >= len(here.latest()) == 28
        # What met another worker at this moment may have been postponed.
        here.clock.later(60)
        all_of(here.worker())
        assert {kept.state for kept in here.latest()} == {DeliveryState.DONE}
        record = here.app.store.resolve("PT4KHLK", Reader.operator())
        assert [n for n in range(24) if f"Step {n} of the work." not in record.text] == []
        assert record.fields["status"] == "resolved"


class Interrupted(EventRecords):
    """A process that ends in the middle: nothing is caught, nothing is settled."""

    def take_in(self, *_: Any) -> None:
        raise KeyboardInterrupt


class TestHints:
    def test_a_hint_asks_for_a_stream_and_stores_nothing(self, here: Installation) -> None:
        here.send(SAMPLES["jira"], "jira")
        all_of(here.worker())
        assert here.requests.asked == [("jira", "issue")]
        assert list(here.app.store.iter_current()) == []


class TestMemory:
    def test_after_three_months_what_was_done_is_forgotten(self, here: Installation) -> None:
        here.send({**SAMPLES["alertmanager"], "version": "3"})
        here.send(SAMPLES["alertmanager"])
        worker = here.worker()
        all_of(worker)
        stop = threading.Event()
        thread = threading.Thread(target=worker.run, args=(stop,))
        here.clock.now = here.latest()[0].received_at + timedelta(days=91)
        thread.start()
        while len(here.latest()) > 1:
            stop.wait(0.02)
        stop.set()
        thread.join()
        assert [kept.state for kept in here.latest()] == [DeliveryState.FAILED]


class TestRetry:
    def test_what_failed_is_tried_again_when_somebody_asks(self, here: Installation) -> None:
        here.send(SAMPLES["alertmanager"])
        all_of(here.worker(here.records_that(Failing), EventRules(again=())))
        (kept,) = here.latest()
        here.worker().retry(kept.id)
        assert all_of(here.worker()) == 1
        assert here.latest()[0].state is DeliveryState.DONE

    def test_only_what_failed(self, here: Installation) -> None:
        here.send(SAMPLES["alertmanager"])
        (kept,) = here.latest()
        with pytest.raises(WrongState, match="pending"):
            here.worker().retry(kept.id)
        with pytest.raises(NotFound, match="999"):
            here.worker().retry(999)


class TestCommands:
    @pytest.fixture(autouse=True)
    def _settings(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        webhook = json.dumps({"kind": "alertmanager", "webhook": {"secrets": [TOKEN]}})
        monkeypatch.setenv("PRECEDENT_DATA_DIR", str(tmp_path / "var"))
        monkeypatch.setenv("PRECEDENT_CONNECTIONS__AM", webhook)

    def test_what_failed_is_listed_and_due_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = Clock()
        app = receiving(tmp_path, clock=clock)
        here = Installation(app, clock)
        here.send({**alert("firing", 0), "version": "3"})
        here.send(alert("firing", 0))
        all_of(here.worker())
        run = CliRunner().invoke
        listed = run(cli.app, ["events", "--json", "-"])
        assert listed.exit_code == 0, listed.output
        rows = [json.loads(line) for line in listed.stdout.splitlines()]
        assert [(row["id"], row["state"]) for row in rows] == [(2, "done"), (1, "failed")]
        monkeypatch.setattr(console.out, "width", 200)
        table = run(cli.app, ["events", "--state", "failed"])
        assert "version is '3'" in table.stdout
        assert run(cli.app, ["events", "retry", "1"]).exit_code == 0
        assert here.latest()[1].state is DeliveryState.PENDING
        app.database.close()


def test_a_storm_of_one_alert_is_one_record(here: Installation) -> None:
    for minute in range(20):
        here.send(alert("firing", 0, values={"A": minute}))
    here.send(pagerduty("incident.triggered", 0), "pd")
    all_of(here.worker())
    kinds = sorted(record.kind for record in here.app.store.iter_current())
    assert kinds == ["alert", "incident"]
