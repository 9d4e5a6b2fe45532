"""An issuer that hands out any token, and every token that must be refused."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
LATER = ECKey.generate_key("P-256", {"kid": "later", "use": "sig"})


@dataclasses.dataclass
class Forger:
    """An issuer that hands out whatever token a test makes of the claims that an honest one would give."""

    address: str = ""
    nonce: str = ""
    keys: list[Any] = dataclasses.field(default_factory=lambda: [KEY])
    make: Callable[[dict[str, Any]], str] = lambda claims: sign(claims)
    down: bool = False
    claimed: str = ""

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """What it answers at a path."""
        if self.down:
            return 503, {}
        if path.startswith("/.well-known/"):
            ends = {f"{name}_endpoint": f"{self.address}/{name}" for name in ("authorization", "token")}
            return 200, {"issuer": self.claimed or self.address, "jwks_uri": f"{self.address}/keys", **ends}
        if path == "/keys":
            return 200, {"keys": [key.as_dict(private=False) for key in self.keys]}
        now = int(time.time())
        honest = {
            "iss": self.address, "aud": "igang", "sub": "anna", "exp": now + 300, "iat": now, "nonce": self.nonce,
            "name": "Anna", "igang_role": "staff", "igang_staff": "anna", "igang_level": "high",
        }  # fmt: skip
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.make(honest)}


@pytest.fixture
def forger() -> Iterator[Forger]:
    forger = Forger()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = forger.answer(self.path)
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        forger.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield forger
        server.shutdown()


def sign(claims: dict[str, Any], key: Any = KEY, algorithm: str = "RS256", kid: str = "first") -> str:
    """Sign claims as an issuer does."""
    return jwt.encode({"alg": algorithm, "kid": kid}, claims, key, algorithms=[algorithm])


def by_hand(claims: dict[str, Any], algorithm: str, seal: Callable[[bytes], bytes]) -> str:
    """Make a token that no library would sign."""
    parts = [json.dumps(part).encode() for part in ({"alg": algorithm, "kid": "first"}, claims)]
    body = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    return (body + b"." + base64.urlsafe_b64encode(seal(body)).rstrip(b"=")).decode()


def with_public_key(claims: dict[str, Any]) -> str:
    """Seal with a shared secret that is the issuer's public key."""
    return by_hand(claims, "HS256", lambda body: hmac.new(KEY.as_pem(private=False), body, hashlib.sha256).digest())


FORGED: dict[str, Callable[[dict[str, Any]], str]] = {
    "wrong_nonce": lambda claims: sign(claims | {"nonce": "another"}),
    "no_nonce": lambda claims: sign({key: value for key, value in claims.items() if key != "nonce"}),
    "wrong_issuer": lambda claims: sign(claims | {"iss": "https://elsewhere.example"}),
    "wrong_audience": lambda claims: sign(claims | {"aud": "another client"}),
    "audience_of_another": lambda claims: sign(claims | {"aud": ["igang", "another"], "azp": "another"}),
    "asked_by_this_client_for_another": lambda claims: sign(claims | {"aud": "another", "azp": "igang"}),
    "two_audiences": lambda claims: sign(claims | {"aud": ["igang", "another"]}),
    "expired": lambda claims: sign(claims | {"exp": claims["iat"] - 61}),
    "no_end": lambda claims: sign({key: value for key, value in claims.items() if key != "exp"}),
    "from_the_future": lambda claims: sign(claims | {"iat": claims["iat"] + 600}),
    "no_subject": lambda claims: sign({key: value for key, value in claims.items() if key != "sub"}),
    "algorithm_none": lambda claims: by_hand(claims, "none", lambda body: b""),
    "shared_secret_of_the_public_key": with_public_key,
    "unknown_key": lambda claims: sign(claims, kid="nobody's"),
    "another_s_key": lambda claims: sign(claims, OTHER),
    "changed_after_signing": lambda claims: sign(claims)[:-12] + "AAAAAAAAAAAA",
    "no_token": lambda claims: "no token",
    "unknown_role": lambda claims: sign(claims | {"igang_role": "king"}),
    "low_level": lambda claims: sign(claims | {"igang_level": "low"}),
    "unknown_citizen": lambda claims: sign(claims | {"igang_role": "citizen", "igang_citizen": "B9"}),
}
