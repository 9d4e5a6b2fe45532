"""The conversation with an OpenID issuer: authorization code with PKCE, and a token that is checked to the letter.

Issuer, audience and the algorithms of signatures are pinned; the address of every endpoint comes from the issuer's own
document, which must say that it is the issuer.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.httpx_client import OAuth2Client, OAuthError  # type: ignore[import-untyped]  # It has no types.
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from api.http.problems import RequestError
from scheduler.throttle import LoginRefusedError
from scheduler.vouched import ClaimMap

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")  # never `none`, never one with a shared secret
LEEWAY = 60  # seconds that clocks may differ
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class IssuerRefusedError(LoginRefusedError):
    """What came back from the issuer does not prove who somebody is."""


@dataclass(frozen=True)
class IssuerSettings:
    """Where people log in, and as which client of theirs this service asks."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    claims: ClaimMap = field(default_factory=ClaimMap)
    timeout: float = 5.0
    key_seconds: float = 10.0  # for which the issuer is not asked for its keys again

    @staticmethod
    def from_environment(environment: Mapping[str, str]) -> IssuerSettings | None:
        """Read `IGANG_ISSUER`, `_CLIENT_ID`, `_CLIENT_SECRET`, `_REDIRECT_URI` and `_CLAIMS`, which is JSON."""
        url = environment.get("IGANG_ISSUER")
        if not url:
            return None
        claims: dict[str, Any] = json.loads(environment.get("IGANG_ISSUER_CLAIMS", "{}"))
        if "levels" in claims:
            claims["levels"] = frozenset(claims["levels"])
        names = ("IGANG_ISSUER_CLIENT_ID", "IGANG_ISSUER_CLIENT_SECRET", "IGANG_ISSUER_REDIRECT_URI")
        missing = [name for name in names if not environment.get(name)]
        if missing:
            raise ValueError(f"{', '.join(missing)}: set it too, where IGANG_ISSUER is set")
        client_id, client_secret, redirect_uri = (environment[name] for name in names)
        return IssuerSettings(url, client_id, client_secret, redirect_uri, ClaimMap(**claims))


@dataclass(frozen=True)
class Attempt:
    """What ties the issuer's answer to the browser that asked."""

    state: str
    nonce: str
    verifier: str

    @staticmethod
    def draw() -> Attempt:
        """Draw a new one by lot."""
        return Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


class Issuer:
    """One issuer, whose document and keys are kept between logins."""

    def __init__(self, settings: IssuerSettings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._document: dict[str, Any] | None = None
        self._keys: KeySet | None = None
        self._keys_at = 0.0

    def login_address(self, attempt: Attempt) -> str:
        """The issuer's page to which the browser is sent."""
        with self._client() as client:
            address, _ = client.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=attempt.state,
                nonce=attempt.nonce,
                code_verifier=attempt.verifier,
            )
        return str(address)

    def claims(self, attempt: Attempt, answer: Mapping[str, str]) -> dict[str, Any]:
        """Who somebody is, by the answer that her browser brings back.

        Raises
        ------
        IssuerRefusedError
            The answer is not to this attempt, was used before, or its token is not what it must be.
        RequestError
            The issuer does not answer.
        """
        if not secrets.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise IssuerRefusedError("the answer is to another login; log in again")
        if answer.get("iss", self.settings.url) != self.settings.url or "code" not in answer:
            raise IssuerRefusedError("the issuer did not let you in; log in again")
        return self._checked(self._id_token(answer["code"], attempt.verifier), attempt.nonce)

    def _id_token(self, code: str, verifier: str) -> str:
        with self._client() as client:
            try:
                token = client.fetch_token(
                    self._endpoint("token_endpoint"), grant_type="authorization_code", code=code, code_verifier=verifier
                )
            except OAuthError as error:
                raise IssuerRefusedError("the issuer does not know this login, or it is used; log in again") from error
            except (httpx2.HTTPError, ValueError) as error:
                raise RequestError("busy", "the issuer does not answer; try again") from error
        found = token.get("id_token")
        if not isinstance(found, str):
            raise IssuerRefusedError("the issuer does not say who you are")
        return found

    def _checked(self, token: str, nonce: str) -> dict[str, Any]:
        mine = self.settings.client_id
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY,
            iss={"essential": True, "value": self.settings.url},
            aud={"essential": True, "value": mine},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = self._decoded(token)
            rules.validate(claims)
        except (JoseError, ValueError) as error:
            raise IssuerRefusedError("the issuer's token is not valid here; log in again") from error
        others = claims["aud"] not in (mine, [mine])
        if (others or "azp" in claims) and claims.get("azp") != mine:
            raise IssuerRefusedError("the issuer's token is for somebody else; log in again")
        return claims

    def _decoded(self, token: str) -> dict[str, Any]:
        try:
            return dict(jwt.decode(token, self._key_set(), algorithms=ALGORITHMS).claims)
        except InvalidKeyIdError:  # The issuer may have changed its keys.
            return dict(jwt.decode(token, self._key_set(again=True), algorithms=ALGORITHMS).claims)

    def _key_set(self, again: bool = False) -> KeySet:
        with self._lock:
            due = self._keys is None or (again and time.monotonic() >= self._keys_at + self.settings.key_seconds)
            if due:
                self._keys = KeySet.import_key_set(self._get(self._endpoint("jwks_uri")))  # type: ignore[arg-type]  # Checked by it.
                self._keys_at = time.monotonic()
            assert self._keys is not None  # It was due where there were none.
            return self._keys

    def _endpoint(self, name: str) -> str:
        if self._document is None:
            document = self._get(self.settings.url.rstrip("/") + "/.well-known/openid-configuration")
            if document.get("issuer") != self.settings.url:
                raise RequestError("busy", "the issuer's document is another issuer's; tell the centre")
            self._document = document
        address = str(self._document.get(name, ""))
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise RequestError("busy", f"the issuer's {name} is not a safe address; tell the centre")
        return address

    def _get(self, address: str) -> dict[str, Any]:
        try:
            answer = httpx2.get(address, timeout=self.settings.timeout, follow_redirects=False)
            found = answer.raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise RequestError("busy", "the issuer does not answer; try again") from error
        if not isinstance(found, dict):
            raise RequestError("busy", "the issuer's answer cannot be read; tell the centre")
        return found

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            self.settings.client_id,
            self.settings.client_secret,
            scope="openid",
            redirect_uri=self.settings.redirect_uri,
            code_challenge_method="S256",
            timeout=self.settings.timeout,
        )
