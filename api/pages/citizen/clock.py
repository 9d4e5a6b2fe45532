"""The days and times of day that somebody can choose from in a form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from api.pages.dates import Dates, sentence

FIRST, LAST, STEP = 7 * 60, 20 * 60, 30  # minutes after midnight
A_MONDAY = dt.date(2024, 1, 1)
Options = list[tuple[str, str]]


def clock_options(language: str, also: Iterable[int] = ()) -> Options:
    """The half hours of a day, and other minutes that stand there already."""
    dates = Dates(language)
    minutes = sorted({*range(FIRST, LAST + 1, STEP), *also})
    return [(str(minute), dates.clock(minute)) for minute in minutes]


def day_options(language: str, days: Iterable[int] = range(7)) -> Options:
    """The days of the week."""
    dates = Dates(language)
    return [(str(day), sentence(dates.weekday(A_MONDAY + dt.timedelta(days=day)))) for day in days]
