"""The pages that people see in a browser, beside the programming interface and by the same functions and policy."""

from __future__ import annotations

from fastapi import FastAPI

from api.pages import (
    accounts,
    capacity,
    citizen,
    house_group,
    house_lists,
    house_offering,
    house_substitute,
    imports,
    login,
    password,
    plan_print,
    plan_publish,
    plan_review,
    plan_runs,
    plan_weeks,
    prices,
    prose,
    register,
    staff,
    staff_week,
    static_files,
    what_if,
)
from api.pages.problems import show_problem
from api.pages.rendering import read_templates

PAGES = (
    login,
    prose,
    staff,
    citizen,
    staff_week,
    register,
    plan_weeks,
    plan_review,
    plan_print,
    plan_publish,
    plan_runs,
    imports,
    house_lists,
    house_offering,
    house_group,
    house_substitute,
    accounts,
    password,
    capacity,
    prices,
    what_if,
)
# The pages that anybody may see.
PUBLIC = {
    "/", "/log-ind", "/login-tid", "/sprog/{language}", "/hjaelp", "/tilgaengelighed", "/was", "/privatliv",
}  # fmt: skip


def add_pages(app: FastAPI) -> None:
    """Let the application serve pages, and tell browsers of problems in pages."""
    app.state.show_problem, app.state.read_templates = show_problem, read_templates
    app.include_router(static_files.routes)
    for part in PAGES:
        app.include_router(part.routes)
