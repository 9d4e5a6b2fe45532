"""One page in one state that is looked at; the lists of them stand in `places` and its parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page


@dataclass(frozen=True)
class Place:
    """One page in one state, as somebody of a role sees it (nobody logged in: empty).

    `out`: next week is sent out, so that there is something to come on every day of this one.
    """

    name: str
    path: str
    role: str = ""
    prepare: Callable[[Page], None] | None = None
    status: int = 200
    out: bool = False

    @property
    def is_for_citizens(self) -> bool:
        """Whether citizens read it, so that its words must be easy."""
        return self.role in ("", "citizen", "representative")
