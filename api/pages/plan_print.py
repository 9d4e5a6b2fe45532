"""`/koersler/N/ark`: everybody's sheets of a published week as a PDF that a worker makes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from api.http.callers import Answer
from api.http.runs import Number
from api.pages.callers import Page, may_page
from scheduler import printing
from scheduler.life import ClosedRunError
from scheduler.printing import newest_print
from scheduler.stored import find_run

routes = APIRouter(prefix="/koersler/{run_id}", include_in_schema=False)
Exporter = Annotated[Page, may_page("export.read")]


@routes.get("/ark")
def sheets(run_id: Number, page: Exporter) -> Response:
    """Show how far the sheets are, and where to get them."""
    return _show(page, run_id)


def _show(page: Page, run_id: int) -> Response:
    with page.reading() as session:
        run = find_run(session, run_id)
        return page.show("plan/print.html", run=run, made=newest_print(session, run_id), kept=printing.PRINTS_KEPT.days)


@routes.get("/ark/fremdrift")
def progress(run_id: Number, page: Exporter) -> Response:
    """Show that the sheets are being made; once they are, bring the whole page."""
    with page.reading() as session:
        found = newest_print(session, run_id)
    if found is None or found.done_at is not None:
        return Response(headers={"HX-Redirect": f"/koersler/{run_id}/ark"})
    return page.show("plan/print_progress.html", made=found)


@routes.post("/ark")
def ask(run_id: Number, page: Exporter) -> Response:
    """Ask for the sheets as the week stands now."""

    def order() -> Answer:
        printing.ask_print(page.session, run_id, page.actor.account_id, page.now)
        return page.go_to(f"/koersler/{run_id}/ark")

    return page.submit(order, again=lambda: _show(page, run_id), words={ClosedRunError: "print_not_sent"})


@routes.get("/ark.pdf")
def document(run_id: Number, page: Exporter) -> Response:
    """Fetch the newest sheets."""
    with page.reading() as session:
        week = find_run(session, run_id).week
        content = printing.document_of(session, run_id)
    page.look_at([None])
    headers = {"Content-Disposition": f'attachment; filename="uge-{week}.pdf"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/pdf", headers=headers)
