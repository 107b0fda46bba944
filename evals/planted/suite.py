"""A balanced suite: as many false claims as true ones, deterministic by seed."""

import random
from collections.abc import Callable, Iterator, Sequence

from evals.planted.cases import TRUE, PlantedCase, Variant
from evals.planted.causes import causes
from evals.planted.rewordings import REWORDINGS, rewordings
from evals.planted.sources import Names, Source, names_of, sources
from evals.planted.statements import actors, negations
from evals.planted.values import durations, numbers, services, times
from retrieval.records import Record

PER_KIND = 60
"""At most so many false claims of one kind from one corpus."""

# Every third error is planted into a reworded sentence, as a writer's own words would have it.
_REWORDED = 3

Plant = Callable[[str, Source, Names, random.Random], Iterator[Variant]]
PLANTS: dict[str, Plant] = {
    "number": numbers,
    "time": times,
    "duration": durations,
    "service": services,
    "negation": negations,
    "actor": actors,
    "causal": causes,
}


def suite(
    records: Sequence[Record], seed: int = 1, per_kind: int = PER_KIND
) -> tuple[PlantedCase, ...]:
    """False claims of every kind that the records give rise to, and as many true ones.

    The same records and seed always give the same suite. A sentence is made false at most
    once in each kind.
    """
    pick = random.Random(seed)  # noqa: S311 — a draw of examples, not a secret
    names = names_of(records)
    found = sorted(sources(records), key=lambda source: source.place)
    pick.shuffle(found)
    false = [case for kind in PLANTS for case in _false(kind, found, names, pick)[:per_kind]]
    return (*false, *_true(found, len(false), pick))


def _false(
    kind: str, found: Sequence[Source], names: Names, pick: random.Random
) -> list[PlantedCase]:
    cases: list[PlantedCase] = []
    for number, source in enumerate(found):
        base = Variant(source.claim, "")
        if number % _REWORDED == 0:
            reworded = [v for v in rewordings(source) if v.change not in ("verbatim", "merged")]
            base = pick.choice(reworded) if reworded else base
        variants = list(PLANTS[kind](base.claim, source, names, pick))
        if variants:
            chosen = pick.choice(variants)
            how = f"{base.change}, {chosen.change}" if base.change else chosen.change
            cases.append(_case(kind, source, Variant(chosen.claim, how)))
    return cases


def _true(found: Sequence[Source], count: int, pick: random.Random) -> list[PlantedCase]:
    """As they stand and reworded, every way in turn, so that no way outweighs the others."""
    ways: dict[str, list[PlantedCase]] = {name: [] for name in ("as it stands", *REWORDINGS)}
    for source in found:
        ways["as it stands"].append(_case(TRUE, source, Variant(source.claim, "as it stands")))
        options = list(rewordings(source))
        for name in dict.fromkeys(variant.change for variant in options):
            chosen = pick.choice([variant for variant in options if variant.change == name])
            ways[name].append(_case(TRUE, source, chosen))
    cases: list[PlantedCase] = []
    depth = 0
    while len(cases) < count and any(depth < len(way) for way in ways.values()):
        cases.extend(way[depth] for way in ways.values() if depth < len(way))
        depth += 1
    return cases[:count]


def _case(kind: str, source: Source, variant: Variant) -> PlantedCase:
    origin = f"{source.place} {variant.change}"
    evidence: tuple[str, ...] = (source.evidence,)
    if variant.change == "merged" and source.follower:
        evidence = (source.raw, source.follower)
    return PlantedCase(f"{kind}: {origin}", variant.claim, evidence, kind, origin)
