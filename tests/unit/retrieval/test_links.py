"""Which records an organisation has linked with each other."""

from typing import Any

import pytest

from retrieval.links import linked_records
from retrieval.records import Record, RecordContent
from tests.conftest import content


def record(name: str, **fields: Any) -> Record:
    made: RecordContent = content(name, f"text of {name}", fields=fields)
    values = {field: getattr(made, field) for field in made.__dataclass_fields__}
    return Record(id=f"id-{name}", revision=1, **values)


class TestLinkedRecords:
    @pytest.mark.parametrize("field", ["problem", "duplicate_of", "parent_incident", "rca_id"])
    def test_those_that_name_the_same_thing(self, field: str) -> None:
        found = linked_records([record("1", **{field: "P1"}), record("2", **{field: "P1"})])
        assert found == {"id-1": frozenset({"id-2"}), "id-2": frozenset({"id-1"})}

    def test_one_that_names_another_by_its_number(self) -> None:
        found = linked_records([record("1"), record("2", duplicate_of="1"), record("3")])
        assert found == {"id-1": frozenset({"id-2"}), "id-2": frozenset({"id-1"})}

    def test_lists_of_links(self) -> None:
        found = linked_records([record("1"), record("2"), record("3", related=["1", "2", " "])])
        assert found["id-3"] == {"id-1", "id-2"}
        assert found["id-1"] == {"id-3"}

    def test_other_fields_link_nothing(self) -> None:
        assert linked_records([record("1", service="VPN"), record("2", service="VPN")]) == {}

    def test_a_bucket_that_most_name_is_passed_over(self) -> None:
        assert linked_records(record(str(n), problem="misc") for n in range(51)) == {}

    def test_what_is_named_and_unknown_links_nothing(self) -> None:
        assert linked_records([record("1", problem="PRB9"), record("2", parent=7)]) == {}
