"""The lists that staff's forms choose from: weeks, offerings and other things with a title."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.pages.callers import Page
from api.pages.dates import Dates
from api.pages.rendering import language_of
from api.pages.texts import words_of
from catalog.weeks import CENTRE_TIME, monday_of, shift_week, week_of
from scheduler.why_words import Names, read_names

Options = list[tuple[str, str]]
MOST_WEEKS = 52


def week_now(page: Page) -> str:
    """The week that it is at the centre."""
    return week_of(page.now.astimezone(CENTRE_TIME).date())


def weeks_ahead(page: Page) -> Options:
    """This week and those of a year, each with its first day."""
    language = language_of(page.request)
    say, day = words_of(language), Dates(language).long_day
    weeks = [shift_week(week_now(page), number) for number in range(MOST_WEEKS)]
    return [(week, say("case_week_from", number=int(week[6:]), day=day(monday_of(week)))) for week in weeks]


def names_for(page: Page, session: Session) -> Names:
    """What offerings, legs and indicators are called in the reader's language."""
    return read_names(session, language_of(page.request))


def by_title(titles: dict[str, str]) -> Options:
    """Choices in the order of their titles."""
    return sorted(titles.items(), key=lambda item: item[1].casefold())
