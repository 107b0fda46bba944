"""The catalogue of ticket writers, and the two that need no outside system.

Those for outside systems have test files of their own, over the same contract.
"""

from io import StringIO
from pathlib import Path

import pytest

from assistant.domain.delivery import TicketWriter
from assistant.writers import WRITERS, ticket_writers
from assistant.writers.console import ConsoleWriter
from assistant.writers.markdown_folder import MarkdownFolderWriter
from ingest.connections import BearerAuth, Connection
from retrieval.errors import DeliveryFailed, InvalidSettings
from retrieval.records import Record, RecordKind
from tests.contract import ticket_writers as contract
from tests.contract.ticket_writers import TicketWriterContract, intent

_RULE = "─" * 72 + "\n"


def record(record_id: str = "inc/1") -> Record:
    """A record with this id and nothing to say."""
    return Record(
        id=record_id,
        revision=1,
        source="tickets",
        external_id=record_id,
        kind=RecordKind.INCIDENT,
        title="VPN drops",
        text="",
        known_at=contract.LONG_AGO,
    )


class FolderStage:
    """A folder that is not there yet."""

    field = ""

    def __init__(self, folder: Path, record_id: str = "inc/1") -> None:
        self._folder = folder
        self.writer: TicketWriter = MarkdownFolderWriter(folder)
        self.record = record(record_id)

    def written(self) -> list[str]:
        return [path.read_bytes().decode() for path in sorted(self._folder.glob("*"))]


class ConsoleStage:
    """A stream in memory."""

    field = ""

    def __init__(self) -> None:
        self._stream = StringIO()
        self.writer: TicketWriter = ConsoleWriter(self._stream)
        self.record = record()

    def written(self) -> list[str]:
        return [part for part in self._stream.getvalue().split(_RULE) if part]


class TestCatalogue:
    def test_some_are_always_there(self, tmp_path: Path) -> None:
        assert set(ticket_writers(tmp_path)) == {"markdown-folder", "console"}

    @pytest.mark.parametrize("kind", sorted(WRITERS))
    def test_a_connection_that_may_write_is_a_target_by_its_name(
        self, tmp_path: Path, kind: str
    ) -> None:
        writers = ticket_writers(tmp_path, [connection(kind)])
        assert writers["desk"].name == "desk"
        assert writers["desk"].fields

    @pytest.mark.parametrize(
        "change", [{"write": None}, {"enabled": False}, {"kind": "alertmanager"}]
    )
    def test_one_that_may_not_is_none(self, tmp_path: Path, change: dict[str, object]) -> None:
        closed = connection("servicenow").model_copy(update=change)
        assert "desk" not in ticket_writers(tmp_path, [closed])

    def test_no_connection_hides_another_target(self, tmp_path: Path) -> None:
        named = connection("servicenow").model_copy(update={"name": "console"})
        with pytest.raises(InvalidSettings, match="console"):
            ticket_writers(tmp_path, [named])


def connection(kind: str) -> Connection:
    """A connection that may write; nobody is there."""
    write = BearerAuth.model_validate({"token": "secret"})
    return Connection(name="desk", kind=kind, base_url="http://127.0.0.1:9", write=write)


class TestConsole(TicketWriterContract):
    @pytest.fixture
    def stage(self) -> ConsoleStage:
        return ConsoleStage()

    def test_writing_twice_is_writing_once(self, stage: ConsoleStage) -> None:
        stage.writer.apply(intent(stage))
        stage.writer.apply(intent(stage))
        assert len(stage.written()) == 1


class TestMarkdownFolder(TicketWriterContract):
    @pytest.fixture
    def stage(self, tmp_path: Path) -> FolderStage:
        return FolderStage(tmp_path / "out")

    def test_writing_twice_is_writing_once(self, stage: FolderStage) -> None:
        stage.writer.apply(intent(stage))
        stage.writer.apply(intent(stage))
        assert len(stage.written()) == 1

    @pytest.mark.parametrize(
        "record_id", ["../../etc/passwd", "/abs/olute", "a/b/c", "..", "x" * 500, "con\x00trol"]
    )
    def test_no_id_leads_out_of_the_folder(self, tmp_path: Path, record_id: str) -> None:
        folder = tmp_path / "out"
        stage = FolderStage(folder, record_id)
        stage.writer.apply(intent(stage))
        assert [path.parent for path in tmp_path.rglob("*.md")] == [folder]

    def test_ids_that_look_alike_do_not_share_a_file(self, tmp_path: Path) -> None:
        for record_id in ("a/b", "a-b"):
            stage = FolderStage(tmp_path, record_id)
            stage.writer.apply(intent(stage))
        assert len(list(tmp_path.iterdir())) == 2

    def test_a_folder_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        blocker = tmp_path / "file"
        blocker.write_text("in the way")
        stage = FolderStage(blocker)
        with pytest.raises(DeliveryFailed, match="cannot be written"):
            stage.writer.apply(intent(stage))
