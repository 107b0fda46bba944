"""Writes approved drafts as Markdown files into a folder, such as a git checkout."""

import hashlib
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from assistant.domain.approval import BodyForm, Receipt, Target
from assistant.domain.delivery import Field, TargetState, UndoIntent, WriteIntent
from retrieval.errors import DeliveryFailed, TargetChanged
from retrieval.records import Record

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_MAX_NAME = 80


class MarkdownFolderWriter:
    """One file a proposal; writing it again changes nothing.

    The file appears whole or not at all, and always directly in the folder, whatever
    the ids contain. Taking it back removes the file, unless somebody has edited it.
    """

    name = "markdown-folder"
    fields: tuple[Field, ...] = (
        Field(
            name="", label="A Markdown file", form=BodyForm.MARKDOWN, undo="removes the file again"
        ),
    )

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def locate(self, record: Record) -> str:
        """See ``TicketWriter.locate``."""
        return record.id

    def read(self, target: Target) -> TargetState:
        """See ``TicketWriter.read``; a new file has nothing before it."""
        return TargetState(shown_as=target.reference, version="")

    def describe(self, intent: WriteIntent) -> str:
        """See ``TicketWriter.describe``."""
        return f"write {self._path(intent)}"

    def apply(self, intent: WriteIntent) -> Receipt:
        """See ``TicketWriter.apply``."""
        path = self._path(intent)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}.partial")
            with partial.open("w", encoding="utf-8", newline="\n") as stream:
                stream.write(intent.body)
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(path)
            return _receipt(path)
        except OSError as exc:
            raise DeliveryFailed(f"{path} cannot be written: {exc.strerror or exc}.") from exc

    def find(self, intent: WriteIntent) -> Receipt | None:
        """See ``TicketWriter.find``."""
        path = self._path(intent)
        return _receipt(path) if self._text(path) == intent.body else None

    def undo(self, undo: UndoIntent) -> Receipt:
        """See ``TicketWriter.undo``."""
        path = self._path(undo.intent)
        found = self._text(path)
        if found is not None and found != undo.intent.body:
            raise TargetChanged(f"{path} was edited since it was written; it is left as it is.")
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            raise DeliveryFailed(f"{path} cannot be removed: {exc.strerror or exc}.") from exc
        return _removed(path)

    def find_undo(self, undo: UndoIntent) -> Receipt | None:
        """See ``TicketWriter.find_undo``."""
        path = self._path(undo.intent)
        return _removed(path) if self._text(path) is None else None

    @staticmethod
    def _text(path: Path) -> str | None:
        try:
            return path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as exc:
            raise DeliveryFailed(f"{path} cannot be read: {exc}.") from exc

    def _path(self, intent: WriteIntent) -> Path:
        record = _NOT_PLAIN.sub("-", intent.record_id).strip(".-")[:_MAX_NAME]
        number = _NOT_PLAIN.sub("-", intent.proposal_id).strip(".-")
        # Two ids that look alike without their punctuation must not share a file.
        digest = hashlib.sha256(intent.record_id.encode()).hexdigest()[:6]
        return self._folder / f"{record or 'record'}-{digest}-{number}.md"


def _receipt(path: Path) -> Receipt:
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Receipt(external_reference=path.name, url=path.resolve().as_uri(), delivered_at=moment)


def _removed(path: Path) -> Receipt:
    return Receipt(
        external_reference=f"{path.name} removed", url="", delivered_at=datetime.now(UTC)
    )
