"""A citizen's own pages; each stands once more under `/for/17` for who sees or acts for her."""

from __future__ import annotations

from fastapi import APIRouter

from api.pages.citizen import (
    activity,
    asking,
    change,
    checking,
    goals,
    keep,
    messages,
    more,
    offerings,
    proposal,
    times,
    waiting_list,
    week,
    wishes,
)

PARTS = (
    week,
    keep,
    activity,
    proposal,
    asking,
    change,
    offerings,
    wishes,
    times,
    waiting_list,
    goals,
    checking,
    messages,
    more,
)
PREFIXES = ("", "/for/{citizen_id}")

routes = APIRouter(include_in_schema=False)
for part in PARTS:
    for prefix in PREFIXES:
        routes.include_router(part.routes, prefix=prefix)
