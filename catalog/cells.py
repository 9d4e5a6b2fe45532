"""What a cell of a centre's file may hold: times, days, weeks, dates, numbers and lists, as people write them."""

from __future__ import annotations

import datetime as dt
import re
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from catalog.weeks import WeekError, parse_week

DAY_WORDS = (
    ("man", "mandag", "mon", "monday"),
    ("tir", "tirsdag", "tue", "tuesday"),
    ("ons", "onsdag", "wed", "wednesday"),
    ("tor", "torsdag", "thu", "thursday"),
    ("fre", "fredag", "fri", "friday"),
    ("lør", "lørdag", "sat", "saturday"),
    ("søn", "søndag", "sun", "sunday"),
)
_DAY = {word: day for day, words in enumerate(DAY_WORDS) for word in words}
_YES, _NO = {"ja", "j", "x", "yes", "true", "sand", "1"}, {"nej", "n", "no", "false", "falsk", "0"}
_DATES = ("%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%Y")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(?::00)?")
_MEETING = re.compile(r"(\w+)\s+([\d:.]+)\s*[-–]\s*([\d:.]+)")
DAY_MINUTES = 24 * 60

WeekTime = tuple[int, int, int]  # day, start and end in minutes


def read_clock(value: Any) -> int:
    """Minutes after midnight of `9`, `9:30`, `9.30`, a time or a spreadsheet's part of a day."""
    if isinstance(value, dt.datetime | dt.time):
        return value.hour * 60 + value.minute
    if isinstance(value, dt.timedelta):
        value = value.total_seconds() / 86_400
    if isinstance(value, float) and 0 <= value <= 1:
        return round(value * DAY_MINUTES)
    match = _CLOCK.fullmatch(str(value).strip())
    if match and int(match[2] or 0) < 60 and (minutes := int(match[1]) * 60 + int(match[2] or 0)) <= DAY_MINUTES:
        return minutes
    if isinstance(value, int) and not isinstance(value, bool) and 24 < value <= DAY_MINUTES:
        return value  # YAML reads an unquoted 9:30 as 570.
    raise ValueError("expected a time of day such as 9:30")


def read_day(value: Any) -> int:
    """0 = Monday of a Danish or English name of a weekday."""
    day = _DAY.get(str(value).strip().lower().rstrip("."))
    if day is None:
        raise ValueError("expected a weekday: " + ", ".join(words[0] for words in DAY_WORDS))
    return day


def read_flag(value: Any) -> bool:
    """Yes or no in Danish or English."""
    word = str(value).strip().lower().removesuffix(".0")
    if word in _YES | _NO:
        return word in _YES
    raise ValueError("expected ja or nej")


def read_date(value: Any) -> dt.date:
    """A date as 2026-11-23 or 23-11-2026, or a spreadsheet's own."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    for form in _DATES:
        try:
            return dt.datetime.strptime(str(value).strip(), form).date()
        except ValueError:
            continue
    raise ValueError("expected a date such as 2026-11-23")


def read_week(value: Any) -> str:
    """An ISO week such as 2026-W48."""
    if str(value).strip().lower() == "next":
        raise ValueError("expected an ISO week such as 2026-W48")
    try:
        return parse_week(str(value))
    except WeekError as error:
        raise ValueError(f"expected {error.expected.removesuffix(', or next')}") from error


def read_words(value: Any) -> list[str]:
    """A list, or words between commas or semicolons."""
    parts = value if isinstance(value, list) else re.split(r"[,;]", str(value))
    return [word for part in parts if (word := str(part).strip())]


def read_text(value: Any) -> str:
    """Text; a whole number that a spreadsheet keeps as 17.0 is 17."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def read_number(value: Any) -> Any:
    """A number, also with a decimal comma or as a spreadsheet keeps it."""
    if isinstance(value, bool):
        raise ValueError("expected a number")
    return value.strip().replace(",", ".") if isinstance(value, str) else value


def read_week_times(value: Any) -> list[WeekTime]:
    """Meetings of a week as `man 9:00-10:30; tor 13-15`, in order, none empty and no two overlapping."""
    parts = value if isinstance(value, list) else [part for part in re.split(r"[;,\n]", str(value)) if part.strip()]
    times = sorted(_read_week_time(part) for part in parts)
    for (day, _, end), (next_day, start, _) in pairwise(times):
        if day == next_day and start < end:
            raise ValueError(f"expected meetings that do not overlap: two overlap on {DAY_WORDS[day][0]}")
    return times


def _read_week_time(part: Any) -> WeekTime:
    if isinstance(part, list | tuple):
        part = _in_words(*part) if len(part) == 3 and all(isinstance(one, int) for one in part) else ""
    match = _MEETING.fullmatch(str(part).strip())
    if match is None:
        raise ValueError("expected meetings such as man 9:00-10:30; tor 13:00-15:00")
    day, start, end = read_day(match[1]), read_clock(match[2]), read_clock(match[3])
    if end <= start:
        raise ValueError(f"expected a meeting that ends after its start: {str(part).strip()} is empty")
    return day, start, end


def _in_words(day: int, start: int, end: int) -> str:
    """A meeting in numbers, as it is stored, in the words that are read."""
    word = DAY_WORDS[day][0] if 0 <= day < len(DAY_WORDS) else ""
    return f"{word} {start // 60}:{start % 60:02}-{end // 60}:{end % 60:02}"


Clock = Annotated[int, BeforeValidator(read_clock)]
Day = Annotated[int, BeforeValidator(read_day)]
Flag = Annotated[bool, BeforeValidator(read_flag)]
Date = Annotated[dt.date, BeforeValidator(read_date)]
Week = Annotated[str, BeforeValidator(read_week)]
Words = Annotated[list[str], BeforeValidator(read_words)]
WeekTimes = Annotated[list[WeekTime], BeforeValidator(read_week_times)]
Name = Annotated[str, BeforeValidator(read_text), Field(min_length=1)]
Whole = Annotated[int, BeforeValidator(read_number)]
Number = Annotated[float, BeforeValidator(read_number)]
