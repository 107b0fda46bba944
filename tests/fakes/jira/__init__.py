"""A Jira Cloud site with a service project, as far as an integration sees of it.

``with running() as site`` serves one at ``site.url``. Everything that a test may do to it (add
issues, order faults, read what was written) is a method of ``Jira``, and a route below
``/__control`` for tests that run it as a process of its own:
``python -m tests.fakes.jira --port 0 --state FILE``.

Every way in which it misbehaves has its source beside it, and a test in
``tests/integration/test_fake_jira.py``. Not there: creating and editing issues, attachments,
rendered HTML, permissions of single fields and the Incidents API.
"""

from tests.fakes.faults import Fault
from tests.fakes.jira.app import application, running
from tests.fakes.jira.site import Jira, adf
from tests.fakes.jira.volume import add_issues

__all__ = ["Fault", "Jira", "add_issues", "adf", "application", "running"]
