"""Sections are typed by what people write above them, with exact offsets."""

import itertools
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.connectors import connector_for
from ingest.items import SourceItem
from ingest.normalise import record_content
from ingest.sections import kind_of, sections
from ingest.times import known_at, parse_moment
from retrieval.records import RecordContent, RecordKind, SectionKind

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def kinds(text: str) -> dict[str, str]:
    return {s.heading: str(s.kind) for s in sections(text)}


class TestSections:
    @pytest.mark.parametrize(
        ("heading", "kind"),
        [
            ("Root cause", SectionKind.CAUSE),
            ("Contributing factors", SectionKind.CAUSE),
            ("5 Whys", SectionKind.CAUSE),
            ("Corrective and preventive actions", SectionKind.ACTION),
            ("Review actions", SectionKind.ACTION),
            ("Close notes", SectionKind.RESOLUTION),
            ("Impact", SectionKind.IMPACT),
            ("Key events", SectionKind.TIMELINE),
            ("Diagnosis", SectionKind.STEP),
            ("Symptoms", SectionKind.SYMPTOM),
            ("Cats", None),
        ],
    )
    def test_headings_name_roles(self, heading: str, kind: SectionKind | None) -> None:
        assert kind_of(heading) is kind

    def test_markdown_bold_bracket_and_plain_labels_are_all_found(self) -> None:
        text = (
            "# Incident\n\n- **Identified**: alert fired\n- **Impact**: 40 users\n\n"
            "## Timeline\n10:00 start\n\nRoot cause: a full disk\n\n[Final message]\nDone.\n"
        )
        assert kinds(text) == {
            "Identified": "symptom",
            "Impact": "impact",
            "Timeline": "timeline",
            "Root cause": "cause",
            "Final message": "resolution",
        }

    def test_a_heading_in_code_is_no_heading(self) -> None:
        assert kinds("## Steps\n```\n# Root cause\n```\nafter") == {"Steps": "step"}

    def test_backticks_in_one_line_do_not_swallow_what_follows(self) -> None:
        text = "**Identified**: error\n```kind: Ingress failed```\n\n**Impact**: none\n"
        assert "Impact" in kinds(text)

    def test_a_nested_heading_inherits_the_role(self) -> None:
        assert kinds("## Steps\nfirst\n### On Windows\nsecond") == {
            "Steps": "step",
            "On Windows": "step",
        }

    @given(st.text(alphabet="# *[]:\nabRootcausImpt`-", max_size=300))
    def test_sections_are_ordered_apart_and_inside_the_text(self, text: str) -> None:
        found = sections(text)
        for section in found:
            assert 0 <= section.start < section.end <= len(text)
            assert text[section.start : section.end].strip() == text[section.start : section.end]
        for before, after in itertools.pairwise(found):
            assert before.end <= after.start

    @pytest.mark.shared_data
    def test_real_incident_logs_are_understood(self, shared_data: Path) -> None:
        path = shared_data / "moj_cloud_platform" / "corpus.jsonl"
        found = [i for i in connector_for(path).read(path, None) if isinstance(i, SourceItem)]
        incidents = [item for item in found if item.kind is RecordKind.RCA]
        for wanted in ("symptom", "timeline", "cause", "resolution"):
            having = [i for i in incidents if wanted in kinds(i.text).values()]
            assert len(having) >= 0.9 * len(incidents), wanted


class TestNormalise:
    def item(self, **values: object) -> SourceItem:
        base: dict[str, object] = {
            "place": "x line 1",
            "external_id": "1",
            "kind": RecordKind.INCIDENT,
            "title": "VPN  down\n",
            "text": "Nobody connects.",
        }
        return SourceItem(**{**base, **values})  # type: ignore[arg-type]  # any field

    def content(self, item: SourceItem) -> RecordContent:
        return record_content(item, source="s", default_groups=frozenset({"everyone"}), now=NOW)

    def test_what_only_a_field_says_becomes_citable(self) -> None:
        content = self.content(self.item(fields={"root_cause": "The disk was full."}))
        (cause,) = [s for s in content.sections if s.kind is SectionKind.CAUSE]
        assert content.text[cause.start : cause.end] == "The disk was full."

    def test_what_the_text_says_already_is_not_repeated(self) -> None:
        fields = {"root_cause": "Nobody  connects."}
        assert self.content(self.item(fields=fields)).text == "Nobody connects."

    def test_control_characters_and_lone_surrogates_go(self) -> None:
        content = self.content(self.item(text="a\x00b\ud800c\r\nd"))
        assert content.text == "ab\ufffdc\nd"

    def test_the_sources_groups_win_over_the_default(self) -> None:
        assert self.content(self.item()).groups == frozenset({"everyone"})
        assert self.content(self.item(groups=frozenset())).groups == frozenset()

    def test_a_record_that_says_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="neither a title nor a text"):
            self.content(self.item(title="", text=" "))


class TestTimes:
    @pytest.mark.parametrize(
        "written",
        [
            "2020-02-12 09:45",
            "2020-02-12 9:45",
            "2020-02-12T09:45:00Z",
            "2020-02-12 09:45:00+00:00",
            "2020-02-12 10:45:00+01:00",
            "2020-02-12 09:45:00 UTC",
            1_581_500_700,
            1_581_500_700_000,
            "1581500700",
        ],
    )
    def test_one_moment_in_many_forms(self, written: str | int) -> None:
        assert parse_moment(written) == datetime(2020, 2, 12, 9, 45, tzinfo=UTC)

    @pytest.mark.parametrize("written", ["soon", "2020-13-01", "99999999999999999999", ""])
    def test_what_is_no_time_is_quoted(self, written: str) -> None:
        with pytest.raises(ValueError, match=written or "''"):
            parse_moment(written)

    def test_a_closed_ticket_is_known_since_it_was_resolved(self) -> None:
        opened, resolved = datetime(2025, 1, 1, tzinfo=UTC), datetime(2025, 1, 2, tzinfo=UTC)
        assert known_at(RecordKind.INCIDENT, opened, resolved, None, NOW) == resolved
        assert known_at(RecordKind.CHANGE, opened, resolved, None, NOW) == opened
        assert known_at(RecordKind.RUNBOOK, None, None, None, NOW) == NOW
