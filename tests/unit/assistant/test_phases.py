"""What an incident went through, read from its claims."""

from datetime import UTC, datetime, timedelta

from assistant.domain.drafts import Claim, ClaimKind, Verdict
from assistant.services.phases import Phase, phases

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def passed(*told: tuple[str, int | None]) -> list[tuple[Phase, int]]:
    """Phases and their minutes, of texts with the minutes after nine."""
    claims = [
        Claim(
            text=text,
            kind=ClaimKind.FACT,
            verdict=Verdict.SUPPORTED,
            at=None if minute is None else NINE + timedelta(minutes=minute),
        )
        for text, minute in told
    ]
    return [(each.phase, round(each.lasted.total_seconds() / 60)) for each in phases(claims)]


def test_from_what_begins_what_notices_and_what_ends() -> None:
    assert passed(
        ("Service restored.", 60),
        ("The outage began.", 0),
        ("A restart did not help.", 30),
        ("The alert fired.", 12),
    ) == [(Phase.UNNOTICED, 12), (Phase.BEING_MENDED, 48)]


def test_what_is_noticed_at_once_is_mended_from_then_on() -> None:
    told = ("The outage began and the first alert fired.", 0), ("All clear.", 20)
    assert passed(*told) == [(Phase.BEING_MENDED, 20)]


def test_nothing_is_guessed() -> None:
    assert passed(("It was slow.", 0), ("Service was not restored.", 9)) == []
    assert passed(("The outage began.", None), ("Service restored.", 9)) == []
    assert passed(("Service restored.", 0), ("The outage began.", 9)) == []
