"""Who lives in the town: home, time, hours and energy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from scheduler.citizen_reading import free_quarters
from scheduler.slots import QUARTER_MINUTES
from scheduler.town.draws import chance, pick, stream, town_rules
from solver.problem import Bools, Ints

WORKDAYS = 5


@dataclass(frozen=True)
class Sites:
    """The sites of the town, in a ring."""

    id: tuple[str, ...]
    travel: Ints  # (P, P) minutes
    size: Ints  # (P,) weight when citizens and groups are spread
    demand: Ints  # (P,) weight when citizens choose their home


@dataclass(frozen=True)
class People:
    """Everybody's time and budgets, one entry a citizen; blocks are rows of citizen, day, start and end."""

    home: Ints
    kind: Ints
    reach: Bools  # (I, P)
    site_level: Ints  # (I, P)
    free: Ints  # (n, 4)
    external: Ints  # (n, 4) in this week
    available: Bools  # (I, 7, 96)
    min_minutes: Ints
    max_minutes: Ints
    energy: Ints
    daily_limit: Ints
    weight: Ints


def make_sites(seed: int, citizens: int, clustered: bool) -> Sites:
    """Draw a ring of sites, one for every thousand citizens."""
    rules = town_rules()["sites"]
    random = stream(seed, "sites")
    count = max(rules["least"], (citizens + rules["citizens_each"] // 2) // rules["citizens_each"])
    low, high = rules["step_minutes"]
    place = np.concatenate([[0], np.cumsum(random.integers(low, high + 1, size=count))])
    one_way = (place[None, :count] - place[:count, None]) % place[-1]
    travel = np.minimum(np.minimum(one_way, one_way.T), rules["most_minutes"]).astype(np.int64)
    smallest, largest = rules["size"]
    size = random.integers(smallest, largest + 1, size=count)
    crowd = town_rules()["people"]["clustered"]
    popular = np.arange(count) % crowd["site_every"] == 0
    demand = np.where(clustered & popular, size * crowd["site_weight"], size)
    return Sites(tuple(f"sted-{number:03}" for number in range(count)), travel, size, demand)


def make_people(seed: int, week: str, citizens: int, sites: Sites, clustered: bool) -> People:
    """Draw everybody's home, reach, time, hours window, energy and weight."""
    rules = town_rules()["people"]
    home = pick(stream(seed, "home"), sites.demand.tolist(), citizens)
    kind = pick(stream(seed, "kind"), [entry["permille"] for entry in rules["kinds"]], citizens)
    half_day = chance(stream(seed, "half day"), rules["one_half_day"]["permille"], citizens)
    free = _free_blocks(seed, kind, half_day, clustered)
    external = _external_blocks(seed, week, citizens)
    available = free_quarters(citizens, free, external)
    minutes, energy = _hours(seed, available, half_day)
    weight = rules["weight"]
    low, high = weight["percent"]
    owed = chance(stream(seed, week, "owed"), weight["permille"], citizens)
    return People(
        home=home,
        kind=kind,
        reach=_reach(seed, home, len(sites.id)),
        site_level=_site_level(seed, home, len(sites.id)),
        free=free,
        external=external,
        available=available,
        min_minutes=minutes[0],
        max_minutes=minutes[1],
        energy=energy,
        daily_limit=pick(stream(seed, "daily limit"), rules["daily_limit"], citizens),
        weight=np.where(owed, stream(seed, week, "weight").integers(low, high + 1, size=citizens), 100),
    )


def _reach(seed: int, home: Ints, num_sites: int) -> Bools:
    rules, everybody = town_rules()["sites"], np.arange(len(home))
    reach = np.zeros((len(home), num_sites), np.bool_)
    reach[everybody, home] = True
    for step, share in ((1, rules["reach_next"]), (-1, rules["reach_previous"])):
        goes = chance(stream(seed, "reach", step), share, len(home))
        reach[everybody[goes], (home[goes] + step) % num_sites] = True
    return reach


def _site_level(seed: int, home: Ints, num_sites: int) -> Ints:
    level = np.zeros((len(home), num_sites), np.int64)
    share = town_rules()["needs"]["home_site_level"]
    level[np.arange(len(home)), home] = pick(stream(seed, "site level"), share, len(home))
    return level


def _free_blocks(seed: int, kind: Ints, half_day: Bools, clustered: bool) -> Ints:
    rules, num_citizens = town_rules()["people"], len(kind)
    start, end = (np.array([entry[key] for entry in rules["kinds"]], np.int64)[kind] for key in ("from", "to"))
    missing = pick(stream(seed, "weekdays missing"), rules["weekdays_missing"], num_citizens)
    rank = _ranks(seed, "weekdays", num_citizens)
    comes = rank >= missing[:, None]
    if clustered:
        crowd = rules["clustered"]
        joins = chance(stream(seed, "clustered"), crowd["permille"], num_citizens)
        start, end = np.where(joins, crowd["from"], start), np.where(joins, crowd["to"], end)
        comes &= ~joins[:, None] | np.isin(np.arange(WORKDAYS), crowd["days"])
    comes[half_day] = rank[half_day] == 0
    start = np.where(half_day, rules["one_half_day"]["from"], start)
    end = np.where(half_day, rules["one_half_day"]["to"], end)
    citizen, day = np.nonzero(comes)
    return np.stack([citizen, day, start[citizen], end[citizen]], axis=1).astype(np.int64)


def _ranks(seed: int, purpose: str, num_citizens: int) -> Ints:
    """(I, 5) the workdays in an order of their own for everybody."""
    key = stream(seed, purpose).integers(1 << 30, size=(num_citizens, WORKDAYS))
    order = np.argsort(key, axis=1, kind="stable")
    ranks: Ints = np.argsort(order, axis=1, kind="stable").astype(np.int64)
    return ranks


def _external_blocks(seed: int, week: str, num_citizens: int) -> Ints:
    """Appointments elsewhere, at most one a day."""
    rules, grid = town_rules(), QUARTER_MINUTES
    random = stream(seed, week, "external")
    count = pick(random, rules["people"]["external"], num_citizens)
    citizen, day = np.nonzero(_ranks(seed, f"external {week}", num_citizens) < count[:, None])
    start = random.integers(rules["open"] // grid, (rules["close"] - 120) // grid, size=len(citizen)) * grid
    length = np.array(rules["people"]["external_minutes"])[
        random.integers(len(rules["people"]["external_minutes"]), size=len(citizen))
    ]
    return np.stack([citizen, day, start, start + length], axis=1).astype(np.int64)


def _hours(seed: int, available: Bools, half_day: Bools) -> tuple[Ints, Ints]:
    """(2, I) least and most minutes, and (I,) energy, by a profile whose minimum the free time allows."""
    rules = town_rules()
    profiles: list[dict[str, Any]] = rules["people"]["hours"]
    hours = np.array([(entry["min"], entry["max"], *entry["energy"]) for entry in profiles], np.int64)
    in_hours = available[:, :, rules["open"] // QUARTER_MINUTES : rules["close"] // QUARTER_MINUTES]
    free_minutes = in_hours.sum(axis=(1, 2)) * QUARTER_MINUTES
    drawn = pick(stream(seed, "hours"), [entry["permille"] for entry in profiles], len(available))
    possible = hours[:, 0][None, :] * 1000 <= free_minutes[:, None] * rules["people"]["hours_of_free_time"]
    profile = np.minimum(drawn, np.maximum(possible.sum(axis=1) - 1, 0))
    least, most, low, high = hours[profile].T
    least = np.where(half_day, rules["people"]["one_half_day"]["min"], least)
    energy = low + stream(seed, "energy").integers(1 << 30, size=len(available)) % (high - low + 1)
    return np.stack([least, np.maximum(least, most)]), energy
