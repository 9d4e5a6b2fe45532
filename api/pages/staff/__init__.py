"""The pages of staff about one citizen at a time: the telephone, her case, and the inbox of tasks."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages.staff import answer, call, case, code, finding, inbox, progress

PARTS = (finding, answer, call, case, code, progress, inbox)

routes = APIRouter(include_in_schema=False)
for part in PARTS:
    routes.include_router(part.routes)
