"""The commands that fill the database: init, import, weeks create."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import func, select

from api.cli.shared import DEFAULT_DATABASE, Database, Json, new_database, open_database, out, print_json
from catalog.database import writing
from catalog.tables import Group, Offering
from catalog.weeks import closed_days, create_groups, parse_week
from scheduler.importer import import_files
from scheduler.migrations import upgrade
from scheduler.shipped import load_shipped
from scheduler.tables import Citizen

weeks = typer.Typer(no_args_is_help=True, help="The weeks that groups are made for.")


def init(as_json: Json = False, database: Database = DEFAULT_DATABASE) -> None:
    """Create the tables with today's offerings, rules and points, or bring an older version's up to date.

    What is in them stays.
    """
    engine = new_database(database)
    upgrade(database)
    with writing(engine) as session:
        load_shipped(session)
        counts = {
            "offerings": session.scalar(select(func.count()).select_from(Offering)),
            "citizens": session.scalar(select(func.count()).select_from(Citizen)),
            "groups": session.scalar(select(func.count()).select_from(Group)),
        }
    if as_json:
        print_json({"database": str(engine.url)} | counts)
        return
    out.print(f"{engine.url!s} is ready: " + ", ".join(f"{count:,} {name}" for name, count in counts.items()))
    out.print("Next: igang import FILE... (a centre's own files), or igang demo (a made-up town)")


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="YAML, XLSX or CSV; all of them or nothing.")],
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Read a centre's own files. All errors of a file are shown at once, and then nothing is written."""
    with writing(open_database(database)) as session:
        report = import_files(session, files)
    if as_json:
        print_json({"files": [str(file) for file in files], "rows": report.rows})
        return
    out.print("Imported: " + (", ".join(f"{count:,} {name}" for name, count in report.rows.items()) or "nothing"))
    out.print("Next: igang weeks create next, then igang plan next")


@weeks.command("create")
def create(
    week: Annotated[str, typer.Argument(metavar="WEEK", help="An ISO week such as 2026-W48, or next.")],
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Make a week's groups from the series that recur, without the days on which the centre is closed."""
    week = parse_week(week)
    with writing(open_database(database)) as session:
        made = create_groups(session, week)
        closed = {day.isoformat(): name for day, name in closed_days(session, week).items()}
        total = session.scalar(select(func.count()).select_from(Group).where(Group.week == week)) or 0
    if as_json:
        print_json({"week": week, "made": made, "groups": total, "closed_days": closed})
        return
    out.print(f"Week {week}: {made:,} groups made, {total:,} in all")
    for day, name in closed.items():
        out.print(f"  closed on {day}: {name}")
    out.print(f"Next: igang plan {week}")
