"""Prints approved drafts: the twin for trying things out without any outside system."""

import sys
from datetime import UTC, datetime
from typing import TextIO

from assistant.domain.approval import BodyForm, Receipt, Target
from assistant.domain.delivery import Field, TargetState, UndoIntent, WriteIntent
from retrieval.records import Record


class ConsoleWriter:
    """Prints each intent once in the life of the process."""

    name = "console"
    fields: tuple[Field, ...] = (
        Field(
            name="",
            label="Standard output of the worker",
            form=BodyForm.MARKDOWN,
            undo="prints a note that takes it back",
        ),
    )

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._printed: dict[str, Receipt] = {}

    def locate(self, record: Record) -> str:
        """See ``TicketWriter.locate``."""
        return record.id

    def read(self, target: Target) -> TargetState:
        """See ``TicketWriter.read``; nothing ever changes here."""
        return TargetState(shown_as=target.reference, version="")

    def describe(self, intent: WriteIntent) -> str:
        """See ``TicketWriter.describe``."""
        return f"print {len(intent.body)} characters to standard output"

    def apply(self, intent: WriteIntent) -> Receipt:
        """See ``TicketWriter.apply``."""
        return self.find(intent) or self._print(intent.marker, intent.body)

    def find(self, intent: WriteIntent) -> Receipt | None:
        """See ``TicketWriter.find``; what another process printed cannot be found."""
        return self._printed.get(intent.marker)

    def undo(self, undo: UndoIntent) -> Receipt:
        """See ``TicketWriter.undo``."""
        return self.find_undo(undo) or self._print(undo.marker, undo.note)

    def find_undo(self, undo: UndoIntent) -> Receipt | None:
        """See ``TicketWriter.find_undo``."""
        return self._printed.get(undo.marker)

    def _print(self, mark: str, text: str) -> Receipt:
        stream = self._stream or sys.stdout
        rule = "─" * 72
        stream.write(f"{rule}\n{text.rstrip()}\n{rule}\n")
        stream.flush()
        receipt = Receipt(external_reference=mark, url="", delivered_at=datetime.now(UTC))
        self._printed[mark] = receipt
        return receipt
