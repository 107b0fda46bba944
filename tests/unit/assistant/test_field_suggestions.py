"""Suggested fields: learned or voted, with their reason, and silent where nothing is sure."""

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assistant.bootstrap import Application
from assistant.domain.incident import IncidentContext
from assistant.domain.triage import SuggestedField, TriageCard
from assistant.services.fields.fitted import field_value
from assistant.services.triage.priority import priority_of
from retrieval.access import Reader
from retrieval.errors import InvalidSettings
from retrieval.records import Record, RecordKind
from tests.installation import application, take_in

OPERATOR = Reader.operator()
KINDS = {
    "Network": ("VPN tunnel of site {} drops every hour", "Network Ops", "Remote access"),
    "Mail": ("Mailbox of {} cannot send a message to customers", "Messaging", "Mail"),
    "Print": ("Printer on floor {} jams on paper after lunch", "Desktop", "Printing"),
}


def tickets(folder: Path) -> Application:
    """Thirty resolved tickets of three kinds, and one that is open."""
    lines: list[dict[str, object]] = []
    for number in range(30):
        category, (text, group, service) = list(KINDS.items())[number % 3]
        fields = {
            "category": category,
            "assignment_group": group,
            "service": service,
            "impact_level": "2 - Medium",
            "urgency": "1 - High",
            "priority": "2 - High",
            "severity": "--",
            "problem": f"PRB-{category}",
            "opened_at": f"2026-01-{number % 28 + 1:02d} 08:00",
            "resolved_at": f"2026-01-{number % 28 + 1:02d} 12:00",
        }
        lines.append(
            {"id": f"INC{number}", "kind": "incident", "title": text.format(number), "text": ""}
            | {"fields": fields}
        )
    opened: dict[str, object] = {"service": "Remote access", "opened_at": "2026-02-01 08:00"}
    lines.append(
        {"id": "OPEN", "kind": "incident", "title": "VPN tunnel of Oslo drops every hour"}
        | {"text": "Site Oslo loses its tunnel hourly.", "fields": opened}
    )
    (folder / "t.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    app = application(folder)
    take_in(app, folder / "t.jsonl")
    return app


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Application:
    return tickets(tmp_path_factory.mktemp("fields"))


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Application:
    app = tickets(tmp_path_factory.mktemp("fitted"))
    steps: list[tuple[int, int]] = []
    manifest = app.field_fitting.fit(
        app.store.iter_current(), lambda done, total: steps.append((done, total))
    )
    assert steps[-1] == (30, 30), "the open ticket is not learned from"
    assert {field.name for field in manifest.fields} >= {"category", "assignment_group"}
    return app


def asked(app: Application, text: str = "VPN tunnel of Bergen drops every hour") -> TriageCard:
    context = IncidentContext.of_text(text)
    return app.triage.card(context, OPERATOR)


def named(card: TriageCard, name: str) -> SuggestedField | None:
    return next((found for found in card.suggested_fields if found.name == name), None)


class TestUnfitted:
    def test_close_records_vote_and_say_how_many(self, app: Application) -> None:
        found = named(asked(app), "category")
        assert found is not None
        assert (found.value, found.probability) == ("Network", None)
        assert found.reason.startswith("as in ")
        assert found.record_ids

    def test_a_placeholder_is_never_suggested(self, app: Application) -> None:
        assert named(asked(app), "severity") is None

    def test_the_problem_that_they_share_is_named(self, app: Application) -> None:
        found = named(asked(app), "known_problem")
        assert found is not None
        assert found.value == "PRB-Network"

    def test_an_open_ticket_that_says_the_same_is_a_duplicate(self, app: Application) -> None:
        text = "VPN tunnel of Oslo drops every hour\nSite Oslo loses its tunnel hourly."
        found = named(asked(app, text), "duplicate_of")
        assert found is not None
        assert found.value == "OPEN"
        assert "still open" in found.reason

    def test_a_ticket_resolved_long_ago_is_a_precedent_and_no_duplicate(
        self, app: Application
    ) -> None:
        card = asked(app, "Printer on floor 2 jams on paper after lunch")
        assert card.hits[0].record.id.startswith("INC")
        assert named(card, "duplicate_of") is None


class TestFitted:
    def test_the_learned_answer_has_a_probability_and_a_reason(self, fitted: Application) -> None:
        found = named(asked(fitted), "assignment_group")
        assert found is not None
        assert found.value == "Network Ops"
        assert found.probability is not None
        assert found.probability > 0.5
        assert "close records" in found.reason

    def test_a_question_about_the_past_is_not_answered_from_later_records(
        self, fitted: Application
    ) -> None:
        context = IncidentContext.of_text(
            "VPN tunnel of Bergen drops every hour", datetime(2026, 1, 20, tzinfo=UTC)
        )
        found = named(fitted.triage.card(context, OPERATOR), "assignment_group")
        assert found is not None
        assert found.probability is None

    def test_what_nothing_resembles_gets_no_category(self, fitted: Application) -> None:
        assert named(asked(fitted, "zzz"), "category") is None

    def test_a_running_service_uses_a_new_fit(self, app: Application) -> None:
        before = named(asked(app), "category")
        app.field_fitting.fit(app.store.iter_current())
        after = named(asked(app), "category")
        assert before is not None
        assert after is not None
        assert (before.probability is None, after.probability is None) == (True, False)

    def test_a_broken_manifest_is_named(self, fitted: Application) -> None:
        file = fitted.settings.data_dir / "models" / "fields" / "manifest.json"
        whole = file.read_text(encoding="utf-8")
        file.write_text("{", encoding="utf-8")
        with pytest.raises(InvalidSettings, match=r"manifest\.json.*precedent fit"):
            asked(fitted)
        file.write_text(whole, encoding="utf-8")

    def test_the_same_records_give_the_same_hash(self, fitted: Application) -> None:
        one = fitted.field_fitting.fit(fitted.store.iter_current())
        two = fitted.field_fitting.fit(fitted.store.iter_current())
        assert one.data_hash == two.data_hash
        assert one.fields == two.fields


class TestPriority:
    def test_the_custom_of_the_house_comes_first(self) -> None:
        seen = {("2 - Medium", "1 - High"): Counter({"P1": 4, "P2": 1})}
        found = priority_of("2 - Medium", "1 - High", seen)
        assert found is not None
        assert found.value == "P1"
        assert found.reason == "impact 2 - Medium × urgency 1 - High, as in 4 of 5 records"

    @pytest.mark.parametrize(
        ("impact", "urgency", "priority"),
        [
            ("1 - High", "1 - High", "1 - Critical"),
            ("High", "Low", "3 - Moderate"),
            ("3 - Low", "3", "5 - Planning"),
        ],
    )
    def test_without_a_custom_the_standard_matrix_decides(
        self, impact: str, urgency: str, priority: str
    ) -> None:
        found = priority_of(impact, urgency, {})
        assert found is not None
        assert found.value == priority

    def test_unknown_levels_give_nothing(self) -> None:
        assert priority_of("blue", "1", {}) is None


def test_the_first_of_several_services_counts() -> None:
    record = Record(
        id="A",
        revision=1,
        source="s",
        external_id="A",
        kind=RecordKind.INCIDENT,
        title="t",
        text="t",
        services=("one", "two"),
        fields={"category": "N/A", "priority": 2},
        known_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    values = [field_value(record, name) for name in ("service", "category", "priority", "ci")]
    assert values == ["one", None, "2", None]
