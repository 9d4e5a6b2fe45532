"""What an installation of the service sets, from the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Settings:
    """How the service runs; `from_environment` reads `IGANG_PRODUCTION`, `IGANG_HOST` and `IGANG_ISSUER`."""

    production: bool = False  # no API pages
    host: str | None = None  # the name that browsers use; where empty, the one of the request
    issuer: str | None = None  # of an OpenID provider; local accounts are refused once it is set
    body_limit: int = MEGABYTE
    import_limit: int = 20 * MEGABYTE

    @staticmethod
    def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; what is not set keeps its default."""
        return Settings(
            production=environment.get("IGANG_PRODUCTION", "").lower() in ("1", "true", "yes"),
            host=environment.get("IGANG_HOST") or None,
            issuer=environment.get("IGANG_ISSUER") or None,
        )
