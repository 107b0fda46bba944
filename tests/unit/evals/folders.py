"""Small dataset folders for tests."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

RECORDS: tuple[Mapping[str, object], ...] = (
    {
        "id": "inc-1",
        "kind": "incident",
        "title": "VPN gateway refuses certificates",
        "text": "Laptops cannot connect. The gateway certificate had expired and was renewed.",
        "fields": {"service": "vpn"},
    },
    {
        "id": "inc-2",
        "kind": "incident",
        "title": "Certificate warning on the VPN portal",
        "text": "Users see a warning about an expired certificate when they connect to the VPN.",
        "fields": {"service": "vpn"},
    },
    {
        "id": "rb-1",
        "kind": "runbook",
        "title": "Print spooler restart",
        "text": "Stop the spooler, clear the queue folder, start the spooler.",
        "fields": {},
    },
    {
        "id": "rb-2",
        "kind": "runbook",
        "title": "Disk space on file servers",
        "text": "Find large folders on the volume and archive them to free disk space.",
        "fields": {},
    },
)
QUERIES: tuple[Mapping[str, object], ...] = (
    {"id": "q1", "text": "expired VPN certificate", "text_title": "VPN", "doc_id": "inc-2"},
    {"id": "q2", "text": "printer queue stuck, spooler hangs", "text_title": "printer"},
    {"id": "q3", "text": "volume full", "text_title": "disk"},
)
QRELS = "query_id\tdoc_id\tgrade\nq1\tinc-1\t2\nq1\trb-2\t0\nq2\trb-1\t1\nq3\trb-2\t1\n"


def dataset(
    folder: Path,
    *,
    records: Iterable[Mapping[str, object]] = RECORDS,
    queries: Iterable[Mapping[str, object]] = QUERIES,
    qrels: str = QRELS,
) -> Path:
    """Write a dataset; what is not given is small and right."""
    folder.mkdir(parents=True, exist_ok=True)
    lines(folder / "corpus.jsonl", records)
    lines(folder / "queries.jsonl", queries)
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


def lines(file: Path, entries: Iterable[Mapping[str, object]]) -> None:
    """Write JSON Lines."""
    text = "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    file.write_text(text, encoding="utf-8")
