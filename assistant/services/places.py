"""The places that approved text can be written to, and how they stand."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from assistant.domain.approval import Reading, Target
from assistant.domain.delivery import Field, TicketWriter
from ingest.redaction import Redactor
from retrieval.errors import InvalidInput, NotFound
from retrieval.ports import RecordStore


class Place(NamedTuple):
    """Where something would be written, what may stand there, and how it stands now."""

    target: Target
    field: Field
    shown_as: str
    reading: Reading


class Places:
    """Finds and reads places; asks the outside systems, so never inside a transaction."""

    def __init__(
        self,
        writers: Mapping[str, TicketWriter],
        store: RecordStore,
        redactor: Redactor,
        clock: Callable[[], datetime],
    ) -> None:
        self._writers = writers
        self._store = store
        self._redactor = redactor
        self._clock = clock

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the targets."""
        return tuple(self._writers)

    def fields(self, name: str) -> tuple[Field, ...]:
        """The fields of a target; the first is meant where none is named."""
        return self._writer(name).fields

    def field(self, target: str, name: str | None = None) -> Field:
        """A field of a target by name; ``InvalidInput`` names those that there are."""
        fields = self.fields(target)
        found = fields[0] if name is None else next((f for f in fields if f.name == name), None)
        if found is None:
            known = ", ".join(field.name for field in fields)
            raise InvalidInput(f"{target} has no field {name!r}. It has {known}.")
        return found

    def of_record(self, record_id: str, target: str, field: str | None = None) -> Place:
        """The place of a record's ticket in a target."""
        chosen = self.field(target, field)
        record = self._store.get(record_id)
        if record is None:
            raise NotFound(f"The record {record_id!r} is no longer there; its ticket is not known.")
        address = Target(
            name=target,
            reference=self._writer(target).locate(record),
            field=chosen.name,
            visibility=chosen.visibility,
        )
        return self.at(address)

    def at(self, target: Target) -> Place:
        """The place of a target as it stands now; its text is redacted."""
        state = self._writer(target.name).read(target)
        clean = self._redactor.redact(state.text).text
        reading = Reading(
            version=state.version,
            text=clean,
            whole=clean == state.text,
            url=state.url,
            read_at=self._clock(),
        )
        return Place(target, self.field(target.name, target.field), state.shown_as, reading)

    def _writer(self, name: str) -> TicketWriter:
        writer = self._writers.get(name)
        if writer is None:
            raise InvalidInput(
                f"There is no target {name!r}. Configured are {', '.join(self.names)}."
            )
        return writer
