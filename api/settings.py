"""What an installation of the service sets, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1_000_000
YES = ("1", "true", "yes")
LETTERS = Path(__file__).parent / "pages" / "letters"  # that prints are set in; made beside what browsers get


@dataclass(frozen=True)
class Settings:
    """How the service runs; a limit is a text such as `600/minute`, and an empty one is no limit."""

    production: bool = False  # no API pages
    host: str | None = None  # the name that browsers use; where empty, the one of the request
    issuer: str | None = None  # of an OpenID provider; local accounts are refused once it is set
    break_glass: str | None = None  # the one local account that still logs in then, for a day without the issuer
    body_limit: int = MEGABYTE
    import_limit: int = 20 * MEGABYTE
    body_seconds: float = 15.0  # in which a request's body must have come
    import_body_seconds: float = 120.0
    answer_seconds: float = 30.0  # in which an answer must have begun once the body is there
    import_answer_seconds: float = 300.0
    stream_seconds: float = 3600.0  # after which a stream of events ends; browsers then ask for it anew
    account_limit: str = "6000/minute"  # requests of one account, in each web process
    address_limit: str = "600/minute"  # requests from one address that carry no valid login, in each web process
    access_log: bool = False  # one line a request

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
        """Read `IGANG_PRODUCTION` and the other variables of the service; docs/deploy.md lists them."""
        return Settings(
            production=environment.get("IGANG_PRODUCTION", "").lower() in YES,
            host=environment.get("IGANG_HOST") or None,
            issuer=environment.get("IGANG_ISSUER") or None,
            break_glass=environment.get("IGANG_BREAK_GLASS") or None,
            account_limit=environment.get("IGANG_ACCOUNT_LIMIT", Settings.account_limit),
            address_limit=environment.get("IGANG_ADDRESS_LIMIT", Settings.address_limit),
            access_log=environment.get("IGANG_ACCESS_LOG", "1").lower() in YES,
        )
