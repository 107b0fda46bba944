"""Evaluation datasets: a folder of records, queries and judgements.

::

    corpus.jsonl     one record a line: id, kind, title, text, fields
    queries.jsonl    one query a line: id, text (or other fields to ask with),
                     doc_id when the query is itself a record, as_of when it was asked:
                     a record that was not known by then is neither found nor relevant
    qrels.tsv        a header, then query_id, doc_id and grade (0, 1, 2 …) by tabs
    META.json        optional: source, licence, how the truth was made

A folder may hold several corpora of the same records, such as ``corpus_blind.jsonl``
without what would give the answer away.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from evals.json_lines import Line, hash_of, identity, lines, objects, shortened, wrong
from ingest.times import parse_moment
from retrieval.errors import InvalidInput, UnreadableFile
from retrieval.records import RecordKind

CORPUS, QUERIES, QRELS, META = "corpus.jsonl", "queries.jsonl", "qrels.tsv", "META.json"
_QRELS_HEADER = ["query_id", "doc_id", "grade"]
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class EvalQuery:
    """One query. ``left_out`` is the record that it is, which must not find itself.

    ``as_of`` is the moment it is asked as of: only what was known then may answer.
    """

    id: str
    text: str
    left_out: str | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class RetrievalDataset:
    """Queries with the grades of their relevant records.

    ``queries`` are those with at least one relevant record (grade ≥ 1), in the order of
    the file; ``qrels`` holds their judgements. ``hash`` is the SHA-256 over the bytes of
    the corpus, the queries and the judgements that were used. ``notes`` say what a reader
    of the figures should know; ``card`` is what META.json says.
    """

    name: str
    corpus: Path
    query_field: str
    queries: tuple[EvalQuery, ...]
    qrels: Mapping[str, Mapping[str, int]]
    hash: str
    notes: tuple[str, ...] = ()
    card: Mapping[str, Any] = field(default_factory=dict)


Grades = Mapping[str, Mapping[str, int]]
"""Grades by record, by query."""


def load_retrieval(
    folder: Path,
    corpus: str = CORPUS,
    query_field: str = "text",
    *,
    besides: Grades | None = None,
) -> RetrievalDataset:
    """Read and check a folder.

    ``corpus`` is a file of the folder or a path; ``query_field`` the field of the queries
    to ask with; ``besides`` are grades of another origin, used where the folder has none.
    Raises ``UnreadableFile`` or ``InvalidInput`` at the first thing that is wrong, naming the
    file, the line and the field.
    """
    if not folder.is_dir():
        raise UnreadableFile(
            f"{folder} is not a folder. Give a folder with {CORPUS}, {QUERIES} and {QRELS}."
        )
    corpus_path = corpus_file(folder, corpus)
    documents = record_ids(corpus_path)
    queries = read_queries(folder / QUERIES, query_field)
    judged = _qrels(folder / QRELS, queries, documents, corpus_path)
    for query_id, grades in (besides or {}).items():
        judged[query_id] = {**grades, **judged.get(query_id, {})}
    qrels, notes = _usable(queries, judged, documents)
    if not qrels:
        raise InvalidInput(
            f"{folder / QRELS} names no relevant record (grade 1 or more) for any of the "
            f"queries of {QUERIES}, so there is nothing to measure."
        )
    return RetrievalDataset(
        name=folder.resolve().name,
        corpus=corpus_path,
        query_field=query_field,
        queries=tuple(query for query in queries.values() if query.id in qrels),
        qrels=qrels,
        hash=hash_of(corpus=corpus_path, queries=folder / QUERIES, qrels=folder / QRELS),
        notes=notes,
        card=read_card(folder / META),
    )


def corpus_file(folder: Path, corpus: str) -> Path:
    """A corpus named by a file of the folder or a path; ``UnreadableFile`` where neither is."""
    # The folder first: a file of the same name where the command runs is another corpus.
    for candidate in (folder / corpus, Path(corpus)):
        if candidate.is_file():
            return candidate
    found = sorted(file.name for file in folder.glob("*.jsonl") if file.name != QUERIES)
    there = f"It has {', '.join(found)}." if found else "It has no .jsonl file that could be one."
    raise UnreadableFile(f"The corpus {corpus!r} is neither in {folder} nor a file. {there}")


class Judged(NamedTuple):
    """Judgements, with the ids that they may name."""

    qrels: Mapping[str, Mapping[str, int]]
    queries: frozenset[str]
    documents: frozenset[str]

    def has(self, query_id: str, doc_id: str) -> bool:
        """Whether there is such a query and such a record."""
        return query_id in self.queries and doc_id in self.documents


def load_qrels(file: Path, queries_file: Path, corpus: Path) -> Judged:
    """Judgements as they stand, also of queries without a relevant record; errors as above."""
    documents, queries = record_ids(corpus), read_queries(queries_file)
    return Judged(_qrels(file, queries, documents, corpus), frozenset(queries), documents)


def record_ids(file: Path) -> frozenset[str]:
    """The ids of a corpus, every record of it checked; errors as for :func:`load_retrieval`."""
    first: dict[str, str] = {}
    for place, entry in objects(file):
        record_id = _new_identity(entry, place, first)
        for name in ("title", "text"):
            _expect(entry, name, str, "a text", place)
        _expect(entry, "fields", dict, "an object", place)
        kind = entry.get("kind", RecordKind.INCIDENT)
        if kind not in tuple(RecordKind):
            known = ", ".join(RecordKind)
            raise wrong(place, "kind", f"{shortened(kind)} is unknown; use one of {known}")
        first[record_id] = place
    if not first:
        raise UnreadableFile(f"{file} holds no records.")
    return frozenset(first)


def as_known(dataset: RetrievalDataset, known_at: Mapping[str, datetime]) -> RetrievalDataset:
    """The dataset with only those judgements that could be met when each query was asked.

    ``known_at`` tells from when each record of the corpus counts as known. A note says how many
    judgements and queries that leaves out; ``InvalidInput`` is raised where it is every one.
    """
    timely: dict[str, Mapping[str, int]] = {}
    later = 0
    for query in dataset.queries:
        grades = dataset.qrels[query.id]
        known = {
            record: grade
            for record, grade in grades.items()
            if query.as_of is None or (record in known_at and known_at[record] <= query.as_of)
        }
        later += len(grades) - len(known)
        if any(known.values()):
            timely[query.id] = known
    if not later:
        return dataset
    if not timely:
        raise InvalidInput(
            f"No judged record of {dataset.name} was known when its query was asked (as_of in "
            f"{QUERIES}), so there is nothing to measure. Check the dates of the corpus."
        )
    lost = len(dataset.queries) - len(timely)
    note = (
        f"{later} judgements name a record that was not known when the query was asked and were "
        f"left out{f'; {lost} queries have no other' if lost else ''}."
    )
    return replace(
        dataset,
        queries=tuple(query for query in dataset.queries if query.id in timely),
        qrels=timely,
        notes=(*dataset.notes, note),
    )


def read_queries(file: Path, query_field: str = "text") -> dict[str, EvalQuery]:
    """The queries of a file by their ids; errors as for :func:`load_retrieval`."""
    first: dict[str, str] = {}
    found: dict[str, EvalQuery] = {}
    for place, entry in objects(file):
        query_id = _new_identity(entry, place, first)
        text = entry.get(query_field)
        if not isinstance(text, str):
            texts = [name for name, value in entry.items() if isinstance(value, str)]
            problem = "is missing" if query_field not in entry else "is not a text"
            there = f"fields with a text are {', '.join(texts)}"
            raise wrong(place, query_field, f"{problem}; {there}")
        left_out = None if entry.get("doc_id") is None else identity(entry, "doc_id", place)
        first[query_id] = place
        found[query_id] = EvalQuery(query_id, text, left_out, _as_of(entry, place))
    if not found:
        raise UnreadableFile(f"{file} holds no queries.")
    return found


def _as_of(entry: Mapping[str, Any], place: str) -> datetime | None:
    value = entry.get("as_of")
    if value is None:
        return None
    try:
        return parse_moment(str(value))
    except ValueError as exc:
        raise wrong(place, "as_of", str(exc)) from exc


def _qrels(
    file: Path, queries: Mapping[str, EvalQuery], documents: frozenset[str], corpus: Path
) -> dict[str, dict[str, int]]:
    rows = lines(file)
    header = next(rows, None)
    if header is None or _cells(header) != _QRELS_HEADER:
        wanted = ", ".join(_QRELS_HEADER)
        raise InvalidInput(f"{file} line 1 must be the header: {wanted}, separated by tabs.")
    found: dict[str, dict[str, int]] = {}
    for line in rows:
        place = f"{file} line {line.number}"
        cells = _cells(line)
        if len(cells) != len(_QRELS_HEADER):
            wanted = ", ".join(_QRELS_HEADER)
            raise InvalidInput(
                f"{place} has {len(cells)} value(s); it must have {wanted}, separated by tabs."
            )
        query_id, doc_id, grade = cells
        if query_id not in queries:
            raise wrong(place, "query_id", f"{query_id!r} is not in {QUERIES}{_some(queries)}")
        if doc_id not in documents:
            there = f"{doc_id!r} is not in {corpus.name}{_some(documents)}"
            raise wrong(place, "doc_id", there)
        if not (grade.isascii() and grade.isdigit()):
            raise wrong(place, "grade", f"{grade!r} is not a whole number such as 0, 1 or 2")
        if doc_id in found.setdefault(query_id, {}):
            raise wrong(place, "doc_id", f"{doc_id!r} is judged a second time for {query_id!r}")
        found[query_id][doc_id] = int(grade)
    return found


class _Usable(NamedTuple):
    qrels: dict[str, dict[str, int]]
    notes: tuple[str, ...]


def _usable(
    queries: Mapping[str, EvalQuery],
    judged: Mapping[str, Mapping[str, int]],
    documents: frozenset[str],
) -> _Usable:
    """The judgements that can be met, and notes on what they leave out."""
    qrels: dict[str, dict[str, int]] = {}
    themselves = 0
    for query_id, grades in judged.items():
        left_out = queries[query_id].left_out
        kept = {doc_id: grade for doc_id, grade in grades.items() if doc_id != left_out}
        themselves += len(grades) - len(kept)
        if any(kept.values()):
            qrels[query_id] = kept
    strangers = sum(
        1
        for query in queries.values()
        if query.left_out is not None and query.left_out not in documents
    )
    remarks = (
        (len(queries) - len(qrels), "have no relevant record and are not counted"),
        (themselves, "are judged relevant to themselves; that judgement was left out"),
        (strangers, "name a doc_id that is not in the corpus, so nothing is left out for them"),
    )
    return _Usable(
        qrels, tuple(f"{count} of the queries {what}." for count, what in remarks if count)
    )


def read_card(file: Path) -> Mapping[str, Any]:
    """A card; empty where there is none. Raises ``UnreadableFile`` for one that is no object."""
    if not file.exists():
        return {}
    try:
        card = json.loads("\n".join(line.text for line in lines(file)))
    except (json.JSONDecodeError, RecursionError) as exc:
        raise UnreadableFile(f"{file} is not JSON: {exc}.") from exc
    if not isinstance(card, dict):
        raise UnreadableFile(f"{file} is not a JSON object.")
    return card


def _new_identity(entry: Mapping[str, Any], place: str, first: Mapping[str, str]) -> str:
    value = identity(entry, "id", place)
    if value in first:
        raise wrong(place, "id", f"{value!r} was already used at {first[value]}")
    return value


def _expect(entry: Mapping[str, Any], name: str, kind: type, wanted: str, place: str) -> None:
    value = entry.get(name)
    if value is not None and not isinstance(value, kind):
        raise wrong(place, name, f"it must be {wanted}, not {shortened(value)}")


def _some(names: Mapping[str, object] | frozenset[str]) -> str:
    shown = ", ".join(sorted(names)[:_SHOWN])
    return f" (it has {shown}{', …' if len(names) > _SHOWN else ''})"


def _cells(line: Line) -> list[str]:
    return [cell.strip() for cell in line.text.split("\t")]
