"""Cleaning in a process of its own, so that it does not wait for reading and storing.

``python -m ingest.cleaning_process`` answers orders on its standard input until that ends. It
loads no more than it needs: no database, no model.
"""

import pickle
import subprocess
import sys
from contextlib import suppress
from typing import BinaryIO, cast

import structlog

from ingest.cleaning import Cleaned, Cleaner, Order
from ingest.redaction import RedactionPolicy, Redactor

log = structlog.get_logger()

# What a broken pipe, an ended process and half an answer look like.
_BROKEN = (OSError, EOFError, pickle.UnpicklingError)
_END_SECONDS = 5.0


class CleaningProcess:
    """Cleans like :class:`Cleaner`; where its process cannot, this one does."""

    def __init__(self, policy: RedactionPolicy, here: Cleaner) -> None:
        self._here = here
        command = [sys.executable, "-m", "ingest.cleaning_process"]
        self._process = subprocess.Popen(  # noqa: S603 — our own interpreter and module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._orders = cast("BinaryIO", self._process.stdin)
        self._answers = cast("BinaryIO", self._process.stdout)
        self._lives = True
        self._told(policy)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def clean(self, order: Order) -> Cleaned:
        """See ``Cleaner.clean``."""
        self._told(order)
        cleaned = self._answer()
        return self._here.clean(order) if cleaned is None else cleaned

    def close(self) -> None:
        """End the process."""
        with suppress(OSError):
            self._orders.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._answers.close()

    def _told(self, value: object) -> None:
        if self._lives:
            try:
                _write(self._orders, value)
            except OSError as exc:
                self._ended(exc)

    def _answer(self) -> Cleaned | None:
        if self._lives:
            try:
                return cast("Cleaned", pickle.load(self._answers))  # noqa: S301 — from our child
            except _BROKEN as exc:
                self._ended(exc)
        return None

    def _ended(self, failure: Exception) -> None:
        log.warning("cleaning.process_ended", reason=type(failure).__name__)
        self._lives = False


def _write(stream: BinaryIO, value: object) -> None:
    pickle.dump(value, stream, pickle.HIGHEST_PROTOCOL)
    stream.flush()


def main() -> None:
    """Answer until nobody asks any more."""
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        cleaner = Cleaner(Redactor(cast("RedactionPolicy", pickle.load(orders))))  # noqa: S301 — from our parent
        while True:
            order = cast("Order", pickle.load(orders))  # noqa: S301 — from our parent
            _write(answers, cleaner.clean(order))


if __name__ == "__main__":
    main()
