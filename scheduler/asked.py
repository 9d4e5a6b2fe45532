"""What a citizen asks to be changed in a published week, and what of it the kernel has to know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from catalog.weeks import monday_of
from scheduler.one_problem import Edits, Times
from scheduler.week_frame import WeekFrame

CHANGES = ("another_time", "another_activity", "less", "more", "stop", "cannot_come")
TALKS = ("along", "talk")  # A person answers these.
ABOUT_AN_ACTIVITY = ("another_time", "another_activity", "stop")  # These name one of her plan.
HOW = ("phone", "walk", "home")
LONGEST_TEXT = 2_000  # letters


class AskedError(ValueError):
    """What is asked cannot be meant; the message names it and says what was expected."""


@dataclass(frozen=True)
class Asked:
    """One wish for a change.

    `another_time`, `another_activity` and `stop` name a group of her plan; `less` may; `more` may name an offering;
    `cannot_come` names a group (this once) or times, in this week or from now on; `talk` says how.
    """

    kind: str
    group_id: int | None = None
    offering_id: str | None = None
    times: Times = ()  # day, first and last minute
    every_week: bool = False
    how: str = ""
    text: str = field(default="", compare=False)

    def as_json(self) -> dict[str, Any]:
        """What is kept of it; the text has a place of its own."""
        return {name: value for name, value in asdict(self).items() if value and name not in ("kind", "text")}

    @staticmethod
    def from_json(kind: str, kept: Mapping[str, Any]) -> Asked:
        """Read what `as_json` gave."""
        times = tuple((int(day), int(start), int(end)) for day, start, end in kept.get("times", ()))
        return Asked(kind, **{**kept, "times": times})


def check(asked: Asked, frame: WeekFrame, present: tuple[int, ...]) -> None:
    """Raise AskedError where the wish does not fit the citizen's plan or the week."""
    if asked.kind not in (*CHANGES, *TALKS):
        raise AskedError(f"kind {asked.kind}: expected one of {', '.join((*CHANGES, *TALKS))}")
    if len(asked.text) > LONGEST_TEXT:
        raise AskedError(f"text: at most {LONGEST_TEXT} letters, found {len(asked.text)}")
    if asked.group_id is not None and asked.group_id not in present:
        raise AskedError(f"group {asked.group_id}: it is not in her plan of week {frame.week}; look at the plan again")
    if asked.offering_id is not None and asked.offering_id not in frame.centre.offering.id:
        raise AskedError(f"offering {asked.offering_id}: the centre does not have it in week {frame.week}")
    if asked.kind in ABOUT_AN_ACTIVITY and asked.group_id is None:
        raise AskedError(f"{asked.kind}: name the group of her plan that it is about")
    if asked.kind == "cannot_come" and (asked.group_id is None) == (not asked.times):
        raise AskedError("cannot_come: name either a group of her plan or times")
    if asked.kind == "talk" and asked.how not in HOW:
        raise AskedError(f"how {asked.how}: expected one of {', '.join(HOW)}")
    try:
        Edits(busy=asked.times)
    except ValueError as error:
        raise AskedError(str(error)) from error


def edits(asked: Asked, frame: WeekFrame, present: tuple[int, ...], change_cost: int) -> Edits:
    """How the citizen's facts change while the wish is looked at."""
    busy, refused = asked.times, frozenset[str]()
    if asked.kind == "stop" and asked.group_id is not None:
        refused = frozenset({offering_of(frame, asked.group_id)})
    return Edits(present=present, change_cost=change_cost, busy=busy, refused=refused)


def offering_of(frame: WeekFrame, group_id: int) -> str:
    """The id of a group's offering."""
    return frame.centre.offering.id[int(frame.problem.slot_offering[frame.slot_of[group_id]])]


def first_day(frame: WeekFrame, groups: tuple[int, ...]) -> dt.date | None:
    """The day of the first meeting of these groups."""
    slots = [frame.slot_of[group] for group in groups if group in frame.slot_of]
    days = [int(frame.problem.meeting_day[frame.problem.meeting_ptr[slot]]) for slot in slots]
    return monday_of(frame.week) + dt.timedelta(days=min(days)) if days else None
