"""The table of a week's quarter hours: its rows, and the times that its ticks mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from scheduler.citizen_writing import Span

QUARTER, HOUR = 15, 60
FIRST, LAST = 8 * HOUR, 16 * HOUR  # what the table shows, where nobody comes earlier or later
Quarters = dict[int, set[int]]  # the minutes after midnight at which the quarter hours of each day begin


def quarters_of(weekly: Mapping[int, Sequence[Span]]) -> Quarters:
    """The whole quarter hours in the times of a week."""
    return {
        day: {
            minute
            for start, end in parts
            for minute in range(-(-start // QUARTER) * QUARTER, end - QUARTER + 1, QUARTER)
        }
        for day, parts in weekly.items()
    }


def spans_of(quarters: Iterable[int]) -> list[Span]:
    """The times that quarter hours make; those that touch are one."""
    found: list[Span] = []
    for minute in sorted(quarters):
        if found and found[-1].end == minute:
            found[-1] = Span(found[-1].start, minute + QUARTER)
        else:
            found.append(Span(minute, minute + QUARTER))
    return found


def read_ticked(names: Iterable[str]) -> Quarters:
    """The quarter hours of boxes named like `0-540`; what is no quarter hour of a week is left out."""
    found: Quarters = {}
    for name in names:
        day, _, minute = name.partition("-")
        known = day.isdecimal() and minute.isdecimal() and len(name) < 8
        if known and int(day) < 7 and int(minute) < 1440 and int(minute) % QUARTER == 0:
            found.setdefault(int(day), set()).add(int(minute))
    return found


def rows_of(weekly: Mapping[int, Sequence[Span]]) -> range:
    """The beginnings of the table's quarter hours, from a full hour to a full hour."""
    parts = [part for each in weekly.values() for part in each]
    first = min([FIRST, *(part.start // HOUR * HOUR for part in parts)])
    last = max([LAST, *(-(-part.end // HOUR) * HOUR for part in parts)])
    return range(first, last, QUARTER)
