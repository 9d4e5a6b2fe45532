"""Where the planning of a scenario begins: the prices and plans of the week that it changes."""

from __future__ import annotations

from dataclasses import replace

from scheduler.lab.draft import Draft
from scheduler.problem import Ids
from scheduler.warm import Ended, carry_over
from solver import WarmStart
from solver.problem import Ints, Problem

NEARLY = 0.9  # share of the citizens who were planned for before, from which their plans are seated whole


def start_from(ended: Ended, draft: Draft, problem: Problem, ids: Ids) -> WarmStart:
    """Begin a draft where an earlier plan ended."""
    warm = carry_over(ended, problem, ids, codes_of(draft, ids.group))
    known = len(set(ended.archive.ids.citizen.tolist()) & set(ids.citizen.tolist()))
    return replace(warm, whole=known >= NEARLY * problem.num_citizens)


def codes_of(draft: Draft, groups: Ints) -> list[str]:
    """The codes of groups by id; one that the draft does not have gets none that matches."""
    found = dict(zip(draft.facts.group.id.tolist(), draft.code, strict=True))
    return [found.get(key, f"\0{key}") for key in groups.tolist()]
