"""Prints approved drafts: the twin for trying things out without any outside system."""

import sys
from datetime import UTC, datetime
from typing import TextIO

from assistant.domain.approval import Receipt
from assistant.domain.delivery import WriteIntent


class ConsoleWriter:
    """Prints each intent once in the life of the process."""

    name = "console"

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream
        self._printed: dict[str, Receipt] = {}

    def apply(self, intent: WriteIntent) -> Receipt:
        """See ``TicketWriter.apply``."""
        known = self.find(intent)
        if known is not None:
            return known
        stream = self._stream or sys.stdout
        rule = "─" * 72
        stream.write(f"{rule}\n{intent.body.rstrip()}\n\n{intent.marker}\n{rule}\n")
        stream.flush()
        receipt = Receipt(external_reference=intent.marker, url="", delivered_at=datetime.now(UTC))
        self._printed[intent.marker] = receipt
        return receipt

    def find(self, intent: WriteIntent) -> Receipt | None:
        """See ``TicketWriter.find``; what another process printed cannot be found."""
        return self._printed.get(intent.marker)
