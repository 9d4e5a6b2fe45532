"""Dates, times and numbers as people say them in Danish and in English."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_date
from babel.numbers import format_decimal

from catalog.weeks import CENTRE_TIME

DAY = {"da": "EEEE d. MMMM", "en": "EEEE d MMMM"}
SHORT_DAY = {"da": "EEE d. MMM", "en": "EEE d MMM"}
LONG_DAY = {"da": "d. MMMM y", "en": "d MMMM y"}


class Dates:
    """The filters of one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def day(self, day: dt.date) -> str:
        """`mandag 23. november`."""
        return format_date(day, DAY[self.language], self.language)

    def weekday(self, day: dt.date) -> str:
        """`mandag`."""
        return format_date(day, "EEEE", self.language)

    def short_day(self, day: dt.date) -> str:
        """`man. 23. nov.`."""
        return format_date(day, SHORT_DAY[self.language], self.language)

    def long_day(self, day: dt.date) -> str:
        """`23. november 2026`."""
        return format_date(day, LONG_DAY[self.language], self.language)

    def clock(self, minutes: int) -> str:
        """Minutes after midnight as `9.00`, or `9:00` in English."""
        return f"{minutes // 60}{'.' if self.language == 'da' else ':'}{minutes % 60:02}"

    def times(self, start: int, end: int) -> str:
        """`9.00-10.30`."""
        return f"{self.clock(start)}-{self.clock(end)}"

    def moment(self, at: dt.datetime) -> str:
        """`mandag 23. november kl. 9.00`, by the centre's clock."""
        local = at.astimezone(CENTRE_TIME)
        clock = self.clock(local.hour * 60 + local.minute)
        return f"{self.day(local.date())} {'kl.' if self.language == 'da' else 'at'} {clock}"

    def time_of(self, at: dt.datetime) -> str:
        """The time of day by the centre's clock: `9.00`."""
        local = at.astimezone(CENTRE_TIME)
        return self.clock(local.hour * 60 + local.minute)

    def number(self, number: float) -> str:
        """`6.000`, or `6,000` in English."""
        return format_decimal(number, locale=self.language)

    def decimals(self, number: float, digits: int) -> str:
        """`0,050`, or `0.050` in English: so many digits after the point, also where they are 0."""
        return format_decimal(number, format=f"#,##0.{'0' * digits}" if digits else "#,##0", locale=self.language)


def week_number(week: str) -> int:
    """The number alone of a week such as `2026-W48`."""
    return int(week[6:])


def sentence(text: str) -> str:
    """The same with a capital letter, where it begins a line."""
    return text[:1].upper() + text[1:]
