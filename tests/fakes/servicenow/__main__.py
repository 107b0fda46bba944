"""The instance as a program: ``python -m tests.fakes.servicenow --port 0 --state FILE``."""

import argparse
from pathlib import Path

from tests.fakes.servicenow.app import application
from tests.fakes.servicenow.instance import ServiceNow
from tests.fakes.servicenow.tickets import add_tickets
from tests.fakes.servicenow.volume import add_incidents
from tests.fakes.serving import serve_here


def main() -> None:
    """Serve until killed; the first line printed is the port."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--incidents", type=int, default=0, help="how many to start with")
    parser.add_argument("--tickets", type=int, default=0, help="as many, as people write them")
    parser.add_argument("--hidden", type=float, default=0.0, help="the share the ACLs hide")
    given = parser.parse_args()
    instance = ServiceNow(given.state)
    add_incidents(instance, given.incidents, hidden_share=given.hidden)
    add_tickets(instance, given.tickets, hidden_share=given.hidden)
    serve_here(application(instance), given.port)


if __name__ == "__main__":
    main()
