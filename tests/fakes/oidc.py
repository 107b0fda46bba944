"""An identity provider: a real HTTP server with real keys, and people who always say yes."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT = "precedent"
SECRET = "the client's own secret"


class FakeProvider:
    """Signs with RSA unless told otherwise; ``person`` is who signs in next."""

    def __init__(self, address: str) -> None:
        self.issuer = address
        self.rsa = RSAKey.generate_key(2048, parameters={"kid": "rsa-1", "use": "sig"})
        self.ec = ECKey.generate_key("P-256", parameters={"kid": "ec-1", "use": "sig"})
        self.person: dict[str, Any] = {"sub": "u-ruth", "name": "Ruth", "roles": ["rca-authors"]}
        self.asked: Counter[str] = Counter()
        self.is_down = False
        self.wrong: dict[str, Any] = {}
        """Claims that take the place of the right ones in what is signed next."""
        self._codes: dict[str, dict[str, str]] = {}

    def claims(self, **other: Any) -> dict[str, Any]:
        """What a good token says."""
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, **self.person}
        return {name: value for name, value in (said | other).items() if value is not None}

    def token(self, **other: Any) -> str:
        """A good token, but for other claims; ``None`` leaves one out."""
        return signed(self.rsa, "RS256", self.claims(**other))

    def rotate(self) -> None:
        """From now on another key signs, and only that one is told of."""
        kid = f"rsa-{secrets.token_hex(4)}"
        self.rsa = RSAKey.generate_key(2048, parameters={"kid": kid, "use": "sig"})

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def key_set(self) -> dict[str, Any]:
        return dict(KeySet([self.rsa, self.ec]).as_dict(private=False))

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to, signed in as ``person``."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def redeem(self, form: dict[str, str], credential: str) -> dict[str, Any] | None:
        """The token for a code: once, for the client and the verifier that asked for it."""
        asked = self._codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or credential != f"Basic {basic}":
            return None
        challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
        made = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if made != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        said = {"nonce": asked["nonce"], **self.wrong}
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.token(**said)}


def signed(key: Any, algorithm: str, claims: dict[str, Any], **header: Any) -> str:
    """A token with any header at all; a header of ``None`` is left out."""
    told = {"alg": algorithm, "kid": key.kid, **header}
    told = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(told, claims, key, algorithms=[algorithm])


@contextmanager
def provider() -> Iterator[FakeProvider]:
    """A provider on a free port, until the context ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    fake = FakeProvider(f"http://127.0.0.1:{server.server_port}")
    server.fake = fake  # type: ignore[attr-defined]  # what its handlers speak for
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        place = urlsplit(self.path)
        fake = self._asked(place.path)
        if fake.is_down:
            self._send(503, {"error": "down"})
        elif place.path == "/.well-known/openid-configuration":
            self._send(200, fake.discovery())
        elif place.path == "/keys":
            self._send(200, fake.key_set())
        elif place.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", fake.authorize(_single(place.query)))
            self.end_headers()
        else:
            self._send(404, {})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        form = _single(self.rfile.read(length).decode())
        fake = self._asked(urlsplit(self.path).path)
        answer = fake.redeem(form, self.headers.get("Authorization", ""))
        self._send(400, {"error": "invalid_grant"}) if answer is None else self._send(200, answer)

    def _asked(self, path: str) -> FakeProvider:
        fake: FakeProvider = self.server.fake  # type: ignore[attr-defined]  # set above
        fake.asked[path] += 1
        return fake

    def _send(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
