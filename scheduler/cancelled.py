"""Groups that the centre cancels or moves: everyone in one gets the best in place of it at once, and nobody else moves.

No other plan of the week changes until the transaction ends, as when the week is published.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from catalog.tables import Group, Meeting, Site
from catalog.weeks import CENTRE_TIME, monday_of
from scheduler import messages
from scheduler.alternatives import STAY, Search, read_search
from scheduler.asked import Asked
from scheduler.attendance import note_cancelled
from scheduler.group_times import GroupError, meetings_of, refuse_times, set_times
from scheduler.life import hold_week
from scheduler.one_problem import Times
from scheduler.places import StaleError, Standing, Why, change_plan, standing
from scheduler.problem import lottery_numbers
from scheduler.request_effects import CHANNEL, Asker, set_task
from scheduler.stored import NotFoundError, clock
from scheduler.supplies import make_supplies, move, newest_supply
from scheduler.tables import ChangeRequest, Citizen, FreedSeat, Hold, Lock, Message, Place, Waiting
from scheduler.texts import LANGUAGES, texts
from scheduler.waiting import give_back
from scheduler.week_state import WeekState, WeekStates
from solver.problem import MICRO_PER_PRICE


class Given(NamedTuple):
    """What somebody has in place of a group that was cancelled or moved, and the message that tells her."""

    citizen_id: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    needs_person: bool  # Her contact has a task.
    message_id: int


@dataclass(frozen=True)
class _Event:
    """What happens to a group."""

    slug: str  # group_cancelled or group_moved
    group: Group
    first: Meeting  # that it would have had, or has now
    is_soon: bool  # so that somebody must call
    reason: str
    asker: Asker


def cancel_group(session: Session, state: WeekState, group_id: int, reason: str, asker: Asker) -> list[Given]:
    """Let a group of a published week not take place, and give everyone in it the best activity in place of it.

    It has no seats and no meetings any more. Her other activities stay. Where nothing fits, where somebody must call
    because it would be soon, or where a lock or a running place holds her in it, her contact gets a task.

    Raises
    ------
    NotFoundError
        There is no such group.
    GroupError
        It is over, or cancelled already.
    StaleError
        The groups of the week have changed since `state` was made.
    """
    group, meetings = _hold_group(session, group_id, asker.today)
    if newest_supply(session, group.week) != state.version[1]:
        raise StaleError(f"the groups of week {group.week} have changed meanwhile: try again")
    first = meetings[0]
    is_soon = _is_soon(state, first.date, asker.today)
    event = _Event("group_cancelled", group, first, is_soon, reason, asker)
    _end_what_is_open(session, event)
    people = _in_order(session, group)
    note_cancelled(session, people, meetings, reason, asker)
    given = [_give(session, state, citizen_id, event) for citizen_id in people]
    session.execute(delete(Lock).where(Lock.group_id == group_id))
    session.execute(delete(Meeting).where(Meeting.group_id == group_id))
    session.execute(delete(FreedSeat).where(FreedSeat.group_id == group_id, FreedSeat.at == asker.at))
    session.execute(update(FreedSeat).where(FreedSeat.group_id == group_id).values(offered=True))
    group.seats = group.minimum = 0
    session.flush()
    make_supplies(session, group.week)
    return given


def move_group(session: Session, group_id: int, times: Times, reason: str, asker: Asker) -> list[Given]:
    """Let a group of a published week meet at other times of it; who cannot come then gets another.

    Raises
    ------
    NotFoundError
        There is no such group.
    NotPublishedError
        Its week has no published plan.
    GroupError
        It is over or cancelled, or it cannot meet then.
    """
    group, meetings = _hold_group(session, group_id, asker.today)
    refuse_times(session, group, times, asker.today)
    before = meetings[0].date
    event = _Event("group_moved", group, meetings[0], False, reason, asker)
    _end_what_is_open(session, event)
    set_times(session, group, times)
    make_supplies(session, group.week)
    state = WeekStates(fresh_seconds=0.0).of(session, group.week)  # Of this transaction, so nobody else may have it.
    first = meetings_of(session, group_id)[0]
    is_soon = _is_soon(state, min(before, first.date), asker.today)
    event = _Event("group_moved", group, first, is_soon, reason, asker)
    return [_give(session, state, citizen_id, event) for citizen_id in _in_order(session, group)]


def _hold_group(session: Session, group_id: int, today: dt.date) -> tuple[Group, list[Meeting]]:
    """A group that can still be changed, while no plan of its week changes, and its meetings."""
    group = session.get(Group, group_id)
    if group is None:
        raise NotFoundError(f"there is no group {group_id}")
    hold_week(session, group.week)
    session.refresh(group)
    meetings = meetings_of(session, group_id)
    if not meetings:
        raise GroupError(f"group {group.code} of week {group.week} has no meetings: it is cancelled")
    if meetings[-1].date < today:
        raise GroupError(f"group {group.code} of week {group.week} is over")
    return group, meetings


def _is_soon(state: WeekState, day: dt.date, today: dt.date) -> bool:
    return day <= today + dt.timedelta(days=state.rules.frozen_days)


def _in_order(session: Session, group: Group) -> list[int]:
    """Those in a group: whom earlier weeks owe most first, then by lottery."""
    rows = session.execute(
        select(Citizen.id, Citizen.weight_percent)
        .join(Place, Place.citizen_id == Citizen.id)
        .where(Place.group_id == group.id)
        .order_by(Citizen.id)
    ).all()
    drawn = lottery_numbers(np.array([row[0] for row in rows], np.int64), (group.offering_id,), 0)[:, 0].tolist()
    ranked = sorted(zip(rows, drawn, strict=True), key=lambda item: (-item[0][1], -item[1], item[0][0]))
    return [citizen_id for (citizen_id, _), _ in ranked]


def _end_what_is_open(session: Session, event: _Event) -> None:
    """Nobody takes the group as it was: neither by an offer or an answer of before, nor by an undo."""
    group = event.group
    offered = select(Hold).where(Hold.group_id == group.id, Hold.waiting_id.is_not(None))
    for seat in session.scalars(offered).all():
        give_back(session, session.get_one(Waiting, seat.waiting_id), seat)
    of_week = select(ChangeRequest).where(ChangeRequest.week == group.week)
    for request in session.scalars(of_week.where(ChangeRequest.state.in_(("answered", "held")))).all():
        if any(group.id in proposal["joined"] for proposal in request.proposals):
            held = delete(Hold).where(Hold.request_id == request.id).returning(Hold.group_id)
            move(session, (), session.scalars(held).all())
            request.state, request.chosen, request.held_until = "expired", None, None
    for request in session.scalars(of_week.where(ChangeRequest.state == "confirmed")).all():
        decided, chosen = request.decided_at, request.proposals[request.chosen or 0]
        is_today = decided is not None and decided.astimezone(CENTRE_TIME).date() == event.asker.today
        if is_today and group.id in chosen["left"]:
            request.state = "closed"
    session.flush()


def _give(session: Session, state: WeekState, citizen_id: int, event: _Event) -> Given:
    """Let one citizen have her best week, with a message and, where a person must look, a task."""
    group, asker = event.group, event.asker
    present = standing(session, citizen_id, group.week)
    slot = state.frame.slot_of.get(group.id)
    search = None if slot is None else _search(session, state, citizen_id, group, present)
    is_bound = search is not None and slot in search.one.locks
    best: tuple[int, ...] | None = None
    if event.slug == "group_moved" and search is not None and (is_bound or not search.one.breaks(search.present)):
        best = present.groups
    elif search is not None and slot is not None and not is_bound:
        best = _best_week(search, slot, present, asker.today)
    after = tuple(each for each in present.groups if each != group.id) if best is None else best
    needs_person = event.is_soon or is_bound or best is None
    _change(session, citizen_id, present, after, event)
    if needs_person:
        set_task(session, citizen_id, group.week, event.slug, group.offering_id, asker.at)
    return Given(citizen_id, present.groups, after, needs_person, _tell(session, citizen_id, best, event).id)


def _search(session: Session, state: WeekState, citizen_id: int, group: Group, present: Standing) -> Search | None:
    state.vacancies.forget()
    try:
        return read_search(session, state, citizen_id, Asked("another_activity", group_id=group.id), present)
    except NotFoundError:  # She is away by now.
        return None


def _best_week(search: Search, slot: int, present: Standing, today: dt.date) -> tuple[int, ...] | None:
    """Her week with the best other activity in place of a slot, beginning after the frozen days; None without one."""
    state, problem = search.state, search.one.problem
    kept = [each for each in search.present if each != slot]
    frozen = (today - monday_of(state.frame.week)).days + state.rules.frozen_days
    shut = search.shut | (problem.meeting_day[problem.meeting_ptr[:-1]] <= frozen)
    shut[kept], shut[slot] = False, True
    again = problem.slot_offering == problem.slot_offering[slot]  # The same at another time is the smaller change.
    price = search.price - again * (state.rules.change_cost * 10 * int(problem.weight[0]))
    price[kept] = -STAY
    fresh = sorted(set(search.one.best(price, shut).slots) - set(kept))
    weeks = [(*kept, each) for each in fresh]
    worth = [
        (judged.value - int(price[each]) * MICRO_PER_PRICE, -each)
        for each, judged in zip(fresh, search.one.judge(weeks), strict=True)
        if not judged.breaks
    ]
    if not worth:
        return None
    unseen = [each for each in present.groups if each not in state.frame.slot_of]
    return tuple(sorted([*unseen, *(int(state.frame.ids.group[each]) for each in (*kept, -max(worth)[1]))]))


def _change(session: Session, citizen_id: int, present: Standing, after: tuple[int, ...], event: _Event) -> None:
    """Write the next version of her plan, also where only the times of a group are others."""
    joined, left = set(after) - set(present.groups), set(present.groups) - set(after)
    move(session, joined, left)
    why = Why(event.slug, event.asker.account_id, event.asker.at, granted=event.slug if joined else "")
    change_plan(session, citizen_id, event.group.week, present, after, why).note = event.reason


def _tell(session: Session, citizen_id: int, best: tuple[int, ...] | None, event: _Event) -> Message:
    slug = f"{event.slug}_call" if best is None else event.slug
    if event.slug == "group_moved" and best is not None and event.group.id not in best:
        slug = "group_moved_away"
    site = session.scalars(select(Site.name).where(Site.id == event.group.site_id)).one()
    words = {
        "date": f"{event.first.date:%d.%m.}", "time": clock(event.first.start_min), "place": site,
        "week": event.group.week,
    }  # fmt: skip
    needed = messages.fields(texts(LANGUAGES[0]).gettext(slug))
    told = {name: word for name, word in words.items() if name in needed} | {"offering": event.group.offering_id}
    return messages.queue(session, citizen_id, CHANNEL, slug, told, event.asker.at)
