"""How many tries to log in are let through, and what is said to those that are not.

PermissionError
    LoginRefusedError          wrong name, password or code
        LoginThrottledError    too many tries; says when to try again
        LocalLoginClosedError  the centre logs in at its issuer
"""

from __future__ import annotations

import datetime as dt
import math

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import Session

from scheduler.account_tables import LoginAttempt

WINDOW = dt.timedelta(minutes=1)
FROM_ONE_PLACE, TO_ONE_ACCOUNT, FROM_ONE_ADDRESS = 5, 30, 60  # failures a window
TURN = 0x6967616E67  # the lock under which PostgreSQL counts tries


class LoginRefusedError(PermissionError):
    """The name, the password or the code is wrong; the words do not say which."""


class LoginThrottledError(LoginRefusedError):
    """Too many tries; `retry_after` says how many seconds to wait."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many tries; wait {retry_after} seconds and try again")
        self.retry_after = retry_after


class LocalLoginClosedError(LoginRefusedError):
    """Names and passwords are not used where an issuer says who somebody is."""


def note_try(session: Session, username: str, address: str, now: dt.datetime) -> None:
    """Count a try to log in, before it is known whether it is right, so that tries at the same time count too.

    A username, from one address and from all, and an address each have their limit, whether there is such an account
    or not.

    Raises
    ------
    LoginThrottledError
        One of the limits is reached.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(TURN)))
    session.execute(delete(LoginAttempt).where(LoginAttempt.at <= now - WINDOW))
    here, hers = LoginAttempt.address == address, LoginAttempt.username == username
    for which, limit in ((and_(here, hers), FROM_ONE_PLACE), (hers, TO_ONE_ACCOUNT), (here, FROM_ONE_ADDRESS)):
        last = session.scalars(select(LoginAttempt.at).where(which).order_by(LoginAttempt.at.desc()).limit(limit)).all()
        if len(last) == limit:
            raise LoginThrottledError(max(1, math.ceil((last[-1] + WINDOW - now).total_seconds())))
    session.add(LoginAttempt(username=username, address=address, at=now))


def forget_tries(session: Session, username: str, address: str) -> None:
    """Begin to count anew once somebody is in."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.username == username, LoginAttempt.address == address))
