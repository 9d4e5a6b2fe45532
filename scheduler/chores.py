"""What recurs: do what was asked for, let go what is held no longer, remind, send, and drop what is kept no longer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from catalog.database import reading, writing
from catalog.tables import Group
from catalog.weeks import CENTRE_TIME, week_of
from scheduler import idempotency, offers, requests
from scheduler.asked_scenarios import drop_scenarios, plan_scenarios
from scheduler.channels import Channel
from scheduler.life import NotPublishedError
from scheduler.messages import Sent, send_due
from scheduler.printing import drop_prints, make_prints
from scheduler.privacy import do_jobs, drop_copies
from scheduler.reminders import queue_reminders
from scheduler.stalled import set_tasks, stalled_tasks
from scheduler.stripping import holding_erased, strip
from scheduler.tables import ChangeRequest, FreedSeat, Hold
from scheduler.week_state import WeekStates

AT_ONCE = 500  # Tasks that one transaction sets, so that nobody waits long for it.
ANSWERS_KEPT = dt.timedelta(days=1)  # How long a write may be sent again with its key.


@dataclass(frozen=True)
class Done:
    """What the chores did."""

    reminders: int
    sent: int
    waiting: int  # messages that will be tried again
    forgotten: int  # answers to writes, copies, prints and scenarios
    stripped: int  # runs that lost an input with somebody erased
    jobs: int  # copies, erasures, prints and scenarios
    let_go: int  # holds that were over
    seats: int  # that came free and were offered to who waits
    stalled: int  # tasks about steps that are overdue and people who get no further


def do_chores(
    engine: Engine, channels: Mapping[str, Channel], listed: Path, now: dt.datetime, fonts: Path | None = None
) -> Done:
    """Do them all once; several processes may, and a second time does nothing twice."""
    jobs = do_jobs(engine, listed) + make_prints(engine, fonts) + plan_scenarios(engine)
    reminders, sent = remind_and_send(engine, channels, now)
    forgotten, stripped = drop_old(engine, now)
    let_go = let_go_overdue(engine, now)
    seats = offer_seats(engine, WeekStates(), now)
    stalled = look_at_steps(engine, now)
    return Done(reminders, sent.sent, sent.failed, forgotten, stripped, jobs, let_go, seats, stalled)


def let_go_overdue(engine: Engine, now: dt.datetime) -> int:
    """Free what was held until now, one request after the other; returns how many ended."""
    with reading(engine) as session:
        due = session.scalar(select(func.count()).where(ChangeRequest.state == "held", ChangeRequest.held_until <= now))
    ended = 0
    for _ in range(due or 0):
        with writing(engine) as session:
            ended += requests.expire(session, now, most=1)
    return ended


def offer_seats(engine: Engine, states: WeekStates, now: dt.datetime) -> int:
    """Pass on the offers that nobody answered, and offer what is free to who waits; returns how many seats it were."""
    with reading(engine) as session:
        due = session.scalar(select(func.count()).where(Hold.waiting_id.is_not(None), Hold.until <= now))
    for _ in range(due or 0):
        with writing(engine) as session:
            offers.pass_on_due(session, now, most=1)
    with reading(engine) as session:
        free = session.scalar(select(func.count()).where(FreedSeat.offered.is_(False))) or 0
        _make_states(session, states, now)
    for _ in range(free):
        with writing(engine) as session:
            offers.offer_freed(session, states, now, most=1)
    return free


def _make_states(session: Session, states: WeekStates, now: dt.datetime) -> None:
    """Make the states of the weeks to come with a free seat while no writer waits for them."""
    to_come = Group.week >= week_of(now.astimezone(CENTRE_TIME).date())
    weeks = select(Group.week).join(FreedSeat, FreedSeat.group_id == Group.id)
    for week in session.scalars(weeks.where(FreedSeat.offered.is_(False), to_come).distinct()).all():
        with suppress(NotPublishedError):
            states.of(session, week)


def remind_and_send(engine: Engine, channels: Mapping[str, Channel], now: dt.datetime) -> tuple[int, Sent]:
    """Queue tomorrow's reminders and send what is due; returns how many reminders are new, and what was sent."""
    with writing(engine) as session:
        reminders = queue_reminders(session, now)
    return reminders, send_due(lambda: writing(engine), channels, now)


def look_at_steps(engine: Engine, now: dt.datetime) -> int:
    """Set the tasks about steps that are overdue and people who get no further, and say how many are new."""
    with reading(engine) as session:
        rows = stalled_tasks(session, now)
    for start in range(0, len(rows), AT_ONCE):
        with writing(engine) as session:
            set_tasks(session, rows[start : start + AT_ONCE])
    return len(rows)


def drop_old(engine: Engine, now: dt.datetime) -> tuple[int, int]:
    """Drop what is kept no longer; returns how much was kept, and how many runs lost their input."""
    with writing(engine) as session:
        forgotten = idempotency.forget_before(session, now - ANSWERS_KEPT) + drop_copies(session, now)
        forgotten += drop_prints(session, now) + drop_scenarios(session, now)
    with reading(engine) as session:
        runs = holding_erased(session)
    if runs:
        with writing(engine) as session:
            strip(session, runs, now)
    return forgotten, len(runs)
