"""`igang worker`: one more process that does the runs that are asked for, and the chores."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from api.cli.shared import DEFAULT_DATABASE, Database, ErasedList, file_channels, open_database
from api.settings import LETTERS, Settings
from scheduler.chore_thread import ChoreThread
from scheduler.erasure import DEFAULT_LIST
from scheduler.logs import set_up_logs
from scheduler.worker import main

DEFAULT_OUTBOX = Path("igang-outbox")


def worker(
    beside: Annotated[
        int | None, typer.Option("--beside", metavar="PID", help="End when the process of this number ends.")
    ] = None,
    chores: Annotated[
        bool,
        typer.Option(
            help="Also remind, send messages, make copies and prints, erase, and drop what is kept no longer."
        ),
    ] = True,
    outbox: Annotated[
        Path,
        typer.Option(
            "--outbox", envvar="IGANG_OUTBOX", metavar="FOLDER", help="Write messages here, a file a channel."
        ),
    ] = DEFAULT_OUTBOX,
    erased: ErasedList = DEFAULT_LIST,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Do the runs that are asked for, until Ctrl-C; start as many as there are cores to spare.

    Where workers run on several machines, let those of one machine do the chores (--no-chores on the others): the
    outbox and the list of the erased are files.
    """
    set_up_logs(as_json=Settings.from_environment().production)
    open_database(database).dispose()
    beside_runs = ChoreThread(database, file_channels(outbox), erased, fonts=LETTERS) if chores else nullcontext()
    main(database, beside, beside_runs)
