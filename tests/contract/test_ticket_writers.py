"""Every ticket writer of the catalogue keeps the promises of the port."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.domain.approval import Proposal, ProposalState, Target, content_sha256
from assistant.domain.delivery import TicketWriter, WriteIntent
from assistant.writers import ticket_writers
from assistant.writers.markdown_folder import MarkdownFolderWriter
from retrieval.errors import DeliveryFailed


def intent(
    proposal_id: str = "prop-1", record_id: str = "inc/1", body: str = "# RCA\n"
) -> WriteIntent:
    target = Target(name="any", reference=record_id)
    return WriteIntent.of(
        Proposal(
            id=proposal_id,
            draft_id="draft-1",
            draft_revision=1,
            record_id=record_id,
            title="RCA",
            target=target,
            body=body,
            sha256=content_sha256(target, body),
            authors=frozenset({"ruth"}),
            submitted_by="ruth",
            submitted_at=datetime(2026, 1, 1, tzinfo=UTC),
            state=ProposalState.APPROVED,
        )
    )


@pytest.fixture(params=["markdown-folder", "console"])
def writer(request: pytest.FixtureRequest, tmp_path: Path) -> TicketWriter:
    return ticket_writers(tmp_path / "out")[request.param]


class TestTicketWriters:
    def test_every_entry_of_the_catalogue_is_tested(self, tmp_path: Path) -> None:
        assert set(ticket_writers(tmp_path)) == {"markdown-folder", "console"}

    def test_what_was_written_is_found_again(self, writer: TicketWriter) -> None:
        assert writer.find(intent()) is None
        receipt = writer.apply(intent())
        found = writer.find(intent())
        assert found is not None
        assert found.external_reference == receipt.external_reference

    def test_another_proposal_is_another_delivery(self, writer: TicketWriter) -> None:
        writer.apply(intent("prop-1"))
        assert writer.find(intent("prop-2")) is None

    def test_writing_twice_is_writing_once(
        self, writer: TicketWriter, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        writer.apply(intent())
        writer.apply(intent())
        files = list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else []
        assert len(files) + capsys.readouterr().out.count("# RCA") == 1


class TestMarkdownFolder:
    def test_the_file_holds_exactly_the_approved_bytes(self, tmp_path: Path) -> None:
        body = "# RCA\n\nÄ “quote”\n\n<!-- ref: prop-1 -->\n"
        MarkdownFolderWriter(tmp_path).apply(intent(body=body))
        (file,) = tmp_path.iterdir()
        assert file.read_bytes() == body.encode()

    @pytest.mark.parametrize(
        "record_id", ["../../etc/passwd", "/abs/olute", "a/b/c", "..", "x" * 500, "con\x00trol"]
    )
    def test_no_id_leads_out_of_the_folder(self, tmp_path: Path, record_id: str) -> None:
        folder = tmp_path / "out"
        MarkdownFolderWriter(folder).apply(intent(record_id=record_id))
        assert [path.parent for path in tmp_path.rglob("*.md")] == [folder]

    def test_ids_that_look_alike_do_not_share_a_file(self, tmp_path: Path) -> None:
        writer = MarkdownFolderWriter(tmp_path)
        writer.apply(intent(record_id="a/b"))
        writer.apply(intent(record_id="a-b"))
        assert len(list(tmp_path.iterdir())) == 2

    def test_a_folder_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        blocker = tmp_path / "file"
        blocker.write_text("in the way")
        with pytest.raises(DeliveryFailed, match="cannot be written"):
            MarkdownFolderWriter(blocker).apply(intent())
