"""The service over HTTP: everything under `/v1`, health and metrics, and one border before all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from sqlalchemy import Engine

from api.http import (
    accounts,
    agreements,
    attendance,
    catalog,
    citizens,
    feeds,
    files,
    goals,
    group_changes,
    inbound,
    login,
    plans,
    privacy,
    progress,
    ratings,
    representing,
    requests,
    reviewing,
    runs,
    scenarios,
    status,
    tasks,
    waiting,
    whys,
)
from api.http.access_log import AccessLog
from api.http.borders import Border
from api.http.deadlines import Deadlines
from api.http.description import DescribedApp
from api.http.errors import ERRORS
from api.http.problems import add_problems, declare
from api.http.rates import Rates
from api.http.refusals import add_refusals
from api.http.service import Service
from api.http.starting import make_ready
from api.settings import Settings
from scheduler.audit_log import AuditLog

THREADS = 8  # as many as the pool has connections
ROUTES = (
    plans, requests, status, login, accounts, catalog, citizens, privacy, representing, runs, reviewing, scenarios,
    tasks, feeds, files, waiting, whys, group_changes, inbound, goals, agreements, ratings, attendance, progress,
)  # fmt: skip


def make_app(engine: Engine, settings: Settings | None = None) -> FastAPI:
    """Make the application for one database."""
    from api.pages import add_pages  # The pages stand on this package.

    settings = settings or Settings()

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        if settings.production:
            await anyio.to_thread.run_sync(app.state.read_templates)
        await anyio.to_thread.run_sync(make_ready, app.state.service)
        yield
        app.state.service.log.close()

    app = DescribedApp(
        title="igang",
        version="1",
        lifespan=running,
        redirect_slashes=False,
        redoc_url=None,
        docs_url=None if settings.production else "/docs",
        openapi_url=None if settings.production else "/openapi.json",
    )
    app.state.service = Service(engine, settings, AuditLog(engine), Rates(settings))
    declare(ERRORS)
    add_problems(app)
    add_refusals(app)
    app.parts = [part.routes for part in ROUTES]
    for part in app.parts:
        app.include_router(part)
    add_pages(app)
    app.add_middleware(Deadlines, settings=settings)
    app.add_middleware(Border, settings=settings)
    app.add_middleware(AccessLog, settings=settings)
    return app
