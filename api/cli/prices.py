"""The command `prices`: what one more seat of a planned week is worth, and which wishes are not met, and why."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cli.shared import DEFAULT_DATABASE, Database, Json, open_database, out, print_json
from catalog.database import reading
from catalog.tables import Offering, Site
from scheduler.prices import Moment, Prices, Scarce, read_prices

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class By(StrEnum):
    """What the prices are shown for; the values are fields of `Prices`."""

    GROUPS = "groups"
    OFFERINGS = "offerings"
    HOURS = "hours"
    SITES = "sites"
    ROLES = "roles"
    ROOMS = "rooms"
    UNMET = "unmet"


def prices(
    run: Annotated[int, typer.Argument(min=1, metavar="RUN")],
    by: Annotated[By, typer.Option("--by", help="What to show the prices of, or the wishes that are not met.")] = (
        By.OFFERINGS
    ),
    most: Annotated[int, typer.Option("--most", min=1, help="Lines of the table.")] = 20,
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Show what one more seat of a run is worth, and what stands in the way of the wishes that it does not meet."""
    with reading(open_database(database)) as session:
        found = read_prices(session, run)
        titles = _titles(session)
    if as_json:
        print_json(_record(found))
        return
    lines = getattr(found, by.value)
    if not lines:
        out.print(f"Run {run}: nothing is short by {by.value}.")
        return
    out.print(_unmet_table(found, titles, most) if by is By.UNMET else _price_table(found, by, titles, most))
    if len(lines) > most:
        out.print(f"and {len(lines) - most:,} more: --most {len(lines)}, or --json for all of them")
    if by is not By.UNMET:
        out.print(
            "A price is for one seat more, with the staff and the room that it takes. What a whole group is worth "
            "only a new plan tells: igang what-if."
        )


def _titles(session: Session) -> dict[str, str]:
    found = dict(session.execute(select(Offering.id, Offering.da)).all())
    return found | dict(session.execute(select(Site.id, Site.name)).all())


def _record(found: Prices) -> dict[str, Any]:
    """The prices as JSON has them: every line an object."""
    record = asdict(found)
    for by in By:
        record[by.value] = [line._asdict() | _moment(line) for line in getattr(found, by.value)]
    return record


def _moment(line: Any) -> dict[str, Any]:
    dearest = getattr(line, "dearest", None)
    return {} if dearest is None else {"dearest": dearest._asdict()}


def _price_table(found: Prices, by: By, titles: dict[str, str], most: int) -> Table:
    table = Table(title=f"One more seat in week {found.week}, run {found.run}: prices in points", title_justify="left")
    table.add_column(by.value, overflow="fold")
    for name in ("seats", "used", "idle", "dearest", "mean"):
        table.add_column(name, justify="right")
    if by is not By.HOURS:
        table.add_column("dearest at")
    lines: tuple[Scarce, ...] = getattr(found, by.value)
    for line in lines[:most]:
        table.add_row(
            _name(line.name, by, titles), f"{line.seats:,}", f"{line.used:,}", f"{line.seats - line.used:,}",
            f"{line.price:,.1f}", f"{line.mean_price:,.2f}", *([] if by is By.HOURS else [_time(line.dearest)]),
        )  # fmt: skip
    return table


def _unmet_table(found: Prices, titles: dict[str, str], most: int) -> Table:
    table = Table(title=f"Wishes not met in week {found.week}, run {found.run}", title_justify="left")
    table.add_column("offering", overflow="fold")
    for name in ("no time or place fits", "all groups are full", "own week has no room", "wait now"):
        table.add_column(name, justify="right")
    for line in found.unmet[:most]:
        counts = (line.no_time, line.full, line.own_week, line.waiting)
        table.add_row(titles.get(line.offering, line.offering), *(f"{count:,}" for count in counts))
    return table


def _name(name: str, by: By, titles: dict[str, str]) -> str:
    if by is By.HOURS:
        day, _, hour = name.partition("-")
        return f"{WEEKDAYS[int(day)]} {int(hour):02}-{int(hour) + 1:02}"
    if by is By.ROOMS:
        kind, _, site = name.rpartition(" ")
        return f"{kind}, {titles.get(site, site)}"
    return titles.get(name, name) if by in (By.OFFERINGS, By.SITES) else name.replace("_", " ")


def _time(moment: Moment | None) -> str:
    return "" if moment is None else f"{WEEKDAYS[moment.day]} {moment.minute // 60:02}:{moment.minute % 60:02}"
