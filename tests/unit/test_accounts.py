"""Accounts, one-time codes and who acts for whom, with a hash so cheap that a test may compute many."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from catalog.columns import Base
from catalog.database import make_engine, writing
from scheduler import accounts, representation
from scheduler.accounts import AccountError, LastAdminError, Rights, UnknownAccountError, create_account
from scheduler.policy import UnknownCitizenError, permit_citizen
from scheduler.representation import RepresentationError, UnknownRepresentationError
from scheduler.sessions import find_session, open_session
from scheduler.tables import Account, Citizen
from tests.unit.people import NOW, TODAY, People, cheap_hasher, people

__all__ = ["people"]

HASHER = cheap_hasher()


def test_the_first_start_makes_an_admin_with_a_code_and_the_next_start_nothing(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/igang.db")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        code = accounts.first_admin(session, NOW, HASHER)
        admin = session.scalars(select(Account)).one()
        assert (admin.username, admin.role, admin.scope) == ("admin", "admin", "centre")
        assert code is not None
        assert HASHER.verify(code, admin.code_hash or "")
        assert admin.code_until == NOW + dt.timedelta(hours=24)
    with writing(engine) as session:
        assert accounts.first_admin(session, NOW + dt.timedelta(hours=23), HASHER) is None
        later = accounts.first_admin(session, NOW + dt.timedelta(hours=24), HASHER)
        assert later not in (None, code)
        accounts.set_password(session, 1, "four words that hold", HASHER)
        assert accounts.first_admin(session, NOW + dt.timedelta(days=9), HASHER) is None
    engine.dispose()


def test_where_there_are_accounts_no_admin_is_made(people: People) -> None:
    assert accounts.first_admin(people.session, NOW, HASHER) is None
    assert people.session.scalar(select(Account).where(Account.role == "admin")) is None


def test_a_code_has_eight_signs_that_nobody_takes_for_others(people: People) -> None:
    account = people.account("anna", "staff")
    codes = {accounts.new_code(people.session, account, NOW, hasher=HASHER) for _ in range(200)}
    assert len(codes) == 200
    assert {len(code) for code in codes} == {8}
    assert not set("01OIL") & set("".join(codes))
    kept = people.session.get_one(Account, account).code_hash or ""
    assert kept.startswith("$argon2id$")
    assert not any(code in kept for code in codes)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("abcd-2345", "ABCD2345"),
        (" ABCD 2345 ", "ABCD2345"),
        ("ABCD234", None),
        ("ABCD2340", None),  # no code has a zero
        ("correct horse", None),
        ("", None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, read: str | None) -> None:
    assert accounts.read_code(typed) == read


def test_a_citizen_gets_an_account_with_her_first_code_and_keeps_it(people: People) -> None:
    first = accounts.code_for_citizen(people.session, people.hers, NOW, HASHER)
    second = accounts.code_for_citizen(people.session, people.hers, NOW, HASHER)
    assert (first.username, second.username, first.until) == ("b1", "b1", NOW + dt.timedelta(minutes=15))
    account = people.session.scalars(select(Account).where(Account.username == "b1")).one()
    assert (account.role, account.citizen_id, account.password_hash) == ("citizen", people.hers, None)
    assert HASHER.verify(second.code, account.code_hash or "")
    assert not HASHER.verify(first.code, account.code_hash or "")


def test_a_code_for_nobody_is_refused(people: People) -> None:
    with pytest.raises(AccountError, match="citizen 999: no such citizen"):
        accounts.code_for_citizen(people.session, 999, NOW, HASHER)


def test_a_username_is_the_same_in_capitals_and_is_taken_once(people: People) -> None:
    made = create_account(people.session, "  Åse.Ｍ\0 ", "Åse", Rights("planner"), NOW)
    assert made.username == "åse.m"
    with pytest.raises(AccountError, match=r"username åse\.m: somebody has it already"):
        create_account(people.session, "ÅSE.M", "Another", Rights("planner"), NOW)


@pytest.mark.parametrize(
    ("username", "rights", "problem"),
    [
        ("", Rights("planner"), "username: give 1 to 100"),
        (" \0\n", Rights("planner"), "username: give 1 to 100"),
        ("x" * 101, Rights("planner"), "username: give 1 to 100"),
        ("x", Rights("king"), "role king: choose one of citizen"),
        ("x", Rights("admin", "world"), "scope world: choose one of centre"),
        ("x", Rights("citizen"), "the account of a citizen, and no other"),
        ("x", Rights("staff", "centre", citizen_id=1), "the account of a citizen, and no other"),
        ("x", Rights("citizen", citizen_id=999), "citizen 999: no such citizen"),
        ("x", Rights("staff", "team"), "scope team: name the member of staff"),
        ("x", Rights("staff", staff_id="nobody"), "staff nobody: no such member of staff"),
        ("x", Rights("staff", staff_id="anna\0"), "no such member of staff"),
    ],
)
def test_rights_that_make_no_sense_are_refused_and_said(
    people: People, username: str, rights: Rights, problem: str
) -> None:
    with pytest.raises(AccountError, match=problem):
        create_account(people.session, username, "Name", rights, NOW)


def test_other_rights_a_password_and_the_end_of_an_account_end_its_logins(people: People) -> None:
    account = people.account("anna", "staff")
    session = people.session
    changes: list[Callable[[], object]] = [
        lambda: accounts.change_rights(session, account, Rights("staff", "team", staff_id="anna")),
        lambda: accounts.set_password(session, account, "four words that hold", HASHER),
        lambda: accounts.close_account(session, account, NOW),
    ]
    for change in changes:
        token, _ = open_session(session, account, NOW)
        assert find_session(session, token, NOW) is not None
        change()
        assert find_session(session, token, NOW) is None
    closed = session.get_one(Account, account)
    assert (closed.scope, closed.closed_at, closed.password_hash, closed.code_hash) == ("team", NOW, None, None)
    with pytest.raises(UnknownAccountError, match="no such account, or it is closed"):
        accounts.set_password(session, account, "four words that hold", HASHER)


def test_a_password_is_neither_short_nor_endless(people: People) -> None:
    account = people.account("anna", "staff")
    for password in ("eleven char", "x" * 201):
        with pytest.raises(AccountError, match="password: give 12 to 200 characters"):
            accounts.set_password(people.session, account, password, HASHER)


def test_the_last_admin_stays_one(people: People) -> None:
    first = people.account("first", "admin")
    changes: list[Callable[[], object]] = [
        lambda: accounts.close_account(people.session, first, NOW),
        lambda: accounts.change_rights(people.session, first, Rights("planner")),
    ]
    for change in changes:
        with pytest.raises(LastAdminError, match="it is the last admin; make another first"):
            change()
    people.account("second", "admin")
    accounts.close_account(people.session, first, NOW)


@pytest.mark.parametrize("number", [0, -1, 999_999, 2**70])
def test_an_account_that_is_not_there_is_said_so(people: People, number: int) -> None:
    with pytest.raises(UnknownAccountError, match=f"account {number}: no such account"):
        accounts.find_account(people.session, number)


def test_a_leave_is_given_replaced_listed_and_revoked(people: People) -> None:
    session, cousin = people.session, people.account("cousin")
    actor = dataclasses.replace(people.actors["R"], account_id=cousin)
    day = TODAY + dt.timedelta(days=30)
    first = representation.grant(session, people.other, "COUSIN", "act", day, cousin, NOW)
    second = representation.grant(session, people.other, "cousin", "see", day, cousin, NOW)
    assert first.revoked_at == NOW
    assert representation.list_for_citizen(session, people.other, TODAY) == [second]
    assert representation.list_for_account(session, cousin, TODAY) == [second]
    assert representation.list_for_account(session, cousin, day + dt.timedelta(days=1)) == []
    permit_citizen(session, actor, "plan.read", people.other, TODAY)
    with pytest.raises(UnknownCitizenError):
        permit_citizen(session, actor, "plan.answer", people.other, TODAY)
    with pytest.raises(UnknownRepresentationError):
        representation.revoke(session, people.hers, second.id, NOW)
    representation.revoke(session, people.other, second.id, NOW)
    with pytest.raises(UnknownCitizenError):
        permit_citizen(session, actor, "plan.read", people.other, TODAY)
    assert representation.revoke(session, people.other, second.id, NOW + dt.timedelta(days=1)).revoked_at == NOW


@pytest.mark.parametrize(
    ("username", "may", "days", "problem"),
    [
        ("sees", "own", 1, "may own: choose one of see, act"),
        ("sees", "act", -1, "until .*: choose a day from"),
        ("sees", "act", 367, "until .*: choose a day from"),
        ("nobody", "act", 1, "nobody by that name can act for her"),
        ("planner", "act", 1, "nobody by that name can act for her"),
        ("closed", "act", 1, "nobody by that name can act for her"),
        ("herself", "act", 1, "nobody by that name can act for her"),
    ],
)
def test_a_leave_that_cannot_be_given_is_refused_and_said(
    people: People, username: str, may: str, days: int, problem: str
) -> None:
    people.account("planner", "planner")
    people.account("herself", "citizen", people.hers)
    people.session.get_one(Account, people.account("closed")).closed_at = NOW
    until = TODAY + dt.timedelta(days=days)
    with pytest.raises(RepresentationError, match=problem):
        representation.grant(people.session, people.hers, username, may, until, 1, NOW)


def test_a_citizen_s_name_in_the_list_of_accounts_is_her_own_where_it_is_known(people: People) -> None:
    people.session.get_one(Citizen, people.hers).name = "Bodil"
    for citizen, name in ((people.hers, "Bodil"), (people.other, "B2")):
        username = accounts.code_for_citizen(people.session, citizen, NOW, HASHER).username
        assert people.session.scalars(select(Account.name).where(Account.username == username)).one() == name
