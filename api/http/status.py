"""How the service is: alive, ready, and its figures for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import BaseModel
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import func, select, text

from api.http.service import Service
from catalog.database import SAFE_LOG_SINCE, reading
from scheduler.runs import code_version
from scheduler.tables import AuditEntry, Message, Run

routes = APIRouter(tags=["status"])


class Health(BaseModel):
    """The service is alive; `warnings` name what an operator should mend."""

    status: str
    version: str
    database: str
    warnings: list[str]


@routes.get("/health")
async def health(request: Request) -> Health:
    """Say that the process is alive; no database is asked."""
    service: Service = request.app.state.service
    warnings = []
    if service.engine.dialect.name == "sqlite" and sqlite.sqlite_version_info < SAFE_LOG_SINCE:
        warnings.append(f"SQLite {sqlite.sqlite_version} can corrupt a write-ahead log; it is not used")
    return Health(status="ok", version=code_version(), database=service.engine.dialect.name, warnings=warnings)


@routes.get("/ready")
def ready(request: Request) -> Health:
    """Say that requests can be answered: the database is there with today's tables."""
    service: Service = request.app.state.service
    with reading(service.engine) as session:
        session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return Health(status="ready", version=code_version(), database=service.engine.dialect.name, warnings=[])


@routes.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Figures without personal data: runs by state, messages waiting, audit entries."""
    service: Service = request.app.state.service
    registry = CollectorRegistry()
    runs = Gauge("igang_runs", "Runs by state.", ["state"], registry=registry)
    waiting = Gauge("igang_messages_waiting", "Messages that are not sent yet.", registry=registry)
    entries = Gauge("igang_audit_entries", "Entries of the audit.", registry=registry)
    with reading(service.engine) as session:
        for state, count in session.execute(select(Run.state, func.count()).group_by(Run.state)):
            runs.labels(state).set(count)
        waiting.set(session.scalar(select(func.count()).select_from(Message).where(Message.sent_at.is_(None))) or 0)
        entries.set(session.scalar(select(func.max(AuditEntry.id))) or 0)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
