"""Links to the review page, each under the id of its proposal.

Jira creates or replaces a remote link by that id (``globalId``): writing it again changes
nothing, and it is found without a search.
"""

from datetime import UTC, datetime
from typing import Any

from assistant.domain.approval import BodyForm, Receipt
from assistant.domain.delivery import Field, WriteIntent
from assistant.writers.jira.site import JiraSite, links_of
from retrieval.errors import Refused

LINK = Field(
    name="remote-link",
    label="Link to the review page",
    form=BodyForm.LINK,
    undo="removes the link",
)


class Links:
    """Our links on the issues of one site."""

    def __init__(self, site: JiraSite) -> None:
        self._site = site

    def request(self, intent: WriteIntent) -> tuple[str, dict[str, Any]]:
        """Path and body of the link that is approved."""
        title, url = _link_of(intent)
        body = {"globalId": intent.proposal_id, "object": {"url": url, "title": title}}
        return links_of(intent.target.reference), body

    def put(self, intent: WriteIntent) -> Receipt:
        """Create it, or replace it by the same."""
        self._site.post(*self.request(intent))
        return self._receipt(intent)

    def find(self, intent: WriteIntent) -> Receipt | None:
        """The receipt of our link, if it is there."""
        return self._receipt(intent) if self.is_there(intent) else None

    def is_there(self, intent: WriteIntent) -> bool:
        """Whether our link is there."""
        path, params = links_of(intent.target.reference), {"globalId": intent.proposal_id}
        return self._site.read(path, params) is not None

    def remove(self, intent: WriteIntent) -> None:
        """Delete it, whatever has become of it."""
        self._site.delete(links_of(intent.target.reference), {"globalId": intent.proposal_id})

    def _receipt(self, intent: WriteIntent) -> Receipt:
        key = intent.target.reference
        return Receipt(
            external_reference=f"link/{intent.proposal_id}",
            url=self._site.page_of(key),
            delivered_at=datetime.now(UTC),
            version_before=intent.version,
            version_after=self._site.version(key),
        )


def _link_of(intent: WriteIntent) -> tuple[str, str]:
    """Title and address; a body that says more than a link can hold is refused."""
    match [line for line in intent.body.splitlines() if line.strip()]:
        case [title, url, mark] if mark == intent.marker and url.startswith(
            ("https://", "http://")
        ):
            return title, url
    raise Refused(
        f"The body of {intent.proposal_id} is no link: it must be a title, the address of the "
        "review page and the marker, one a line.",
        400,
    )
