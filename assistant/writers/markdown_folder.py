"""Writes approved drafts as Markdown files into a folder, such as a git checkout."""

import hashlib
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from assistant.domain.approval import Receipt
from assistant.domain.delivery import WriteIntent
from retrieval.errors import DeliveryFailed

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")
_MAX_NAME = 80


class MarkdownFolderWriter:
    """One file a proposal; writing it again changes nothing.

    The file appears whole or not at all, and always directly in the folder, whatever
    the ids contain.
    """

    name = "markdown-folder"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def apply(self, intent: WriteIntent) -> Receipt:
        """See ``TicketWriter.apply``."""
        path = self._path(intent)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}.partial")
            with partial.open("w", encoding="utf-8", newline="\n") as stream:
                stream.write(_content(intent))
                stream.flush()
                os.fsync(stream.fileno())
            partial.replace(path)
            return _receipt(path)
        except OSError as exc:
            raise DeliveryFailed(f"{path} cannot be written: {exc.strerror or exc}.") from exc

    def find(self, intent: WriteIntent) -> Receipt | None:
        """See ``TicketWriter.find``."""
        path = self._path(intent)
        try:
            written = path.read_text(encoding="utf-8") == _content(intent)
            return _receipt(path) if written else None
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


def _content(intent: WriteIntent) -> str:
    return f"{intent.body.rstrip()}\n\n<!-- {intent.marker} -->\n"


def _receipt(path: Path) -> Receipt:
    moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return Receipt(external_reference=path.name, url=path.resolve().as_uri(), delivered_at=moment)
