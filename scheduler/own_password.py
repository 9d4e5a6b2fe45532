"""A password of one's own: whoever has one shows that she knows it before she chooses another.

Who came in by a one-time code needs no old password: she may have forgotten it, and the code has shown who she is.
"""

from __future__ import annotations

import datetime as dt

from pwdlib import PasswordHash
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog.database import writing
from scheduler.account_tables import Account, LoginSession
from scheduler.accounts import HASHER, LONGEST_PASSWORD, AccountError, find_account, set_password, tidy_password
from scheduler.sessions import hash_of
from scheduler.throttle import forget_tries, note_try


class WrongPasswordError(AccountError):
    """The present password is not the one that was given."""

    def __init__(self) -> None:
        super().__init__("current: give the password that you have now; a one-time code serves where you forgot it")


def asks_for_password(session: Session, account_id: int, token: str) -> bool:
    """Whether a new password needs the present one; `token` is the login's cookie, empty where a key asks."""
    by_code = select(LoginSession.by_code).where(
        LoginSession.token_hash == hash_of(token), LoginSession.account_id == account_id
    )
    return find_account(session, account_id).password_hash is not None and not session.scalar(by_code)


def count_try(engine: Engine, account_id: int, token: str, address: str, now: dt.datetime) -> None:
    """Count a try to choose a password, which is kept although the choice is refused.

    Raises
    ------
    LoginThrottledError
        Too many tries.
    """
    with writing(engine) as session:
        if asks_for_password(session, account_id, token):
            note_try(session, _name_of(session, account_id), address, now)


def choose_password(
    session: Session,
    account_id: int,
    token: str,
    current: str,
    password: str,
    address: str,
    hasher: PasswordHash = HASHER,
) -> None:
    """Set the password of somebody who is logged in; every login with the account ends.

    Raises
    ------
    WrongPasswordError
        `current` is not her password, and her login needs it.
    AccountError
        The new password is too short or too long.
    """
    if asks_for_password(session, account_id, token):
        kept = find_account(session, account_id).password_hash or ""
        if not hasher.verify(tidy_password(current[: LONGEST_PASSWORD + 1]), kept):
            raise WrongPasswordError
        forget_tries(session, _name_of(session, account_id), address)
    set_password(session, account_id, password, hasher)


def _name_of(session: Session, account_id: int) -> str:
    return session.scalars(select(Account.username).where(Account.id == account_id)).one()
