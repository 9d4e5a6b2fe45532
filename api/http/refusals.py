"""Refusals by the policy leave a trace too: each is recorded before it is answered."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import Response

from api.http.callers import Caller
from api.http.problems import declared
from scheduler.audit_log import AuditUnavailableError
from scheduler.policy import NotPermittedError, UnknownCitizenError, UnknownGroupError, UnknownStaffError

REFUSALS = (NotPermittedError, UnknownCitizenError, UnknownGroupError, UnknownStaffError)


def add_refusals(app: FastAPI) -> None:
    """Record what the policy refuses; to be called after the problems are added, whose answers it gives."""
    for kind in REFUSALS:
        app.add_exception_handler(kind, _refused)


def _refused(request: Request, error: Exception) -> Response:
    """Runs in a thread of its own, for it waits for the record."""
    caller: Caller | None = getattr(request.state, "caller", None)
    try:
        if caller is not None:
            caller.record_refusal()
    except AuditUnavailableError as unavailable:
        return declared(request, unavailable)
    return declared(request, error)
