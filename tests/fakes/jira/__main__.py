"""The site as a program: ``python -m tests.fakes.jira --port 0 --state FILE``."""

import argparse
from pathlib import Path

from tests.fakes.jira.app import application
from tests.fakes.jira.site import Jira
from tests.fakes.jira.volume import add_issues
from tests.fakes.serving import serve_here


def main() -> None:
    """Serve until killed; the first line printed is the port."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--issues", type=int, default=0, help="how many to start with")
    given = parser.parse_args()
    site = Jira(given.state)
    add_issues(site, given.issues)
    serve_here(application(site), given.port)


if __name__ == "__main__":
    main()
