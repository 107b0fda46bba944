"""Use case: take what another system sends, at once and whoever asks, and work on it later."""

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

import structlog
from pydantic import JsonValue, SecretStr

from assistant.db import webhook_deliveries as rows
from assistant.db.webhook_deliveries import DeliveryState, NewDelivery
from ingest.connections import Connection, WebhookSettings
from ingest.redaction import Redactor
from ingest.redaction.remembering import RememberingRedactor
from ingest.webhooks.hooks import hook_for
from retrieval.corpus.database import Database
from retrieval.errors import InvalidInput, NotSignedIn

log = structlog.get_logger()

# Longer ids, and those that hold what must not be stored, are kept as their digest.
_MAX_ID_CHARS = 200
# In the log, where a stranger chose it.
_NAME_CHARS = 64
# One answer for an unknown connection and for a wrong signature: whoever cannot sign learns
# nothing, not even which names there are. The log has the reason.
_REFUSED = "The delivery is not signed as this connection needs it; see docs/webhooks.md."


class Received(StrEnum):
    """What became of a delivery when it came."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"


class EventReceiver:
    """Keeps authentic deliveries, each once, redacted; ``EventWorker`` does the rest."""

    def __init__(
        self,
        database: Database,
        connections: Mapping[str, Connection],
        redactor: Redactor,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._senders = {
            name: each.webhook
            for name, each in connections.items()
            if each.webhook is not None and each.enabled
        }
        # An unknown connection is one whose secret nobody knows, so that refusing it takes the
        # same way and time.
        self._nobody = WebhookSettings(secrets=(SecretStr(secrets.token_urlsafe()),))
        self._redactor = redactor
        self._clock = clock

    def receive(self, name: str, headers: Mapping[str, str], raw: bytes) -> Received:
        """Keep one delivery; when this returns it is committed.

        ``headers`` have names in lower case. ``NotSignedIn`` when nobody is known to have sent
        it to this connection; ``InvalidInput`` when it is no JSON object of a known format.
        """
        now = self._clock()
        sender = self._senders.get(name, self._nobody)
        try:
            signed = sender.verify(headers, raw, now)
        except NotSignedIn as exc:
            log.warning("webhook.refused", connection=name[:_NAME_CHARS], reason=str(exc))
            raise NotSignedIn(_REFUSED) from exc
        payload = _object(raw)
        hook = hook_for(payload, sender.format)
        delivery_id = self._delivery_id(signed.id or hook.delivery_id(headers, payload), raw)
        with self._database.read() as connection:
            # A group is sent again and again: what is known costs no redaction.
            if rows.is_known(connection, name, delivery_id):
                return Received.DUPLICATE
        reason = hook.ignored(payload)
        new = NewDelivery(
            connection=name,
            delivery_id=delivery_id,
            format=hook.name,
            received_at=now,
            told_at=signed.at or now,
            payload=None if reason else self._redacted(payload),
            state=DeliveryState.IGNORED if reason else DeliveryState.PENDING,
            reason=self._redactor.redact(reason).text,
        )
        with self._database.write() as connection:
            if not rows.keep(connection, new):
                return Received.DUPLICATE
        return Received.IGNORED if reason else Received.ACCEPTED

    def _delivery_id(self, given: str, raw: bytes) -> str:
        if not given:
            return hashlib.sha256(raw).hexdigest()
        if len(given) <= _MAX_ID_CHARS and given.isprintable() and self._is_clean(given):
            return given
        return hashlib.sha256(given.encode("utf-8", "surrogatepass")).hexdigest()

    def _is_clean(self, text: str) -> bool:
        return not self._redactor.redact(text).redactions

    def _redacted(self, payload: dict[str, JsonValue]) -> str:
        clean = RememberingRedactor(self._redactor).object(payload)
        return json.dumps(clean, ensure_ascii=False, separators=(",", ":"))


def _object(raw: bytes) -> dict[str, JsonValue]:
    try:
        payload = json.loads(raw, parse_constant=_no_number)
    except (ValueError, RecursionError) as exc:
        raise InvalidInput("The body is not JSON. Send one object, in UTF-8.") from exc
    if not isinstance(payload, dict):
        raise InvalidInput("The body must be one JSON object.")
    return payload


def _no_number(name: str) -> None:
    """Databases do not take what JSON does not have."""
    raise ValueError(f"{name} is not JSON")
