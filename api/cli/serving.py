"""`igang serve`: the service and one worker, from one command."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from typing import Annotated

import typer

from api.cli.shared import DEFAULT_DATABASE, Database, InputError, err, new_database, out
from api.settings import Settings
from catalog.database import writing
from scheduler import accounts
from scheduler.logs import set_up_logs
from scheduler.migrations import upgrade
from scheduler.shipped import load_shipped


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; put a proxy with TLS before it.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    worker: Annotated[bool, typer.Option(help="Start a worker beside it, which does the runs.")] = True,
    processes: Annotated[
        int, typer.Option(help="Processes that answer; more than one where the database is PostgreSQL.", min=1)
    ] = 1,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Serve the programming interface, and start a worker for the runs."""
    # Every other command would wait seconds for what only this one needs.
    from api.http.issuer import IssuerSettings
    from api.http.processes import STOP_SECONDS, run_processes

    set_up_logs(as_json=Settings.from_environment().production)
    local = not os.environ.get("IGANG_ISSUER")
    upgrade(database)
    engine = new_database(database)
    with writing(engine) as session:
        load_shipped(session)
        code = accounts.first_admin(session, dt.datetime.now(dt.UTC)) if local else None
    if code is not None:
        out.print(f"The first login: name [bold]admin[/], one-time code [bold]{code}[/] (valid for a day, shown once).")
    out.print(f"Serving {engine.url} at http://{host}:{port}, what it can do at http://{host}:{port}/docs")
    engine.dispose()
    os.environ["IGANG_DATABASE_URL"] = database
    try:
        IssuerSettings.from_environment(os.environ)
    except ValueError as error:
        raise InputError(str(error)) from error
    beside = None
    if worker:
        command = [sys.executable, "-m", "api.cli", "worker", "--beside", str(os.getpid())]
        beside = subprocess.Popen(command)
    try:
        run_processes(host, port, processes)
    finally:
        if beside is not None:
            beside.terminate()
            try:
                beside.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                err.print("The worker does not stop by itself; it is ended. Its run goes back into the queue.")
                beside.kill()
