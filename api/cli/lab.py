"""The commands of the capacity lab: what-if."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from api.cli.live import ctrl_c_stops, live_progress
from api.cli.planning import DEFAULT_THREADS, Gap, Threads
from api.cli.shared import DEFAULT_DATABASE, Database, Json, err, open_database, out, print_json, write_picture
from api.lab_picture import kpi_picture
from catalog.database import reading
from scheduler.lab.scenario import from_file, read_scenario
from scheduler.lab.what_if import DEFAULT_SECONDS, as_record, read_task
from scheduler.lab.what_if import what_if as plan_what_if
from scheduler.warming import warm_up
from solver import Options

LARGE_GAP_PERCENT = 1.0  # from which on the figures say little
TimeLimit = Annotated[float, typer.Option("--time-limit", min=0.1, help="Seconds to plan the changed week.")]


def what_if(
    scenario: Annotated[Path, typer.Argument(metavar="SCENARIO.yaml", help="A week and what is different in it.")],
    time_limit: TimeLimit = DEFAULT_SECONDS,
    gap: Gap = 0.0,
    threads: Threads = DEFAULT_THREADS,
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Plan a week with something different and show it beside the week as planned; nothing of it is stored."""
    with from_file(scenario), reading(open_database(database)) as session:
        task = read_task(session, read_scenario(scenario))
    options = Options(seed=task.base.run.seed, time_limit=time_limit, gap_percent=gap, threads=threads)
    warm_up(task.problem, threads)
    with ctrl_c_stops() as stop, live_progress(err, task.problem.num_citizens) as progress:
        found = plan_what_if(task, options, progress=progress, should_stop=stop)
    record = as_record(found)
    record["picture"] = write_picture(scenario, kpi_picture(record))
    if as_json:
        print_json(record)
        return
    show_what_if(record)


def show_what_if(record: dict[str, Any]) -> None:
    """Print both sides and who gets more or less."""
    title = record["scenario"] or "What if"
    table = Table(title=f"{title}: week {record['week']}, run {record['run']}", title_justify="left")
    table.add_column("")
    for name in ("as planned", "what if", "change"):
        table.add_column(name, justify="right")
    for name, text in LABELS.items():
        before, after = record["base"][name], record["what_if"][name]
        digits = DIGITS.get(name, 0)
        table.add_row(text, f"{before:,.{digits}f}", f"{after:,.{digits}f}", f"{after - before:+,.{digits}f}")
    out.print(table)
    people = record["people"]
    out.print(
        f"Of those planned for before: {people['more_hours']:,} get more hours, {people['fewer_hours']:,} fewer, "
        f"{people['same_hours']:,} as many; {people['other_groups']:,} have other groups. "
        f"{people['newly_under_way']:,} come under way, {people['no_longer_under_way']:,} no longer are."
    )
    if people["new"] or people["gone"]:
        out.print(f"{people['new']:,} citizens are new, {people['gone']:,} are not there.")
    if record["places_dropped"]:
        out.print(f"{record['places_dropped']:,} places that were promised are in groups that do not meet.")
    if record["facts_changed"]:
        out.print(f"The week's facts are others than when run {record['run']} read them, so it was planned anew.")
    if record["gap_percent"] > LARGE_GAP_PERCENT:
        out.print(
            f"[bold]The changed week is not planned closely yet:[/] up to {record['gap_percent']:.1f} % may be won. "
            "Give it more time: --time-limit."
        )
    out.print("People are moved among equals too: look at the figures, not at how many have other groups.")
    out.print(f"Differences below the gaps are not certain. Picture: [bold]{record['picture']}[/]")


LABELS = {
    "citizens": "Citizens",
    "under_way": "Under way",
    "not_under_way": "Not under way",
    "below_minimum": "Below their hours",
    "hours_a_citizen": "Hours a citizen",
    "legs_covered": "Needed legs covered",
    "legs_uncovered": "Needed legs not covered",
    "wishes_met": "Wishes met",
    "unmet_wishes": "Wishes not met",
    "groups_running": "Groups that meet",
    "idle_seats": "Idle seats",
    "staff_hours": "Staff hours",
    "points": "Value, points",
    "bound": "At most possible, points",
    "gap_percent": "Gap, %",
    "seconds": "Seconds",
}
DIGITS = {"hours_a_citizen": 2, "staff_hours": 1, "gap_percent": 3, "seconds": 1}
