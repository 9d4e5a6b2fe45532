"""The places that people of the town hold from earlier weeks: in cohorts, at employers and in groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scheduler.facts import CentreFacts
from scheduler.slots import QUARTER_MINUTES
from scheduler.town.draws import PERMILLE, chance, stream, town_rules
from scheduler.town.needs import Needs
from scheduler.town.people import WORKDAYS, People
from scheduler.town.timetable import Draft, Times
from solver.problem import Bools, Ints

FIRST_QUARTER, PAD = 28, 4  # A word holds 7:00 to 23:00; an hour around a place is left for the way.
Words = NDArray[np.uint64]


class Places:
    """Deals places one group after another, to people who have time, energy and minutes left for them."""

    def __init__(self, seed: int, people: People, needs: Needs, centre: CentreFacts) -> None:
        self._random = stream(seed, "running")
        self._people, self._centre, self._eligible = people, centre, needs.eligible
        bits = np.uint64(1) << np.arange(64, dtype=np.uint64)
        hours = people.available[:, :WORKDAYS, FIRST_QUARTER : FIRST_QUARTER + 64]
        self._free: Words = (hours * bits).sum(axis=2, dtype=np.uint64)
        self._minutes, self._energy = people.max_minutes.copy(), people.energy.copy()
        self._today = np.zeros((len(people.home), WORKDAYS), np.int64)
        self._has = np.zeros(needs.eligible.shape, np.bool_)
        self._wanted = chance(stream(seed, "has places"), town_rules()["running"]["citizens"], len(people.home))
        self._reaching = [np.flatnonzero(column) for column in people.reach.T]
        self.locked: list[tuple[int, str]] = []
        self.kept: list[tuple[int, str]] = []

    def fill(self, draft: Draft) -> None:
        """Deal a running group's places, first to those who have none, and then to whom the offering is open."""
        low, high = town_rules()["running"]["filled"][self._centre.offering.kind[draft.offering]]
        count = draft.seats * int(self._random.integers(low, high + 1)) // PERMILLE
        able = self._able(draft, self._reaching[draft.site][self._wanted[self._reaching[draft.site]]])
        key = np.minimum(self._today[able].sum(axis=1), 3) * 2 + ~self._eligible[able, draft.offering]
        order = np.argsort(key * (1 << 30) + self._random.integers(1 << 30, size=len(able)), kind="stable")
        for citizen in able[order[:count]].tolist():
            self._take(draft, citizen)

    def keep(self, draft: Draft) -> None:
        """Let people who may leave it be in a group from last week."""
        low, high = town_rules()["running"]["kept"]
        count = draft.seats * int(self._random.integers(low, high + 1)) // PERMILLE
        here = self._reaching[draft.site]
        able = self._able(draft, here[self._eligible[here, draft.offering]])
        self.kept += [(citizen, draft.code) for citizen in self._random.permutation(able)[:count].tolist()]

    def places(self) -> Bools:
        """(I, O) offerings that a citizen has a place in."""
        return self._has

    def _load(self, draft: Draft) -> tuple[int, int]:
        load = int(self._centre.offering.load[draft.offering]) * len(draft.times)
        return load, sum(end - start for _, start, end in draft.times)

    def _able(self, draft: Draft, citizens: Ints) -> Ints:
        load, minutes = self._load(draft)
        fits = ~self._has[citizens, draft.offering]
        fits &= (self._energy[citizens] >= load) & (self._minutes[citizens] >= minutes)
        for day, mask in _masks(draft.times, 0):
            fits &= (self._free[citizens, day] & mask) == mask
            fits &= self._today[citizens, day] < self._people.daily_limit[citizens]
        able: Ints = citizens[fits]
        return able

    def _take(self, draft: Draft, citizen: int) -> None:
        load, minutes = self._load(draft)
        self._energy[citizen] -= load
        self._minutes[citizen] -= minutes
        self._has[citizen, draft.offering] = True
        for day, mask in _masks(draft.times, PAD):
            self._free[citizen, day] &= ~mask
            self._today[citizen, day] += 1
        self.locked.append((citizen, draft.code))


def _masks(times: Times, pad: int) -> Sequence[tuple[int, np.uint64]]:
    masks = []
    for day, start, end in times:
        first = max(0, start // QUARTER_MINUTES - FIRST_QUARTER - pad)
        last = min(64, -(-end // QUARTER_MINUTES) - FIRST_QUARTER + pad)
        masks.append((day, np.uint64(((1 << (last - first)) - 1) << first)))
    return masks
