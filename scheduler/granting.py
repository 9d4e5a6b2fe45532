"""Whether an alternative is granted at once, and what it gives and takes, as slugs for the edges to put into words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np

from scheduler.alternatives import Alternative, Search
from scheduler.asked import first_day
from scheduler.request_rules import RequestRules
from solver.problem import Ints

Word = dict[str, Any]  # a slug and its arguments


def what_needs_a_person(search: Search, each: Alternative, rules: RequestRules, today: dt.date) -> str:
    """The dated rule for which a person must look, empty where the change is granted at once.

    To leave is always granted: an agreement binds the centre. `notice`: she would begin today or tomorrow. `hours`: she
    asks for less than her agreed hours.
    """
    first = first_day(search.state.frame, each.joined)
    if first is not None and first <= today + dt.timedelta(days=rules.frozen_days):
        return "notice"
    if search.asked.kind == "less" and _minutes(search, each.groups) < int(search.one.problem.min_minutes[0]):
        return "hours"
    return ""


def describe(search: Search, each: Alternative) -> Word:
    """What she gains with a week, and what she loses."""
    before, after = _gives(search, each, joined=False), _gives(search, each, joined=True)
    more = _minutes(search, each.joined) - _minutes(search, each.left)
    return {
        "gained": _missing(after, before) + ([{"slug": "more_hours", "minutes": more}] if more > 0 else []),
        "lost": _missing(before, after) + ([{"slug": "fewer_hours", "minutes": -more}] if more < 0 else []),
    }


def _missing(these: list[Word], those: list[Word]) -> list[Word]:
    return [word for word in these if word not in those]


def _gives(search: Search, each: Alternative, *, joined: bool) -> list[Word]:
    """What the week gives with the joined groups, or gave with the left ones."""
    problem, centre = search.one.problem, search.state.frame.centre
    kept = set(each.groups) - set(each.joined)
    slots = np.array(sorted(search.state.slots(tuple(kept | set(each.joined if joined else each.left)))), np.int64)
    words: list[Word] = []
    for offering in sorted(set(problem.slot_offering[slots].tolist())):
        if problem.wish[0, offering] > 0:
            words.append({"slug": "wished", "offering": centre.offering.id[offering]})
        if problem.serves_goal[0, offering]:
            words.append({"slug": "goal", "offering": centre.offering.id[offering]})
    return words + [{"slug": "leg", "leg": centre.leg[leg]} for leg in _covered(search, slots)]


def _covered(search: Search, slots: Ints) -> Iterable[int]:
    """The needed legs of which one activity gives the dose."""
    problem = search.one.problem
    leg = problem.offering_leg[problem.slot_offering[slots]]
    dosed = search.state.kernel.minutes[slots] >= problem.leg_dose[leg]
    return sorted({at for at in leg[dosed].tolist() if problem.need_points[0, at] > 0})


def _minutes(search: Search, groups: tuple[int, ...]) -> int:
    return int(search.state.kernel.minutes[list(search.state.slots(groups))].sum())
