"""Notices in a Teams channel, by the address of a workflow that posts a card.

The workflow begins with "When a Teams webhook request is received". Whoever knows its address
may post, so the address is the secret.
"""

from typing import Any
from urllib.parse import urlsplit

from assistant.domain.notices import Notice
from ingest.connections import Connection, UrlAuth
from ingest.http import VendorClient
from retrieval.errors import InvalidSettings, Refused

_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
# As new as every Teams client shows.
_VERSION = "1.4"
_CARD = "application/vnd.microsoft.card.adaptive"


class TeamsNotifier:
    """Posts into one channel, at most once: there is no message id to look for afterwards.

    No message of an error contains the address, or what the workflow said, which may contain
    parts of it.
    """

    def __init__(self, name: str, path: str, client: VendorClient) -> None:
        self.name = name
        self._path = path
        self._client = client

    def tell(self, notice: Notice) -> None:
        """See ``Notifier.tell``."""
        try:
            self._client.send("POST", self._path, _message(notice))
        except Refused as exc:
            status = exc.status
        else:
            return
        # Outside the handler, so that no traceback shows what the workflow said.
        raise Refused(
            f"The workflow of {self.name} answered {status}. See whether it is still there and "
            "turned on; a new one has another address.",
            status,
        )

    def close(self) -> None:
        """Close the connections to the workflow."""
        self._client.close()


def teams_notifier(connection: Connection) -> TeamsNotifier:
    """The notifier of a connection whose ``write`` is the secret address of a workflow."""
    place = f"connections.{connection.name}"
    if not isinstance(connection.write, UrlAuth):
        raise InvalidSettings(
            f"{place}.write must be the workflow's address: kind url, with a url."
        )
    if connection.base_url:
        raise InvalidSettings(f"{place}.base_url must be empty: {place}.write.url is the address.")
    address = urlsplit(connection.write.url.get_secret_value())
    if address.scheme not in {"http", "https"} or not address.netloc:
        raise InvalidSettings(f"{place}.write.url is no address of a workflow.")
    host = f"{address.scheme}://{address.netloc}"
    client = VendorClient(host, connection.write, connection.timeout_seconds)
    return TeamsNotifier(connection.name, f"{address.path}?{address.query}", client)


def _message(notice: Notice) -> dict[str, Any]:
    card = {
        "$schema": _SCHEMA,
        "type": "AdaptiveCard",
        "version": _VERSION,
        "body": [_said(notice.headline, bold=True), _said(notice.details, bold=False)],
        "actions": [{"type": "Action.OpenUrl", "title": "Review", "url": notice.url}],
    }
    attachment = {"contentType": _CARD, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _said(text: str, *, bold: bool) -> dict[str, Any]:
    """A line of text; unlike a TextBlock, a RichTextBlock reads no Markdown out of it."""
    run = {"type": "TextRun", "text": text, "weight": "Bolder" if bold else "Default"}
    return {"type": "RichTextBlock", "inlines": [run]}
