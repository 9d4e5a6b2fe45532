"""Times of the week as somebody writes them: `mandag 9.00-12.30, 13-15`, a day or more a line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from api.pages.dates import Dates
from scheduler.citizen_writing import BlockFact, Span, weekly_times

A_MONDAY = dt.date(2024, 1, 1)
# How the days of both languages begin; two letters are enough.
DAYS = (("mandag", "monday"), ("tirsdag", "tuesday"), ("onsdag", "wednesday"), ("torsdag", "thursday"),
        ("fredag", "friday"), ("lørdag", "saturday"), ("søndag", "sunday"))  # fmt: skip
WORKDAYS = ("hverdage", "weekdays")
BETWEEN = re.compile(r"[,;]|\s(?:og|and)\s", re.IGNORECASE)
PART = re.compile(r"(?P<days>[^\W\d_]+\.?(?:\s*-\s*[^\W\d_]+\.?)?)?\s*:?\s*(?:kl\.?\s*)?(?P<times>.*)", re.IGNORECASE)
TIMES = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?\s*(?:-|til|to)\s*(?:kl\.?\s*)?(\d{1,2})(?:[.:](\d{2}))?", re.IGNORECASE)


class LineError(ValueError):
    """A line cannot be read: a slug says why, and `said` is the part that is meant."""

    def __init__(self, slug: str, line: int, said: str) -> None:
        self.slug, self.line, self.said = slug, line, said
        super().__init__(f"line {line}: {slug}: {said}")


class Part(NamedTuple):
    """The days that a part of a line is about, and its time of day."""

    days: Sequence[int]
    span: Span


def write_times(weekly: Mapping[int, Sequence[Span]], language: str) -> str:
    """The times of a week, a day a line, so that `read_times` gives the same."""
    dates = Dates(language)
    return "\n".join(
        f"{dates.weekday(A_MONDAY + dt.timedelta(days=day))} {', '.join(dates.times(*span) for span in weekly[day])}"
        for day in sorted(weekly)
        if weekly[day]
    )


def read_times(text: str) -> dict[int, list[Span]]:
    """What somebody wrote, by day in order.

    Raises
    ------
    LineError
        Of the first line that cannot be read.
    """
    blocks = [
        BlockFact(None, day, part.span.start, part.span.end, "free")
        for number, line in enumerate(text.splitlines(), 1)
        for part in _parts(line.replace("–", "-"), number)
        for day in part.days
    ]
    return weekly_times(blocks)


def _parts(line: str, number: int) -> Iterator[Part]:
    days: Sequence[int] = ()
    for said in filter(None, (part.strip() for part in BETWEEN.split(line))):
        found = PART.fullmatch(said)
        assert found is not None  # Both halves may be empty.
        days = _days(found["days"], number) if found["days"] else days
        if not days:
            raise LineError("times_line_day", number, said)
        yield Part(days, _span(found["times"], number, said))


def _days(said: str, number: int) -> Sequence[int]:
    names = [name.strip(" .").lower() for name in said.split("-")]
    if names[0] in WORKDAYS:
        return range(5)
    found = [next((day for day, each in enumerate(DAYS) if _is_day(name, each)), None) for name in names]
    if found[0] is None or found[-1] is None or found[-1] < found[0]:
        raise LineError("times_line_day", number, said.strip())
    return range(found[0], found[-1] + 1)


def _is_day(name: str, names: tuple[str, str]) -> bool:
    return len(name) >= 2 and any(each.startswith(name) for each in names)


def _span(said: str, number: int, whole: str) -> Span:
    found = TIMES.fullmatch(said.strip())
    if found is None:
        raise LineError("times_line_time", number, whole)
    start, end = (int(found[at]) * 60 + int(found[at + 1] or 0) for at in (1, 3))
    if not 0 <= start < end <= 1440 or any(int(found[at] or 0) > 59 for at in (2, 4)):
        raise LineError("times_line_backwards", number, whole)
    return Span(start, end)
