"""Planted errors: the suite is balanced and repeatable, and each change is what it says."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evals.planted import KINDS, PlantedCase, suite
from evals.planted.cases import TRUE, Variant
from evals.planted.causes import causes
from evals.planted.files import corpus_files, load_suite, records_of, write_suite
from evals.planted.rewordings import rewordings
from evals.planted.sources import Names, Source, names_of
from evals.planted.statements import actors, negations
from evals.planted.values import durations, numbers, services, times
from retrieval.records import Record
from tests.conftest import PROJECT

NAMES = Names(
    hosts=("vpn-gw-rtm-1", "vpn-gw-utr-1"),
    products=("Grafana", "Prometheus"),
    services=("Remote access VPN", "Transport planning"),
    teams=("Network Ops", "Security Ops"),
)


def source(claim: str, before: str = "", follower: str = "") -> Source:
    return Source("R1", 0, len(claim), claim, claim, f"{before} {claim}", before, follower)


@pytest.fixture(scope="module")
def records() -> tuple[Record, ...]:
    return records_of(corpus_files(PROJECT / "evals" / "demo"))


class TestSuite:
    def test_the_same_seed_gives_the_same_suite(self, records: tuple[Record, ...]) -> None:
        assert suite(records, seed=3) == suite(tuple(reversed(records)), seed=3)
        assert suite(records, seed=3) != suite(records, seed=4)

    def test_as_many_claims_are_true_as_false_and_no_kind_is_missing(
        self, records: tuple[Record, ...]
    ) -> None:
        kinds = Counter(case.kind for case in suite(records))
        assert kinds[TRUE] == kinds.total() - kinds[TRUE] >= 250
        assert set(kinds) == {TRUE, *KINDS}

    def test_a_file_gives_back_what_was_written(
        self, records: tuple[Record, ...], tmp_path: Path
    ) -> None:
        cases = suite(records, per_kind=3)
        write_suite(cases, tmp_path / "suite.jsonl")
        assert load_suite(tmp_path / "suite.jsonl") == cases

    def test_names_are_those_of_the_corpus(self, records: tuple[Record, ...]) -> None:
        names = names_of(records)
        assert "vpn-gw-utr-1" in names.hosts
        assert "UTC" not in names.products
        assert "Remote access VPN" in names.services


Plant = Callable[[str, Source, Names, random.Random], Iterator[Variant]]


class TestErrors:
    @pytest.mark.parametrize(
        ("plant", "claim", "expected"),
        [
            (
                services,
                "The tunnel of vpn-gw-utr-1 dropped.",
                "The tunnel of vpn-gw-rtm-1 dropped.",
            ),
            (services, "Grafana was down all night.", "Prometheus was down all night."),
            (negations, "The pool was exhausted.", "The pool was not exhausted."),
            (negations, "Monitoring did not alert.", "Monitoring alerted."),
            (negations, "The job failed to start.", "The job started."),
            (actors, "Network Ops renewed it.", "Security Ops renewed it."),
            (
                causes,
                "The pods died because the quota ran out.",
                "The quota ran out because the pods died.",
            ),
            (
                causes,
                "Print jobs hung after the driver was updated.",
                "Print jobs hung because the driver was updated.",
            ),
        ],
    )
    def test_one_thing_is_changed(self, plant: Plant, claim: str, expected: str) -> None:
        made = [v.claim for v in plant(claim, source(claim), NAMES, random.Random(1))]
        assert expected in made

    @pytest.mark.parametrize("seed", range(20))
    @pytest.mark.parametrize(
        ("plant", "claim", "before"),
        [
            (numbers, "The pool had 40 of 50 sessions.", "41 and 42, 39, 400, 80 or 45 were seen."),
            (times, "It failed at 12:07 on 2026-03-30.", "It came up at 12:17 and 12:37."),
            (durations, "It lasted 20 minutes.", "After 21 minutes, 40 or 25, all was well."),
        ],
    )
    def test_a_new_value_stands_nowhere_in_the_evidence(
        self, plant: Plant, claim: str, before: str, seed: int
    ) -> None:
        where = source(claim, before)
        for variant in plant(claim, where, NAMES, random.Random(seed)):
            old, new = set(claim.split()), set(variant.claim.split())
            assert len(new - old) == 1
            assert (new - old).isdisjoint(where.evidence.replace(",", " ").split())

    @pytest.mark.parametrize(
        ("plant", "claim"),
        [
            (numbers, "Release 4.18 and PR 105 were found in 2024 on web-07."),
            (negations, "It is unclear whether the disk was full."),
            (negations, "Some users could not log in."),
            (causes, "The disk was full."),
        ],
    )
    def test_what_would_change_nothing_is_left_alone(self, plant: Plant, claim: str) -> None:
        assert list(plant(claim, source(claim), NAMES, random.Random(1))) == []


class TestRewordings:
    @pytest.mark.parametrize(
        ("claim", "way", "expected"),
        [
            (
                "2026-03-30 14:00: The rollback of 8.1 was completed.",
                "without stamp",
                "The rollback of 8.1 was completed.",
            ),
            (
                "On 2026-03-30 the rollback completed.",
                "date respelled",
                "On 30 March 2026 the rollback completed.",
            ),
            ("It was down for 40 minutes.", "duration respelled", "It was down for 40 min."),
            ("All users could not print.", "synonym", "All users were unable to print."),
            (
                "The firmware was installed by the vendor.",
                "active",
                "The vendor installed the firmware.",
            ),
            (
                "The clean-up removed the firewall rule.",
                "passive",
                "The firewall rule was removed by the clean-up.",
            ),
            (
                "The pods were killed because the limit was low.",
                "reordered",
                "Because the limit was low, the pods were killed.",
            ),
            ("The disk (2 TB) was full.", "clause dropped", "The disk was full."),
        ],
    )
    def test_the_same_is_said_otherwise(self, claim: str, way: str, expected: str) -> None:
        said = [v.claim for v in rewordings(source(claim)) if v.change == way]
        assert expected.casefold() in [each.casefold() for each in said]

    def test_two_sentences_are_merged(self) -> None:
        where = source("The node was lost.", follower="Its pods were moved.")
        merged = [v.claim for v in rewordings(where) if v.change == "merged"]
        assert merged == ["The node was lost, and Its pods were moved."]


def test_a_case_is_one_line_of_json() -> None:
    case = PlantedCase("n1", "c", ("e",), "number", "R1 0:1 number")
    assert list(case.as_json()) == ["id", "claim", "evidence", "kind", "origin"]
