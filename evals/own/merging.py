"""``precedent eval judgments``: what people judged in a pool becomes the truth of a folder."""

import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median_low
from typing import Any

from assistant.domain.judgements import Judgement
from assistant.services.backtest.intervals import Interval
from evals.agreement import kappa_interval
from evals.datasets import CORPUS, META, QRELS, QUERIES, load_qrels, read_card
from evals.own.folder import QRELS_BEFORE, QRELS_PEOPLE, write_card, write_qrels
from retrieval.errors import InvalidInput

RULE = (
    "Of several judges the lower median counts: the highest grade that more than half of them "
    "gave or exceeded. It takes the place of what a link or feedback said."
)

Pair = tuple[str, str]
"""A query and a record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two judges on the pairs that both have judged."""

    judges: tuple[str, str]
    n: int
    kappa: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A pair that judges graded differently, and the grade that counts."""

    query_id: str
    record_id: str
    grades: Mapping[str, int]
    counts_as: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What became of the judgements of a pool.

    ``overruled`` are earlier judgements of the folder that got another grade; ``strangers`` are
    of queries or records that the folder does not have, and are left out.
    """

    pool: str
    judges: tuple[str, ...]
    pairs: int
    grades: Mapping[int, int]
    overruled: int
    strangers: int
    agreement: tuple[Agreement, ...]
    disagreements: tuple[Disagreement, ...]

    def as_json(self) -> dict[str, Any]:
        """The object that ``--json`` prints."""
        return {
            "pool": self.pool,
            "judges": list(self.judges),
            "judged": self.pairs,
            "grades": {str(grade): count for grade, count in self.grades.items()},
            "overruled": self.overruled,
            "left_out": self.strangers,
            "rule": RULE,
            "agreement": [
                {"judges": list(one.judges), "n": one.n, "kappa": one.kappa.as_json()}
                for one in self.agreement
            ],
            "disagreements": [
                {
                    "query_id": one.query_id,
                    "doc_id": one.record_id,
                    "grades": dict(one.grades),
                    "counts_as": one.counts_as,
                }
                for one in self.disagreements
            ],
        }


def merge(folder: Path, pool: str, given: Sequence[Judgement]) -> Merged:
    """Write the judgements into ``qrels.tsv`` and tell of them on the card.

    The judgements from before are kept in ``qrels_before.tsv`` and are what every later merge
    begins with, so that merging again after more was judged changes nothing else. What people
    judged also stands alone in ``qrels_people.tsv``. Raises ``InvalidInput`` where nothing was
    judged.
    """
    if not given:
        raise InvalidInput(
            f"Nobody has judged anything in the pool {pool!r} yet. Evaluators do so at /judging."
        )
    before_file = folder / QRELS_BEFORE
    first = not before_file.exists()
    known = load_qrels(folder / QRELS if first else before_file, folder / QUERIES, folder / CORPUS)
    if first:
        shutil.copyfile(folder / QRELS, before_file)
    by_pair: dict[Pair, dict[str, int]] = defaultdict(dict)
    for one in given:
        by_pair[one.query_id, one.record_id][one.person] = int(one.grade)
    ours = {pair: said for pair, said in sorted(by_pair.items()) if known.has(*pair)}
    decided = {pair: median_low(list(said.values())) for pair, said in ours.items()}
    graded = {query: dict(grades) for query, grades in known.qrels.items()}
    overruled = 0
    for (query, record), grade in decided.items():
        earlier = graded.setdefault(query, {}).get(record)
        overruled += earlier is not None and earlier != grade
        graded[query][record] = grade
    merged = Merged(
        pool=pool,
        judges=tuple(sorted({one.person for one in given})),
        pairs=len(decided),
        grades={each: list(decided.values()).count(each) for each in sorted(set(decided.values()))},
        overruled=overruled,
        strangers=len(by_pair) - len(ours),
        agreement=tuple(_agreement(ours)),
        disagreements=tuple(
            Disagreement(
                query_id=query, record_id=record, grades=said, counts_as=decided[query, record]
            )
            for (query, record), said in ours.items()
            if len(set(said.values())) > 1
        ),
    )
    write_qrels(folder / QRELS, graded)
    write_qrels(folder / QRELS_PEOPLE, _by_query(decided))
    write_card(folder, _card(folder, merged, graded))
    return merged


def _by_query(decided: Mapping[Pair, int]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for (query, record), grade in decided.items():
        found[query][record] = grade
    return found


def _agreement(judged: Mapping[Pair, Mapping[str, int]]) -> list[Agreement]:
    people = sorted({person for said in judged.values() for person in said})
    found = []
    for first, second in combinations(people, 2):
        both = [
            (said[first], said[second])
            for said in judged.values()
            if first in said and second in said
        ]
        if both:
            kappa = kappa_interval(both)
            found.append(Agreement(judges=(first, second), n=len(both), kappa=kappa))
    return found


def _card(folder: Path, merged: Merged, graded: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """The card with what was judged. Who judged stays in the database: here they are numbered."""
    card = dict(read_card(folder / META))
    told = merged.as_json()
    numbers = {name: f"judge {number}" for number, name in enumerate(merged.judges, start=1)}
    told["judges"] = len(merged.judges)
    told["disagreements"] = len(merged.disagreements)
    told["agreement"] = [
        {**each, "judges": [numbers[name] for name in each["judges"]]} for each in told["agreement"]
    ]
    card["judgements"] = told
    size = card.get("size")
    if isinstance(size, dict):
        grades = [grade for query in graded.values() for grade in query.values()]
        size = dict(size)
        size["judgements"] = {str(each): grades.count(each) for each in sorted(set(grades))}
        size["queries_with_a_relevant_record"] = sum(any(q.values()) for q in graded.values())
        card["size"] = size
    return card
