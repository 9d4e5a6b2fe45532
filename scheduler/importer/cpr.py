"""Recognises CPR numbers, which no table may hold and no message may repeat.

A CPR number is six digits of a birthday (ddmmyy; an administrative one has 60 added to the day) and four more. The
check digit is no test: numbers without it are given since 2007.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

_CANDIDATE = re.compile(
    r"""(?<!\d)
    (?P<day>\d{2}) (?P<gap>[ ./-]?) (?P<month>\d{2}) (?P=gap) (?P<year>\d{2})
    (?P<dash>\s*[-–.]?\s*)
    \d{4} (?!\d)""",
    re.VERBOSE,
)
_FEWEST = 10  # characters of a CPR number
HIDDEN = "(hidden)"


def has_cpr(value: Any) -> bool:
    """Whether a cell holds a CPR number, also one that a spreadsheet keeps as a number without its first zero."""
    if isinstance(value, bool) or value is None or (isinstance(value, str) and len(value) < _FEWEST):
        return False
    if isinstance(value, int | float):
        whole = int(value) if value == value and abs(value) < 1e15 else 0
        return whole == value and 9 <= len(str(whole)) <= 10 and has_cpr(f"{whole:010}")
    return any(map(_is_birthday, _CANDIDATE.finditer(str(value))))


def hide_cpr(text: str) -> str:
    """The text with every CPR number in it replaced."""
    return _CANDIDATE.sub(lambda match: HIDDEN if _is_birthday(match) else match[0], text)


def _is_birthday(match: re.Match[str]) -> bool:
    if match["gap"] and match["dash"].strip() not in ("-", "–"):
        return False  # A date with a time of day or a year of four digits.
    day, month, year = int(match["day"]), int(match["month"]), int(match["year"])
    day = day - 60 if day > 60 else day
    for century in (1900, 2000):
        try:
            dt.date(century + year, month, day)
        except ValueError:
            continue
        return True
    return False
