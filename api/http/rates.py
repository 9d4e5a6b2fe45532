"""How often one account, and one address without a login, may ask; counted in this process alone."""

from __future__ import annotations

import ipaddress
import math
import threading
import time

from fastapi import Request
from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from api.http.problems import RequestError
from api.settings import Settings

SWEEP_SECONDS = 60.0
HOUSEHOLD = 64  # bits of an IPv6 address that one customer of a network shares


class Windows(Storage):
    """The counts of the windows that are open now; those that are over are swept out once a minute.

    The library's own store in memory walks through every count a hundred times a second, in a thread.
    """

    STORAGE_SCHEME = ["igang"]

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[int, float]] = {}
        self._sweep_at = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong in here."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, in a window that begins with its first request."""
        now = time.monotonic()
        with self._lock:
            if now >= self._sweep_at:
                self._counts = {name: held for name, held in self._counts.items() if held[1] > now}
                self._sweep_at = now + SWEEP_SECONDS
            count, until = self._counts.get(key, (0, 0.0))
            if until <= now:
                count, until = 0, now + expiry
            self._counts[key] = count + amount, until
            return count + amount

    def get(self, key: str) -> int:
        """The count so far."""
        count, until = self._counts.get(key, (0, 0.0))
        return count if until > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, by the wall's clock."""
        _, until = self._counts.get(key, (0, 0.0))
        return time.time() + max(0.0, until - time.monotonic())

    def check(self) -> bool:
        """It is there."""
        return True

    def reset(self) -> int:
        """Begin anew."""
        with self._lock:
            ended, self._counts = len(self._counts), {}
        return ended

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._lock:
            self._counts.pop(key, None)


class Rates:
    """The limits of one process."""

    def __init__(self, settings: Settings) -> None:
        self._strategy = FixedWindowRateLimiter(Windows())
        self._account = parse(settings.account_limit) if settings.account_limit else None
        self._address = parse(settings.address_limit) if settings.address_limit else None

    def count_account(self, account_id: int) -> None:
        """Count a request of somebody who is logged in, or raise RequestError where it is one too many."""
        self._count(self._account, "account", str(account_id))

    def count_stranger(self, request: Request) -> None:
        """Count a request without a login, by where it comes from, or raise RequestError where it is one too many."""
        self._count(self._address, "address", _place(request.client.host if request.client else ""))

    def _count(self, limit: RateLimitItem | None, kind: str, key: str) -> None:
        if limit is None or self._strategy.hit(limit, kind, key):
            return
        ends = self._strategy.get_window_stats(limit, kind, key).reset_time
        wait = max(1, math.ceil(ends - time.time()))
        raise RequestError("too_many", f"at most {limit}; wait {wait} seconds", retry_after=wait)


def _place(address: str) -> str:
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((read, HOUSEHOLD), strict=False)) if read.version == 6 else str(read)
