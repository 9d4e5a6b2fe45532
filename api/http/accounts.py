"""Accounts over HTTP: made and closed by an admin, a citizen's one-time code, and keys for machines."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from api.http.callers import Answer, Caller, may
from api.http.login import choose_password, count_password_try
from api.http.paging import After, Limit, Page, read_page
from scheduler import accounts as making
from scheduler import sessions
from scheduler.tables import Account

routes = APIRouter(prefix="/v1", tags=["accounts"])
Number = Annotated[int, Path(ge=1, lt=2**31)]


class AccountIn(BaseModel):
    """A new account and its rights."""

    model_config = ConfigDict(extra="forbid", strict=True)
    username: str = Field(min_length=1, max_length=200)
    name: str = Field(min_length=1, max_length=200)
    role: Literal["citizen", "representative", "staff", "planner", "admin"]
    scope: Literal["centre", "team", "caseload"] = "caseload"
    citizen_id: int | None = Field(default=None, ge=1, lt=2**31)
    staff_id: str | None = Field(default=None, max_length=100)
    sees_protected: bool = False


class AccountOut(BaseModel):
    """An account."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    username: str
    name: str
    role: str
    scope: str
    citizen_id: int | None
    staff_id: str | None
    closed_at: dt.datetime | None


class PasswordIn(BaseModel):
    """A new password of one's own, and the present one, which only a login by a one-time code may leave out."""

    model_config = ConfigDict(extra="forbid", strict=True)
    current: str = Field(default="", max_length=200)
    password: str = Field(min_length=12, max_length=200)


class CodeOut(BaseModel):
    """A one-time code; it is shown once."""

    username: str
    code: str


class KeyIn(BaseModel):
    """What a machine's key is for."""

    model_config = ConfigDict(extra="forbid", strict=True)
    label: str = Field(min_length=1, max_length=200)


class KeyOut(BaseModel):
    """A machine's key; it is shown once."""

    key: str


@routes.get("/accounts")
def accounts(
    caller: Annotated[Caller, may("account.write")], after: After = None, limit: Limit = 100
) -> Page[AccountOut]:
    """List the accounts."""
    with caller.reading() as session:
        found, following = read_page(session, select(Account), Account.id, after, limit)
        return Page(items=[AccountOut.model_validate(row) for row in found], next=following)


@routes.post("/accounts", status_code=201, response_model=AccountOut)
def make_account(body: AccountIn, caller: Annotated[Caller, may("account.write")]) -> Response:
    """Make an account; give its owner a one-time code next."""
    rights = making.Rights(body.role, body.scope, body.citizen_id, body.staff_id, body.sees_protected)

    def make() -> Answer:
        made = making.create_account(caller.session, body.username, body.name, rights, caller.now)
        caller.session.flush()
        return Answer(201, AccountOut.model_validate(made), {"Location": f"/v1/accounts/{made.id}"})

    return caller.write(make, body=body, about=[body.citizen_id])


@routes.delete("/accounts/{account_id}", status_code=204)
def close_account(account_id: Number, caller: Annotated[Caller, may("account.write")]) -> Response:
    """Close an account for good."""

    def close() -> Answer:
        making.close_account(caller.session, account_id, caller.now)
        return Answer(204)

    return caller.write(close)


@routes.post("/accounts/{account_id}/code", status_code=201, response_model=CodeOut)
def account_code(account_id: Number, caller: Annotated[Caller, may("account.write")]) -> Response:
    """Make a one-time code with which the account's owner logs in and chooses a password."""

    def make() -> Answer:
        account = making.find_account(caller.session, account_id)
        code = making.new_code(caller.session, account_id, caller.now)
        return Answer(201, CodeOut(username=account.username, code=code), secret=True)

    return caller.write(make)


@routes.post("/citizens/{citizen_id}/code", status_code=201, response_model=CodeOut)
def citizen_code(citizen_id: Number, caller: Annotated[Caller, may("code.write")]) -> Response:
    """Make a one-time code for a citizen, valid for a quarter of an hour."""

    def make() -> Answer:
        caller.permit(caller.session, citizen_id)
        made = making.code_for_citizen(caller.session, citizen_id, caller.now)
        return Answer(201, CodeOut(username=made.username, code=made.code), secret=True)

    return caller.write(make, about=[citizen_id])


@routes.put("/me/password", status_code=204)
def set_password(body: PasswordIn, caller: Annotated[Caller, may("session.read")]) -> Response:
    """Choose a password of one's own; every login with the account ends."""

    def change() -> Answer:
        choose_password(caller, body.current, body.password)
        return Answer(204, secret=True)

    if body.current:
        count_password_try(caller)
    return caller.write(change)  # Without the body: its quick hash, kept with the key, could be guessed back.


@routes.post("/accounts/{account_id}/keys", status_code=201, response_model=KeyOut)
def make_key(account_id: Number, body: KeyIn, caller: Annotated[Caller, may("account.write")]) -> Response:
    """Make a key with which a machine acts as an account."""

    def make() -> Answer:
        making.find_account(caller.session, account_id)
        return Answer(
            201, KeyOut(key=sessions.make_key(caller.session, account_id, body.label, caller.now)), secret=True
        )

    return caller.write(make, body=body)
