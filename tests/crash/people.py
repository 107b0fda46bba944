"""An author and an approver at work, over the API, while it is killed under their hands."""

import random
import threading
import time
from typing import Any

import httpx2

RUTH, PAUL = {"X-Precedent-Person": "ruth"}, {"X-Precedent-Person": "paul"}
_PATIENCE_SECONDS = 60.0


class People:
    """Submit every draft, approve every proposal, and take some back.

    ``approved``: proposals whose approval the server has confirmed; none of them may be lost.
    ``undone``: deliveries whose undo it has confirmed.
    """

    def __init__(self, url: str, drafts: dict[str, str], target: str, seed: int) -> None:
        self._client = httpx2.Client(base_url=f"{url}/api/v1", timeout=10)
        self._drafts = drafts
        self._target = target
        self._random = random.Random(seed)
        self.approved: set[str] = set()
        self.undone: set[str] = set()

    def work(self, stop: threading.Event) -> None:
        """Until all drafts are approved, or stopped; several may work on the same pile."""
        while self._drafts and not stop.is_set():
            self._one(*self._drafts.popitem(), stop)

    def _one(self, draft: str, etag: str, stop: threading.Event) -> None:
        proposal = self._until(
            stop,
            lambda: self._post(
                f"/drafts/{draft}/submit",
                RUTH | {"If-Match": etag},
                {"target": self._target, "override_reason": "the gaps are listed"},
            ),
        )
        if proposal is None:
            return
        decision = {"decision": "approve", "sha256": proposal["sha256"]}
        path = f"/proposals/{proposal['id']}"
        if self._until(stop, lambda: self._decided(path, decision)) is not None:
            self.approved.add(proposal["id"])
        if self._random.random() < 0.1:
            self._take_back(path, proposal["id"], stop)

    def _take_back(self, path: str, number: str, stop: threading.Event) -> None:
        until = time.monotonic() + 5
        while time.monotonic() < until and not stop.is_set():
            answer = self._send("POST", f"{path}/undo", PAUL, {"reason": "wrong ticket"})
            if answer is not None and answer.status_code == 200:
                self.undone.add(number)
                return
            time.sleep(0.2)

    def _decided(self, path: str, decision: dict[str, str]) -> dict[str, Any] | None:
        """The approved proposal; an approval whose answer was lost is seen in its state."""
        made = self._post(f"{path}/decision", PAUL, decision)
        if made is not None:
            return made
        seen = self._send("GET", path, PAUL, None)
        if seen is None or seen.status_code != 200:
            return None
        proposal: dict[str, Any] = seen.json()["proposal"]
        return None if proposal["state"] == "submitted" else proposal

    def _until(self, stop: threading.Event, ask: Any) -> dict[str, Any] | None:
        until = time.monotonic() + _PATIENCE_SECONDS
        while not stop.is_set() and time.monotonic() < until:
            answer: dict[str, Any] | None = ask()
            if answer is not None:
                return answer
            time.sleep(0.05)
        return None

    def _post(self, path: str, headers: dict[str, str], body: Any) -> dict[str, Any] | None:
        answer = self._send("POST", path, headers, body)
        if answer is None or answer.status_code not in (200, 201):
            return None
        found: dict[str, Any] = answer.json()
        return found

    def _send(
        self, method: str, path: str, headers: dict[str, str], body: Any
    ) -> httpx2.Response | None:
        try:
            return self._client.request(method, path, headers=headers, json=body)
        except httpx2.TransportError:
            return None
