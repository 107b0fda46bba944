"""A ServiceNow instance, as far as its Table API goes.

``with running() as instance`` serves one at ``instance.url``. Everything that a test may do to
it (add rows, order faults, read what was written) is a method of ``ServiceNow``, and a route
below ``/__control`` for tests that run it as a process of its own:
``python -m tests.fakes.servicenow --port 0 --state FILE``.

Every way in which it misbehaves has its source beside it, and a test in
``tests/integration/test_fake_servicenow.py``. Not there: attachments, batch requests, dot-walked
names (ignored like any unknown field) and aggregates.
"""

from tests.fakes.faults import Fault
from tests.fakes.servicenow.app import application, running
from tests.fakes.servicenow.instance import JOURNAL_ROLE, Policy, ServiceNow
from tests.fakes.servicenow.tickets import add_tickets
from tests.fakes.servicenow.volume import add_incidents

__all__ = [
    "JOURNAL_ROLE",
    "Fault",
    "Policy",
    "ServiceNow",
    "add_incidents",
    "add_tickets",
    "application",
    "running",
]
