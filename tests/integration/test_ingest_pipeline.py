"""What ingest keeps, skips, removes and reports."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from assistant.bootstrap import Application
from retrieval.access import Reader, RecordFilter
from retrieval.errors import NotFound, UnreadableFile
from retrieval.searcher import Query
from tests.installation import application, filled, take_in


def lines(path: Path, *records: dict[str, object]) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


def ticket(number: int, text: str = "disk full on fs-lds-01") -> dict[str, object]:
    return {"id": f"T{number}", "kind": "incident", "title": f"Ticket {number}", "text": text}


def found(app: Application, words: str) -> list[str]:
    query = Query(words, RecordFilter(Reader.operator()))
    return [hit.record.id for hit in app.searcher.search(query).hits]


class TestUpsert:
    def test_a_second_run_costs_nothing(self, tmp_path: Path) -> None:
        app = application(tmp_path)
        file = lines(tmp_path / "t.jsonl", ticket(1), ticket(2))
        assert take_in(app, file).added == 2
        generation = app.index.current().name
        again = take_in(app, file)
        assert (again.unchanged, again.added, again.changed) == (2, 0, 0)
        assert app.index.current().name == generation

    def test_a_change_makes_a_revision_and_the_old_one_still_resolves(self, tmp_path: Path) -> None:
        app = application(tmp_path)
        take_in(app, lines(tmp_path / "t.jsonl", ticket(1, "first words")))
        summary = take_in(app, lines(tmp_path / "t.jsonl", ticket(1, "second words")))
        assert summary.changed == 1
        past = app.store.get("T1", 1)
        assert past is not None
        assert past.text == "first words"
        assert app.store.resolve("T1", Reader.operator()).text == "second words"

    def test_what_is_gone_leaves_the_answers(self, tmp_path: Path) -> None:
        app = application(tmp_path)
        take_in(app, lines(tmp_path / "t.jsonl", ticket(1), ticket(2)))
        assert take_in(app, lines(tmp_path / "t.jsonl", ticket(1))).removed == 1
        assert found(app, "disk full") == ["T1"]
        with pytest.raises(NotFound):
            app.store.resolve("T2", Reader.operator())

    def test_what_comes_back_is_there_again_under_its_id(self, tmp_path: Path) -> None:
        app = application(tmp_path)
        both = lines(tmp_path / "both.jsonl", ticket(1), ticket(2))
        take_in(app, both)
        take_in(app, lines(tmp_path / "one.jsonl", ticket(1)))
        assert take_in(app, both).added == 1
        assert set(found(app, "disk full")) == {"T1", "T2"}

    def test_a_partial_export_removes_nothing(self, tmp_path: Path) -> None:
        app = application(tmp_path)
        take_in(app, lines(tmp_path / "t.jsonl", ticket(1), ticket(2)))
        assert take_in(app, lines(tmp_path / "t.jsonl", ticket(1)), partial=True).removed == 0

    def test_a_truncated_export_removes_nothing_and_says_so(self, tmp_path: Path) -> None:
        app = application(tmp_path)
        take_in(app, lines(tmp_path / "t.jsonl", *(ticket(n) for n in range(60))))
        cut = lines(tmp_path / "t.jsonl", *(ticket(n) for n in range(5)))
        summary = take_in(app, cut)
        assert summary.removed == 0
        assert "--allow-mass-removal" in (summary.warning or "")
        assert take_in(app, cut, allow_mass_removal=True).removed == 55

    def test_rows_that_cannot_be_read_do_not_count_as_removed(self, tmp_path: Path) -> None:
        app = application(tmp_path)
        file = lines(tmp_path / "t.jsonl", ticket(1), ticket(2))
        take_in(app, file)
        file.write_text(json.dumps(ticket(1)) + '\n{"id": "T2", broken\n', encoding="utf-8")
        summary = take_in(app, file)
        assert (summary.rejected, summary.removed) == (1, 0)
        assert "could not be read" in (summary.warning or "")


class TestRedaction:
    def test_no_secret_reaches_the_database_or_the_index(self, tmp_path: Path) -> None:
        app = filled(tmp_path)
        record = app.store.resolve("INC0003", Reader.operator())
        assert "password=[REDACTED:password]" in record.text
        app.database.close()
        files = [path for path in (tmp_path / "var").rglob("*") if path.is_file()]
        assert files
        assert not [path for path in files if b"Hunter2" in path.read_bytes()]

    def test_a_rejected_row_is_redacted_too(self, tmp_path: Path) -> None:
        app = application(tmp_path)
        file = tmp_path / "t.jsonl"
        file.write_text(json.dumps(ticket(1)) + '\n{"text": "password=Hunter2!"}\n')
        take_in(app, file)
        (kept,) = app.runs.latest_rejects(10)
        assert "Hunter2" not in kept.excerpt
        assert kept.place == "t.jsonl line 2"


class TestBadFiles:
    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("empty.jsonl", b"", "is empty"),
            ("binary.csv", b"\x00\x01\x02", "binary"),
            ("blank.jsonl", b"\n\n", "no records"),
            ("list.json", b'{"a": 1}', "must hold a list"),
            ("photo.png", b"\x89PNG", "no kind that can be read"),
            ("no-id.csv", b"Colour,Shape\nred,round\n", "no column for the id"),
            ("fake.xlsx", b"not a spreadsheet", "not a spreadsheet"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_named_and_changes_nothing(
        self, tmp_path: Path, name: str, content: bytes, message: str
    ) -> None:
        app = filled(tmp_path)
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableFile, match=message) as error:
            take_in(app, tmp_path / name)
        assert name in str(error.value)
        assert app.store.resolve("INC0001", Reader.operator()).revision == 1

    def test_a_missing_path_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="does not exist"):
            take_in(application(tmp_path), tmp_path / "nowhere.csv")


class TestInterruption:
    def test_a_killed_run_resumes_and_ends_like_an_undisturbed_one(self, tmp_path: Path) -> None:
        records = [ticket(n, f"disk {n} full on host-{n:04d} " * 20) for n in range(3_000)]
        file = lines(tmp_path / "big.jsonl", *records)
        # First, so that it never waits for the writer that it is to interrupt.
        app = application(tmp_path, embedder={"backend": "hashing"})
        environment = {
            **os.environ,
            "PRECEDENT_DATA_DIR": str(tmp_path / "var"),
            "PRECEDENT_EMBEDDER__BACKEND": "hashing",
        }
        command = [sys.executable, "-m", "assistant", "ingest", str(file), "--source", "tickets"]
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        stored = 0
        while stored == 0 and process.poll() is None:
            time.sleep(0.05)
            with app.database.read() as connection:
                stored = connection.scalar(text("SELECT count(*) FROM records")) or 0
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert 0 < stored < len(records)
        summary = take_in(app, file)
        assert summary.unchanged >= stored
        assert summary.unchanged + summary.added == len(records)
        assert len(app.index.current().lexical) == len(records)
