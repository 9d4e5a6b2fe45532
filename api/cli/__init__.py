"""The command line `igang`: all commands, and what a person reads when her input is wrong."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from api.cli.benching import bench
from api.cli.data import import_, init, weeks
from api.cli.demo import demo
from api.cli.lab import what_if
from api.cli.look import export, show
from api.cli.planning import plan, replay, runs, verify
from api.cli.prices import prices
from api.cli.printing import print_week
from api.cli.records import audit, backup, chores, citizen, restore
from api.cli.rolling import next_week
from api.cli.rolling_out import roll_out
from api.cli.serving import serve
from api.cli.shared import BAD_INPUT, InputError, databases, err, print_json
from api.cli.suggesting import suggest
from api.cli.working import worker
from catalog.weeks import WeekError
from scheduler.archive import ArchiveError
from scheduler.bench.plan import BenchmarkError
from scheduler.cluster import ClusterError
from scheduler.dated import MissingSettingError
from scheduler.importer.errors import ImportErrors
from scheduler.lab.scenario import ScenarioError
from scheduler.points import PointsError
from scheduler.runs import RunError, UnsoundSolutionError
from scheduler.stored import NotFoundError
from scheduler.town import TownError
from solver import UnverifiedPlanError
from solver.problem import InvalidProblemError
from solver.shards import PricerLostError

__all__ = ["app", "main"]

BAD_INPUT_ERRORS = (
    ArchiveError,
    BenchmarkError,
    ClusterError,
    ImportErrors,
    InputError,
    InvalidProblemError,
    MissingSettingError,
    NotFoundError,
    OperationalError,
    PointsError,
    PricerLostError,  # Before the run begins; later, it goes on without.
    RunError,
    ScenarioError,
    TownError,
    ValidationError,
    WeekError,
)

app = typer.Typer(
    name="igang",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
    help="""Plans the week of every citizen of a job-rehabilitation centre at once.

    To see what it does: [bold]igang demo[/] makes a town and plans its next week.

    With a centre's own files: [bold]igang init[/], [bold]igang import FILE...[/], [bold]igang weeks create next[/],
    [bold]igang plan next[/], [bold]igang show CITIZEN[/].

    Weeks are ISO weeks (2026-W48) or next.""",
)
app.add_typer(weeks, name="weeks")
app.command("demo")(demo)
app.command("init")(init)
app.command("import")(import_)
app.command("plan")(plan)
app.command("next-week")(next_week)
app.command("runs")(runs)
app.command("show")(show)
app.command("export")(export)
app.command("print")(print_week)
app.command("verify")(verify)
app.command("replay")(replay)
app.command("what-if")(what_if)
app.command("prices")(prices)
app.command("suggest")(suggest)
app.command("bench")(bench)
app.command("roll-out")(roll_out)
app.add_typer(audit, name="audit")
app.add_typer(citizen, name="citizen")
app.command("backup")(backup)
app.command("chores")(chores)
app.command("restore")(restore)
app.command("serve")(serve)
app.command("worker")(worker)


def main() -> None:
    """Run the command line; exit code 2 where the input was wrong, 1 where a plan does not hold."""
    try:
        with databases:
            app()
    except BAD_INPUT_ERRORS as error:
        _explain(error)
        sys.exit(BAD_INPUT)
    except (UnsoundSolutionError, UnverifiedPlanError) as error:
        _explain(error)
        sys.exit(1)


def _explain(error: Exception) -> None:
    text = f"the database cannot be used: {error.orig}" if isinstance(error, OperationalError) else str(error)
    if "--json" in sys.argv:
        found: list[dict[str, Any]] = [{"message": text}]
        if isinstance(error, ImportErrors):
            found = [asdict(cell) for cell in error.errors]
        print_json({"errors": found})
    err.print(text, style="red", markup=False, soft_wrap=True)
