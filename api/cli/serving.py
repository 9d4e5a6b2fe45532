"""`igang serve`: the service and one worker, from one command."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import subprocess
import sys
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from api.cli.shared import DEFAULT_DATABASE, Database, InputError, err, new_database, out
from api.http import make_app
from api.http.issuer import IssuerSettings
from api.http.oidc import add_issuer
from api.http.settings import Settings
from catalog.database import make_engine, writing
from scheduler import accounts
from scheduler.logs import set_up_logs
from scheduler.migrations import upgrade
from scheduler.shipped import load_shipped
from scheduler.worker_child import die_with

STOP_SECONDS = 10
IDLE_SECONDS = 15  # for which a connection may lie still between two requests
MOST_CONNECTIONS = 1_000  # of one process


def make_service() -> FastAPI:
    """The application of one process, from the environment; one of several ends with the first."""
    if multiprocessing.parent_process() is not None:
        die_with(os.getppid())
    settings = Settings.from_environment()
    set_up_logs(as_json=settings.production)
    app = make_app(make_engine(os.environ["IGANG_DATABASE_URL"]), settings)
    issuer = IssuerSettings.from_environment(os.environ)
    if issuer is not None:
        add_issuer(app, issuer)
    return app


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
        uvicorn.run(
            f"{__name__}:make_service", factory=True, workers=processes, host=host, port=port, log_level="warning",
            log_config=None, access_log=False, server_header=False, limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=IDLE_SECONDS, timeout_graceful_shutdown=STOP_SECONDS,
        )  # fmt: skip
    finally:
        if beside is not None:
            beside.terminate()
            try:
                beside.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                err.print("The worker does not stop by itself; it is ended. Its run goes back into the queue.")
                beside.kill()
