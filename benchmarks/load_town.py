"""What the load falls on: a town with a published week, everybody logged in, and a second week to plan meanwhile."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from api.http.callers import COOKIE
from catalog.database import insert_rows, make_engine, reading, writing
from catalog.weeks import create_groups, shift_week, week_of
from scheduler import accounts, queue, sessions
from scheduler.accounts import Rights
from scheduler.approval import approve
from scheduler.migrations import upgrade
from scheduler.publishing import publish
from scheduler.runs import Task, compute, read_input, store
from scheduler.shipped import load_shipped
from scheduler.tables import Account, Citizen, LoginSession, Place
from scheduler.town import make_town
from solver import Options

# Next week: what is published may be changed, for nothing of it is over or today.
WEEK, SEED, TIGHTNESS = shift_week(week_of(dt.date.today()), 1), 1, 0.6
HASTY = Options(seed=SEED, time_limit=None, max_rounds=6)  # for a published plan that need not be good


@dataclass(frozen=True)
class Town:
    """Who is logged in, each by her own cookie."""

    week: str
    citizens: dict[int, str]
    leader: str


def make_published_town(url: str, citizens: int, options: Options = HASTY) -> Town:
    """Make a town, plan and publish its week, make the next week's groups, and log everybody in."""
    upgrade(url)
    engine = make_engine(url)
    with writing(engine) as session:
        load_shipped(session)
        make_town(session, citizens, SEED, TIGHTNESS, WEEK)
        create_groups(session, shift_week(WEEK, 1))
    now = dt.datetime.now(dt.UTC)
    with writing(engine) as session:
        outcome = compute(read_input(session, Task(WEEK, options)))
        run = store(session, outcome)
        leader = accounts.create_account(session, "leder", "Lone", Rights("staff", "centre"), now)
        approve(session, run.id, "", leader.id, now, "load")
        publish(session, run.id, leader.id, now)
        _make_accounts(session, now)
    town = _log_in(engine)
    engine.dispose()
    return town


def ask_endless(engine: Engine) -> int:
    """Ask for a run of the next week that ends only where it is cancelled or its worker ends."""
    with writing(engine) as session:
        return queue.ask(session, Task(shift_week(WEEK, 1), Options(seed=SEED, time_limit=None))).id


def askers(engine: Engine, town: Town) -> list[tuple[int, str, int]]:
    """Everybody who has a place in the published week, with her cookie and one of her groups."""
    with reading(engine) as session:
        first = select(Place.citizen_id, func.min(Place.group_id)).where(Place.week == town.week)
        rows = session.execute(first.group_by(Place.citizen_id).order_by(Place.citizen_id)).all()
    return [(citizen, town.citizens[citizen], group) for citizen, group in rows]


def log_in_anew(engine: Engine) -> None:
    """Let everybody have been there just now, as somebody who has just logged in."""
    with writing(engine) as session:
        session.execute(update(LoginSession).values(seen_at=dt.datetime.now(dt.UTC)))


def _make_accounts(session: Session, now: dt.datetime) -> None:
    rows = [
        {"username": f"citizen-{key}", "name": external, "role": "citizen", "citizen_id": key, "created_at": now}
        | {"scope": "caseload", "sees_protected": False}
        for key, external in session.execute(select(Citizen.id, Citizen.external_id)).all()
    ]
    insert_rows(session, Account, rows)


def _log_in(engine: Engine) -> Town:
    now, cookies = dt.datetime.now(dt.UTC), dict[int | None, str]()
    with writing(engine) as session:
        for account, citizen in session.execute(select(Account.id, Account.citizen_id).order_by(Account.id)).all():
            cookies[citizen] = f"{COOKIE}={sessions.open_session(session, account, now)[0]}"
    leader = cookies.pop(None)
    return Town(WEEK, {citizen: cookie for citizen, cookie in cookies.items() if citizen is not None}, leader)
