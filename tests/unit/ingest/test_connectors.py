"""What each connector reads, and how it reports what it cannot."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook

from ingest.connectors import CONNECTORS, connector_for
from ingest.connectors.profile import load_profile, profile_names
from ingest.items import Reject, SourceItem
from retrieval.errors import InvalidInput, UnreadableFile
from retrieval.records import RecordKind

HEADER = ["Number", "Short description", "Description", "Opened", "Business service", "Close notes"]
ROW = ["INC1", "VPN down", "Nobody connects", "2025-01-14 06:10:00", "VPN", "Renewed."]


def read(path: Path, profile: str | None = None) -> list[SourceItem | Reject]:
    chosen = None if profile is None else load_profile(profile)
    return list(connector_for(path).read(path, chosen))


def items(path: Path) -> list[SourceItem]:
    found = read(path)
    assert not [entry for entry in found if isinstance(entry, Reject)]
    return [entry for entry in found if isinstance(entry, SourceItem)]


def rejects(path: Path) -> list[Reject]:
    return [entry for entry in read(path) if isinstance(entry, Reject)]


def table(path: Path, *rows: Sequence[str], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return path


class TestJsonLines:
    def test_a_record_keeps_what_it_says(self, tmp_path: Path) -> None:
        record = {
            "id": "inc/1",
            "kind": "rca",
            "title": "Outage",
            "text": "It was DNS.",
            "fields": {"service": ["DNS", "VPN"], "opened_at": "2020-02-12 9:45"},
            "url": "https://wiki.example/1",
            "groups": ["network"],
        }
        path = tmp_path / "r.jsonl"
        path.write_text("\n" + json.dumps(record) + "\n\n", encoding="utf-8")
        (item,) = items(path)
        assert (item.external_id, item.kind, item.services) == (
            "inc/1",
            RecordKind.RCA,
            ("DNS", "VPN"),
        )
        assert item.opened_at is not None
        assert item.opened_at.isoformat() == "2020-02-12T09:45:00+00:00"
        assert item.groups == frozenset({"network"})

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ('{"id": "1", broken', "not JSON"),
            ("[1, 2]", "not an object"),
            ('{"title": "no id"}', "no id"),
            ('{"id": "  "}', "no id"),
            ('{"id": "1", "kind": "poem", "text": "x"}', "poem"),
            ('{"id": "1", "text": 7}', "text must be a text"),
            ('{"id": "1", "text": "x", "groups": "all"}', "groups"),
            ('{"id": "' + "x" * 300 + '"}', "255"),
            ("[" * 100_000, "not JSON"),
        ],
    )
    def test_a_bad_line_is_named_and_the_rest_comes_in(
        self, tmp_path: Path, line: str, reason: str
    ) -> None:
        path = tmp_path / "r.jsonl"
        path.write_text('{"id": "ok", "text": "fine"}\n' + line + "\n", encoding="utf-8")
        good, bad = read(path)
        assert isinstance(good, SourceItem)
        assert isinstance(bad, Reject)
        assert bad.place == "r.jsonl line 2"
        assert reason in bad.reason

    def test_the_first_of_two_equal_ids_counts(self, tmp_path: Path) -> None:
        path = tmp_path / "r.jsonl"
        path.write_text('{"id": "1", "text": "first"}\n{"id": "1", "text": "second"}\n')
        first, second = read(path)
        assert isinstance(first, SourceItem)
        assert first.text == "first"
        assert isinstance(second, Reject)
        assert "line 1" in second.reason
        assert second.external_id == "1"

    def test_a_date_that_is_none_is_a_remark_not_a_reject(self, tmp_path: Path) -> None:
        path = tmp_path / "r.jsonl"
        path.write_text('{"id": "1", "text": "x", "fields": {"opened_at": "last Tuesday"}}')
        (item,) = items(path)
        assert item.opened_at is None
        assert "last Tuesday" in item.remarks[0]

    def test_an_endless_line_does_not_fill_memory(self, tmp_path: Path) -> None:
        path = tmp_path / "r.jsonl"
        path.write_text('{"id": "1", "text": "' + "x" * 6_000_000 + '"}\n{"id": "2", "text": "y"}')
        long, fine = read(path)
        assert isinstance(long, Reject)
        assert "longer than" in long.reason
        assert isinstance(fine, SourceItem)

    def test_a_json_list_is_read_too(self, tmp_path: Path) -> None:
        path = tmp_path / "r.json"
        path.write_text('[{"id": 1, "text": "x"}]')
        assert items(path)[0].external_id == "1"


class TestTicketTable:
    def test_a_servicenow_export_is_recognised(self, tmp_path: Path) -> None:
        (item,) = items(table(tmp_path / "t.csv", HEADER, ROW))
        assert item.kind is RecordKind.INCIDENT
        assert item.services == ("VPN",)
        assert item.text == (
            "# VPN down\n\n## Description\nNobody connects\n\n## Resolution\nRenewed."
        )

    def test_column_names_work_like_labels(self, tmp_path: Path) -> None:
        header = ["number", "short_description", "close_notes", "opened_at"]
        row = ["PRB1", "Root", "Fixed it", "2025-01-14 06:10:00"]
        (item,) = items(table(tmp_path / "t.csv", header, row))
        assert item.kind is RecordKind.PROBLEM
        assert item.opened_at is not None

    def test_a_jira_export_joins_repeated_columns(self, tmp_path: Path) -> None:
        header = ["Summary", "Issue key", "Created", "Comment", "Comment", "Component/s"]
        row = ["VPN", "OPS-1", "02/Mar/26 9:11 AM", "first", "second", "Network"]
        (item,) = items(table(tmp_path / "t.csv", header, row))
        assert item.external_id == "OPS-1"
        assert item.services == ("Network",)
        assert "first\n\nsecond" in item.text
        assert item.opened_at is not None

    @pytest.mark.parametrize("delimiter", [";", "\t", "|"])
    def test_other_delimiters_are_seen(self, tmp_path: Path, delimiter: str) -> None:
        assert len(items(table(tmp_path / "t.csv", HEADER, ROW, delimiter=delimiter))) == 1

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    def test_other_encodings_are_seen(self, tmp_path: Path, encoding: str) -> None:
        row = ["INC1", "Störung für Jürgen", "Es ist äußerst dringend, Größe prüfen", "", "", ""]
        (item,) = items(table(tmp_path / "t.csv", HEADER, row, encoding=encoding))
        assert item.title == "Störung für Jürgen"

    def test_a_spreadsheet_is_read_sheet_by_sheet(self, tmp_path: Path) -> None:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(HEADER)
        sheet.append(ROW)
        book.create_sheet("empty")
        book.save(tmp_path / "t.xlsx")
        (item,) = items(tmp_path / "t.xlsx")
        assert item.external_id == "INC1"
        assert item.opened_at is not None

    def test_a_missing_column_is_named_with_the_closest(self, tmp_path: Path) -> None:
        path = table(tmp_path / "t.csv", ["Number", "Short descriptio", "X"], ["1", "2", "3"])
        with pytest.raises(UnreadableFile, match="Did you mean 'Short descriptio'"):
            read(path, "servicenow")

    def test_bad_rows_are_named_as_people_count_them(self, tmp_path: Path) -> None:
        path = table(tmp_path / "t.csv", HEADER, ROW, [""] * 6, ["", "no id"], [*ROW, "extra"])
        assert [(r.place, r.reason.split(",")[0]) for r in rejects(path)] == [
            ("t.csv row 4 (line 4)", "it has no id"),
            ("t.csv row 5 (line 5)", "it has 7 cells"),
        ]

    def test_html_becomes_text_and_scripts_vanish(self, tmp_path: Path) -> None:
        html = "<p>Hello</p><script>alert(1)</script><ul><li>one</li></ul> ping <host>"
        (item,) = items(table(tmp_path / "t.csv", HEADER, ["INC1", "t", html, "", "", ""]))
        assert "alert" not in item.text
        assert "- one" in item.text
        assert "<host>" in item.text

    def test_work_notes_are_put_in_the_order_of_time(self, tmp_path: Path) -> None:
        notes = (
            "2025-01-14 09:00:00 - mia.k (Work notes)\nsecond\nmore\n\n"
            "2025-01-14 08:00:00 - jvd (Work notes)\nfirst\n"
        )
        header = ["Number", "Short description", "Work notes"]
        (item,) = items(table(tmp_path / "t.csv", header, ["INC1", "t", notes]))
        assert item.text.endswith(
            "- 2025-01-14 08:00:00 jvd: first\n- 2025-01-14 09:00:00 mia.k: second\n  more"
        )

    def test_an_open_quote_does_not_end_in_a_stack_trace(self, tmp_path: Path) -> None:
        path = tmp_path / "t.csv"
        path.write_text('Number,Short description\nINC1,"open\n' + "x\n" * 10, encoding="utf-8")
        assert len(read(path)) == 1


class TestMarkdown:
    def test_front_matter_and_structure_are_used(self, tmp_path: Path) -> None:
        (tmp_path / "vpn.md").write_text(
            "---\nid: KB-1\nkind: runbook\nservice: VPN\nlast_reviewed: 2025-03-01\n---\n"
            "# Renew the certificate\n\n## Steps\n1. Do it\n",
            encoding="utf-8",
        )
        (item,) = items(tmp_path)
        assert (item.external_id, item.kind, item.title) == (
            "KB-1",
            RecordKind.RUNBOOK,
            "Renew the certificate",
        )
        assert item.updated_at is not None

    def test_without_front_matter_path_and_heading_serve(self, tmp_path: Path) -> None:
        folder = tmp_path / "postmortems"
        folder.mkdir()
        (folder / "2025-01-14.md").write_text("# VPN outage\ntext", encoding="utf-8")
        (item,) = items(tmp_path)
        assert (item.external_id, item.kind) == ("postmortems/2025-01-14", RecordKind.RCA)

    def test_bad_pages_are_named_and_the_rest_comes_in(self, tmp_path: Path) -> None:
        (tmp_path / "bad.md").write_text("---\ntitle: [open\n---\ntext")
        (tmp_path / "empty.md").write_text("---\ntitle: x\n---\n")
        (tmp_path / "good.md").write_text("# Fine\ntext")
        found = {entry.place: entry for entry in read(tmp_path)}
        assert isinstance(found["good.md"], SourceItem)
        bad, empty = found["bad.md"], found["empty.md"]
        assert isinstance(bad, Reject)
        assert "front matter" in bad.reason
        assert isinstance(empty, Reject)

    def test_hidden_folders_and_links_out_are_not_read(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.md"
        secret.write_text("# secret")
        folder = tmp_path / "shared"
        (folder / ".git").mkdir(parents=True)
        (folder / ".git" / "x.md").write_text("# hidden")
        (folder / "link.md").symlink_to(secret)
        (folder / "page.md").write_text("# page\ntext")
        assert [item.external_id for item in items(folder)] == ["page"]

    def test_a_git_checkout_gives_permalinks(self, tmp_path: Path) -> None:
        git = tmp_path / ".git"
        git.mkdir()
        (git / "config").write_text('[remote "origin"]\n\turl = git@github.com:acme/books.git\n')
        (git / "HEAD").write_text("a" * 40)
        (tmp_path / "page.md").write_text("# page\ntext")
        assert items(tmp_path)[0].url == f"https://github.com/acme/books/blob/{'a' * 40}/page.md"


class TestProfiles:
    @pytest.mark.parametrize("name", profile_names())
    def test_every_profile_that_comes_along_is_valid(self, name: str) -> None:
        profile = load_profile(name)
        assert set(profile.required) <= set(profile.columns)
        assert {section.column for section in profile.sections} <= set(profile.columns)

    def test_a_wrong_key_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.yaml"
        path.write_text("name: x\ndescription: y\ncolums: {}\n")
        with pytest.raises(InvalidInput, match=r"mine\.yaml is wrong at"):
            load_profile(str(path))


class TestSharedData:
    @pytest.mark.shared_data
    @pytest.mark.parametrize(
        ("name", "count"),
        [
            ("moj_cloud_platform", 140),
            ("prom_runbooks", 367),
            ("jenkins_status", 297),
            ("gitbugs_seamonkey", 1_076),
        ],
    )
    def test_every_record_is_read(self, shared_data: Path, name: str, count: int) -> None:
        assert len(items(shared_data / name / "corpus.jsonl")) == count


def test_the_demo_corpus_is_read_without_rejects() -> None:
    demo = Path(__file__).parents[3] / "evals" / "demo"
    counts = {
        "incidents.csv": 121,
        "open_incidents.jsonl": 6,
        "rcas": 25,
        "runbooks": 40,
        "changes.jsonl": 60,
    }
    assert {name: len(items(demo / name)) for name in counts} == counts


def test_every_connector_of_the_catalogue_has_its_own_name() -> None:
    assert len({connector.name for connector in CONNECTORS}) == len(CONNECTORS)
