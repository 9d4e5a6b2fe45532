"""Real course wishes of one university (see the README beside the data) as a week's `Problem`, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from solver.problem import DAYS, QUARTERS, Ints, Problem
from solver.solution import Plans

DATA = Path(__file__).parent / "data" / "umass-f24"
LEAST_WANTED = 2  # A rating of 1 says "not interested".
WHOLE = 100  # percent: everybody weighs the same
IDLE_PENALTY = 100  # points for nothing at all, far above every rating (at most 8)
DAILY_LIMIT, WEEK_MINUTES = 15, 10_080


class Person(TypedDict):
    """One answer to the survey."""

    id: str
    wanted: int
    ratings: dict[str, int]


class Section(TypedDict):
    """One parallel class of a course; meetings are day, start, end."""

    course: str
    seats: int
    meetings: list[list[int]]


class Survey(NamedTuple):
    """Everybody's ratings and the sections; a position in `section` is a slot, one in `course` an offering."""

    people: Sequence[Person]
    sections: Mapping[str, Section]
    section: tuple[str, ...]
    course: tuple[str, ...]


def read_survey(seats: str) -> Survey:
    """Read the data with `full` or `scaled` seats."""
    return make_survey(json.loads((DATA / f"{seats}.json").read_text(encoding="utf-8")))


def make_survey(data: Mapping[str, Any]) -> Survey:
    """Fix the order of sections and courses."""
    sections = data["sections"]
    courses = sorted({section["course"] for section in sections.values()})
    return Survey(data["people"], sections, tuple(sorted(sections)), tuple(courses))


def small_survey(survey: Survey, people: int) -> Survey:
    """The first people alone, with seats so few that they compete."""
    sections = {
        name: Section(
            course=section["course"],
            seats=1 + section["seats"] * people // len(survey.people) // 2,
            meetings=section["meetings"],
        )
        for name, section in survey.sections.items()
    }
    return make_survey({"people": survey.people[:people], "sections": sections})


def make_problem(survey: Survey, fair: bool) -> Problem:
    """Map people to citizens, courses to offerings, and each section to a slot at a site of its own.

    So its rating is `site_points`, and `reach` says whether it may be given at all. The number of courses that a person
    wants is the energy budget. With `fair`, whoever gets nothing costs `IDLE_PENALTY` points.
    """
    people, slots, offerings = len(survey.people), len(survey.section), len(survey.course)
    rating = ratings(survey)
    reach = rating >= LEAST_WANTED
    offering = np.array([survey.course.index(survey.sections[name]["course"]) for name in survey.section], np.int64)
    serves = np.zeros((people, offerings), np.bool_)
    who, slot = np.nonzero(reach)
    serves[who, offering[slot]] = True
    return Problem(
        **_slot_arrays(survey, offering),
        offering_leg=_zeros(offerings),
        offering_job=np.zeros(offerings, np.bool_),
        offering_health_skill=np.zeros(offerings, np.bool_),
        leg_dose=_zeros(1),
        travel=_zeros(slots, slots),
        weight=np.full(people, WHOLE, np.int64),
        min_minutes=np.full(people, int(fair), np.int64),
        max_minutes=np.full(people, WEEK_MINUTES, np.int64),
        energy=np.array([person["wanted"] for person in survey.people], np.int64),
        daily_limit=np.full(people, DAILY_LIMIT, np.int64),
        idle_penalty=np.full(people, IDLE_PENALTY * fair, np.int64),
        parallel_points=_zeros(people),
        need_points=_zeros(people, 1),
        reach=reach,
        available=np.ones((people, DAYS, QUARTERS), np.bool_),
        barred=_zeros(people, offerings),
        serves_goal=serves,
        progress=_zeros(people, offerings),
        wish=_zeros(people, offerings),
        strength=_zeros(people, offerings),
        lottery=_zeros(people, offerings),
        time_points=_zeros(people, DAYS, 2),
        site_points=np.where(reach, rating, 0),
        contact=_zeros(people, 0),
        keep_ptr=_zeros(people + 1),
        keep_slot=_zeros(0),
        keep_points=_zeros(0),
        lock_ptr=_zeros(people + 1),
        lock_slot=_zeros(0),
        apart=_zeros(0, 2),
    )


def list_sections(survey: Survey, plans: Plans) -> list[list[str]]:
    """Name everybody's sections."""
    names = [survey.section[slot] for slot in plans.slot.tolist()]
    return [names[first:last] for first, last in zip(plans.ptr[:-1].tolist(), plans.ptr[1:].tolist(), strict=True)]


def _slot_arrays(survey: Survey, offering: Ints) -> dict[str, NDArray[Any]]:
    sections = [survey.sections[name] for name in survey.section]
    slots = len(sections)
    day, start, end = np.array([meeting for section in sections for meeting in section["meetings"]], np.int64).T.copy()
    return {
        "slot_offering": offering,
        "slot_site": np.arange(slots, dtype=np.int64),
        "slot_open": np.ones(slots, np.bool_),
        "slot_role": np.full(slots, -1, np.int64),
        "slot_person": np.full(slots, -1, np.int64),
        "slot_load": np.ones(slots, np.int64),
        "group_ptr": np.arange(slots + 1, dtype=np.int64),
        "group_seats": np.array([section["seats"] for section in sections], np.int64),
        "group_minimum": _zeros(slots),
        "meeting_ptr": np.array([0, *accumulate(len(section["meetings"]) for section in sections)], np.int64),
        "meeting_day": day,
        "meeting_start": start,
        "meeting_end": end,
        "row_limit": _zeros(0),
        "row_is_room": np.zeros(0, np.bool_),
        "use_ptr": _zeros(slots + 1),
        "use_row": _zeros(0),
    }


def ratings(survey: Survey) -> Ints:
    """(people, sections) the rating, 0 where there is none."""
    place = {name: position for position, name in enumerate(survey.section)}
    rating = _zeros(len(survey.people), len(survey.section))
    for who, person in enumerate(survey.people):
        for name, level in person["ratings"].items():
            rating[who, place[name]] = level
    return rating


def _zeros(*shape: int) -> Ints:
    return np.zeros(shape, np.int64)
