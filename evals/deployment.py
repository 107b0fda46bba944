"""A running deployment, asked over its API like any other program.

It answers from the records that it holds: a comparison is fair when these are the corpus of
the dataset under the same ids. Its key comes from the settings
(``PRECEDENT_EVALUATION__API_KEY``) and is never part of an address, a message or a result.
"""

import weakref
from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlsplit

from assistant.settings import load_settings
from evals.datasets import EvalQuery
from retrieval.errors import InvalidInput, InvalidSettings, ServiceUnavailable
from retrieval.http import HttpClient

MOST_HITS = 100
"""The longest ranking that one answer has."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_address(system: str) -> bool:
    """Whether a system is named by its address."""
    return system.startswith(("http://", "https://"))


class Deployment:
    """One deployment. Errors are ``ServiceUnavailable``, naming the server and what it said."""

    def __init__(self, address: str, key: str) -> None:
        self.address = address.rstrip("/")
        self._client = HttpClient(f"{self.address}/api/v1", {"Authorization": f"Bearer {key}"})
        # Rankers are plain functions, so nobody else knows when the last question was asked.
        weakref.finalize(self, self._client.close)

    @classmethod
    def at(cls, address: str) -> "Deployment":
        """The deployment at an address, with the key of the settings.

        Raises ``InvalidInput`` for an address that could leak a secret, ``InvalidSettings``
        without a key.
        """
        check_address(address)
        key = load_settings().evaluation.api_key.get_secret_value()
        if not key:
            raise InvalidSettings(
                "A deployment is asked with a key of it. Make one there with 'precedent keys "
                "create evaluation --role evaluator' and set PRECEDENT_EVALUATION__API_KEY."
            )
        return cls(address, key)

    @cached_property
    def version(self) -> str:
        """The version of the product that runs there."""
        described = self._client.get_json("openapi.json")
        try:
            return str(described["info"]["version"])
        except (KeyError, TypeError) as exc:
            raise self._strange("openapi.json") from exc

    def rank(self, query: EvalQuery, k: int) -> tuple[str, ...]:
        """Record ids, best first, near-duplicates right behind the hit they are folded into.

        A query that is itself a record is asked as the sidebar asks it: with the moment it was
        opened and the service it names, and that record left out.
        """
        if not query.text.strip():
            return ()
        known = {} if query.left_out is None else self._known_of(query.left_out)
        asked = {"text": query.text, "k": min(k, MOST_HITS), **known}
        answer = self.ask("similar", asked)
        try:
            return tuple(
                name
                for hit in answer["hits"]
                for name in (_plain(hit["record_id"], hit["source"]), *hit["folded"])
            )
        except (KeyError, TypeError) as exc:
            raise self._strange("similar") from exc

    def ask(self, question: str, body: Mapping[str, Any]) -> Any:
        """The JSON answer of ``similar`` or ``triage``."""
        return self._client.post_json(question, dict(body))

    def _known_of(self, record_id: str) -> dict[str, Any]:
        try:
            record = self._client.get_json(f"records/{quote(record_id)}")
        except ServiceUnavailable as exc:
            # A dataset may name a record that nobody has; there is nothing to leave out then.
            if " answered 404" not in str(exc):
                raise
            return {}
        found = {"services": record.get("services"), "opened_at": record.get("opened_at")}
        told = {name: value for name, value in found.items() if value}
        return {**told, "left_out": [record["id"]]}

    def _strange(self, path: str) -> ServiceUnavailable:
        return ServiceUnavailable(
            f"{self.address} does not answer {path} like Precedent. Give the address of a "
            "deployment of this version or a later one."
        )


def deployed_version(system: str) -> dict[str, str]:
    """What a result tells of the deployment that answered; nothing of another system."""
    return {"deployment": Deployment.at(system).version} if is_address(system) else {}


def check_address(address: str) -> None:
    """Raise ``InvalidInput`` for an address with a password in it, or more than an address.

    Plain HTTP is for this machine only: a key would be readable on the way.
    """
    parts = urlsplit(address)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidInput(
            "Give the deployment as an address alone, such as https://precedent.example.com. "
            "Its key belongs into PRECEDENT_EVALUATION__API_KEY."
        )
    if not parts.hostname:
        raise InvalidInput(f"{address} names no server.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise InvalidInput(
            f"{address} would send the key readable for everybody on the way. Use https."
        )


def _plain(record_id: str, source: str) -> str:
    """The id in the source: a record is ``source:id`` only where two sources use one id."""
    return record_id.removeprefix(f"{source}:")
