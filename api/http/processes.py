"""Serves the application in one process or several, each made from the environment."""

from __future__ import annotations

import multiprocessing
import os

import uvicorn
from fastapi import FastAPI

from api.http import make_app
from api.http.issuer import IssuerSettings
from api.http.oidc import add_issuer
from api.settings import Settings
from catalog.database import make_engine
from scheduler.logs import set_up_logs
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


def run_processes(host: str, port: int, processes: int) -> None:
    """Serve until the process is told to stop."""
    uvicorn.run(
        f"{__name__}:make_service", factory=True, workers=processes, host=host, port=port, log_level="warning",
        log_config=None, access_log=False, server_header=False, limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS, timeout_graceful_shutdown=STOP_SECONDS,
    )  # fmt: skip
