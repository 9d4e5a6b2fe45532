"""`/tider`: when a citizen can come, day by day, as a form; and the times that she has kept free of us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.pages.callers import Page, may_page
from api.pages.citizen.clock import Options, clock_options, day_options
from api.pages.citizen.whose import change, find_whose, looking, show
from api.pages.forms import Form, FormError, Wrong
from api.pages.rendering import language_of
from catalog.weeks import CENTRE_TIME, week_of
from scheduler import citizen_writing
from scheduler.citizen_writing import BlockFact, Span, version_of, weekly_times
from scheduler.request_effects import Asker

routes = APIRouter(prefix="/tider")
WORKDAYS = range(5)


class OwnIn(BaseModel):
    """A time that she takes back; of one week or, without, of every week."""

    week: str | None = Field(default=None, max_length=10)
    day: int = Field(ge=0, le=6)
    start: int = Field(ge=0, le=1439)
    end: int = Field(ge=1, le=1440)


@routes.get("")
def show_times(page: Annotated[Page, may_page("citizen.read")]) -> Response:
    """Show when she can come."""
    her, language = find_whose(page), language_of(page.request)
    this_week = week_of(page.now.astimezone(CENTRE_TIME).date())
    with looking(page, her) as session:
        blocks = citizen_writing.availability_of(session, her.id)
    spans = {day: _span(blocks, day) for day in _days(blocks)}
    minutes = [minute for span in spans.values() if span for minute in span]
    return show(
        page, her, "times.html", form=page.form.starting("", **_values(spans)), version=version_of(blocks),
        days=day_options(language, spans), clock=clock_options(language, minutes), names=dict(day_options(language)),
        taken=[each for each in blocks if each.kind != "free" and (each.week is None or each.week >= this_week)],
    )  # fmt: skip


@routes.post("")
def set_times(page: Annotated[Page, may_page("availability.write")]) -> Response:
    """Keep when she can come; days that she did not change stay as they are, with all their parts."""
    her = find_whose(page)

    def keep(session: Session, _asker: Asker) -> Answer:
        blocks = citizen_writing.availability_of(session, her.id)
        entered = _read(page.form, day_options(language_of(page.request), _days(blocks)))
        changed = {day: [span] if span else [] for day, span in entered.items() if span != _span(blocks, day)}
        citizen_writing.change_weekly_times(session, her.id, changed, page.form.value("version"))
        return page.go_to(her.at("/tider"), done="saved")

    return change(page, her, keep, lambda: show_times(page))


@routes.post("/slet")
def take_back(page: Annotated[Page, may_page("availability.write")]) -> Response:
    """Let her come again at a time that she had kept free of us."""
    her = find_whose(page)

    def take(session: Session, _asker: Asker) -> Answer:
        given = page.form.read(OwnIn)
        gone = BlockFact(given.week, given.day, given.start, given.end, "own_block")
        blocks = citizen_writing.availability_of(session, her.id)
        citizen_writing.set_availability(session, her.id, [each for each in blocks if each != gone])
        return page.go_to(her.at("/tider"), done="saved")

    return change(page, her, take, lambda: show_times(page))


def _days(blocks: Sequence[BlockFact]) -> list[int]:
    """The working days, and a Saturday or Sunday on which she can come."""
    return sorted({*WORKDAYS, *weekly_times(blocks)})


def _span(blocks: Sequence[BlockFact], day: int) -> Span | None:
    """From the first to the last minute of a day on which she can come."""
    parts = weekly_times(blocks).get(day)
    return Span(parts[0].start, parts[-1].end) if parts else None


def _values(spans: dict[int, Span | None]) -> dict[str, object]:
    found: dict[str, object] = {}
    for day, span in spans.items():
        if span is not None:
            found |= {f"can_{day}": "true", f"from_{day}": span.start, f"until_{day}": span.end}
    return found


def _read(form: Form, days: Options) -> dict[int, Span | None]:
    """What was entered for each day, or FormError."""
    found: dict[int, Span | None] = {}
    wrong: dict[str, Wrong] = {}
    for day, name in ((int(day), name) for day, name in days):
        if not form.has(f"can_{day}", "true"):
            found[day] = None
            continue
        start, end = form.value(f"from_{day}"), form.value(f"until_{day}")
        if not (start.isdecimal() and end.isdecimal()):
            wrong[f"from_{day}"] = Wrong("times_missing", {"day": name})
        elif not 0 <= int(start) < int(end) <= 1440:
            wrong[f"from_{day}"] = Wrong("times_backwards", {"day": name})
        else:
            found[day] = Span(int(start), int(end))
    if wrong:
        raise FormError(wrong)
    return found
