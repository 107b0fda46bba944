"""What is judged: claims of a file, or pairs of a query and a record of a folder.

::

    claims.jsonl   {"id", "claim", "evidence": [text, …], "supported": true or false} a line;
                   a line without "supported" has no label yet. The suites of the task
                   ``verifier`` have "kind" instead: "true" is supported, all others are not.
    folder         corpus.jsonl, queries.jsonl and what people judged: qrels_people.tsv, which
                   ``precedent eval judgments`` writes, else qrels.tsv
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from evals.datasets import CORPUS, META, QRELS, QUERIES, load_qrels, read_card, read_queries
from evals.json_lines import hash_of, identity, objects, shortened, wrong
from evals.judge.questions import CLAIMS, RELEVANCE, Question
from evals.own.folder import QRELS_PEOPLE
from evals.planted.cases import KINDS, TRUE
from evals.trec_files import Rankings, read_run
from retrieval.errors import InvalidInput, UnreadableFile


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to judge. ``label`` is what people said, ``None`` where nobody did.

    ``key`` names it in a file of labels; ``passages`` are what ``subject`` is judged by.
    """

    key: Mapping[str, str]
    subject: str
    passages: tuple[str, ...]
    label: int | None = None

    @property
    def id(self) -> str:
        """The key in one text."""
        return " ".join(self.key.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ToJudge:
    """``labelled`` by people, and ``open`` ones that nobody has labelled.

    ``hash`` is over the bytes of all files; ``texts_hash`` over those that hold the texts, so
    that labels can be told to belong to them.
    """

    name: str
    question: Question
    labelled: tuple[Item, ...]
    open: tuple[Item, ...]
    hash: str
    texts_hash: str

    @property
    def labels_hash(self) -> str:
        """SHA-256 over what people said, whatever the order of the lines."""
        said = sorted([*item.key.values(), str(item.label)] for item in self.labelled)
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def load_claims(file: Path) -> ToJudge:
    """Read the claims of a file.

    Raises ``UnreadableFile`` or ``InvalidInput`` at the first thing that is wrong, naming the
    file, the line and the field.
    """
    first: dict[str, str] = {}
    found: list[Item] = []
    for place, entry in objects(file):
        name = identity(entry, "id", place)
        if name in first:
            raise wrong(place, "id", f"{name!r} was already used at {first[name]}")
        first[name] = place
        found.append(_claim(name, entry, place))
    if not found:
        raise UnreadableFile(f"{file} holds no claims.")
    digest = hash_of(claims=file)
    return ToJudge(
        name=file.resolve().stem,
        question=CLAIMS,
        labelled=tuple(item for item in found if item.label is not None),
        open=tuple(item for item in found if item.label is None),
        hash=digest,
        texts_hash=digest,
    )


def _claim(name: str, entry: Mapping[str, Any], place: str) -> Item:
    claim, evidence = entry.get("claim"), entry.get("evidence")
    if not isinstance(claim, str) or not claim.strip():
        raise wrong(place, "claim", f"it must be a text that is not empty, not {shortened(claim)}")
    if not isinstance(evidence, list) or not all(isinstance(text, str) for text in evidence):
        problem = f"it must be a list of texts, not {shortened(evidence)}"
        raise wrong(place, "evidence", problem)
    return Item({"id": name}, claim, tuple(evidence), _supported(entry, place))


def _supported(entry: Mapping[str, Any], place: str) -> int | None:
    if "supported" in entry:
        said = entry["supported"]
        if said is not None and not isinstance(said, bool):
            raise wrong(place, "supported", f"it must be true or false, not {shortened(said)}")
        return None if said is None else int(said)
    if "kind" not in entry:
        return None
    kind = entry["kind"]
    if kind not in (TRUE, *KINDS):
        known = ", ".join((TRUE, *KINDS))
        raise wrong(place, "kind", f"{shortened(kind)} is unknown; use one of {known}")
    return int(kind == TRUE)


def load_pairs(folder: Path, run: Path | None, depth: int) -> ToJudge:
    """Read the pairs that people judged and, of a TREC run, those that nobody did.

    ``depth``: how many records of each query of the run. Errors as for :func:`load_claims`;
    ``InvalidInput`` also where links made the grades of the folder and nobody judged.
    """
    if not folder.is_dir():
        raise UnreadableFile(f"{folder} is neither a folder nor a file of claims (.jsonl).")
    files = {"corpus": folder / CORPUS, "queries": folder / QUERIES}
    by_people = _judged_by_people(folder)
    known = load_qrels(by_people, files["queries"], files["corpus"])
    texts = _Texts.of(**files)
    labelled = [
        texts.pair(query, record, _on_the_scale(grade, by_people, query, record))
        for query, grades in known.qrels.items()
        for record, grade in grades.items()
    ]
    judged = load_qrels(folder / QRELS, files["queries"], files["corpus"]).qrels
    ranked = {} if run is None else read_run(run)
    if strangers := [query for query in ranked if query not in known.queries]:
        raise InvalidInput(f"{run} ranks for {strangers[0]!r}, which is not in {files['queries']}.")
    found = _unjudged(ranked, judged, texts, depth)
    return ToJudge(
        name=folder.resolve().name,
        question=RELEVANCE,
        labelled=tuple(labelled),
        open=tuple(texts.pair(query, record) for query, record in found),
        hash=hash_of(**files, people=by_people, **({} if run is None else {"run": run})),
        texts_hash=hash_of(**files),
    )


def _judged_by_people(folder: Path) -> Path:
    """The file of what people judged. Links are no judge: κ against them says nothing."""
    if (folder / QRELS_PEOPLE).is_file():
        return folder / QRELS_PEOPLE
    truth = read_card(folder / META).get("truth")
    if isinstance(truth, dict) and truth.get("links"):
        raise InvalidInput(
            f"The grades of {folder} come from links between records; nobody has judged them. "
            f"Run 'precedent eval pool {folder}', judge at /judging, then "
            f"'precedent eval judgments {folder}'."
        )
    return folder / QRELS


def _on_the_scale(grade: int, file: Path, query: str, record: str) -> int:
    if grade not in RELEVANCE.labels:
        raise InvalidInput(
            f"{file}: the grade of {record!r} for {query!r} is {grade}; the judge knows "
            "0 (not relevant), 1 (related) and 2 (same problem)."
        )
    return grade


class _Texts(NamedTuple):
    queries: Mapping[str, str]
    themselves: Mapping[str, str | None]
    records: Mapping[str, str]

    @classmethod
    def of(cls, corpus: Path, queries: Path) -> "_Texts":
        asked = read_queries(queries)
        records = {
            identity(entry, "id", place): "\n".join(
                part for part in (entry.get("title"), entry.get("text")) if part
            )
            for place, entry in objects(corpus)
        }
        return cls(
            {query.id: query.text for query in asked.values()},
            {query.id: query.left_out for query in asked.values()},
            records,
        )

    def pair(self, query: str, record: str, label: int | None = None) -> Item:
        key = {"query_id": query, "doc_id": record}
        return Item(key, self.queries[query], (self.records[record],), label)


def _unjudged(
    ranked: Rankings, judged: Mapping[str, Mapping[str, int]], texts: _Texts, depth: int
) -> Iterator[tuple[str, str]]:
    for query, ranking in ranked.items():
        others: Iterable[str] = (each for each in ranking if each != texts.themselves[query])
        for record in list(others)[:depth]:
            if record not in texts.records:
                raise InvalidInput(f"{record!r} is ranked for {query!r} but not in {CORPUS}.")
            if record not in judged.get(query, {}):
                yield query, record
