"""A seat that came free goes to who waits for it: offered to one after the other, in order, each for a time.

Nobody is moved without asking, and an offer adds one activity to a week or is not made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.tables import Group, Meeting, Site
from catalog.weeks import CENTRE_TIME
from scheduler import messages
from scheduler.alternatives import read_search
from scheduler.apart import groups_of_people_apart, refuse_people_apart
from scheduler.asked import Asked
from scheduler.group_times import meetings_of
from scheduler.life import NotPublishedError
from scheduler.places import StaleError, Standing, Why, change_plan, hold_plan, hold_published, hold_seats, standing
from scheduler.request_effects import CHANNEL
from scheduler.requests import RequestStateError
from scheduler.stored import NotFoundError, clock
from scheduler.supplies import FullError
from scheduler.tables import FreedSeat, Hold, Place, Supply, SupplyUse, Waiting
from scheduler.waiting import Held, give_back, hold_waiting, in_line
from scheduler.week_state import WeekState, WeekStates


def offer_freed(session: Session, states: WeekStates, now: dt.datetime, most: int = 10) -> int:
    """Offer the seats that came free to the first who can come, and say how many seats were looked at.

    A seat is looked at once, and again when an offer of it is over. Nothing is offered within the frozen days.
    """
    free = select(FreedSeat.id, Group.week).join(Group, Group.id == FreedSeat.group_id)
    seats = session.execute(free.where(FreedSeat.offered.is_(False)).order_by(FreedSeat.id).limit(most)).all()
    for freed_id, week in seats:
        # The week before the seat: whoever cancels a group takes them in this order.
        hold_published(session, week)
        untouched = (FreedSeat.id == freed_id, FreedSeat.offered.is_(False))
        freed = session.scalar(select(FreedSeat).where(*untouched).with_for_update(skip_locked=True))
        if freed is not None:
            freed.offered = True
            session.flush()
            _offer(session, states, freed, week, now)
    return len(seats)


def pass_on_due(session: Session, now: dt.datetime, most: int = 100) -> int:
    """End the offers that nobody answered in time, and say how many; who did not answer keeps her place in line."""
    due = select(Hold.waiting_id).where(Hold.waiting_id.is_not(None), Hold.until <= now)
    count = 0
    for waiting_id in session.scalars(due.order_by(Hold.waiting_id).limit(most)).all():
        waiting, seat, _ = hold_waiting(session, waiting_id or 0)
        if seat is not None and seat.until <= now:
            waiting.offers += 1
            give_back(session, waiting, seat)
            count += 1
    return count


def accept(
    session: Session, waiting_id: int, citizen_id: int, now: dt.datetime, account_id: int | None = None
) -> Waiting:
    """Add the seat that is offered to her to her week; saying yes again changes nothing.

    Raises
    ------
    NotFoundError
        There is no such waiting of hers.
    RequestStateError
        No seat is offered to her, or not any more.
    StaleError
        Her plan has changed since the offer.
    """
    held = _hers(session, waiting_id, citizen_id)
    waiting, seat, plan = held
    if waiting.state == "placed":
        return waiting
    if seat is None or plan is None or seat.until <= now:
        raise RequestStateError(f"waiting {waiting_id} has no seat on offer: she keeps her place in line")
    if plan.version != waiting.base:
        raise StaleError(f"her plan is version {plan.version}, the offer is about {waiting.base}: look at it again")
    session.execute(delete(Hold).where(Hold.id == seat.id))
    why = Why("seat_offered", account_id, now, granted="waiting")
    change_plan(session, citizen_id, seat.week, plan, {*plan.groups, seat.group_id}, why)
    waiting.state, waiting.ended_at = "placed", now
    session.flush()
    return waiting


def decline(session: Session, waiting_id: int, citizen_id: int) -> Waiting:
    """Let the seat that is offered to her go to the next; she waits on, and saying no costs her nothing.

    Raises
    ------
    NotFoundError
        There is no such waiting of hers.
    """
    waiting, seat, _ = _hers(session, waiting_id, citizen_id)
    if seat is not None:
        give_back(session, waiting, seat)
    return waiting


def open_offer(session: Session, citizen_id: int, now: dt.datetime) -> Hold | None:
    """The seat that is offered to a citizen now."""
    hers = (Hold.citizen_id == citizen_id, Hold.waiting_id.is_not(None), Hold.until > now)
    return session.scalar(select(Hold).where(*hers).order_by(Hold.id.desc()).limit(1))


def _hers(session: Session, waiting_id: int, citizen_id: int) -> Held:
    held = hold_waiting(session, waiting_id)
    if held.waiting.citizen_id != citizen_id:
        raise NotFoundError(f"waiting {waiting_id}: there is no such waiting of hers")
    return held


def _state_of(session: Session, states: WeekStates, week: str) -> WeekState | None:
    try:
        return states.of(session, week)
    except NotPublishedError:
        return None


def _offer(session: Session, states: WeekStates, freed: FreedSeat, week: str, now: dt.datetime) -> None:
    """Keep a seat for the first in line who can come, and ask her."""
    meetings, today = meetings_of(session, freed.group_id), now.astimezone(CENTRE_TIME).date()
    if not meetings or meetings[0].date <= today or not _has_room(session, freed.group_id):
        return
    state = _state_of(session, states, week)
    if state is None or meetings[0].date <= today + dt.timedelta(days=state.rules.frozen_days):
        return
    until = now + dt.timedelta(minutes=state.rules.offer_minutes)
    for waiting in _askable(session, freed, week, now):
        present = standing(session, waiting.citizen_id, week)
        if not _can_come(session, state, waiting, freed.group_id, present):
            continue
        if hold_plan(session, waiting.citizen_id, week).version != present.version:
            continue
        session.refresh(waiting)
        if waiting.state != "waiting":
            continue
        try:
            with session.begin_nested():
                hold_seats(session, waiting.citizen_id, week, [freed.group_id], until, waiting_id=waiting.id)
                refuse_people_apart(session, waiting.citizen_id, week, [freed.group_id])
        except FullError:
            continue
        waiting.state, waiting.base, waiting.asked = "offered", present.version, [*waiting.asked, freed.id]
        _ask(session, waiting, meetings[0], until, now)
        return


def _askable(session: Session, freed: FreedSeat, week: str, now: dt.datetime) -> Iterator[Waiting]:
    """Who waits for the seat and was not asked about it, in order; nobody is asked two things at a time."""
    asked = set(session.scalars(select(Hold.citizen_id).where(Hold.waiting_id.is_not(None))))
    for waiting in in_line(session, freed.offering_id, week, now):
        if waiting.state == "waiting" and freed.id not in waiting.asked and waiting.citizen_id not in asked:
            yield waiting


def _can_come(session: Session, state: WeekState, waiting: Waiting, group_id: int, present: Standing) -> bool:
    """Whether her week keeps every rule with the group added and nothing else changed."""
    slot = state.frame.slot_of.get(group_id)
    wish = Asked("more", offering_id=waiting.offering_id)
    try:
        search = read_search(session, state, waiting.citizen_id, wish, present)
    except NotFoundError:  # She is away in that week.
        return False
    closed = groups_of_people_apart(session, waiting.citizen_id, state.frame.week)
    if slot is None or slot in search.present or group_id in closed:
        return False
    return not search.one.breaks((*search.present, slot))


def _has_room(session: Session, group_id: int) -> bool:
    """Whether a group runs and has a seat, and its worker and room time, for one more."""
    group = session.get_one(Group, group_id)
    spent = select(Supply.id).join(SupplyUse, SupplyUse.supply_id == Supply.id)
    spent = spent.where(SupplyUse.group_id == group_id, Supply.used >= Supply.most)
    somebody = select(Place.citizen_id).where(Place.group_id == group_id).limit(1)
    runs = group.minimum == 0 or session.scalar(somebody) is not None
    return runs and session.scalar(spent.limit(1)) is None


def _ask(session: Session, waiting: Waiting, first: Meeting, until: dt.datetime, now: dt.datetime) -> None:
    site = select(Site.name).join(Group, Group.site_id == Site.id).where(Group.id == first.group_id)
    words = {
        "offering": waiting.offering_id,
        "date": f"{first.date:%d.%m.}",
        "time": clock(first.start_min),
        "place": session.scalars(site).one(),
        "until": f"{until.astimezone(CENTRE_TIME):%H:%M}",
    }
    messages.queue(session, waiting.citizen_id, CHANNEL, "seat_offered", words, now)
