"""The accounts: made, given a role, a password or a one-time code, and closed.

ValueError
    AccountError        an account cannot be made or changed as asked; says what to do
        LastAdminError  it is the last one that may make accounts
    NotFoundError
        UnknownAccountError
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import unicodedata
from dataclasses import dataclass

from pwdlib import PasswordHash
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.tables import StaffMember
from scheduler.account_tables import ROLES, SCOPES, Account, LoginSession
from scheduler.actions import LARGEST_NUMBER
from scheduler.stored import NotFoundError
from scheduler.tables import Citizen

HASHER = PasswordHash.recommended()  # argon2id
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # without those that are taken for one another
CODE_LENGTH = 8
CODE_VALID = dt.timedelta(minutes=15)
FIRST_CODE_VALID = dt.timedelta(hours=24)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
LONGEST_USERNAME = 100


class AccountError(ValueError):
    """An account cannot be made or changed like this; the message says what to do."""


class LastAdminError(AccountError):
    """Without this account nobody could make accounts any more."""


class UnknownAccountError(NotFoundError):
    """There is no such account, or it is closed."""


@dataclass(frozen=True)
class Rights:
    """What an account may do and to whom; `scope` and `sees_protected` mean something for the centre's own people."""

    role: str
    scope: str = "caseload"
    citizen_id: int | None = None
    staff_id: str | None = None
    sees_protected: bool = False


@dataclass(frozen=True)
class CitizenCode:
    """What a member of staff hands a citizen, so that she can log in once."""

    username: str
    code: str
    until: dt.datetime


def create_account(session: Session, username: str, name: str, rights: Rights, now: dt.datetime) -> Account:
    """Make an account; it can log in once it has a password or a code.

    Raises
    ------
    AccountError
        The name is taken or empty, or the rights need a citizen or a member of staff that is not there.
    """
    wanted = tidy_username(username)
    if not 1 <= len(wanted) <= LONGEST_USERNAME:
        raise AccountError(f"username: give 1 to {LONGEST_USERNAME} characters that can be printed")
    if session.scalar(select(Account.id).where(Account.username == wanted)) is not None:
        raise AccountError(f"username {wanted}: somebody has it already; choose another")
    _check(session, rights)
    account = Account(username=wanted, name=_printable(name) or wanted, created_at=now, **vars(rights))
    session.add(account)
    session.flush()
    return account


def change_rights(session: Session, account_id: int, rights: Rights) -> None:
    """Give an account other rights; whoever is logged in with it must log in again.

    Raises
    ------
    AccountError
        The rights are not possible, or nobody else could make accounts.
    """
    account = find_account(session, account_id)
    _check(session, rights)
    if rights.role != "admin":
        _keep_an_admin(session, account)
    for field, value in vars(rights).items():
        setattr(account, field, value)
    end_sessions(session, account_id)


def set_password(session: Session, account_id: int, password: str, hasher: PasswordHash = HASHER) -> None:
    """Set an account's password, which ends its code and its logins.

    Raises
    ------
    AccountError
        The password is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(f"password: give {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, say, four words")
    account = find_account(session, account_id)
    account.password_hash = hasher.hash(tidy_password(password))
    account.code_hash = account.code_until = None
    end_sessions(session, account_id)


def close_account(session: Session, account_id: int, now: dt.datetime) -> None:
    """Close an account for good, and end its logins. Its keys stop with it, and its row stays for the audit."""
    account = find_account(session, account_id)
    _keep_an_admin(session, account)
    account.closed_at = account.closed_at or now
    account.password_hash = account.code_hash = account.code_until = None
    end_sessions(session, account_id)


def new_code(
    session: Session,
    account_id: int,
    now: dt.datetime,
    valid: dt.timedelta = CODE_VALID,
    hasher: PasswordHash = HASHER,
) -> str:
    """Make a code with which an account logs in once; an earlier code no longer holds."""
    account = find_account(session, account_id)
    code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    account.code_hash, account.code_until = hasher.hash(code), now + valid
    session.flush()
    return code


def code_for_citizen(session: Session, citizen_id: int, now: dt.datetime, hasher: PasswordHash = HASHER) -> CitizenCode:
    """Make a one-time code for a citizen, with an account under her number at the centre where she has none."""
    open_one = select(Account).where(Account.citizen_id == citizen_id, Account.closed_at.is_(None))
    account = session.scalars(open_one.order_by(Account.id)).first()
    if account is None:
        citizen = session.get(Citizen, citizen_id)
        if citizen is None:
            raise AccountError(f"citizen {citizen_id}: no such citizen; look her up in your list")
        name = citizen.name or citizen.external_id
        account = create_account(session, citizen.external_id, name, Rights("citizen", citizen_id=citizen_id), now)
    code = new_code(session, account.id, now, CODE_VALID, hasher)
    return CitizenCode(account.username, code, now + CODE_VALID)


def first_admin(session: Session, now: dt.datetime | None = None, hasher: PasswordHash = HASHER) -> str | None:
    """Make the account `admin` where there is no account yet, and return its one-time code.

    While it is the only account and has neither a password nor a code that still holds, it gets a new code.
    """
    now = now or dt.datetime.now(dt.UTC)
    accounts = session.scalars(select(Account).order_by(Account.id).limit(2)).all()
    if len(accounts) > 1 or (accounts and not _is_locked_out(accounts[0], now)):
        return None
    try:
        with session.begin_nested():
            admin = (
                accounts[0] if accounts else create_account(session, "admin", "admin", Rights("admin", "centre"), now)
            )
    except (AccountError, IntegrityError):  # Another process that starts now was first.
        return None
    return new_code(session, admin.id, now, FIRST_CODE_VALID, hasher)


def find_account(session: Session, account_id: int) -> Account:
    """An account that is not closed, or raise UnknownAccountError."""
    account = session.get(Account, account_id) if 0 < account_id <= LARGEST_NUMBER else None
    if account is None or account.closed_at is not None:
        raise UnknownAccountError(
            f"account {account_id}: no such account, or it is closed; look it up in the list of accounts"
        )
    return account


def end_sessions(session: Session, account_id: int) -> None:
    """Log an account out everywhere."""
    session.flush()
    session.execute(delete(LoginSession).where(LoginSession.account_id == account_id))


def tidy_username(username: str) -> str:
    """A username as it is kept: capital or small, with or without spaces around it, it is the same."""
    return _printable(unicodedata.normalize("NFKC", username)).casefold()[: LONGEST_USERNAME + 1]


def tidy_password(password: str) -> bytes:
    """A password as it is hashed, however the keyboard made its letters."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def read_code(text: str) -> str | None:
    """The one-time code that somebody typed, in small letters or groups as she liked; None where it is a password."""
    code = re.sub(r"[\s-]", "", text).upper()
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_SIGNS) else None


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable()).strip()


def _check(session: Session, rights: Rights) -> None:
    if rights.role not in ROLES:
        raise AccountError(f"role {rights.role}: choose one of {', '.join(ROLES)}")
    if rights.scope not in SCOPES:
        raise AccountError(f"scope {rights.scope}: choose one of {', '.join(SCOPES)}")
    if (rights.role == "citizen") != (rights.citizen_id is not None):
        raise AccountError(f"role {rights.role}: the account of a citizen, and no other, names the citizen")
    if rights.role == "staff" and rights.scope != "centre" and rights.staff_id is None:
        raise AccountError(f"scope {rights.scope}: name the member of staff whose citizens they are")
    if rights.citizen_id is not None and session.get(Citizen, rights.citizen_id) is None:
        raise AccountError(f"citizen {rights.citizen_id}: no such citizen; look her up in your list")
    staff_id = rights.staff_id
    if staff_id is not None and (not staff_id.isprintable() or session.get(StaffMember, staff_id) is None):
        raise AccountError(f"staff {rights.staff_id}: no such member of staff; look her up in the catalog")


def _keep_an_admin(session: Session, account: Account) -> None:
    others = select(func.count()).where(Account.role == "admin", Account.closed_at.is_(None), Account.id != account.id)
    if account.role == "admin" and not session.scalar(others):
        raise LastAdminError(f"account {account.username}: it is the last admin; make another first")


def _is_locked_out(account: Account, now: dt.datetime) -> bool:
    code_holds = account.code_hash is not None and account.code_until is not None and now < account.code_until
    return account.role == "admin" and account.password_hash is None and not code_holds
