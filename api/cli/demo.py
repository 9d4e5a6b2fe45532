"""The command that shows everything: a made-up town, its next week planned, its picture."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy import Engine, func, select

from api.cli.planning import DEFAULT_THREADS, Gap, SeatsOnly, Seed, Threads, TimeLimit, run_task, show_run
from api.cli.shared import DEFAULT_DATABASE, Database, InputError, Json, err, new_database, out
from catalog.database import reading, writing
from catalog.tables import Base, Rule
from catalog.weeks import parse_week
from scheduler.migrations import upgrade
from scheduler.points import rules_hash
from scheduler.runs import Task
from scheduler.shipped import load_shipped
from scheduler.tables import Citizen
from scheduler.town import make_town
from solver import Options

# A rule of a day long past never holds; it only says that the demo made this town and may replace it.
MARK_DAY = dt.date(1, 1, 1)


def demo(
    citizens: Annotated[int, typer.Option("--citizens", min=1, help="How many people live in the town.")] = 6000,
    seed: Seed = 7,
    tightness: Annotated[
        float, typer.Option("--tightness", min=0.05, max=5.0, help="Seats over demand of the scarce offerings.")
    ] = 0.6,
    week: Annotated[str, typer.Option("--week", help="An ISO week such as 2026-W48, or next.")] = "next",
    time_limit: TimeLimit = 60.0,
    gap: Gap = 0.0,
    seats_only: SeatsOnly = False,
    clustered: Annotated[bool, typer.Option("--clustered", help="Let neighbours want the same things.")] = False,
    threads: Threads = DEFAULT_THREADS,
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Make a town, plan its next week with live progress, and show what came out.

    The town is made anew each time, in place of an earlier demo's town. A database with real citizens is refused.
    """
    week = parse_week(week)
    town: dict[str, Any] = {"citizens": citizens, "seed": seed, "tightness": tightness, "clustered": clustered}
    town["rules_hash"] = rules_hash()
    engine = new_database(database)
    err.print(
        f"1. Making a town of {citizens:,} citizens and the groups of week {week} in {engine.url}", soft_wrap=True
    )
    _clear_earlier_demo(engine, database)
    with writing(engine) as session:
        load_shipped(session)
        session.add(Rule(slug="demo", key="town", valid_from=MARK_DAY, valid_to=MARK_DAY, value=town))
        make_town(session, citizens, seed, tightness, week, clustered=clustered)
    err.print(
        f"2. Planning week {week} for at most {time_limit:g} seconds (the first time, the solver is compiled too)",
        soft_wrap=True,
    )
    options = Options(seed=seed, time_limit=time_limit, gap_percent=gap, threads=threads)
    outcome, summary = run_task(engine, Task(week, options, seats_only=seats_only, town=town))
    show_run(outcome, summary, as_json=as_json)
    if not as_json:
        _say_what_to_try(engine, database, summary["run"])
        _offer_to_serve(database)


def _clear_earlier_demo(engine: Engine, url: str) -> None:
    """Leave empty tables of today's shape, unless somebody's own citizens are in them."""
    upgrade(url)
    with writing(engine) as session:
        if session.get(Rule, ("demo", "town", MARK_DAY)) is not None:
            err.print("   The town of the earlier demo in this database is replaced, with its runs.")
            for table in reversed(Base.metadata.sorted_tables):
                session.execute(table.delete())
        elif count := session.scalar(select(func.count()).select_from(Citizen)):
            raise InputError(f"{url} holds {count:,} citizens that no demo made: choose another with --database URL")


def _say_what_to_try(engine: Engine, url: str, run: int) -> None:
    with reading(engine) as session:
        somebody = session.scalar(select(Citizen.external_id).order_by(Citizen.id).limit(1))
    where = "" if url == DEFAULT_DATABASE else f" --database {url}"
    table = Table(
        title="What to try next (first: . .venv/bin/activate)", title_justify="left", box=None, show_header=False
    )
    for command, meaning in (
        (f"igang show {somebody}", "one citizen's week as a grid"),
        (f"igang export {run} plan.xlsx", "everybody's meetings as a workbook"),
        (f"igang verify {run}", "count every rule again"),
        (f"igang replay {run}", "compute the run again and compare"),
        ("igang demo --citizens 600 --tightness 0.4", "a smaller town with fewer seats"),
        ("igang --help", "everything else"),
    ):
        table.add_row(f"[bold]{command}{where}[/]", meaning)
    out.print()
    out.print(table)


def _offer_to_serve(url: str) -> None:
    """Say how to serve the town; a question would let a build server wait for ever."""
    command = "make run" if url == DEFAULT_DATABASE else f"igang serve --database {url}"
    out.print(f"\nTo let staff and citizens use it from a browser or a program: [bold]{command}[/]", soft_wrap=True)
