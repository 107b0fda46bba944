"""Which columns the tables have, and of which kind: what the instance ignores is not here.

Field names as in the vendor's Table API, Change Management API and Problem Management pages
(``docs/servicenow.md`` lists which fields are read and written).
"""

from enum import Enum


class Kind(Enum):
    """How a column is shown to people."""

    PLAIN = "plain"
    DATE = "date"
    CHOICE = "choice"
    REFERENCE = "reference"
    JOURNAL = "journal"


_SYSTEM = "sys_id sys_created_on sys_created_by sys_updated_on sys_updated_by sys_mod_count"
_TASK = (
    f"{_SYSTEM} sys_class_name sys_domain number short_description description state priority "
    "impact urgency active opened_at opened_by closed_at closed_by close_code close_notes "
    "assigned_to assignment_group business_service cmdb_ci work_notes comments "
    "comments_and_work_notes correlation_id correlation_display contact_type made_sla "
)

COLUMNS: dict[str, tuple[str, ...]] = {
    "incident": tuple(
        (
            f"{_TASK} incident_state severity category subcategory caller_id problem_id caused_by "
            "rfc parent_incident child_incidents reopen_count reassignment_count resolved_at "
            "resolved_by knowledge sla_due"
        ).split()
    ),
    "problem": tuple(
        (
            f"{_TASK} problem_state workaround cause_notes fix_notes known_error resolution_code "
            "duplicate_of related_incidents category"
        ).split()
    ),
    "change_request": tuple(
        (
            f"{_TASK} type phase risk risk_value start_date end_date work_start work_end "
            "justification implementation_plan backout_plan test_plan risk_impact_analysis "
            "change_plan review_status review_comments conflict_status unauthorized "
            "service_offering cab_date outside_maintenance_schedule category"
        ).split()
    ),
    "kb_knowledge": tuple(
        (
            f"{_SYSTEM} sys_class_name number short_description text wiki kb_knowledge_base "
            "kb_category workflow_state valid_to article_type author published sys_view_count "
            "version active correlation_id correlation_display"
        ).split()
    ),
    "cmdb_ci": tuple(
        (
            f"{_SYSTEM} sys_class_name name operational_status install_status support_group "
            "owned_by managed_by assignment_group fqdn discovery_source attested"
        ).split()
    ),
    "sys_user_group": tuple(f"{_SYSTEM} name".split()),
    "sys_user": tuple(f"{_SYSTEM} user_name name email time_zone active".split()),
    "sys_choice": tuple(f"{_SYSTEM} name element value label language inactive sequence".split()),
    "sys_journal_field": tuple(
        "sys_id sys_created_on sys_created_by element element_id name value".split()
    ),
}

JOURNALS = ("work_notes", "comments")
JOURNAL_TABLE = "sys_journal_field"
PREFIXES = {"incident": "INC", "problem": "PRB", "change_request": "CHG", "kb_knowledge": "KB"}
# Compared as numbers; everything else is compared as text.
NUMBERS = frozenset({"sys_mod_count", "state", "priority", "impact", "urgency", "reopen_count"})

_JOURNAL_LABELS = {"work_notes": "Work notes", "comments": "Additional comments"}
_DATES = frozenset(
    "sys_created_on sys_updated_on opened_at closed_at resolved_at sla_due start_date end_date "
    "work_start work_end cab_date".split()
)
_REFERENCES = {
    "opened_by": "sys_user",
    "closed_by": "sys_user",
    "resolved_by": "sys_user",
    "assigned_to": "sys_user",
    "caller_id": "sys_user",
    "owned_by": "sys_user",
    "managed_by": "sys_user",
    "author": "sys_user",
    "assignment_group": "sys_user_group",
    "support_group": "sys_user_group",
    "business_service": "cmdb_ci",
    "service_offering": "cmdb_ci",
    "cmdb_ci": "cmdb_ci",
    "problem_id": "problem",
    "duplicate_of": "problem",
    "caused_by": "change_request",
    "rfc": "change_request",
    "parent_incident": "incident",
    "kb_knowledge_base": "kb_knowledge_base",
    "kb_category": "kb_category",
}
_SCALE = {"1": "1 - High", "2": "2 - Medium", "3": "3 - Low"}
_PRIORITY = {"1": "1 - Critical", "2": "2 - High", "3": "3 - Moderate", "4": "4 - Low"}
_INCIDENT_STATES = {
    "1": "New",
    "2": "In Progress",
    "3": "On Hold",
    "6": "Resolved",
    "7": "Closed",
    "8": "Canceled",
}
_PROBLEM_STATES = {
    "101": "New",
    "102": "Assess",
    "103": "Root Cause Analysis",
    "104": "Fix in Progress",
    "106": "Resolved",
    "107": "Closed",
}
_CHANGE_STATES = {"-5": "New", "-2": "Scheduled", "-1": "Implement", "0": "Review", "3": "Closed"}

CHOICES: dict[tuple[str, str], dict[str, str]] = {
    ("incident", "state"): _INCIDENT_STATES,
    ("incident", "incident_state"): _INCIDENT_STATES,
    ("problem", "state"): _PROBLEM_STATES,
    ("problem", "problem_state"): _PROBLEM_STATES,
    ("problem", "resolution_code"): {
        "fix_applied": "Fix Applied",
        "risk_accepted": "Risk Accepted",
        "canceled": "Canceled",
        "duplicate": "Duplicate",
    },
    ("change_request", "state"): _CHANGE_STATES,
    ("kb_knowledge", "workflow_state"): {
        "draft": "Draft",
        "review": "Review",
        "published": "Published",
        "retired": "Retired",
    },
    **{
        (table, element): labels
        for table in ("incident", "problem", "change_request")
        for element, labels in (("priority", _PRIORITY), ("impact", _SCALE), ("urgency", _SCALE))
    },
}


def kind_of(table: str, column: str) -> Kind:
    """The kind of a column."""
    if table != JOURNAL_TABLE and (column in JOURNALS or column == "comments_and_work_notes"):
        return Kind.JOURNAL
    if (table, column) in CHOICES:
        return Kind.CHOICE
    if column in _REFERENCES:
        return Kind.REFERENCE
    return Kind.DATE if column in _DATES else Kind.PLAIN


def target_of(column: str) -> str:
    """The table that a reference leads to."""
    return _REFERENCES[column]


def journal_label(element: str) -> str:
    """What people call a journal."""
    return _JOURNAL_LABELS[element]
