"""Reasons in words: short plain sentences in Danish or English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Indicator, Leg, Offering
from scheduler.texts import LANGUAGES, texts
from scheduler.why import NOON, Reason

DOMAIN = "reasons"
MOST_TIMES = 3


@dataclass(frozen=True)
class Names:
    """What offerings, legs and indicators are called in one language, by id."""

    language: str
    offering: Mapping[str, str]
    leg: Mapping[str, str]
    goal: Mapping[str, str]


def read_names(session: Session, language: str = LANGUAGES[0]) -> Names:
    """Read the titles of everything that a reason can name."""
    tables: tuple[Any, ...] = (Offering, Leg, Indicator)
    titles: list[dict[str, str]] = [
        dict(session.execute(select(table.id, getattr(table, language))).all()) for table in tables
    ]
    return Names(language, *titles)


def words(reasons: Sequence[Reason], names: Names) -> str:
    """Put reasons into words, a sentence or two each. They hold nothing of anybody else, and no points."""
    return " ".join(_sentence(reason, names) for reason in reasons)


def _sentence(reason: Reason, names: Names) -> str:
    say = texts(names.language, DOMAIN).gettext
    return say(reason.slug).format(
        offering=names.offering.get(reason.offering, reason.offering),
        others=_listed([names.offering.get(other, other) for other in reason.others], names.language),
        legs=_listed([names.leg.get(leg, leg) for leg in reason.legs], names.language),
        goals=_listed([names.goal.get(goal, goal) for goal in reason.goals], names.language),
        times=_listed([time_words(*time, names.language) for time in reason.times[:MOST_TIMES]], names.language),
    )


def time_words(day: int, start: int, end: int, language: str = LANGUAGES[0]) -> str:
    """A time of the week such as `torsdag formiddag kl. 09:00-11:00`."""
    say = texts(language, DOMAIN).gettext
    half = "time_morning" if end <= NOON else "time_afternoon" if start >= NOON else "time_across_noon"
    return say(half).format(day=say(f"day_{day}"), start=_clock(start), end=_clock(end))


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _listed(parts: Sequence[str], language: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {texts(language, DOMAIN).gettext('and')} {parts[-1]}"
