"""A small centre at work: last week and this one published, next week proposed, people of each role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from catalog.database import make_engine, writing
from catalog.tables import Group, GroupStaff, Indicator, Meeting, Offering, StaffMember
from catalog.weeks import CENTRE_TIME, monday_of, shift_week, week_of
from scheduler import accounts, goals, ratings, waiting
from scheduler.accounts import Rights
from scheduler.approval import approve
from scheduler.asked_scenarios import ask_scenario
from scheduler.attendance import Mark
from scheduler.goals import Step
from scheduler.lab.scenario import Closed, Scenario
from scheduler.lab.what_if import as_record, read_task, what_if
from scheduler.migrations import upgrade
from scheduler.next_week import begin_week, look_back
from scheduler.publishing import publish
from scheduler.registers import read_register, record
from scheduler.request_effects import Asker
from scheduler.runs import Task, compute, read_input, store
from scheduler.shipped import load_shipped
from scheduler.standing_in import free_for
from scheduler.tables import Citizen, Contact, Place, PlanEntry, Representation
from scheduler.town import make_town
from solver import Options

CITIZENS, SEED, TIGHTNESS = 120, 3, 0.7
HASTY = Options(seed=SEED, time_limit=None, max_rounds=4)
PASSWORD = "fire ord i en sætning"
ROLES = ("citizen", "representative", "staff", "leader", "planner", "admin")


@dataclass(frozen=True)
class Facts:
    """What the paths of places name: `{week}`, `{citizen}` and so on."""

    week: str
    next_week: str
    last_week: str
    run: int  # that is published this week
    next_run: int  # that is proposed for next week
    citizen: int  # with an account, a full week, a goal and ratings
    other: int  # a citizen without an account, with places this week
    staff: str  # her caseworker or another contact, with an account
    group: int  # of this week, that the member of staff or somebody holds
    past_group: int  # of last week, in which the citizen was
    next_group: int  # that is proposed to the citizen for next week, after its Monday
    offering: str  # that the citizen waits for
    held_group: int  # of next week, that a worker holds and somebody else could
    site: str  # where it meets
    what_if: int  # next week with a site closed, planned
    account: dict[str, int]


def make_centre(url: str, citizens: int = CITIZENS) -> Facts:
    """Make the centre in an empty database."""
    upgrade(url)
    engine = make_engine(url)
    now = dt.datetime.now(dt.UTC)
    week = week_of(now.astimezone(CENTRE_TIME).date())
    last, following = shift_week(week, -1), shift_week(week, 1)
    with writing(engine) as session:
        load_shipped(session)
        make_town(session, citizens, SEED, TIGHTNESS, last)
        session.execute(update(StaffMember).values(team="Team " + StaffMember.site_id))
        leader = accounts.create_account(session, "leder", "Lone Leth", Rights("staff", "centre"), now).id
    _publish(engine, Task(last, HASTY), leader, _during(last))
    run = _publish(engine, _roll(engine, last), leader, _during(week))
    next_run = _propose(engine, _roll(engine, week))
    with writing(engine) as session:
        facts = _people(session, (last, week, following), (run, next_run), leader, now)
        _life(session, facts, now)
        made_up = _imagine(session, facts, now)
    engine.dispose()
    return replace(facts, what_if=made_up)


def _imagine(session: Session, facts: Facts, now: dt.datetime) -> int:
    """Next week with the site closed at which the group meets, planned as a worker does, but in this process."""
    scenario = Scenario(name="Uden et sted", week=facts.next_week, close=Closed(sites=[facts.site]))
    asked = ask_scenario(session, scenario, facts.account["planner"], now)
    asked.result, asked.tried_at, asked.done_at = as_record(what_if(read_task(session, scenario), HASTY)), now, now
    return asked.id


def send_out(url: str, facts: Facts) -> None:
    """Send out next week in a centre that is made."""
    engine = make_engine(url)
    with writing(engine) as session:
        leader, at = facts.account["leader"], dt.datetime.now(dt.UTC)
        approve(session, facts.next_run, "", leader, at, "gennemgået")
        publish(session, facts.next_run, leader, at)
    engine.dispose()


def _roll(engine: Engine, week: str) -> Task:
    """What is to be planned after a published week."""
    with writing(engine) as session:
        return begin_week(session, look_back(session, week), HASTY)


def _propose(engine: Engine, task: Task) -> int:
    with writing(engine) as session:
        return store(session, compute(read_input(session, task))).id


def _publish(engine: Engine, task: Task, leader: int, at: dt.datetime) -> int:
    run = _propose(engine, task)
    with writing(engine) as session:
        approve(session, run, "", leader, at, "gennemgået")
        publish(session, run, leader, at)
    return run


def _during(week: str) -> dt.datetime:
    """Some days before a week begins."""
    return dt.datetime.combine(monday_of(week), dt.time(10), dt.UTC) - dt.timedelta(days=4)


def _people(
    session: Session, weeks: tuple[str, str, str], runs: tuple[int, int], leader: int, now: dt.datetime
) -> Facts:
    """An account of each role around the citizen who has most this week and a contact."""
    last, week, following = weeks
    busy = select(Place.citizen_id).where(Place.week == week).group_by(Place.citizen_id)
    order = session.scalars(busy.order_by(func.count().desc(), Place.citizen_id)).all()
    in_past = set(session.scalars(select(Place.citizen_id).where(Place.week == last)))
    staff_of: dict[int, str] = {row.citizen_id: row.staff_id for row in session.scalars(select(Contact))}
    citizen = next(one for one in order if one in in_past and one in staff_of)
    other = next(one for one in order if one != citizen)
    staff = staff_of[citizen]
    name = session.get_one(Citizen, citizen).name or "Ali"
    rights = {
        "citizen": ("ali", name, Rights("citizen", citizen_id=citizen)),
        "representative": ("bisidder", "Bente Bisidder", Rights("representative")),
        "staff": ("sagsbehandler", "Sanne Sagsbehandler", Rights("staff", "caseload", staff_id=staff)),
        "planner": ("planlaegger", "Palle Plan", Rights("planner", "centre")),
        "admin": ("admin", "Alma Admin", Rights("admin", "centre")),
    }
    account = {"leader": leader}
    for role, given in rights.items():
        account[role] = accounts.create_account(session, *given, now).id
        session.flush()
    until = now.date() + dt.timedelta(days=60)
    session.add(
        Representation(
            citizen_id=citizen, account_id=account["representative"], may="act", until=until,
            granted_by=account["citizen"], granted_at=now,
        )
    )  # fmt: skip
    hers = select(Place.group_id).where(Place.citizen_id == citizen).order_by(Place.group_id).limit(1)
    held = select(Place.group_id).join(GroupStaff, GroupStaff.group_id == Place.group_id).where(Place.week == week)
    nearest = (GroupStaff.staff_id == staff).desc(), (Place.citizen_id == citizen).desc(), Place.group_id
    group = session.scalars(held.order_by(*nearest).limit(1)).one()
    past = session.scalars(hers.where(Place.week == last)).one()
    taken = select(Group.offering_id).join(Place, Place.group_id == Group.id).where(Place.citizen_id == citizen)
    free = select(Offering.id).where(Offering.id.not_in(taken), Offering.kind == "open_group")
    wanted = session.scalars(free.order_by(Offering.id).limit(1)).one()
    later = _last_group(session, runs[1], citizen)
    held_group = _held_group(session, runs[1])
    site = session.get_one(Group, held_group).site_id
    return Facts(
        week, following, last, *runs, citizen, other, staff, group, past, later, wanted, held_group, site, 0, account
    )


def _held_group(session: Session, run: int) -> int:
    """A group of a run's plans that is nobody's own time, and that somebody else could take too."""
    held = (
        select(Group).join(PlanEntry, PlanEntry.group_id == Group.id).join(GroupStaff, GroupStaff.group_id == Group.id)
    )
    held = held.where(PlanEntry.run_id == run, Group.appointment.is_(False)).distinct().order_by(Group.id)
    return next(group.id for group in session.scalars(held) if free_for(session, group))


def _last_group(session: Session, run: int, citizen: int) -> int:
    """The group of a run's plan for a citizen that begins last in the week."""
    first = select(Meeting.group_id, func.min(Meeting.day).label("day")).group_by(Meeting.group_id).subquery()
    hers = select(PlanEntry.group_id).join(first, first.c.group_id == PlanEntry.group_id)
    hers = hers.where(PlanEntry.run_id == run, PlanEntry.citizen_id == citizen)
    return session.scalars(hers.order_by(first.c.day.desc(), PlanEntry.group_id).limit(1)).one()


def _life(session: Session, facts: Facts, now: dt.datetime) -> None:
    """What the citizen and staff have said and noted: a goal with steps, ratings, a register, a place in a line."""
    hers, theirs = Asker(facts.account["citizen"], now), Asker(facts.account["leader"], now)
    goals.set_goal(session, facts.citizen, "job", "Et job i et køkken", "citizen", hers)
    goals.add_step(session, facts.citizen, Step(shift_week(facts.week, 6), words="Stå op til tiden hver dag"), hers)
    first = goals.add_step(
        session, facts.citizen, Step(shift_week(facts.week, 2), words="Ringe til en arbejdsplads"), hers
    )
    goals.mark_step(session, facts.citizen, first.id, True, hers)
    values: list[tuple[str, Asker, Callable[[int], int]]] = [
        ("citizen", hers, lambda at: 2 + at % 3),
        ("staff", theirs, lambda at: 3 + at % 2),
    ]
    for rater, asker, value in values:
        asked: list[Indicator] = ratings.asked_of(session, rater)
        ratings.rate(session, facts.citizen, rater, {one.id: value(at) for at, one in enumerate(asked)}, asker)
    register = read_register(session, facts.last_week, facts.past_group)
    marks = [
        Mark(person.citizen_id, meeting.date, meeting.start_min, "attended")
        for person in register.participants
        for meeting in register.meetings
    ]
    record(session, facts.last_week, facts.past_group, marks, theirs)
    waiting.join(session, facts.citizen, facts.offering, hers)
