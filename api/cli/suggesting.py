"""The command that says which groups a planned week should have next."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from api.cli.lab import LARGE_GAP_PERCENT
from api.cli.live import ctrl_c_stops, live_progress
from api.cli.planning import DEFAULT_THREADS, Threads
from api.cli.shared import DEFAULT_DATABASE, Database, Json, err, open_database, out, print_json
from catalog.database import reading
from catalog.weeks import parse_week
from scheduler.lab.scenario import Scenario
from scheduler.lab.suggest import DEFAULT_SECONDS, MOST_GROUPS, Added, read_question
from scheduler.lab.suggest import suggest as find_groups
from scheduler.lab.suggested import as_record, group_record
from scheduler.warming import warm_up
from solver import Options


def suggest(
    groups: Annotated[int, typer.Option("--groups", min=1, max=MOST_GROUPS, help="How many groups to add.")] = 10,
    week: Annotated[str | None, typer.Option("--week", help="A planned ISO week; else the week of the run.")] = None,
    run_id: Annotated[int | None, typer.Option("--run", min=1, help="Another run than the week's newest.")] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.1, help="At most so long to plan the week again with a group more.")
    ] = DEFAULT_SECONDS,
    threads: Threads = DEFAULT_THREADS,
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Say which groups to add next with the staff and rooms that are free, each confirmed; nothing of it is stored."""
    scenario = Scenario(week=None if week is None else parse_week(week), run=run_id)
    with reading(open_database(database)) as session:
        question = read_question(session, scenario, groups)
    task = question.task
    options = Options(seed=task.base.run.seed, time_limit=seconds, threads=threads)
    warm_up(task.problem, threads)

    def tell(one: Added) -> None:
        found = group_record(task.base.draft.code, one)
        err.print(
            f"{found['offering']} at {found['site']}, {', '.join(found['meetings'])}: "
            f"{found['confirmed']:,.1f} of {found['promised']:,.1f} points that it promised",
            soft_wrap=True,
        )

    with ctrl_c_stops() as stop, live_progress(err, task.problem.num_citizens) as progress:
        suggestion = find_groups(question, options, progress=progress, should_stop=stop, tell=tell)
    record = as_record(suggestion)
    if as_json:
        print_json(record)
        return
    show_suggestion(record)


def show_suggestion(record: dict[str, Any]) -> None:
    """Print the groups, what all of them change, and what a planner would have added by hand."""
    out.print(f"Groups to add to week {record['week']}, run {record['run']}, the best first")
    _show(record["groups"], CONFIRMED)
    if len(record["groups"]) < record["asked_for"]:
        out.print(f"{len(record['groups'])} of {record['asked_for']}: nothing else was worth more, or it was stopped.")
    change = record["change"]
    out.print(f"All of them: {_change(change)}, {record['total']:+,.1f} points.")
    out.print(f"{change['more_hours']:,} people get more hours, {change['fewer_hours']:,} fewer.")
    if record["confirmed_of_promised"] is not None:
        out.print(f"Of the points that they promised, {record['confirmed_of_promised']:.0%} came true (median).")
    greedy = record["greedy"]
    out.print("What is wished most in vain, as a planner would add it by hand")
    _show(greedy["groups"], CHOSEN)
    out.print(f"All of those: {_change(greedy['change'])}, {greedy['total']:+,.1f} points.")
    if record["facts_changed"]:
        out.print(f"The week's facts are others than when run {record['run']} read them, so it was planned anew.")
    if record["gap_percent"] > LARGE_GAP_PERCENT:
        out.print(f"The week is not planned closely: up to {record['gap_percent']:.1f} % may be won without any group.")
    out.print("A group's people, hours and points are counted beside those that stand above it.")
    out.print(f"{record['seconds']:.0f} s; nothing was stored.")


def _show(groups: list[dict[str, Any]], columns: dict[str, str]) -> None:
    table = Table(show_lines=True)
    table.add_column("Group", min_width=GROUP_WIDTH, overflow="fold")
    for text in columns.values():
        table.add_column(text, justify="right", no_wrap=True)
    for one in groups:
        where = one["staff"] + [one["room_type"]] if one["room_type"] else one["staff"]
        lines = (f"{one['offering']}, {one['site']}", "; ".join(one["meetings"]), "; ".join(where))
        table.add_row("\n".join(lines), *(_number(name, one[name]) for name in columns))
    if groups:
        out.print(table)


def _number(name: str, value: float) -> str:
    sign = "+" if name in SIGNED else ""
    return f"{value:{sign},.{DIGITS.get(name, 0)}f}"


def _change(change: dict[str, Any]) -> str:
    return ", ".join(f"{change[name]:+,.{DIGITS.get(name, 0)}f} {text}" for name, text in TOTALS.items())


CHOSEN = {"people": "People", "promised": "Promised"}
CONFIRMED = {
    "people": "People",
    "hours": "Hours",
    "wishes_met": "Wishes",
    "legs_covered": "Legs",
    "promised": "Promised",
    "confirmed": "Points",
}  # What is left out is in the line below the table, and in --json.
SIGNED = ("wishes_met", "legs_covered", "hours")
GROUP_WIDTH = 23  # so that a name of staff fits in a terminal of 80 columns
DIGITS = {"hours": 1, "promised": 1, "confirmed": 1}
TOTALS = {
    "under_way": "under way",
    "below_minimum": "below their hours",
    "wishes_met": "wishes met",
    "legs_covered": "needed legs covered",
    "hours": "hours",
}
