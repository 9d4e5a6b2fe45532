"""A roll-out as a document: people and hours first, kroner after them, points last."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from scheduler.lab.roll_out.kept import AT_LEAST, Missed
from scheduler.lab.roll_out.path import Path, Station
from scheduler.lab.roll_out.search import Found
from scheduler.lab.roll_out.trying import CLOSE_PERCENT, Tried
from scheduler.lab.roll_out.weeks import WeekOfPath, staff_for, weeks_of


def as_record(path: Path) -> dict[str, Any]:
    """Everything that is told of a roll-out."""
    question, roll_out = path.question, path.question.roll_out
    weeks, draft = weeks_of(path), question.task.base.draft
    stations = {each.number: each for each in path.stations}
    base = path.stations[0]
    return {
        "roll_out": roll_out.name,
        "week": question.week,
        "run": question.task.base.run.id,
        "inputs": roll_out.model_dump(mode="json", exclude_defaults=True),
        "end": path.end,
        "not_enough": None if path.failed is None else _failed(path.failed),
        "kept": [
            {"name": name, "limit": limit, "base": getattr(base.shares, name), "at_least": name in AT_LEAST}
            for name, limit in path.limits.items()
        ],
        "weeks": [_week(each, stations.get(each.number), roll_out.step_percent) for each in weeks],
        "totals": _totals(weeks),
        "costs": [{"from_week": each.week} | asdict(question.costs[each.number]) for each in _new_costs(path, weeks)],
        "costs_are_examples": any(each.is_example for each in question.costs),
        "staff_today": len(draft.facts.centre.staff),
        "staff_by_norm_today": sum(staff_for(question.costs[0], base.needs.staff_hours).values()),
        "rooms_today": len(draft.room),
        "close_percent": CLOSE_PERCENT,
        "facts_changed": list(question.task.base.changed),
        "seconds": path.seconds,
    }


def _week(week: WeekOfPath, station: Station | None, step: int) -> dict[str, Any]:
    return {
        "number": week.number,
        "week": week.week,
        "planned": week.is_planned,
        "citizens": week.people.there,
        "new": week.people.new,
        "returning": week.people.returning,
        "leaving": week.people.leaving,
        "groups": week.groups,
        "groups_more": week.groups_more,
        "groups_by_offering": dict(week.needs.groups),
        "appointments": week.needs.appointments,
        "conferences": round(week.conferences, 2),
        "start_up_hours": round(week.start_up_hours, 2),
        "staff_hours": round(sum(week.staff_hours.values()), 2),
        "staff_hours_by_role": {role: round(hours, 2) for role, hours in week.staff_hours.items()},
        "staff": sum(week.staff.values()),
        "staff_by_role": dict(week.staff),
        "hired": week.hired,
        "room_hours": round(sum(week.needs.room_hours.values()), 2),
        "rooms": week.rooms,
        "sites": week.sites,
        "supply_percent": round(week.percent, 2),
        "kroner": {name: round(value, 2) for name, value in asdict(week.kroner).items()}
        | {"total": round(week.kroner.total, 2)},
        "shown": None if station is None else _shown(station, step),
    }


def _shown(station: Station, step: int) -> dict[str, Any]:
    """What was really planned: the figures that are kept, what one step less does not keep, and points last."""
    kpis, found = station.side.kpis, station.found
    return {
        "figures": asdict(station.shares),
        "is_least": found is not None and found.is_least(step),
        "least_percent": None if found is None or found.least is None else found.least.percent,
        "one_step_less": None if found is None or found.below is None else _tried(found.below),
        "tried": 0 if found is None else found.tried,
        "closed": station.closed,
        "staff_hours_untrimmed": None
        if station.untrimmed is None
        else round(sum(station.untrimmed.staff_hours.values()), 2),
        "points": kpis.points,
        "gap_percent": kpis.gap_percent,
    }


def _tried(tried: Tried) -> dict[str, Any]:
    return {"supply_percent": tried.percent, "missed": [_missed(each) for each in tried.missed]}


def _missed(missed: Missed) -> dict[str, Any]:
    return asdict(missed) | {"at_least": missed.name in AT_LEAST}


def _failed(found: Found) -> dict[str, Any] | None:
    """The most that was tried where not enough was found."""
    return None if found.below is None else {"citizens": found.below.side.kpis.citizens} | _tried(found.below)


def _totals(weeks: tuple[WeekOfPath, ...]) -> dict[str, Any]:
    """Sums over the weeks after the base week."""
    after = weeks[1:]
    return {
        "new": sum(each.people.new for each in after),
        "returning": sum(each.people.returning for each in after),
        "leaving": sum(each.people.leaving for each in after),
        "hired": sum(each.hired for each in after),
        "staff_hours": round(sum(sum(each.staff_hours.values()) for each in after), 2),
        "start_up_hours": round(sum(each.start_up_hours for each in after), 2),
        "kroner": round(sum(each.kroner.total for each in after), 2),
        "kroner_more": round(sum(each.kroner.total - weeks[0].kroner.total for each in after), 2),
    }


def _new_costs(path: Path, weeks: tuple[WeekOfPath, ...]) -> list[WeekOfPath]:
    """The weeks from which on other costs hold."""
    costs = path.question.costs
    return [each for each in weeks if each.number == 0 or costs[each.number] != costs[each.number - 1]]
