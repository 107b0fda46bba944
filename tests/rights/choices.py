"""What a walk chooses from, the likelier the more often it stands there."""

from hypothesis import strategies as st

from assistant.domain.people import Role
from tests.rights.model import HOLDS_FOR

EVERY, RED, BLUE = "everyone", "red", "blue"
RECORDS = ("INC1", "INC2", "INC3", "INC4")
ROLES = {
    "ana": {Role.AUTHOR},
    "ben": {Role.AUTHOR, Role.APPROVER},
    "cleo": {Role.APPROVER},
    "dan": {Role.APPROVER, Role.ADMIN},
    "eva": {Role.AUTHOR, Role.APPROVER},
}
# A choice that a rule makes by itself: the drawn number says which of what fits.
CHOICE = st.integers(0, 59)
WHOSE = st.sampled_from([{EVERY}, {EVERY, RED}, {EVERY, BLUE}, {EVERY, RED, BLUE}])
WHO_READS = st.sampled_from([{EVERY}, {EVERY}, {EVERY}, {RED}, {BLUE}, {RED, BLUE}, set()])
FIELDS = st.sampled_from(["notes", "notes", "cause", "fix"])
# No approval holds for so many seconds.
TOO_LONG = HOLDS_FOR.total_seconds() + 8 * 3600.0
SECONDS = st.sampled_from([1.0, 6.0, 6.0, 40.0, 130.0, 130.0, 30 * 3600.0, TOO_LONG])
# Half of all time would go into looking if somebody looked after each step.
GLANCE_EVERY = 3
DEEDS = ("withdraw", "edit", "approve", "stop", "go on", "ticket", "time")
