"""`igang worker`: one more process that does the runs that are asked for."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.shared import DEFAULT_DATABASE, Database, open_database
from scheduler.worker import main


def worker(
    beside: Annotated[
        int | None, typer.Option("--beside", metavar="PID", help="End when the process of this number ends.")
    ] = None,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Do the runs that are asked for, until Ctrl-C; start as many as there are cores to spare."""
    open_database(database).dispose()
    main(database, beside)
