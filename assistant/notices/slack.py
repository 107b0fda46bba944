"""Notices in a Slack channel, by ``chat.postMessage``."""

from typing import Any

from assistant.domain.notices import Notice
from ingest.connections import BearerAuth, Connection
from ingest.http import VendorClient
from retrieval.errors import InvalidSettings, Refused, Throttled, Unanswered

_ADDRESS = "https://slack.com"
# One message a second and channel: api.slack.com, rate limits.
_WAIT_SECONDS = 1.0
_SLOW = frozenset({"ratelimited", "rate_limited"})
# With these the vendor leaves open whether the message was posted.
_OPEN = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
_HINTS = {
    "channel_not_found": "Check the channel's id; a private one needs the app as a member.",
    "not_in_channel": "Invite the app to the channel.",
    "invalid_auth": "Check the bot token.",
    "missing_scope": "Give the app the scope chat:write.",
}


class SlackNotifier:
    """Posts into one channel.

    Slack answers 200 to what it did not do: only ``"ok": true`` is success. Texts cannot mention
    anybody, become links or be formatted.
    """

    def __init__(self, name: str, channel: str, client: VendorClient) -> None:
        self.name = name
        self._channel = channel
        self._client = client

    def tell(self, notice: Notice) -> None:
        """See ``Notifier.tell``."""
        answer = self._client.send("POST", "api/chat.postMessage", _message(self._channel, notice))
        told = answer.body if isinstance(answer.body, dict) else {}
        if told.get("ok") is True:
            return
        error = str(told.get("error", "no reason given"))
        if error in _SLOW:
            raise Throttled(f"Slack asks {self.name} to wait.", _WAIT_SECONDS)
        if error in _OPEN:
            raise Unanswered(f"Slack did not confirm the notice of {self.name} ({error}).")
        hint = _HINTS.get(error, "See chat.postMessage in Slack's reference for what it means.")
        raise Refused(f"Slack took no notice from {self.name}: {error}. {hint}", 400)

    def close(self) -> None:
        """Close the connections to Slack."""
        self._client.close()


def slack_notifier(connection: Connection) -> SlackNotifier:
    """The notifier of a connection: a bot token to write with, and the option ``channel``."""
    place = f"connections.{connection.name}"
    if not isinstance(connection.write, BearerAuth):
        raise InvalidSettings(f"{place}.write must be a bot token: kind bearer, with a token.")
    channel = connection.options.get("channel", "")
    if not channel:
        raise InvalidSettings(f"{place}.options.channel is missing: the id of a channel, C….")
    address = connection.base_url or _ADDRESS
    client = VendorClient(address, connection.write, connection.timeout_seconds)
    return SlackNotifier(connection.name, channel, client)


def _message(channel: str, notice: Notice) -> dict[str, Any]:
    return {
        "channel": channel,
        # For notifications and screen readers; the blocks are what is seen.
        "text": _escaped(f"{notice.headline}. {notice.details}"),
        "blocks": [
            _section("plain_text", notice.headline, emoji=False),
            _section("plain_text", notice.details, emoji=False),
            _section("mrkdwn", f"<{_escaped(notice.url)}|Open the review page>", verbatim=True),
        ],
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _section(kind: str, text: str, **more: bool) -> dict[str, Any]:
    return {"type": "section", "text": {"type": kind, "text": text, **more}}


def _escaped(text: str) -> str:
    """The three characters that Slack's notation gives a meaning, as it wants them written."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
