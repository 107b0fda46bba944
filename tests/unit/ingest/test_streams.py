"""Stream files, and how a row becomes an item."""

from typing import Any

import pytest

from ingest.connections import Connection
from ingest.items import Reject, SourceItem
from ingest.streams.definition import load_stream, parse_stream, stream_names, streams_of
from ingest.streams.rows import RowReader, Told, label
from retrieval.errors import InvalidInput, InvalidSettings

FILE = """\
kind: servicenow
stream: incident
description: Incidents.
record: incident
request: {path: /api/now/table/incident, page_size: 500, columns: sysparm_fields}
pager: {kind: keyset, order: [sys_updated_on/value, sys_id/value]}
rows: {select: result, id: number/value, key: sys_id/value, updated: u/value, version: v/value}
title: short_description
"""


class TestFiles:
    @pytest.mark.parametrize("kind", ["servicenow", "jira"])
    def test_all_that_come_with_the_product_are_valid(self, kind: str) -> None:
        assert stream_names(kind)
        for name in stream_names(kind):
            assert load_stream(kind, name).columns()

    @pytest.mark.parametrize(
        ("wrong", "right", "told"),
        [
            ("kind: keyset", "kind: offset", r"x\.yaml is wrong at pager\.kind"),
            ("page_size: 500", "page_size: many", r"x\.yaml is wrong at request\.page_size"),
            ("title: short", "titel: short", r"x\.yaml is wrong at title: Field required"),
            ("rows: {", "rows: {selct: a, ", r"x\.yaml is wrong at rows\.selct: Extra inputs"),
            ("request: {", "request: [", r"x\.yaml is not YAML"),
        ],
    )
    def test_what_is_wrong_in_one_is_told_with_its_place(
        self, wrong: str, right: str, told: str
    ) -> None:
        parse_stream(FILE, "x.yaml")
        with pytest.raises(InvalidInput, match=told):
            parse_stream(FILE.replace(wrong, right), "x.yaml")

    def test_usual_streams_are_read_unless_a_connection_names_others(self) -> None:
        usual = {stream.stream for stream in streams_of(Connection(name="sn", kind="servicenow"))}
        assert usual == {"incident", "problem", "change_request", "kb_knowledge"}
        named = Connection(name="sn", kind="servicenow", streams=("cmdb_ci",))
        assert [stream.stream for stream in streams_of(named)] == ["cmdb_ci"]

    def test_systems_that_only_send_have_no_streams(self) -> None:
        assert streams_of(Connection(name="am", kind="alertmanager")) == []

    @pytest.mark.parametrize("kind", ["../jira", "", "."])
    def test_a_kind_is_no_path(self, kind: str) -> None:
        assert stream_names(kind) == []

    def test_an_option_that_is_no_number_is_told(self) -> None:
        given = Connection(name="sn", kind="servicenow", options={"page_size": "all"})
        with pytest.raises(InvalidSettings, match=r"connections\.sn\.options\.page_size is 'all'"):
            streams_of(given)

    def test_an_override_asks_for_its_column(self) -> None:
        fields = {"incident.root_cause": "u_cause", "incident.groups": "u_readers/value"}
        stream = streams_of(
            Connection(name="sn", kind="servicenow", streams=("incident",), fields=fields)
        )[0]
        assert {"u_cause", "u_readers"} <= set(stream.columns())

    def test_printed_journals_are_asked_for_only_where_they_are_needed(self) -> None:
        stream = load_stream("servicenow", "incident")
        assert "comments_and_work_notes" not in stream.columns()
        assert "comments_and_work_notes" in stream.columns(journal_text=True)


class TestLabels:
    @pytest.mark.parametrize(
        ("value", "told"),
        [
            (None, ""),
            ("  text ", "text"),
            (True, "true"),
            (4, "4"),
            ({"display_value": "Network Ops", "value": "8a50"}, "Network Ops"),
            ({"display_value": "", "value": "8a50"}, ""),
            ({"id": "2", "name": "High"}, "High"),
            ({"accountId": "7", "displayName": "Mia Keller", "name": "mia"}, "Mia Keller"),
            ({"value": "Extensive"}, "Extensive"),
            ([{"name": "VPN"}, {"name": "Mail"}, {"name": "VPN"}], "VPN, Mail"),
            ({}, ""),
        ],
    )
    def test_a_value_is_told_as_people_read_it(self, value: Any, told: str) -> None:
        assert label(value) == told


def entry(row: dict[str, Any], **fields: str) -> SourceItem | Reject:
    stream = load_stream("servicenow", "incident").with_fields(fields)
    reader = RowReader(stream, "sn/incident", "https://x.example/", {"connection": "sn"})
    whole = {"sys_id": {"value": "ab" * 16}, "number": {"value": "INC1"}, **row}
    return reader.entry(Told(whole, ()))


class TestRows:
    def test_one_without_a_number_goes_by_its_key(self) -> None:
        item = entry({"number": {"value": "", "display_value": ""}})
        assert isinstance(item, SourceItem)
        assert item.external_id == "ab" * 16

    def test_one_without_any_id_is_a_reject(self) -> None:
        found = entry({"number": {"value": ""}, "sys_id": {"value": ""}})
        assert isinstance(found, Reject)
        assert "it has no id" in found.reason

    def test_a_time_that_is_none_is_a_remark(self) -> None:
        item = entry({"opened_at": {"value": "yesterday"}})
        assert isinstance(item, SourceItem)
        assert item.opened_at is None
        assert "opened_at" in item.remarks[0]

    def test_markup_of_a_text_is_taken_off(self) -> None:
        item = entry({"description": {"display_value": "<p>Disk full</p><br>Twice", "value": ""}})
        assert isinstance(item, SourceItem)
        assert "Disk full\n" in item.text
        assert "<p>" not in item.text

    def test_several_paths_give_a_list(self) -> None:
        item = entry({"caused_by": {"display_value": "CHG1"}, "rfc": {"display_value": "CHG2"}})
        assert isinstance(item, SourceItem)
        assert item.fields["change"] == ["CHG1", "CHG2"]

    @pytest.mark.parametrize("readers", ["", {"display_value": "", "value": ""}])
    def test_a_column_of_readers_that_is_empty_leaves_it_to_the_connection(
        self, readers: Any
    ) -> None:
        item = entry({"u_readers": readers}, groups="u_readers")
        assert isinstance(item, SourceItem)
        assert item.groups is None
