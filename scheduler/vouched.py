"""The accounts of people for whom the centre's issuer vouches: found by its word, made and changed as it says."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts import Rights, change_rights, create_account
from scheduler.tables import Account, Citizen
from scheduler.throttle import LoginRefusedError


class NotVouchedError(LoginRefusedError):
    """The issuer does not say enough, or says too little; the message names the claim."""


@dataclass(frozen=True)
class ClaimMap:
    """Which of an issuer's claims says what; `roles` puts its words for roles into ours.

    `subject` must never change, never go to another person and never be a CPR number. Where `levels` are given, the
    claim `level` must be one of them.
    """

    subject: str = "sub"
    name: str = "name"
    role: str = "igang_role"
    scope: str = "igang_scope"
    citizen: str = "igang_citizen"  # her number at the centre
    staff: str = "igang_staff"
    sees_protected: str = "igang_sees_protected"
    level: str = "acr"
    roles: Mapping[str, str] = field(default_factory=dict)
    levels: frozenset[str] = frozenset()


def admit(session: Session, issuer: str, claims: Mapping[str, Any], names: ClaimMap, now: dt.datetime) -> Account:
    """Find or make the account of whom the claims are about, with the rights that they give.

    Raises
    ------
    NotVouchedError
        A claim is missing, the level of assurance is too low, or the account is closed.
    AccountError
        The rights are not possible.
    """
    if names.levels and claims.get(names.level) not in names.levels:
        raise NotVouchedError(f"{names.level}: log in in a way that proves better who you are")
    rights = _rights(session, claims, names)
    username = _username(issuer, _text(claims, names.subject))
    account = session.scalars(select(Account).where(Account.username == username)).one_or_none()
    if account is None:
        name = claims.get(names.name)
        return create_account(session, username, name if isinstance(name, str) else rights.role, rights, now)
    if account.closed_at is not None:
        raise NotVouchedError("the account is closed; ask the centre")
    if any(getattr(account, key) != value for key, value in vars(rights).items()):
        change_rights(session, account.id, rights)
    return account


def _rights(session: Session, claims: Mapping[str, Any], names: ClaimMap) -> Rights:
    said = _text(claims, names.role)
    role = names.roles.get(said, "") if names.roles else said
    if not role:
        raise NotVouchedError(f"{names.role}: {said} has no role here; ask the centre")
    citizen_id = None
    if role == "citizen":
        number = _text(claims, names.citizen)
        citizen_id = session.scalar(select(Citizen.id).where(Citizen.external_id == number))
        if citizen_id is None:
            raise NotVouchedError(f"{names.citizen}: the centre does not know this number; ask the centre")
    staff_id = _text(claims, names.staff) if names.staff in claims and role != "citizen" else None
    scope = _text(claims, names.scope) if names.scope in claims else "caseload"
    return Rights(role, scope, citizen_id, staff_id, sees_protected=claims.get(names.sees_protected) is True)


def _text(claims: Mapping[str, Any], name: str) -> str:
    said = claims.get(name)
    if not isinstance(said, str) or not said.isprintable() or not said:
        raise NotVouchedError(f"{name}: your issuer does not say it; ask the centre")
    return said


def _username(issuer: str, subject: str) -> str:
    """A username that no two people share and that does not tell who it is."""
    return "oidc:" + hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()[:40]
