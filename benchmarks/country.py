"""Draws a country: towns whose rings of sites are cut open and joined into one, so that their borders are crossed."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks.draw import draw_problem
from solver.problem import Bools, Ints, Problem

TOWN = 60_000  # citizens
BETWEEN = 1000  # added to the seed from town to town
OF_CATALOGUE = ("offering_leg", "offering_job", "offering_health_skill", "leg_dose")
BY_SITE = ("reach", "site_points")


def draw_country(citizens: int, seed: int, tightness: float = 0.6) -> Problem:
    """Draw towns of 60,000 citizens, or one smaller town, each as `igang demo` does, with their seats alone.

    The largest tables are narrow, since together they would take a gigabyte for every 100,000 citizens. Each town is
    drawn in a process of its own: what drawing 60,000 citizens leaves behind would stay with this one, 400 MB.
    """
    towns = max(1, citizens // TOWN)
    seeds = [seed + BETWEEN * number for number in range(towns)]
    with ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1) as apart:
        return join(list(apart.map(partial(_draw_town, citizens // towns, tightness), seeds)))


def _draw_town(citizens: int, tightness: float, seed: int) -> Problem:
    return draw_problem(citizens, seed, tightness).seats_only().narrow()


def join(towns: Sequence[Problem]) -> Problem:
    """Join towns without staff and room rows into one ring of sites, in their order.

    Who lives beside the place where a town's ring was closed and went across it goes to the next town instead, or to
    the one before, unless she has a place there from last week.
    """
    if len(towns) == 1:
        return towns[0]
    sites = [len(town.travel) for town in towns]
    first_site, first_slot = _offsets(sites), _offsets([town.num_slots for town in towns])
    first_person = _offsets([_persons(town) for town in towns])
    arrays: dict[str, Any] = {name: getattr(towns[0], name) for name in OF_CATALOGUE}
    shift = {"slot_site": first_site, "keep_slot": first_slot, "lock_slot": first_slot,
             "apart": _offsets([town.num_citizens for town in towns])}  # fmt: skip
    for name in (field.name for field in fields(Problem)):
        if name in (*OF_CATALOGUE, *BY_SITE, "travel"):
            continue
        parts = [getattr(town, name) for town in towns]
        if name.endswith("_ptr"):
            ends = _offsets([int(part[-1]) for part in parts])
            arrays[name] = np.concatenate([[0], *(part[1:] + end for part, end in zip(parts, ends, strict=True))])
        elif name in ("slot_person", "contact"):
            arrays[name] = np.concatenate([_moved(part, by) for part, by in zip(parts, first_person, strict=True)])
        else:
            by = shift.get(name)
            arrays[name] = np.concatenate(parts if by is None else [p + b for p, b in zip(parts, by, strict=True)])
    arrays["travel"] = _ring(towns)
    return Problem(**arrays, **_by_site(towns, sites, first_site))


def _offsets(size: Sequence[int]) -> list[int]:
    return [0, *np.cumsum(size[:-1]).tolist()]


def _persons(town: Problem) -> int:
    return 1 + max(int(town.slot_person.max(initial=-1)), int(town.contact.max(initial=-1)))


def _moved(person: Any, by: int) -> Any:
    return np.where(person >= 0, person + by, person).astype(person.dtype)


def _ring(towns: Sequence[Problem]) -> Ints:
    """(P, P) minutes between the sites of all towns, the shorter way round, and at most a town's longest."""
    step = np.concatenate([town.travel[np.arange(len(town.travel)), _next(len(town.travel))] for town in towns])
    place = np.concatenate([[0], np.cumsum(step)])
    one_way = (place[None, :-1] - place[:-1, None]) % place[-1]
    most = max(int(town.travel.max()) for town in towns)
    travel: Ints = np.minimum(np.minimum(one_way, one_way.T), most).astype(np.int64)
    return travel


def _next(sites: int) -> Ints:
    return (np.arange(sites) + 1) % sites


def _by_site(towns: Sequence[Problem], sites: Sequence[int], first: Sequence[int]) -> dict[str, Any]:
    """The tables of citizens and sites, with those who cross a border."""
    num = sum(town.num_citizens for town in towns)
    reach, points = np.zeros((num, sum(sites)), np.bool_), np.zeros((num, sum(sites)), towns[0].site_points.dtype)
    begin = 0
    for town, size, at in zip(towns, sites, first, strict=True):
        here = slice(begin, begin + town.num_citizens)
        reach[here, at : at + size], points[here, at : at + size] = town.reach, town.site_points
        for lost, gained, who in _crossing(town):
            reach[begin + who, at + lost] = False
            reach[begin + who, (at + gained) % sum(sites)] = True
        begin += town.num_citizens
    return {"reach": reach, "site_points": points}


def _crossing(town: Problem) -> list[tuple[int, int, Ints]]:
    """Who goes across where the ring was closed: a site that she leaves, the one that she goes to, and who."""
    last = len(town.travel) - 1
    across = town.reach[:, 0] & town.reach[:, last]
    at_start = across & (town.reach[:, 1] | ((town.site_points[:, 0] > 0) & ~town.reach[:, last - 1]))
    return [
        (0, last + 1, np.flatnonzero(across & ~at_start & ~_has_place(town, 0))),
        (last, -1, np.flatnonzero(at_start & ~_has_place(town, last))),
    ]


def _has_place(town: Problem, site: int) -> Bools:
    """(I,) who was at the site last week, or is bound to something there."""
    found = np.zeros(town.num_citizens, np.bool_)
    for ptr, slot in ((town.keep_ptr, town.keep_slot), (town.lock_ptr, town.lock_slot)):
        owner = np.repeat(np.arange(town.num_citizens), np.diff(ptr))
        found[owner[town.slot_site[slot] == site]] = True
    return found


def count_crossing(towns: Sequence[Problem]) -> int:
    """Citizens who go to another town."""
    return sum(len(who) for town in towns for _, _, who in _crossing(town)) if len(towns) > 1 else 0
