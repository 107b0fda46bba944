"""Use case: nothing more is written to a target, at once, until somebody says so."""

from collections.abc import Callable
from datetime import datetime

from assistant.db import audit, outbox
from assistant.db.outbox import Stop
from assistant.domain.people import Person, Role
from assistant.services.places import Places
from retrieval.corpus.database import Database
from retrieval.errors import InvalidInput


class KillSwitch:
    """Stops and starts targets. A write that has been sent already cannot be called back."""

    def __init__(self, database: Database, places: Places, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._places = places
        self._clock = clock

    def stop(self, person: Person, target: str, reason: str) -> None:
        """Carry out nothing more on a target; what is approved waits."""
        if not reason.strip():
            raise InvalidInput("Give a reason, so that others know whether they may start it.")
        self._check(person, target)
        now = self._clock()
        with self._database.write() as connection:
            outbox.know_targets(connection, [target])
            outbox.stop(connection, target, Stop(now, person.name, reason.strip()))
            audit.append(
                connection, now, person.name, "target.stopped", target, {"reason": reason.strip()}
            )

    def start(self, person: Person, target: str) -> None:
        """Carry out again what is approved."""
        self._check(person, target)
        with self._database.write() as connection:
            outbox.start(connection, target)
            audit.append(connection, self._clock(), person.name, "target.started", target)

    def stopped(self) -> dict[str, Stop]:
        """The targets that are stopped, by name."""
        with self._database.read() as connection:
            return outbox.stops(connection)

    def _check(self, person: Person, target: str) -> None:
        person.require(Role.ADMIN, Role.APPROVER)
        self._places.fields(target)
