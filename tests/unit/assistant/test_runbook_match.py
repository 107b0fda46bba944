"""Runbooks that an alert links or names come first, and each says why it is there."""

from typing import Any

import pytest

from assistant.domain.incident import IncidentContext
from assistant.services.triage.alerts import grouped
from assistant.services.triage.runbook_match import Match, Wanted, matched, ordered, pages_of
from ingest.webhooks.event import AlertNotice
from retrieval.explain import Reason, ReasonKind
from retrieval.records import Record, RecordKind, Section, SectionKind
from retrieval.searcher import Hit
from tests.conftest import content


def runbook(external_id: str, title: str = "", text: str = "", **values: Any) -> Record:
    made = content(
        external_id,
        text or f"What to do about {external_id}, step by step and in this order.",
        title=title or external_id,
        kind=RecordKind.RUNBOOK,
        **values,
    )
    fields = {name: getattr(made, name) for name in made.__dataclass_fields__}
    return Record(id=external_id, revision=1, **fields)


def hit(record: Record, similarity: float = 0.6) -> Hit:
    why = (Reason(ReasonKind.MEANING, f"Close in meaning ({similarity})"),)
    return Hit(record, similarity, similarity, 0.0, why, (), ())


def ids(hits: tuple[Hit, ...]) -> list[str]:
    return [one.record.id for one in hits]


class TestWanted:
    def test_names_come_from_alerts_and_from_the_text(self) -> None:
        url = "https://r.acme.com/HostDown"
        alerts = grouped([AlertNotice(name="HostDown", runbook_url=url)])
        text = "KubePodCrashLooping since noon, see https://wiki.acme.com/x."
        wanted = Wanted.of(IncidentContext(text=text, alerts=alerts, runbook_urls=(url,)))
        assert wanted.names == ("HostDown", "KubePodCrashLooping")
        assert wanted.links == (url,)
        assert wanted.mentioned == ("https://wiki.acme.com/x",)

    def test_prose_wants_nothing(self) -> None:
        assert not Wanted.of(IncidentContext(text="GitHub is slow for everybody"))


class TestPages:
    @pytest.mark.parametrize(
        ("url", "pages"),
        [
            ("https://r.acme.com/runbooks/etcd/etcdNoLeader.md", ("etcdNoLeader",)),
            ("https://r.acme.com/runbooks/etcd/etcdnoleader/", ("etcdnoleader",)),
            ("https://r.acme.com/DiskFull/index.html", ("DiskFull",)),
            ("https://r.acme.com/alerts.html#hostdown", ("hostdown", "alerts")),
            ("https://r.acme.com/Host%20Down", ("Host Down",)),
            ("HostDown", ("HostDown",)),
            ("https://[broken", ("[broken",)),
            ("https://r.acme.com/", ()),
            ("", ()),
        ],
    )
    def test_the_name_of_the_page_is_the_end_of_its_address(
        self, url: str, pages: tuple[str, ...]
    ) -> None:
        assert pages_of(url) == pages


class TestMatched:
    @pytest.mark.parametrize(
        ("record", "match", "why"),
        [
            (
                runbook("kb/1", url="http://r.acme.com/net/HostDown/"),
                Match.ADDRESS,
                "Linked by the alert",
            ),
            (
                runbook("kb/2", url="https://wiki.acme.com/x"),
                Match.ADDRESS,
                "Linked in the description",
            ),
            (
                runbook("ops/net/HostDown.md", title="A host is gone"),
                Match.PAGE,
                "Linked by the alert",
            ),
            (
                runbook("kb/3", title="Runbook: Disk Full"),
                Match.NAME,
                "Has the alert's name: DiskFull",
            ),
            (runbook("ops/diskfull", title="Space"), Match.NAME, "Has the alert's name: DiskFull"),
        ],
    )
    def test_it_says_why(self, record: Record, match: Match, why: str) -> None:
        wanted = Wanted(
            ("https://r.acme.com/net/HostDown",), ("https://wiki.acme.com/x",), ("DiskFull",)
        )
        found = matched(record, wanted)
        assert found is not None
        assert (found.match, found.why.text) == (match, why)

    def test_a_heading_may_have_the_name(self) -> None:
        section = Section(SectionKind.OTHER, "DiskFull", 0, 4)
        found = matched(runbook("kb/4", sections=(section,)), Wanted(names=("DiskFull",)))
        assert found is not None
        assert found.match is Match.HEADING

    def test_another_part_of_the_same_page_is_another_runbook(self) -> None:
        record = runbook("kb/5", url="https://r.acme.com/all#DiskFull")
        assert matched(record, Wanted(links=("https://r.acme.com/all#HostDown",))) is None
        assert matched(record, Wanted(links=("https://r.acme.com/all#DiskFull",))) is not None

    def test_part_of_a_name_is_no_match(self) -> None:
        assert matched(runbook("kb/6", title="DiskFullSoon"), Wanted(names=("DiskFull",))) is None

    def test_what_is_no_name_matches_nothing(self) -> None:
        assert matched(runbook("kb/7", title="???"), Wanted(("?",), (), ("!!",))) is None


class TestOrdered:
    def test_link_then_page_then_name_then_meaning(self) -> None:
        by_meaning, by_name = runbook("meaning"), runbook("kb/name", title="DiskFull")
        by_page, linked = runbook("ops/HostDown"), runbook("kb/link", url="https://a.acme.com/1")
        wanted = Wanted(("https://a.acme.com/1", "https://b.acme.com/HostDown"), (), ("DiskFull",))
        found = ordered(wanted, [hit(by_meaning), hit(by_name)], [by_page, linked, by_name])
        assert ids(found) == ["kb/link", "ops/HostDown", "kb/name", "meaning"]
        assert [one.why[0].text for one in found] == [
            "Linked by the alert",
            "Linked by the alert",
            "Has the alert's name: DiskFull",
            "Close in meaning (0.6)",
        ]

    def test_of_two_copies_the_one_whose_path_is_linked_comes_first(self) -> None:
        one, other = runbook("a/node/HostDown"), runbook("b/network/HostDown", text="Another text.")
        wanted = Wanted(("https://r.acme.com/network/HostDown.md",), (), ("HostDown",))
        assert ids(ordered(wanted, [hit(one), hit(other)], [])) == [other.id, one.id]

    def test_the_search_decides_between_equals(self) -> None:
        first, second = runbook("z/HostDown"), runbook("a/HostDown", text="Another text entirely.")
        wanted = Wanted(names=("HostDown",))
        assert ids(ordered(wanted, [hit(first), hit(second)], [second, first])) == [
            first.id,
            second.id,
        ]

    def test_what_is_not_close_is_left_out_unless_it_is_pointed_to(self) -> None:
        hits = [hit(runbook("far"), 0.2), hit(runbook("HostDown"), 0.2)]
        assert ids(ordered(Wanted(names=("HostDown",)), hits, [])) == ["HostDown"]
        assert ordered(Wanted(), hits, []) == ()

    def test_a_page_that_the_search_did_not_find_is_quoted(self) -> None:
        record = runbook("HostDown", text="# Host down\n\nCheck the power supply first.")
        (found,) = ordered(Wanted(names=("HostDown",)), [], [record])
        (citation,) = found.citations
        assert citation.quote == "Check the power supply first."
        assert not found.is_close

    def test_copies_that_say_the_same_are_one(self) -> None:
        text = "Check the power supply first, then the network of the host, then call."
        copies = [runbook(f"{team}/HostDown", title="HostDown", text=text) for team in "abc"]
        (found,) = ordered(Wanted(names=("HostDown",)), [hit(copies[1])], copies)
        assert found.record.id == "b/HostDown"
        assert [record.id for record in found.folded] == ["a/HostDown", "c/HostDown"]
