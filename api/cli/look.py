"""The commands that look at a plan: show and export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from sqlalchemy.orm import Session

from api.cli.planning import RunNumber
from api.cli.shared import DEFAULT_DATABASE, Database, InputError, Json, open_database, out, print_json
from api.export import WRITERS, read_export
from catalog.database import reading
from catalog.weeks import parse_week
from scheduler.reasons import read_reasons
from scheduler.stored import (
    NotFoundError,
    PlannedMeeting,
    clock,
    find_citizen,
    find_group,
    find_run,
    latest_run,
    participants,
    placed,
    shown_meetings,
)
from scheduler.tables import Run

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def show(
    key: Annotated[str, typer.Argument(metavar="CITIZEN|GROUP", help="A citizen's id, or a group's code.")],
    week: Annotated[
        str | None, typer.Argument(metavar="WEEK", help="An ISO week or next; else the newest run's.")
    ] = None,
    run_id: Annotated[int | None, typer.Option("--run", help="Another run than the week's newest.")] = None,
    group: Annotated[bool, typer.Option("--group", help="Take it for a group, whoever has the same id.")] = False,
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Show a citizen's week as a grid, or who is in a group."""
    with reading(open_database(database)) as session:
        run = find_run(session, run_id) if run_id else latest_run(session, parse_week(week) if week else None)
        if not group:
            try:
                citizen = find_citizen(session, key)
            except NotFoundError:
                group = True
            else:
                document: dict[str, Any] = {
                    "citizen": citizen.external_id,
                    "name": citizen.name,
                    "min_minutes": citizen.min_minutes,
                }
                document["falls_short"] = read_reasons(session, run.id, citizen.id)
                _show_week(run, document, shown_meetings(session, run, citizen.id), as_json=as_json)
        if group:
            _show_group(session, run, key, as_json=as_json)


def _show_week(run: Run, document: dict[str, Any], meetings: list[PlannedMeeting], *, as_json: bool) -> None:
    minutes = sum(meeting.end - meeting.start for meeting in meetings)
    if as_json:
        shown = [
            {"date": m.date.isoformat(), "start": clock(m.start), "end": clock(m.end)}
            | {name: getattr(m, name) for name in ("offering", "group", "site", "room", "staff")}
            for m in meetings
        ]
        print_json({"run": run.id, "week": run.week} | document | {"minutes": minutes, "meetings": shown})
        return
    title = f"{document['citizen']} {document['name'] or ''}".strip()
    table = Table(title=f"{title}, week {run.week} (run {run.id}, {run.state})", title_justify="left", show_lines=True)
    dates = {meeting.day: f"{meeting.date.day}/{meeting.date.month}" for meeting in meetings}
    days = range(max(5, *(meeting.day + 1 for meeting in meetings)) if meetings else 5)
    table.add_column("")
    for day in days:
        table.add_column(f"{WEEKDAYS[day]} {dates.get(day, '')}".strip(), ratio=1)
    for start in sorted({meeting.start for meeting in meetings}):
        cells = ["\n".join(_cell(m) for m in meetings if (m.day, m.start) == (day, start)) for day in days]
        table.add_row(clock(start), *cells)
    out.print(table)
    if not meetings:
        out.print("Nothing is planned this week.")
    for reason in document["falls_short"]:
        out.print(reason)
    out.print(f"{minutes // 60} h {minutes % 60:02} min, at least {document['min_minutes'] / 60:g} h wanted")


def _cell(meeting: PlannedMeeting) -> str:
    where = ", ".join(part for part in (meeting.site, meeting.staff) if part)
    return f"[bold]{meeting.offering}[/]\nuntil {clock(meeting.end)}\n[dim]{where}[/]"


def _show_group(session: Session, run: Run, key: str, *, as_json: bool) -> None:
    try:
        group = find_group(session, key, run.week)
    except NotFoundError as error:
        said = f"there is no citizen and no group {key!r} in week {run.week}"
        raise NotFoundError(f"{said}: igang export {run.id} FILE.xlsx lists them all") from error
    people = placed(session, group.id) if run.state == "published" else participants(session, run.id, group.id)
    if as_json:
        shown = [{"citizen": person.external_id, "name": person.name} for person in people]
        document = {
            "offering": group.offering_id,
            "seats": group.seats,
            "minimum": group.minimum,
            "participants": shown,
        }
        print_json({"run": run.id, "week": run.week, "group": group.code} | document)
        return
    table = Table("citizen", "name", title=f"{group.code} ({group.offering_id}), week {run.week}, run {run.id}")
    for person in people:
        table.add_row(person.external_id, person.name)
    out.print(table)
    out.print(f"{len(people)} of {group.seats} seats taken, runs from {group.minimum} participants on")


def export(
    run: RunNumber,
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx|csv", help="Where to write; the ending says how.")],
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Write everybody's meetings (and, in a workbook, groups and who is below their hours) to a file."""
    if file.suffix not in WRITERS:
        raise InputError(f"{file}: expected a file that ends in {' or '.join(WRITERS)}")
    if not file.parent.is_dir():
        raise InputError(f"{file}: there is no folder {file.parent}")
    with reading(open_database(database)) as session:
        sheets = read_export(session, find_run(session, run))
    WRITERS[file.suffix](sheets, file)
    if as_json:
        print_json({"run": run, "file": str(file), "rows": {sheet.name: len(sheet.rows) for sheet in sheets}})
    else:
        out.print(f"Wrote {file}: " + ", ".join(f"{len(sheet.rows):,} {sheet.name}" for sheet in sheets))
