"""`/koersler`: the history of runs, one run while it goes on and as it ended, two runs beside each other."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from api.http.callers import Answer
from api.http.runs import Number
from api.pages.callers import Page, may_page
from api.pages.charts import course_chart
from catalog.weeks import monday_of
from scheduler import queue
from scheduler.actions import may
from scheduler.answers import tally
from scheduler.course import course_of
from scheduler.figures import in_points
from scheduler.queue import RunClosedError
from scheduler.run_figures import figures, run_before, shortfalls
from scheduler.run_list import run_page
from scheduler.stored import find_run
from scheduler.tables import Run

routes = APIRouter(prefix="/koersler", include_in_schema=False)
SIZE = 20
PageNumber = Annotated[int, Query(alias="side", ge=1, le=100_000)]
PLANNED = ("proposed", "approved", "published")


@routes.get("")
def runs(page: Annotated[Page, may_page("run.read")], number: PageNumber = 1) -> Response:
    """List all runs, newest first, and let two be chosen."""
    with page.reading() as session:
        found, last = run_page(session, number, SIZE)
    return page.show("plan/runs.html", runs=found, number=number, last=last)


@routes.get("/sammenlign")
def compare(
    page: Annotated[Page, may_page("run.read")],
    chosen: Annotated[list[int], Query(alias="koersel", max_length=2)] = [],  # noqa: B006  # FastAPI copies it.
) -> Response:
    """Show two runs beside each other, the older first."""
    if len(chosen) != 2 or chosen[0] == chosen[1]:
        return RedirectResponse("/koersler?besked=choose_two_runs", 303)
    with page.reading() as session:
        older, newer = (find_run(session, run_id) for run_id in sorted(chosen))
        return page.show(
            "plan/compare.html",
            older=older,
            newer=newer,
            figures=figures(newer, older),
            charts=[course_chart(course_of(run)) for run in (older, newer)],
            may_see_people=may(page.actor, "run.approve") and {older.state, newer.state} <= set(PLANNED),
        )


@routes.get("/{run_id}")
def run(run_id: Number, page: Annotated[Page, may_page("run.read")]) -> Response:
    """Show a run: how far it is, or what came out."""
    answer = _show(page, run_id)
    if may(page.actor, "run.approve"):
        answer.background = BackgroundTask(_get_ready, page, run_id)
    return answer


def _get_ready(page: Page, run_id: int) -> None:
    """Make what a planned run's next pages show, while this one is read."""
    with page.reading() as session:
        if find_run(session, run_id).state in PLANNED:
            page.service.comparisons.get_ready(session, run_id)


def _show(page: Page, run_id: int) -> Response:
    with page.reading() as session:
        found = find_run(session, run_id)
        shown = {"run": found, "monday": monday_of(found.week), "chart": course_chart(course_of(found))}
        if found.state in PLANNED:
            return page.show("plan/run.html", **shown, **_outcome(session, page, found))
        return page.show("plan/run.html", **shown, **_progress(found))


def _outcome(session: Session, page: Page, run: Run) -> dict[str, Any]:
    before = run_before(session, run)
    return {
        "figures": figures(run, before),
        "before": before,
        "shortfalls": shortfalls(session, run.id),
        "tally": tally(session, run.id),
        "may_approve": may(page.actor, "run.approve"),
        "may_publish": may(page.actor, "run.publish"),
    }


def _progress(run: Run) -> dict[str, Any]:
    known = run.progress
    planned = known.get("planned", 0)
    objective = known.get("objective")
    return {
        "planned": planned,
        "gap_percent": known.get("gap_percent"),
        "seconds": known.get("seconds", 0.0),
        "limit": run.parameters.get("time_limit"),
        "bound": None if "bound" not in known else in_points(known["bound"]),
        "objective": None if objective is None else in_points(objective),
    }


@routes.get("/{run_id}/fremdrift")
def progress(run_id: Number, page: Annotated[Page, may_page("run.read")]) -> Response:
    """Show how far a run is, as a part of its page; one that has ended brings its whole page."""
    with page.reading() as session:
        found = find_run(session, run_id)
        if found.state not in queue.OPEN:
            return Response(headers={"HX-Redirect": f"/koersler/{run_id}"})
        chart = course_chart(course_of(found))
        return page.show("plan/progress_part.html", run=found, chart=chart, **_progress(found))


@routes.post("/{run_id}/stop")
def stop(run_id: Number, page: Annotated[Page, may_page("run.cancel")]) -> Response:
    """Stop a run; its best plan so far is kept as a proposal."""

    def end() -> Answer:
        queue.cancel(page.session, run_id)
        return page.go_to(f"/koersler/{run_id}", done="run_stopped")

    return page.submit(end, again=lambda: _show(page, run_id), words={RunClosedError: "run_ended_already"})
