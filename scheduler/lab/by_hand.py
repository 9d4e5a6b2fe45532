"""What a planner adds who looks at the lists alone: the offering most wished in vain, when most of those can come."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scheduler.figures import wished_in_vain
from scheduler.lab.candidates import Candidate, list_candidates, with_group
from scheduler.lab.draft import Draft
from scheduler.lab.free import Worker, find_free
from scheduler.lab.kpis import Side
from scheduler.slots import QUARTER_MINUTES
from solver.problem import Bools, Ints, Problem


def choose_by_hand(
    draft: Draft, workers: Mapping[str, Worker], planned: Side, queue: Mapping[str, int], number: int
) -> list[Candidate]:
    """Choose so many groups one after the other; each takes its seats off the wishes that are not met.

    Parameters
    ----------
    queue
        Who waits for each offering; decides between offerings of which as many wishes are not met.
    """
    unmet, names = wished_in_vain(planned.problem, planned.plans), draft.facts.centre.offering.id
    chosen: list[Candidate] = []
    for turn in range(number):
        free, wishers = find_free(draft, workers, planned), unmet.sum(axis=0)
        order = sorted(range(len(names)), key=lambda at: (-int(wishers[at]), -queue.get(names[at], 0), at))
        could = (list_candidates(draft, workers, free, only=[at]) for at in order)
        there = next((found for found in could if found), None)
        if there is None:
            break
        best = max(there, key=lambda one: len(_who_can(planned.problem, unmet, one)))
        unmet[_who_can(planned.problem, unmet, best)[: best.seats], best.offering] = False
        draft = with_group(draft, best, f"\0by hand {turn}")
        chosen.append(best)
    return chosen


def _who_can(problem: Problem, unmet: Bools, one: Candidate) -> Ints:
    """Whoever wishes it in vain and can come then and there, the strongest wish first."""
    who = np.flatnonzero(unmet[:, one.offering] & problem.reach[:, one.site])
    for day, start, end in one.times:
        span = slice(start // QUARTER_MINUTES, -(-end // QUARTER_MINUTES))
        who = who[problem.available[who, day, span].all(axis=1)]
    in_order: Ints = who[np.argsort(-problem.wish[who, one.offering], kind="stable")]
    return in_order
