"""The command that makes the next week from the one before it."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer
from sqlalchemy import Engine, func, select

from api.cli.planning import DEFAULT_THREADS, Gap, Rounds, Seed, Threads, TimeLimit, run_task, show_run
from api.cli.shared import DEFAULT_DATABASE, Database, Json, open_database, out
from catalog.database import reading, writing
from catalog.weeks import parse_week
from scheduler.difference import compare
from scheduler.next_week import begin_week, look_back
from scheduler.stored import NotFoundError
from scheduler.tables import Run
from solver import Options

WORDS = {
    "course_ended": "a course of theirs has ended",
    "group_cancelled": "a group of theirs is not there this week",
    "you_asked": "they asked for it",
    "swapped": "they swapped an agreement: something fits better",
    "did_not_help": "it did not help them",
    "no_longer_fits": "it no longer fits their times, hours or what they may have",
    "to_serve_others": "moved to serve others, although staying would have been worth more to them",
    "better": "the new week is worth more to them",
    "locked": "staff locked a group",
    "new": "new in the plan",
    "left": "no longer in the plan",
}


def next_week(
    week: Annotated[
        str | None, typer.Argument(metavar="[WEEK]", help="The published week to go on from; else the newest.")
    ] = None,
    time_limit: TimeLimit = 60.0,
    gap: Gap = 0.4,
    rounds: Rounds = None,
    seed: Seed = 1,
    threads: Threads = DEFAULT_THREADS,
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Make the week after a published one: what is owed, what each can carry, its groups and a plan; say who moves."""
    engine = open_database(database)
    with reading(engine) as session:
        before = parse_week(week) if week is not None else _newest(engine)
        carried = look_back(session, before)
    with writing(engine) as session:
        options = Options(seed=seed, time_limit=time_limit, gap_percent=gap, max_rounds=rounds, threads=threads)
        task = begin_week(session, carried, options)
    outcome, summary = run_task(engine, task)
    summary |= _moves(engine, summary["run"], before)
    show_run(outcome, summary, as_json=as_json)
    if as_json:
        return
    out.print(f"\nAgainst week {before}: {summary['unchanged']:,} have the same week, {summary['moved']:,} another one")
    for slug, count in summary["moved_by_reason"].items():
        out.print(f"  {count:>6,}  {WORDS[slug]}")


def _newest(engine: Engine) -> str:
    with reading(engine) as session:
        found = session.scalar(select(func.max(Run.week)).where(Run.state == "published"))
    if found is None:
        raise NotFoundError("no week is published: approve a run (igang serve) and publish it")
    return found


def _moves(engine: Engine, run_id: int, before: str) -> dict[str, Any]:
    with reading(engine) as session:
        earlier = session.scalars(select(Run.id).where(Run.week == before, Run.state == "published")).one()
        found = compare(session, run_id, earlier)
    reasons = Counter(move.why for move in found.moves)
    return {"moved": found.moved, "unchanged": found.unchanged, "moved_by_reason": dict(reasons.most_common())}
