"""The pages of staff about one citizen at a time: the telephone, her case, and the inbox of tasks."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages.staff import (
    agreements,
    answer,
    call,
    case,
    code,
    finding,
    history,
    inbox,
    messages,
    progress,
    times,
    week,
)

PARTS = (finding, answer, call, case, agreements, code, history, progress, messages, times, week, inbox)

routes = APIRouter(include_in_schema=False)
for part in PARTS:
    routes.include_router(part.routes)
