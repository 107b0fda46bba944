"""The fake instance reads as ServiceNow does.

Above each test stands where the behaviour is described; paths are those of the vendor's
documentation (ServiceNowDocs, branch australia). "Assumed" marks what no page says.
"""

import pytest

from tests.fakes.servicenow import JOURNAL_ROLE, ServiceNow
from tests.integration.servicenow_calls import CI, READER, A, B, C, D, E, found, http, rows, table


class TestEncodedQueries:
    # platform-user-interface/r_OpAvailableFiltersQueries.md, c_EncodedQueryStrings.md
    @pytest.mark.parametrize(
        ("query", "fits"),
        [
            ("number=INC0000002", "b"),
            ("number!=INC0000002", "acd"),
            ("priority>2", "cd"),
            ("priority>=2", "bcd"),
            ("priority<2", "a"),
            ("priority<=2", "ab"),
            ("short_descriptionLIKEdrops 3", "c"),
            ("short_descriptionSTARTSWITHVPN", "abcd"),
            ("numberININC0000001,INC0000004", "ad"),
            ("close_notesISEMPTY", "abcd"),
            ("close_notesISNOTEMPTY", ""),
            ("priority>1^priority<4", "bc"),
            ("priority=1^ORpriority=2^short_descriptionLIKE2", "b"),
            ("priority=1^NQpriority=4", "ad"),
            ("priority>1^ORDERBYDESCnumber", "dcb"),
            ("ORDERBYpriority^priority!=3", "abd"),
            # Case-sensitive: api-reference/rest-apis/c_TableAPI.md
            ("short_descriptionLIKEvpn", ""),
        ],
    )
    def test_the_documented_operators_are_understood(
        self, instance: ServiceNow, query: str, fits: str
    ) -> None:
        assert "".join(found(instance, query)) == fits

    # c_TableAPI.md: an invalid part of a query is ignored and the rest is executed.
    @pytest.mark.parametrize("query", ["sys_updatd_on>2030-01-01", "number~INC", "nonsense"])
    def test_a_clause_it_does_not_understand_is_ignored_so_that_every_row_comes(
        self, instance: ServiceNow, query: str
    ) -> None:
        assert found(instance, query) == ["a", "b", "c", "d"]
        assert found(instance, f"{query}^priority=1") == ["a"]

    # c_TableAPI.md: glide.invalid_query.returns_no_rows
    def test_an_instance_can_be_set_to_answer_nothing_instead(self, instance: ServiceNow) -> None:
        instance.options.invalid_query_returns_no_rows = True
        assert found(instance, "sys_updatd_on>2030-01-01") == []
        assert found(instance, "priority=1") == ["a"]

    def test_a_keyset_reads_rows_of_one_second_once_each(self, instance: ServiceNow) -> None:
        for sys_id in (B, C):
            instance.add("incident", {"sys_id": sys_id, "sys_updated_on": "2026-03-02 13:00:01"})
        start = "2026-03-02 13:00:01"
        order = "ORDERBYsys_updated_on^ORDERBYsys_id"
        query = f"sys_updated_on={start}^sys_id>{B}^NQsys_updated_on>{start}^{order}"
        assert found(instance, query) == ["c", "d"]
        assert found(instance, f"state=2^{query}^priority=4") == ["c", "d"]
        assert found(instance, f"state=3^{query}") == ["d"]

    def test_no_match_is_an_empty_list(self, instance: ServiceNow) -> None:
        answer = table(instance, query="number=INC0")
        assert (answer.status_code, answer.json()) == (200, {"result": []})

    def test_a_table_that_is_not_there_is_a_bad_request(self, instance: ServiceNow) -> None:
        assert table(instance, "incidnt").status_code == 400


class TestShapes:
    # c_TableAPI.md, sysparm_display_value
    def test_stored_values_are_strings_in_utc(self, instance: ServiceNow) -> None:
        (row,) = rows(instance, query="priority=1")
        assert row["state"] == "2"
        assert row["opened_at"] == "2026-03-02 09:11:12"
        assert row["cmdb_ci"] == {
            "link": f"{instance.url}/api/now/table/cmdb_ci/{CI}",
            "value": CI,
        }
        assert row["close_notes"] == ""

    def test_display_values_are_labels_and_dates_of_the_users_zone(
        self, instance: ServiceNow
    ) -> None:
        (row,) = rows(instance, query="priority=1", display_value="true")
        assert row["state"] == "In Progress"
        assert row["opened_at"] == "2026-03-02 10:11:12"
        assert row["cmdb_ci"]["display_value"] == "vpn-gw-lon-1"
        assert set(row["cmdb_ci"]) == {"display_value", "link"}
        instance.access.identities["reader"].time_zone = "America/New_York"
        (row,) = rows(instance, query="priority=1", display_value="true")
        assert row["opened_at"] == "2026-03-02 04:11:12"

    def test_all_is_both(self, instance: ServiceNow) -> None:
        (row,) = rows(instance, query="priority=1", display_value="all")
        assert row["state"] == {"display_value": "In Progress", "value": "2"}
        assert row["opened_at"]["value"] == "2026-03-02 09:11:12"
        assert set(row["cmdb_ci"]) == {"display_value", "value", "link"}
        assert row["close_notes"] == {"display_value": "", "value": ""}

    # Assumed: what a reference is without its link in the first two shapes.
    @pytest.mark.parametrize(
        ("mode", "shape"),
        [
            ("false", CI),
            ("true", "vpn-gw-lon-1"),
            ("all", {"display_value": "vpn-gw-lon-1", "value": CI}),
        ],
    )
    def test_links_of_references_can_be_left_out(
        self, instance: ServiceNow, mode: str, shape: object
    ) -> None:
        (row,) = rows(
            instance, query="priority=1", display_value=mode, exclude_reference_link="true"
        )
        assert row["cmdb_ci"] == shape

    # c_TableAPI.md, sysparm_fields: invalid fields are ignored.
    def test_only_known_fields_of_those_asked_for_come(self, instance: ServiceNow) -> None:
        (row,) = rows(instance, query="priority=1", fields="number,colour,state")
        assert row == {"number": "INC0000001", "state": "2"}

    def test_a_column_of_the_customer_is_one_of_every_row(self, instance: ServiceNow) -> None:
        instance.add("incident", {"sys_id": A, "u_root_cause": "expired"})
        assert [row["u_root_cause"] for row in rows(instance)] == ["expired", "", "", ""]

    def test_sys_choice_has_the_labels(self, instance: ServiceNow) -> None:
        query = "name=problem^element=state^value=107"
        assert [row["label"] for row in rows(instance, "sys_choice", query=query)] == ["Closed"]


class TestPages:
    # c_TableAPI.md, sysparm_limit: the limit is applied before ACLs are evaluated.
    # Assumed: the count is of the rows before the ACLs.
    def test_a_page_with_hidden_rows_is_short_or_even_empty(self, instance: ServiceNow) -> None:
        instance.hide("incident", (A, C, D))
        first = table(instance, limit="2", query="ORDERBYsys_updated_on^ORDERBYsys_id")
        assert [row["sys_id"] for row in first.json()["result"]] == [B]
        assert first.headers["X-Total-Count"] == "4"
        second = table(instance, limit="2", offset="2")
        assert second.json()["result"] == []
        assert http().get(f"{instance.url}/api/now/table/incident/{A}", headers=READER).is_error

    # c_TableAPI.md, Link header
    def test_the_link_header_leads_from_page_to_page(self, instance: ServiceNow) -> None:
        first = table(instance, limit="2", query="ORDERBYsys_id")
        assert set(first.links) == {"first", "next", "last"}
        second = http().get(first.links["next"]["url"], headers=READER)
        assert [row["sys_id"] for row in second.json()["result"]] == [C, D]
        assert set(second.links) == {"first", "prev", "last"}

    # github.com/ServiceNowITOM/ansible-sn-inventory, issue 15
    def test_there_is_none_when_one_page_holds_all(self, instance: ServiceNow) -> None:
        answer = table(instance)
        assert "Link" not in answer.headers
        assert answer.headers["X-Total-Count"] == "4"

    # c_TableAPI.md, sysparm_suppress_pagination_header and sysparm_no_count
    def test_the_headers_can_be_left_out(self, instance: ServiceNow) -> None:
        without = table(instance, limit="2", suppress_pagination_header="true")
        assert "Link" not in without.headers
        assert without.headers["X-Total-Count"] == "4"
        assert "X-Total-Count" not in table(instance, limit="2", no_count="true").headers

    def test_a_negative_offset_is_a_bad_request(self, instance: ServiceNow) -> None:
        assert table(instance, offset="-1").status_code == 400

    def test_a_row_can_change_between_two_pages_so_that_an_offset_loses_one(
        self, instance: ServiceNow
    ) -> None:
        moved = {"sys_id": A, "sys_updated_on": "2026-03-02 14:00:00"}
        instance.between_pages("incident", [moved])
        order = "ORDERBYsys_updated_on^ORDERBYsys_id"
        first = rows(instance, limit="2", query=order)
        second = rows(instance, limit="2", offset="2", query=order)
        assert [row["sys_id"][0] for row in first + second] == ["a", "b", "d", "a"]

    def test_a_row_can_be_committed_late_with_an_older_time(self, instance: ServiceNow) -> None:
        query = "sys_updated_on>2026-03-02 13:00:04"
        assert found(instance, query) == []
        instance.add("incident", {"sys_id": E, "sys_updated_on": "2026-03-02 13:00:02"})
        assert found(instance, query) == []
        assert "e" in found(instance, "sys_updated_on>=2026-03-02 13:00:02")


class TestJournals:
    # api-reference/web-services/retrieving-journal-entries.md; the form of the joined text is
    # from general knowledge.
    def test_they_are_empty_in_raw_mode_and_one_text_in_display_mode(
        self, instance: ServiceNow
    ) -> None:
        instance.add("sys_journal_field", entry("older", "2026-03-02 09:40:00"))
        instance.add("sys_journal_field", entry("newer", "2026-03-02 09:50:00"))
        (raw,) = rows(instance, query="priority=1")
        assert raw["work_notes"] == ""
        (shown,) = rows(instance, query="priority=1", display_value="true")
        assert shown["work_notes"] == (
            "2026-03-02 10:50:00 - Precedent (Work notes)\nnewer\n\n"
            "2026-03-02 10:40:00 - Precedent (Work notes)\nolder\n\n"
        )
        assert shown["comments"] == ""
        assert shown["comments_and_work_notes"] == shown["work_notes"]

    # platform-security/granular-admin-roles-for-auditing.md
    def test_their_table_is_forbidden_without_its_role(self, instance: ServiceNow) -> None:
        assert table(instance, "sys_journal_field").status_code == 403
        instance.options.journal_hidden = True
        assert rows(instance, "sys_journal_field") == []
        instance.grant("reader", JOURNAL_ROLE)
        instance.add("sys_journal_field", entry("older", "2026-03-02 09:40:00"))
        query = f"element_id={A}^name=incident^elementINwork_notes,comments^ORDERBYsys_created_on"
        (read,) = rows(instance, "sys_journal_field", query=query)
        assert (read["value"], read["sys_created_by"]) == ("older", "writer")


def entry(value: str, moment: str) -> dict[str, str]:
    return {
        "element_id": A,
        "element": "work_notes",
        "name": "incident",
        "value": value,
        "sys_created_on": moment,
        "sys_created_by": "writer",
    }
