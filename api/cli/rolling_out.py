"""The command that says what growing takes, week by week: roll-out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status

from api.cli.live import ctrl_c_stops
from api.cli.planning import DEFAULT_THREADS, Threads
from api.cli.roll_out_tables import figure, show_roll_out
from api.cli.shared import DEFAULT_DATABASE, Database, Json, err, open_database, print_json, write_picture
from api.roll_out_picture import roll_out_picture
from catalog.database import reading
from scheduler.lab.roll_out.inputs import read_roll_out
from scheduler.lab.roll_out.path import plan_path, read_question
from scheduler.lab.roll_out.record import as_record
from scheduler.lab.roll_out.trying import Tried
from scheduler.lab.scenario import from_file
from scheduler.warming import warm_up
from solver import Options
from solver.solution import Round


def roll_out(
    file: Annotated[Path, typer.Argument(metavar="FILE.yaml", help="Who comes and goes, and what must be kept.")],
    all_weeks: Annotated[bool, typer.Option("--all-weeks", help="Show every week, not only the planned ones.")] = False,
    threads: Threads = DEFAULT_THREADS,
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Say what growing takes, week by week: groups, staff, rooms and kroner; nothing of it is stored.

    Weeks are planned with less and less supply until a figure would be worse than it is now. This takes minutes.
    """
    with from_file(file), reading(open_database(database)) as session:
        question = read_question(session, read_roll_out(file))
    base = question.task.base
    options = Options(seed=base.run.seed, time_limit=None, threads=threads)
    warm_up(question.task.problem, threads)
    weeks = question.roll_out.weeks
    err.print(
        f"{len(question.stations)} weeks are planned, each with more and with less supply, until it is known how much "
        "keeps everything. Ctrl-C stops and keeps what is known.",
        soft_wrap=True,
    )
    with ctrl_c_stops() as stop, _watched(err, weeks) as watch:
        path = plan_path(question, options, progress=watch.see, should_stop=stop, tell=watch.tell)
    record = as_record(path)
    record["picture"] = write_picture(file, roll_out_picture(record))
    if as_json:
        print_json(record)
        return
    show_roll_out(record, all_weeks=all_weeks)


class _Watch:
    """Says what is tried: in place on a terminal, and a line for each supply that was tried."""

    def __init__(self, console: Console, weeks: int, status: Status) -> None:
        self._console, self._weeks, self._status, self._last = console, weeks, status, "Planning"

    def see(self, state: Round) -> None:
        """Show a round on a terminal."""
        gap = "" if state.gap_percent is None else f", {state.gap_percent:.1f} % may still be won"
        self._status.update(f"{self._last}: round {state.number}, {state.phase}{gap} (Ctrl-C stops)")

    def tell(self, number: int, citizens: int, tried: Tried) -> None:
        """Print what came out for one supply."""
        self._last = f"Week {number} of {self._weeks}, {citizens:,} citizens"
        lost = ", ".join(figure(each.name, each.value, each.limit) for each in tried.missed)
        came_out = f"not enough: {lost}" if lost else "everything is kept"
        groups = f"{tried.percent} % of the groups" + (f" without the {tried.closed:,} weakest" if tried.closed else "")
        self._console.print(f"{self._last}, {groups}: {came_out}", soft_wrap=True)


@contextmanager
def _watched(console: Console, weeks: int) -> Iterator[_Watch]:
    with console.status("Planning") as status:
        yield _Watch(console, weeks, status)
