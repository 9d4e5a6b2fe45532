"""A suggestion as a document: people and hours first, points last, names of nobody."""

from __future__ import annotations

from statistics import median
from typing import Any

from catalog.cells import DAY_WORDS
from scheduler.lab.candidates import Candidate
from scheduler.lab.kpis import compare
from scheduler.lab.suggest import Added, Standing, Suggestion
from solver.problem import MICRO

CHANGES = ("under_way", "below_minimum", "wishes_met", "legs_covered", "staff_hours")


def as_record(found: Suggestion) -> dict[str, Any]:
    """Everything that is told of a suggestion; values in points."""
    run = found.question.task.base.run
    ratios = [one.worth / one.promise.value for one in found.groups]
    return {
        "week": run.week,
        "run": run.id,
        "asked_for": found.question.groups,
        "groups": [group_record(found.question.task.base.draft.code, one) for one in found.groups],
        "change": _change(found.start, found.end),
        "total": (found.end.worth - found.start.worth) / MICRO,
        "confirmed_of_promised": median(ratios) if ratios else None,
        "greedy": {
            "groups": [
                _group(found.question.task.base.draft.code, found.end_by_hand, code, promise.candidate)
                | {"promised": promise.value / MICRO}
                for code, promise in found.by_hand
            ],
            "change": _change(found.start, found.end_by_hand),
            "total": (found.end_by_hand.worth - found.start.worth) / MICRO,
        },
        "gap_percent": found.end.side.kpis.gap_percent,
        "facts_changed": list(found.question.task.base.changed),
        "seconds": found.seconds,
    }


def group_record(codes: tuple[str, ...], one: Added) -> dict[str, Any]:
    """A group with what it changed when it was confirmed."""
    return (
        _group(codes, one.after, one.code, one.promise.candidate)
        | _change(one.before, one.after)
        | {"promised": one.promise.value / MICRO, "confirmed": one.worth / MICRO}
    )


def _group(codes: tuple[str, ...], week: Standing, code: str, one: Candidate) -> dict[str, Any]:
    """What, where, when and by whom, in the words of a scenario, and how many come."""
    centre, side = week.draft.facts.centre, week.side
    key = int(week.draft.facts.group.id[week.draft.code.index(code)])
    return {
        "code": code,
        "like": codes[one.like],
        "offering": centre.offering.id[one.offering],
        "site": centre.site[one.site],
        "meetings": [f"{DAY_WORDS[day][0]} {_clock(start)}-{_clock(end)}" for day, start, end in one.times],
        "staff": [centre.staff[who] for who in one.staff],
        "room": None if one.room < 0 else week.draft.room[one.room],
        "room_type": None if one.room < 0 else centre.room_type[one.room],
        "seats": one.seats,
        "people": int((side.ids.group[side.plans.group] == key).sum()),
    }


def _change(before: Standing, after: Standing) -> dict[str, Any]:
    old, new = before.side.kpis, after.side.kpis
    moves = compare(before.side, after.side)
    hours = (new.hours_a_citizen - old.hours_a_citizen) * new.citizens
    return {
        "newly_under_way": moves.newly_under_way,
        "more_hours": moves.more_hours,
        "fewer_hours": moves.fewer_hours,
        "hours": round(hours, 2),
        **{name: round(getattr(new, name) - getattr(old, name), 2) for name in CHANGES},
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
