"""Cleaning here or in a process of its own comes to the same."""

import os
import signal
from contextlib import closing
from datetime import UTC, datetime

import pytest

from ingest.cleaning import Cleaner, Order
from ingest.cleaning_process import CleaningProcess
from ingest.items import SourceItem
from ingest.redaction import IpPolicy, RedactionPolicy, Redactor
from retrieval.records import RecordKind

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def item(number: int, text: str) -> SourceItem:
    return SourceItem(
        place=f"sn/incident INC{number}",
        external_id=f"INC{number}",
        kind=RecordKind.INCIDENT,
        title=text[:20],
        text=text,
        fields={"owner": "mia.keller@corp.example", "tags": ["a", "password=Qx7!mmPz"]},
        opened_at=NOW,
    )


def order(*items: SourceItem) -> Order:
    return Order(list(items), "sn/incident", frozenset({"netops"}), NOW)


ITEMS = (
    item(1, "Login with password=Hunter2!x on 10.1.2.3 fails"),
    item(2, ""),
    item(3, "## Resolution\nRestarted it."),
)


class TestCleaner:
    def test_secrets_are_gone_from_every_part_and_counted(self) -> None:
        (content, _) = Cleaner(Redactor()).clean(order(*ITEMS)).contents
        assert "Hunter2" not in content.text + content.title
        assert content.fields["owner"] == "[REDACTED:email]"
        assert content.fields["tags"] == ["a", "password=[REDACTED:password]"]
        assert content.groups == {"netops"}

    def test_what_says_nothing_is_a_reject_and_the_rest_comes(self) -> None:
        cleaned = Cleaner(Redactor()).clean(order(*ITEMS))
        assert [content.external_id for content in cleaned.contents] == ["INC1", "INC3"]
        assert [reject.external_id for reject in cleaned.rejects] == ["INC2"]


class TestProcess:
    @pytest.mark.parametrize("addresses", list(IpPolicy))
    def test_it_does_as_this_one_does(self, addresses: IpPolicy) -> None:
        policy = RedactionPolicy(ip_addresses=addresses)
        here = Cleaner(Redactor(policy))
        with closing(CleaningProcess(policy, here)) as process:
            assert process.clean(order(*ITEMS)) == here.clean(order(*ITEMS))
            assert process.clean(order(ITEMS[0])) == here.clean(order(ITEMS[0]))

    def test_when_it_is_killed_this_one_goes_on(self) -> None:
        here = Cleaner(Redactor())
        with closing(CleaningProcess(RedactionPolicy(), here)) as process:
            process.clean(order(ITEMS[0]))
            os.kill(process.pid, signal.SIGKILL)
            for _ in range(2):
                assert process.clean(order(*ITEMS)) == here.clean(order(*ITEMS))
