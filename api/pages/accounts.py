"""`/konti`: who can log in and what each may do; made, given a code or other rights, and closed by an admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.pages.callers import Page, may_page
from api.pages.forms import FormError, Wrong
from api.pages.house_lists import Side, Words, read_rows
from api.pages.rendering import language_of
from api.pages.texts import words_of
from catalog.tables import StaffMember
from scheduler import accounts
from scheduler.accounts import AccountError, LastAdminError, Rights
from scheduler.stored import NotFoundError
from scheduler.tables import Account

routes = APIRouter(prefix="/konti", include_in_schema=False)
Number = Annotated[int, Path(ge=1, lt=2**31)]
# A citizen's account is made with her first code, in her case.
ROLES = ("staff", "planner", "admin", "representative")
SCOPES = ("caseload", "team", "centre")
REFUSED: dict[type[Exception], str] = {LastAdminError: "account_last_admin", AccountError: "account_refused"}


class RightsIn(BaseModel):
    """What an account may do, and to whom."""

    role: Literal["staff", "planner", "admin", "representative"]
    scope: Literal["caseload", "team", "centre"] = "caseload"
    staff_id: str | None = Field(default=None, max_length=100)
    sees_protected: bool = False

    def rights(self) -> Rights:
        """The rights; whose citizens they are is a matter of staff only."""
        if self.role != "staff":
            return Rights(self.role, "centre" if self.role != "representative" else "caseload")
        if self.scope != "centre" and self.staff_id is None:
            raise FormError({"staff_id": Wrong("field_missing")})
        return Rights(self.role, self.scope, None, self.staff_id, self.sees_protected)


class AccountIn(RightsIn):
    """A new account."""

    name: str = Field(max_length=200)
    username: str = Field(max_length=accounts.LONGEST_USERNAME)


class Code(NamedTuple):
    """A one-time code that is shown this once."""

    username: str
    code: str


@routes.get("")
def show_accounts(page: Annotated[Page, may_page("account.write")], q: Words = "", side: Side = 1) -> Response:
    """List the accounts, those that are closed last."""
    wanted = (Account.name, Account.username)
    has = or_(*(column.icontains(q.strip(), autoescape=True) for column in wanted))
    found = select(
        Account.id, Account.name, Account.username, Account.role, Account.scope, Account.closed_at
    ).where(has)  # fmt: skip
    order = (Account.closed_at.is_not(None), Account.name, Account.id)
    return page.show("house/accounts.html", q=q, rows=read_rows(page, found, order, side))


@routes.get("/ny")
def ask_for_account(page: Annotated[Page, may_page("account.write")]) -> Response:
    """Show the form of a new account."""
    return _show_new(page)


@routes.post("")
def make_account(page: Annotated[Page, may_page("account.write")]) -> Response:
    """Make an account, which has no way in before it gets a code."""

    def make() -> Answer:
        given = page.form.read(AccountIn)
        rights = given.rights()
        if _is_taken(page.session, given.username):
            raise FormError({"username": Wrong("username_taken")})
        made = accounts.create_account(page.session, given.username, given.name, rights, page.now)
        return page.go_to(f"/konti/{made.id}", done="account_made")

    return page.submit(make, lambda: _show_new(page), words=REFUSED)


@routes.get("/{account_id}")
def show_account(account_id: Number, page: Annotated[Page, may_page("account.write")]) -> Response:
    """Show one account."""
    return _show(page, account_id)


@routes.post("/{account_id}/rettigheder")
def change_rights(account_id: Number, page: Annotated[Page, may_page("account.write")]) -> Response:
    """Give an account other rights."""

    def change() -> Answer:
        rights = page.form.read(RightsIn).rights()
        if accounts.find_account(page.session, account_id).role == "citizen":
            raise AccountError(f"account {account_id}: a citizen's account stays one")
        accounts.change_rights(page.session, account_id, rights)
        return page.go_to(f"/konti/{account_id}", done="saved")

    return _change(page, account_id, change)


@routes.post("/{account_id}/kode")
def make_code(account_id: Number, page: Annotated[Page, may_page("account.write")]) -> Response:
    """Make a one-time code and show it, this once."""
    made: list[Code] = []

    def make() -> Answer:
        account = accounts.find_account(page.session, account_id)
        if account.role == "citizen":
            raise AccountError(f"account {account_id}: a citizen's code is made in her case")
        made.append(Code(account.username, accounts.new_code(page.session, account_id, page.now)))
        return Answer(200, secret=True)

    answer = _change(page, account_id, make)
    return _show(page, account_id, made[0]) if made and answer.status_code == 200 else answer


@routes.post("/{account_id}/luk")
def close_account(account_id: Number, page: Annotated[Page, may_page("account.write")]) -> Response:
    """Close an account for good."""

    def close() -> Answer:
        accounts.close_account(page.session, account_id, page.now)
        return page.go_to("/konti", done="account_closed")

    return _change(page, account_id, close)


def _change(page: Page, account_id: int, do: Callable[[], Answer]) -> Response:
    """Do it and show the account again where that cannot be; one closed by this same form answers as it did."""
    with page.reading() as session:
        _need(session, account_id)
    return page.submit(do, lambda: _show(page, account_id), words=REFUSED)


def _need(session: Session, account_id: int) -> Account:
    """An account, closed or not."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFoundError(f"account {account_id}: no such account; look it up in the list of accounts")
    return account


def _is_taken(session: Session, username: str) -> bool:
    wanted = select(Account.id).where(Account.username == accounts.tidy_username(username))
    return session.scalar(wanted) is not None


def _show_new(page: Page) -> Response:
    with page.reading() as session:
        staff = _staff(session)
    form = page.form.starting(role="staff", scope="caseload")
    return page.show("house/account_new.html", form=form, staff=staff, **_choices(page))


def _show(page: Page, account_id: int, code: Code | None = None) -> Response:
    with page.reading() as session:
        account = _need(session, account_id)
        staff = _staff(session)
    form = page.form.starting(
        "/rettigheder", role=account.role, scope=account.scope, staff_id=account.staff_id,
        sees_protected=["true"] if account.sees_protected else [],
    )  # fmt: skip
    return page.show(
        "house/account.html", form=form, account=account, staff=staff, code=code,
        is_own=account.id == page.actor.account_id, **_choices(page),
    )  # fmt: skip


def _choices(page: Page) -> dict[str, list[tuple[str, str]]]:
    """The roles and whose citizens somebody sees, in words."""
    say = words_of(language_of(page.request))
    return {
        "roles": [(role, say(f"account_role_{role}")) for role in ROLES],
        "scopes": [(scope, say(f"account_scope_{scope}")) for scope in SCOPES],
    }


def _staff(session: Session) -> list[tuple[str, str]]:
    """Who works at the centre, by name, with the role where two have one name."""
    rows = session.execute(select(StaffMember.id, StaffMember.name, StaffMember.role).order_by(StaffMember.name)).all()
    return [(key, f"{name} ({role.replace('_', ' ')})") for key, name, role in rows]
