"""How many citizens there are each week: those who were there, and new ones, and who returns, without who leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scheduler.lab.roll_out.inputs import RollOut, StartUp
from scheduler.lab.scenario import LEAST_CITIZENS, MOST_CITIZENS, ScenarioError

PERCENT = 100


@dataclass(frozen=True)
class WeekOfPeople:
    """One week's citizens; `there` is after all have come and gone."""

    new: int
    returning: int
    leaving: int
    there: int


def flow(roll_out: RollOut, start: int) -> tuple[WeekOfPeople, ...]:
    """Count the citizens of every week after the base week.

    Raises
    ------
    ScenarioError
        Nobody or too many would be there, or the number at the end cannot be reached by taking in.
    """
    if roll_out.citizens is None:
        intake = roll_out.intake if isinstance(roll_out.intake, list) else [roll_out.intake or 0] * roll_out.weeks
    else:
        intake = _even_intake(roll_out, start, roll_out.citizens)
    found = tuple(_weeks(roll_out, start, intake))
    for number, week in enumerate(found, start=1):
        if not LEAST_CITIZENS <= week.there <= MOST_CITIZENS:
            wanted = f"{LEAST_CITIZENS} to {MOST_CITIZENS:,} citizens in every week"
            raise ScenarioError("intake", f"{week.there:,} citizens in week {number}", wanted)
    return found


def conferences(people: Sequence[WeekOfPeople], start_up: StartUp | None) -> tuple[float, ...]:
    """Start-up conferences that are held in each week; what is not held by the last week is left out."""
    held = [0.0] * len(people)
    if start_up is not None:
        for at, week in enumerate(people):
            number = -(-week.new // start_up.group_size)
            for later in range(at, min(at + start_up.weeks, len(people))):
                held[later] += number / start_up.weeks
    return tuple(held)


def _weeks(roll_out: RollOut, start: int, intake: Sequence[int]) -> Iterator[WeekOfPeople]:
    """Week by week; parts of a person are carried on to the next week."""
    leave, back = Fraction(str(roll_out.exits_percent)) / PERCENT, roll_out.returns
    there, left, leaving_part, returning_part = start, list[int](), Fraction(0), Fraction(0)
    for at, new in enumerate(intake):
        leaving_part += leave * there
        leaving = int(leaving_part)
        leaving_part -= leaving
        returning = 0
        if back is not None and at >= back.after_weeks:
            returning_part += Fraction(str(back.percent)) / PERCENT * left[at - back.after_weeks]
            returning = int(returning_part)
            returning_part -= returning
        left.append(leaving)
        there += new + returning - leaving
        yield WeekOfPeople(new, returning, leaving, there)


def _even_intake(roll_out: RollOut, start: int, end: int) -> list[int]:
    """New citizens of each week, as even as can be, with which so many are there at the end."""

    def reached(total: int) -> int:
        return [week.there for week in _weeks(roll_out, start, _spread(total, roll_out.weeks))][-1]

    if reached(0) > end:
        expected = f"at least {reached(0):,}, who are there with nobody new, or more exits_percent"
        raise ScenarioError("citizens", end, expected)
    low, high = 0, 1
    while reached(high) <= end:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if reached(middle) <= end else (low, middle)
    intake = _spread(low, roll_out.weeks)
    intake[-1] += end - reached(low)  # Who comes in the last week does not leave in it.
    return intake


def _spread(total: int, weeks: int) -> list[int]:
    return [total * (at + 1) // weeks - total * at // weeks for at in range(weeks)]
