"""The commands around a run: plan, demo, runs, verify, replay."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy import Engine

from api.cli.live import ctrl_c_stops, live_progress
from api.cli.shared import DEFAULT_DATABASE, Database, Json, err, open_database, out, print_json
from api.cli.summary import print_below, print_summary
from api.picture import week_picture
from catalog.database import reading, writing
from catalog.weeks import parse_week
from scheduler.cluster import cluster_crew
from scheduler.figures import use_by_hour
from scheduler.replay import compute_again, recount
from scheduler.runs import Outcome, Task, compute, read_input, store
from scheduler.stored import list_runs
from scheduler.summary import summarize
from solver import Options
from solver.crew import Crew
from solver.verify import Verdict

TimeLimit = Annotated[float, typer.Option("--time-limit", min=0.1, help="Seconds to plan, 0.1 or more.")]
Gap = Annotated[float, typer.Option("--gap", min=0.0, help="Stop as soon as the gap is at most this many percent.")]
Rounds = Annotated[int | None, typer.Option("--rounds", min=1, help="Stop after this many rounds.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Decides ties and the order of the work.")]
SeatsOnly = Annotated[
    bool, typer.Option("--seats-only", help="Leave out minimum sizes, staff and room rows and keep-apart pairs.")
]
Threads = Annotated[int, typer.Option("--threads", min=1, help="Threads; the plan is the same with any number.")]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="ray://HOST:PORT",
        help="Find plans on a Ray cluster (needs pip install 'igang\\[cluster]'); the plan is the same.",
    ),
]  # fmt: skip
Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes on the cluster.")]
RunNumber = Annotated[int, typer.Argument(metavar="RUN", help="The run's number: igang runs lists them.")]
DEFAULT_THREADS = min(2, os.cpu_count() or 1)


def plan(
    week: Annotated[str, typer.Argument(metavar="WEEK", help="An ISO week such as 2026-W48, or next.")],
    time_limit: TimeLimit = 60.0,
    gap: Gap = 0.0,
    rounds: Rounds = None,
    seed: Seed = 1,
    warm_from: Annotated[
        int | None, typer.Option("--warm-from", metavar="RUN", help="Begin where a run ended.")
    ] = None,
    threads: Threads = DEFAULT_THREADS,
    seats_only: SeatsOnly = False,
    cluster: Cluster = None,
    workers: Workers = 2,
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Plan a week for everybody: the best plan found, how far from the best possible it can be, and who gets less."""
    options = Options(seed=seed, time_limit=time_limit, gap_percent=gap, max_rounds=rounds, threads=threads)
    task = Task(parse_week(week), options, seats_only=seats_only, warm_from=warm_from)
    with _crew(cluster, workers) as crew:
        outcome, summary = run_task(open_database(database), task, crew)
    show_run(outcome, summary, as_json=as_json)
    if not as_json:
        out.print(f"\nNext: igang runs, igang show CITIZEN, igang export {summary['run']} plan.xlsx")


def _crew(address: str | None, workers: int) -> AbstractContextManager[Crew | None]:
    return nullcontext() if address is None else cluster_crew(address, workers, err.print)


def run_task(engine: Engine, task: Task, crew: Crew | None = None) -> tuple[Outcome, dict[str, Any]]:
    """Read, compute with live progress, store; the database is free for others while it computes."""
    with reading(engine) as session:
        given = read_input(session, task)
    with ctrl_c_stops() as stop, live_progress(err, given.archive.problem.num_citizens) as progress:
        outcome = compute(given, progress=progress, should_stop=stop, crew=crew)
    with writing(engine) as session:
        return outcome, summarize(session, store(session, outcome))


def show_run(outcome: Outcome, summary: dict[str, Any], *, as_json: bool) -> None:
    """Print a run and draw its week beside it."""
    picture = Path(f"igang-{summary['week']}.svg")
    size = f"{summary['citizens']:,} citizens, {summary['groups']:,} groups"
    subtitle = f"run {summary['run']}: {size}, gap {summary['gap_percent']:.3f} %"
    use = use_by_hour(outcome.archive.problem, outcome.solution.plans)
    picture.write_text(week_picture(use, f"Week {summary['week']}: seats taken and free", subtitle), encoding="utf-8")
    summary["picture"] = str(picture)
    if as_json:
        print_json(summary)
        return
    print_summary(out, summary)
    print_below(out, summary)
    out.print(f"\nPicture of the week: [bold]{picture}[/] (opens in any browser)")


def runs(as_json: Json = False, database: Database = DEFAULT_DATABASE) -> None:
    """List all runs, newest first."""
    with reading(open_database(database)) as session:
        found = [summarize_briefly(run) for run in list_runs(session)]
    if as_json:
        print_json({"runs": found})
        return
    if not found:
        out.print("No run yet: igang plan next")
        return
    table = Table(
        "run", "week", "citizens", "gap %", "closed %", "seconds", "stopped", "made", title="Runs, newest first"
    )
    for run in found:
        table.add_row(
            str(run["run"]), run["week"], f"{run['citizens']:,}", _number(run["gap_percent"], 3),
            _number(run["closed_percent"], 2), _number(run["seconds"], 1), run["termination"] or run["state"],
            run["created_at"][:16].replace("T", " "),
        )  # fmt: skip
    out.print(table)


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def summarize_briefly(run: Any) -> dict[str, Any]:
    """One line of the list."""
    return {
        "run": run.id,
        "week": run.week,
        "state": run.state,
        "seed": run.seed,
        "citizens": run.num_citizens,
        "groups": run.num_groups,
        "gap_percent": run.gap_percent,
        "closed_percent": run.closed_percent,
        "seconds": run.seconds,
        "termination": run.termination_reason,
        "warm_from": run.warm_from,
        "created_at": run.created_at.isoformat(),
    }


def verify(run: RunNumber, as_json: Json = False, database: Database = DEFAULT_DATABASE) -> None:
    """Count every rule, every row and the value of a stored run again; exit code 1 where something does not hold."""
    with reading(open_database(database)) as session:
        stored = recount(session, run)
        summary = summarize(session, stored.run)
    same = stored.verdict.objective == stored.run.objective
    summary |= {"violations": violation_list(stored.verdict), "objective_counted_the_same": same}
    if as_json:
        print_json(summary)
    else:
        print_summary(out, summary)
        for violation in stored.verdict.violations[:20]:
            out.print(f"[bold red]{violation.slug}[/] {violation.text}", highlight=False)
        out.print("The stored value was counted the same." if same else "[bold red]The stored value is another.[/]")
    if stored.verdict.violations or not same:
        raise typer.Exit(1)


def replay(
    run: RunNumber, threads: Threads = DEFAULT_THREADS, as_json: Json = False, database: Database = DEFAULT_DATABASE
) -> None:
    """Compute a run again from its stored input, for as many rounds, and compare the plans entry by entry."""
    with reading(open_database(database)) as session:
        stored = recount(session, run)
        summary = summarize(session, stored.run)
    with ctrl_c_stops() as stop, live_progress(err, stored.run.num_citizens) as progress:
        again = compute_again(stored, threads=threads, progress=progress, should_stop=stop)
    summary |= {
        "violations": violation_list(stored.verdict),
        "same_plan": again.is_same,
        "same_code": again.same_code,
        "citizens_with_another_plan": len(again.differing),
        "replay_seconds": again.solution.seconds,
    }
    if as_json:
        print_json(summary)
    elif again.is_same:
        out.print(f"Run {run} again: {len(again.solution.rounds)} rounds, every plan the same, same value, same bound.")
    else:
        out.print(f"Run {run} again: {len(again.differing):,} citizens have another plan.")
        if not again.same_code:
            out.print(f"The run was made by code {stored.run.code_version}; only the same code promises the same plan.")
    if not again.is_same:
        raise typer.Exit(1)


def violation_list(verdict: Verdict) -> list[dict[str, Any]]:
    """What a recount found, as JSON."""
    return [{"slug": v.slug, "citizen": v.citizen, "group": v.group, "text": v.text} for v in verdict.violations]
