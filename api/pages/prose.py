"""The pages of written text that everybody may read: help, the accessibility statement, privacy."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.http.callers import find_caller
from api.pages.rendering import language_of, show

routes = APIRouter(include_in_schema=False)


@routes.get("/hjaelp")
async def help_page(request: Request) -> Response:
    """Show how to use the pages."""
    return await _prose(request, "help.html")


@routes.get("/tilgaengelighed")
async def accessibility(request: Request) -> Response:
    """Show the accessibility statement."""
    return await _prose(request, "accessibility.html")


@routes.get("/was")
async def accessibility_by_its_short_name(request: Request) -> Response:
    """Lead on from the short address that every public site has."""
    return RedirectResponse("/tilgaengelighed", 303)


@routes.get("/privatliv")
async def privacy(request: Request) -> Response:
    """Show what is kept about somebody, and why."""
    return await _prose(request, "privacy.html")


async def _prose(request: Request, template: str) -> Response:
    found = await find_caller(request)
    return show(request, f"{language_of(request)}/{template}", found=found)
