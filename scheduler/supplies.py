"""What is left of a published week: each group's seats, and the time of workers and rooms, counted as they are taken.

The counts change by conditional updates in the order of their rows, in the transaction that changes the places, so that
nothing is overbooked however many processes write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, delete, exists, func, lambda_stmt, select, union_all, update
from sqlalchemy.orm import Session

from catalog.database import insert_rows, run_made
from catalog.tables import Group
from scheduler.tables import FreedSeat, Hold, Place, Supply, SupplyUse, Waiting
from scheduler.turns import take_turn
from scheduler.week_frame import read_frame

_SUPPLY = cast(Table, Supply.__table__)
_USE = (
    update(_SUPPLY)
    .where(_SUPPLY.c.id == bindparam("supply"), _SUPPLY.c.used + bindparam("units") <= _SUPPLY.c.most)
    .values(used=_SUPPLY.c.used + bindparam("units"))
)
_USERS = select(SupplyUse.supply_id, SupplyUse.group_id).where(
    SupplyUse.group_id.in_(bindparam("groups", expanding=True))
)
_NEWEST = select(func.max(Supply.id)).where(Supply.week == bindparam("week"))
# A lambda is found among the compiled statements at once.
_USES, _BY_WEEK = lambda_stmt(lambda: _USERS), lambda_stmt(lambda: _NEWEST)


class FullError(ValueError):
    """There is no seat, or nobody's time, left in the group; nothing was changed."""

    def __init__(self, group_id: int) -> None:
        self.group_id = group_id
        super().__init__(f"group {group_id} is full: ask again for what is free now")


class Drift(NamedTuple):
    """A supply whose count is not that of its places and holds."""

    supply_id: int
    used: int
    found: int


def newest_supply(session: Session, week: str) -> int:
    """A number that rises whenever the groups of a published week become others."""
    return int(run_made(session, _BY_WEEK, {"week": week}).scalar_one() or 0)


def make_supplies(session: Session, week: str) -> None:
    """Count anew what the week has of each group's seats, worker's and room's time, and what of it is taken.

    The numbers of the supplies rise, also where they take the place of others, so that the week's version does.
    """
    take_turn(session, "supplies")  # The numbers are given here, so that the uses can name them.
    start = (session.scalar(select(func.max(Supply.id))) or 0) + 1
    of_week = select(Group.id).where(Group.week == week)
    session.execute(delete(SupplyUse).where(SupplyUse.group_id.in_(of_week)))
    session.execute(delete(Supply).where(Supply.week == week))
    units = union_all(
        select(Place.group_id).where(Place.week == week), select(Hold.group_id).where(Hold.week == week)
    ).subquery()
    taken: dict[int, int] = dict(
        session.execute(select(units.c.group_id, func.count()).group_by(units.c.group_id)).all()
    )
    seats = session.execute(select(Group.id, Group.seats).where(Group.week == week).order_by(Group.id)).all()
    frame = read_frame(session, week, 0)
    users: dict[int, list[int]] = {}
    for group, slot in frame.slot_of.items():
        for row in frame.problem.use_row[frame.problem.use_ptr[slot] : frame.problem.use_ptr[slot + 1]].tolist():
            users.setdefault(row, []).append(group)
    supplies: list[tuple[str, int, list[int]]] = [("seats", most, [group]) for group, most in seats]
    for row, groups in sorted(users.items()):
        kind = "room" if frame.problem.row_is_room[row] else "staff"
        supplies.append((kind, int(frame.problem.row_limit[row]), groups))
    rows, uses = [], []
    for key, (kind, most, groups) in enumerate(supplies, start):
        used = sum(taken.get(group, 0) for group in groups)
        # Locks may hold more people in a group than it has seats for.
        rows.append({"id": key, "week": week, "kind": kind, "most": max(most, used), "used": used})
        uses += [{"group_id": group, "supply_id": key} for group in groups]
    insert_rows(session, Supply, rows)
    insert_rows(session, SupplyUse, uses)


def move(session: Session, taken: Iterable[int], freed: Iterable[int] = ()) -> None:
    """Take a unit of everything that the `taken` groups use, and give back what the `freed` ones do.

    Raises
    ------
    FullError
        A group has nothing left, or came into the week after its seats were counted.
    """
    change = Counter(taken)
    change.subtract(freed)
    change = Counter({group: amount for group, amount in change.items() if amount})
    amount, group_of, counted = Counter[int](), dict[int, int](), set[int]()
    for supply, group in run_made(session, _USES, {"groups": list(change)}) if change else ():
        amount[supply] += change[group]
        counted.add(group)
        if change[group] > 0:
            group_of[supply] = group
    uncounted = {group for group, units in change.items() if units > 0} - counted
    if uncounted:
        raise FullError(min(uncounted))
    connection = session.connection()
    for supply, units in sorted(amount.items()):
        if units and connection.execute(_USE, {"supply": supply, "units": units}).rowcount == 0:
            raise FullError(group_of[supply])


def recount(session: Session, week: str) -> list[Drift]:
    """The supplies of a week whose count is not that of the places and holds that use them; none where all is well."""
    units = union_all(
        select(Place.group_id.label("group_id")).where(Place.week == week),
        select(Hold.group_id).where(Hold.week == week),
    ).subquery()
    found = (
        select(SupplyUse.supply_id, func.count().label("found"))
        .join(units, units.c.group_id == SupplyUse.group_id)
        .group_by(SupplyUse.supply_id)
        .subquery()
    )
    counted = func.coalesce(found.c.found, 0)
    rows = (
        select(Supply.id, Supply.used, counted)
        .outerjoin(found, found.c.supply_id == Supply.id)
        .where(Supply.week == week, Supply.used != counted)
    )
    return [Drift(*row) for row in session.execute(rows.order_by(Supply.id))]


def full_groups(session: Session, week: str) -> list[int]:
    """The groups of a published week that nobody can join: nothing is left or counted, or too few came to run them.

    Nor can anybody join where a seat came free that is not offered yet to those who wait for it.
    """
    spent = (
        select(SupplyUse.group_id)
        .join(Supply, Supply.id == SupplyUse.supply_id)
        .where(Supply.week == week, Supply.used >= Supply.most)
    )
    asleep = select(Group.id).where(
        Group.week == week, Group.minimum > 0, ~exists().where(Place.group_id == Group.id).correlate(Group)
    )
    uncounted = select(Group.id).where(
        Group.week == week, ~exists().where(SupplyUse.group_id == Group.id).correlate(Group)
    )
    waited_for = (
        select(FreedSeat.group_id)
        .join(Group, Group.id == FreedSeat.group_id)
        .join(Waiting, Waiting.offering_id == FreedSeat.offering_id)
        .where(Group.week == week, FreedSeat.offered.is_(False), Waiting.state == "waiting")
    )
    return sorted(set(session.scalars(union_all(spent, asleep, uncounted, waited_for))))
