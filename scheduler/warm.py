"""Carry an earlier run's prices and plans over to another week: groups by their code, people by their key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Group
from scheduler.archive import Archive, unpack_prices
from scheduler.problem import Ids
from scheduler.stored import find_run, stored_input
from scheduler.stored_plans import stored_plans
from solver import WarmStart
from solver.problem import Bools, Ints, Problem
from solver.solution import Plans

COPY_SIGN = "+"  # A group that a scenario copied is named after the one it is like, this sign and a number.
RowLabel = tuple[str, str, int, int]  # site or "", worker or room type, day, quarter-hour


def warm_start(session: Session, run_id: int, problem: Problem, ids: Ids) -> WarmStart:
    """Begin a week where an earlier run of any week ended.

    A group that did not exist then gets the dearest price of its offering; a worker or room row that did not, none.

    Raises
    ------
    NotFoundError
        There is no such run.
    ArchiveError
        Its input was removed, or this version cannot read it.
    """
    run = find_run(session, run_id)
    old = stored_input(run)
    ended = Ended(
        old, unpack_prices(run.prices or b""), stored_plans(session, run_id, old), _codes(session, old.ids.group)
    )
    return carry_over(ended, problem, ids, _codes(session, ids.group))


@dataclass(frozen=True)
class Ended:
    """Where an earlier run ended, with the code of each group of its input."""

    archive: Archive
    price: Ints
    plans: Plans
    code: Sequence[str]


def carry_over(ended: Ended, problem: Problem, ids: Ids, code: Sequence[str]) -> WarmStart:
    """The same by the codes (G,) of the groups of a week that is in no table."""
    slot_price, is_known = _slot_prices(ended, problem, ids, code)
    new = np.flatnonzero(~is_known)
    return WarmStart(
        price=np.concatenate([slot_price, _row_prices(problem, ids, ended)]),
        plans=_carried(ended, problem, ids, code),
        new=new,
        guessed=new,
    )


def _codes(session: Session, group: Ints) -> list[str]:
    """The code of each group; a group that is gone has none that matches."""
    found = dict(session.execute(select(Group.id, Group.code)).all())
    return [found.get(key, f"\0{key}") for key in group.tolist()]


def _slot_prices(ended: Ended, problem: Problem, ids: Ids, code: Sequence[str]) -> tuple[Ints, Bools]:
    """(S,) the price of each slot, and whether there was one of its groups."""
    old, price = ended.archive, ended.price
    slot_of_group = np.repeat(np.arange(old.problem.num_slots), np.diff(old.problem.group_ptr))
    by_code = dict(zip(ended.code, price[slot_of_group].tolist(), strict=True))
    by_offering: dict[str, list[int]] = {}
    for slot, offering in enumerate(old.problem.slot_offering.tolist()):
        by_offering.setdefault(old.ids.offering[offering], []).append(int(price[slot]))
    prices, is_known = [], []
    for slot in range(problem.num_slots):
        codes = code[problem.group_ptr[slot] : problem.group_ptr[slot + 1]]
        stems = [name.partition(COPY_SIGN)[0] for name in codes]
        known = [by_code[name] for name in (*codes, *stems) if name in by_code]
        # Of a new slot the dearest of its offering: too dear costs its few seats, too cheap a gain of all who want it.
        dearest = max(by_offering.get(ids.offering[problem.slot_offering[slot]], [0]))
        prices.append(sum(known) // len(known) if known else dearest)
        is_known.append(bool(known))
    return np.array(prices, np.int64), np.array(is_known, np.bool_)


def _row_prices(problem: Problem, ids: Ids, ended: Ended) -> Ints:
    old, price = ended.archive, ended.price
    known = dict(zip(_labels(old.ids), price[old.problem.num_slots :].tolist(), strict=False))
    labels = _labels(ids) if problem.num_rows else []
    return np.array([known.get(label, 0) for label in labels], np.int64)


def _labels(ids: Ids) -> list[RowLabel]:
    rows = ids.coupling
    columns = (rows.site, rows.resource, rows.day, rows.quarter)
    return [
        ("", ids.staff[which], day, quarter) if site < 0 else (ids.site[site], rows.room_types[which], day, quarter)
        for site, which, day, quarter in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _carried(ended: Ended, problem: Problem, ids: Ids, code: Sequence[str]) -> Plans:
    old, plans = ended.archive, ended.plans
    group_of_code = {name: group for group, name in enumerate(code)}
    slot_of_group = np.repeat(np.arange(problem.num_slots), np.diff(problem.group_ptr))
    place = {key: position for position, key in enumerate(ids.citizen.tolist())}
    entries: dict[tuple[int, int], int] = {}
    citizens = np.repeat(old.ids.citizen, np.diff(plans.ptr)).tolist()
    for key, group in zip(citizens, plans.group.tolist(), strict=True):
        new = group_of_code.get(ended.code[group])
        if new is not None and key in place:
            entries.setdefault((place[key], int(slot_of_group[new])), new)
    order = sorted(entries)
    count = np.bincount(np.array([citizen for citizen, _ in order], np.int64), minlength=problem.num_citizens)
    return Plans(
        ptr=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        slot=np.array([slot for _, slot in order], np.int64),
        group=np.array([entries[entry] for entry in order], np.int64),
    )
