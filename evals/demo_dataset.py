"""The demo corpus as a judged dataset: who shares a problem record shares a cause.

``evals/demo/META.json`` is its card and says where the truth comes from and what is wrong with it.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.cases import CASES
from evals.datasets import CORPUS, META, QRELS, QUERIES
from evals.planted.files import corpus_files, records_of
from retrieval.errors import UnreadableFile
from retrieval.records import Record, RecordKind, SectionKind

DEMO = Path(__file__).parent / "demo"

# The link that is the truth: it must be in no text and no field that is searched.
_LINK = "problem"
# Not linked to a problem yet, so that the ones that recur would count as wrong.
_OPEN = "open_incidents.jsonl"
_CONTRIBUTING = "contributing"


def write_demo_dataset(folder: Path, source: Path = DEMO) -> Path:
    """Write corpus, queries, judgements, cases and card into a folder; returns the folder.

    The bytes depend on the source alone. A query is an incident of a recurring problem as it
    was known early: title and description. Relevant are the other incidents of the problem and
    its RCA. A case is an incident that opened when the RCA of its problem was already known;
    the cause that the RCA names is the reference.
    """
    if not (source / META).is_file():
        raise UnreadableFile(f"{source} has no {META}. Use the folder evals/demo of a checkout.")
    folder.mkdir(parents=True, exist_ok=True)
    records = records_of([file for file in corpus_files(source) if file.name != _OPEN])
    families = _families(records)
    asked = [
        record for record in records if record.kind is RecordKind.INCIDENT and record.id in families
    ]
    _write(folder / CORPUS, (_entry(record) for record in records))
    _write(folder / QUERIES, (_query(record) for record in asked))
    _write(folder / CASES, (case for each in asked for case in _cases(each, families[each.id])))
    rows = (
        f"{one.external_id}\t{other.external_id}\t1\n"
        for one in asked
        for other in families[one.id]
    )
    text = "query_id\tdoc_id\tgrade\n" + "".join(rows)
    (folder / QRELS).write_text(text, encoding="utf-8")
    shutil.copyfile(source / META, folder / META)
    return folder


def _families(records: Sequence[Record]) -> dict[str, list[Record]]:
    """For each record of a problem the others of the same problem; none where it is alone."""
    by_problem: dict[str, list[Record]] = {}
    for record in records:
        if problem := record.fields.get(_LINK):
            by_problem.setdefault(str(problem), []).append(record)
    return {
        record.id: [other for other in family if other is not record]
        for family in by_problem.values()
        for record in family
        if len(family) > 1
    }


def _entry(record: Record) -> dict[str, Any]:
    fields = {name: value for name, value in record.fields.items() if name not in (_LINK, "id")}
    return {
        "id": record.external_id,
        "kind": record.kind,
        "title": record.title,
        "text": record.text,
        "fields": fields,
    }


def _query(record: Record) -> dict[str, Any]:
    text = f"{record.title}\n{_told(record, SectionKind.SYMPTOM)}".strip()
    return {"id": record.external_id, "text": text, "doc_id": record.external_id}


def _cases(record: Record, family: Sequence[Record]) -> Iterator[dict[str, Any]]:
    """The record as a case, where an RCA of its problem was known when it opened."""
    opened = record.opened_at
    for rca in family:
        cause = _told(rca, SectionKind.CAUSE)
        if rca.kind is RecordKind.RCA and cause and opened and opened > rca.known_at:
            known = {
                "title": record.title,
                "description": _told(record, SectionKind.SYMPTOM),
                "opened_at": opened.isoformat(),
            }
            reference = {"root_cause": cause}
            yield {"id": record.external_id, "input": known, "reference": reference}


def _told(record: Record, kind: SectionKind) -> str:
    """The text of the sections of a kind, without what only contributed."""
    return "\n\n".join(
        record.text[section.start : section.end]
        for section in record.sections
        if section.kind is kind and not section.heading.lower().startswith(_CONTRIBUTING)
    )


def _write(file: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    lines = (json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    file.write_text("".join(lines), encoding="utf-8")
