"""Times as people write them in tickets, in UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest

from assistant.services.drafting.moments import (
    begins_with_moment,
    distance,
    has_time,
    moment_in,
    zone_of,
)

DAY = date(2026, 3, 2)


def at(hour: int, minute: int, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02 10:15 restarted", at(10, 15)),
        ("2026-03-02T10:15:30Z restarted", at(10, 15)),
        ("2026-03-02T10:15:30+02:00 restarted", at(8, 15)),
        ("2026-03-02 10:15:30 -0500 restarted", at(15, 15)),
        ("2026-03-02 10:15 CET restarted", at(9, 15)),
        ("2026-03-02 10:15 (CEST) restarted", at(8, 15)),
        ("10:15 UTC+1 restarted", at(9, 15)),
        ("10:15 BST restarted", at(9, 15)),
        ("10:15 PST restarted", at(18, 15)),
        ("10:15 IST restarted", at(4, 45)),
        ("2:15 pm restarted", at(14, 15)),
        ("12:05am restarted", at(0, 5)),
        ("2/3/2026 at 14.43 restarted", at(14, 43)),
        ("2nd March 2026 1443 restarted", at(14, 43)),
        # A range is no offset, an estimate no zone, a version no time.
        ("10:15-11:00 the pool was full", at(10, 15)),
        ("10:15 UTC-11:00 UTC the pool was full", at(10, 15)),
        ("10:15 est. 30 users", at(10, 15)),
        ("upgraded to 1.24.0", None),
        ("31/02/2026 restarted", None),
    ],
)
def test_a_moment_is_read_in_utc(text: str, moment: datetime | None) -> None:
    found = moment_in(text, DAY)
    assert (None if found is None else found.replace(second=0)) == moment


def test_a_record_may_declare_the_zone_of_all_its_times() -> None:
    zone = zone_of("All times are in CET.\n10:15 restarted")
    assert moment_in("10:15 restarted", DAY, zone) == at(9, 15)
    assert moment_in("10:15 UTC restarted", DAY, zone) == at(10, 15)
    assert zone_of("The times of trouble are over") is UTC


@pytest.mark.parametrize(
    ("text", "after", "of_start"),
    [
        ("T+15: paged the vendor", timedelta(minutes=15), True),
        ("T+1:05 paged the vendor", timedelta(minutes=65), True),
        ("+90s paged the vendor", timedelta(seconds=90), True),
        ("10 minutes later the pool was full", timedelta(minutes=10), False),
        ("About two hours later it was over", timedelta(hours=2), False),
        ("After 30 mins it was over", timedelta(minutes=30), False),
        ("Half an hour later it was over", timedelta(minutes=30), False),
    ],
)
def test_a_distance_is_read(text: str, after: timedelta, of_start: bool) -> None:
    found = distance(text)
    assert found is not None
    assert (found.after, found.of_start) == (after, of_start)
    assert begins_with_moment(text)


@pytest.mark.parametrize("text", ["10 minutes of downtime", "T1 lines fail", "+49 30 1234 called"])
def test_what_only_looks_like_a_distance_is_none(text: str) -> None:
    assert distance(text) is None


def test_a_day_has_no_time() -> None:
    assert not has_time("2026-03-02 the vendor answered")
    assert has_time("2026-03-02 10:15 the vendor answered")
