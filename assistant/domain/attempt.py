"""One attempt to sign in at an identity provider, from leaving our pages to coming back."""

import base64
import hashlib
import secrets
from dataclasses import dataclass

_BYTES = 32


@dataclass(frozen=True, slots=True)
class Attempt:
    """Everything by which the answer is known to belong to the browser that asked.

    All of it is made from one ``secret`` that only this browser keeps, for ten minutes: what
    comes back must fit it (``state``), and so must the token (``nonce``) and who redeems its
    code (``verifier``, RFC 7636). None of the three tells the secret or another of them.
    """

    secret: str

    @classmethod
    def begun(cls) -> "Attempt":
        """A new one."""
        return cls(secrets.token_urlsafe(_BYTES))

    @property
    def state(self) -> str:
        """Comes back with the code."""
        return self._made("state")

    @property
    def nonce(self) -> str:
        """Comes back within the token."""
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        """What shows that whoever redeems the code began the attempt."""
        return self._made("verifier")

    @property
    def challenge(self) -> str:
        """What the provider is told of the verifier beforehand."""
        return _base64url(hashlib.sha256(self.verifier.encode("ascii")).digest())

    def fits(self, state: str) -> bool:
        """Whether what came back belongs to this attempt."""
        return secrets.compare_digest(state.encode(), self.state.encode())

    def _made(self, purpose: str) -> str:
        return _base64url(hashlib.sha256(f"{purpose}:{self.secret}".encode()).digest())


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")
