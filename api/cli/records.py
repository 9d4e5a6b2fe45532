"""The commands that look after what is kept: the audit, backups, messages, and a citizen's copy and erasure."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from api.cli.shared import (
    DEFAULT_DATABASE,
    Database,
    ErasedList,
    InputError,
    Json,
    err,
    file_channels,
    new_database,
    open_database,
    out,
    print_json,
    write_new,
)
from api.settings import LETTERS
from catalog.database import reading, writing
from scheduler.audit import Entry, Head, head, record, verify_chain
from scheduler.backup import BackupError, make_backup
from scheduler.channels import Channel, ConsoleChannel
from scheduler.chores import do_chores
from scheduler.erasure import DEFAULT_LIST, ErasedListError, erase
from scheduler.messages import CHANNELS
from scheduler.personal import copy_of
from scheduler.restoring import restore as restore_backup
from scheduler.stored import find_citizen

audit = typer.Typer(no_args_is_help=True, help="The record of who read or wrote whose data.")
citizen = typer.Typer(no_args_is_help=True, help="What a citizen may ask for: a copy of her data, or to be erased.")

Key = Annotated[str, typer.Argument(metavar="CITIZEN", help="Her id in the centre's own system.")]


def chores(
    outbox: Annotated[
        Path | None,
        typer.Option(
            "--outbox", envvar="IGANG_OUTBOX", metavar="FOLDER", help="Write messages here, a file a channel."
        ),
    ] = None,
    erased: ErasedList = DEFAULT_LIST,
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Do once what a worker does from time to time: copies, erasures, prints, reminders, what is due or too old.

    Without --outbox messages are shown instead.
    """
    shown: dict[str, Channel] = {name: ConsoleChannel(sys.stderr) for name in CHANNELS}
    channels = shown if outbox is None else file_channels(outbox)
    done = do_chores(open_database(database), channels, erased, dt.datetime.now(dt.UTC), LETTERS)
    if as_json:
        print_json(asdict(done))
        return
    out.print(f"{done.reminders} reminders queued, {done.sent} messages sent, {done.waiting} to be tried again")
    out.print(f"{done.jobs} copies, erasures and prints done, {done.forgotten} old answers and files dropped")


@audit.command("verify")
def verify_audit(
    noted: Annotated[
        list[str] | None, typer.Option("--noted", metavar="NUMBER:HASH", help="A head that was printed earlier.")
    ] = None,
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Compute the audit's chain again; exit code 1 names the first entry that is missing or was changed.

    Keep the head that it prints elsewhere: with --noted it shows entries that were cut off.
    """
    marks = [_head(text) for text in noted or []]
    with reading(open_database(database)) as session:
        broken, end = verify_chain(session, marks), head(session)
    if as_json:
        print_json({"entries": end.id, "head": f"{end.id}:{end.hash}", "broken": broken})
    elif broken is None:
        out.print(f"The audit is whole: {end.id:,} entries. Its head: {end.id}:{end.hash}", soft_wrap=True)
    else:
        err.print(f"The audit was changed: entry {broken} is missing or differs.", style="red")
    if broken is not None:
        raise typer.Exit(1)


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; FILE.json tells what is in it.")],
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Copy the database into one file while the service goes on, and check the copy."""
    new_database(database)
    with _explained():
        made = make_backup(database, file, dt.datetime.now(dt.UTC))
    if as_json:
        print_json({"file": str(file), "bytes": file.stat().st_size, "rows": sum(made.rows.values())})
        return
    out.print(f"{file}: {sum(made.rows.values()):,} rows, {file.stat().st_size / 1e6:.1f} MB, checked")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What igang backup wrote.")],
    erased: ErasedList = DEFAULT_LIST,
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Restore a backup into an empty place; erase again who was erased, and count the newest plan again."""
    new_database(database)
    with _explained():
        done = restore_backup(database, file, erased, dt.datetime.now(dt.UTC))
    if as_json:
        print_json({"rows": done.rows, "erased_again": done.erased, "verified_run": done.run, "note": done.note})
        return
    counted = f"run {done.run} counts as before" if done.run is not None else f"no plan was counted: {done.note}"
    out.print(f"Restored: {done.rows:,} rows; {done.erased} erased again; {counted}", soft_wrap=True)


@citizen.command("copy")
def copy(
    key: Key,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file for the JSON document.")],
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Write everything that is kept about a citizen."""
    with writing(open_database(database)) as session:
        who = find_citizen(session, key).id
        document = copy_of(session, who)
        _record(session, who, "citizen.copy")
    write_new(file, json.dumps(document, ensure_ascii=False, indent=1).encode())
    out.print(f"{file}: everything that is kept about {key}")


@citizen.command("erase")
def erase_citizen(
    key: Key,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    erased: ErasedList = DEFAULT_LIST,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Erase a citizen for good; only the number of people in past groups stays."""
    if not yes:
        typer.confirm(f"Erase {key} for good?", abort=True)
    with _explained(), writing(open_database(database)) as session:
        who = find_citizen(session, key).id
        _record(session, who, "citizen.erase")
        done = erase(session, who, erased, dt.datetime.now(dt.UTC))
    out.print(f"Erased. {done.runs} runs can no longer be replayed. Keep {erased} apart from the backups.")


def _record(session: Session, citizen_id: int, action: str) -> None:
    now = dt.datetime.now(dt.UTC)
    record(session, [Entry(None, "operator", "citizen", citizen_id, action, "done", "command line", now)])


def _head(text: str) -> Head:
    number, _, digest = text.partition(":")
    if not number.isdecimal() or not digest:
        raise InputError(f"--noted: expected NUMBER:HASH as igang audit verify prints it, found {text!r}")
    return Head(int(number), digest)


@contextmanager
def _explained() -> Iterator[None]:
    """Tell the user of an error that is hers to mend."""
    try:
        yield
    except (BackupError, ErasedListError) as error:
        raise InputError(str(error)) from error
