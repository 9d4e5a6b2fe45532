"""Prices of a run over HTTP: for whoever may see the centre's figures, and only where the run has kept its input."""

from __future__ import annotations

from benchmarks.matrix import WEEK
from catalog.database import writing
from scheduler.runs import Task, compute, read_input, store
from scheduler.tables import Run
from solver import Options
from tests.contract.test_personal_routes import NOW, Centre, centre

__all__ = ["centre"]
HASTY = Options(max_rounds=4, time_limit=None, threads=1)


def test_a_planner_reads_prices_and_unmet_wishes_and_nobody_below_the_centre_does(centre: Centre) -> None:
    with writing(centre.engine) as session:
        run = store(session, compute(read_input(session, Task(WEEK, HASTY)))).id
        bare = Run(week=WEEK, state="proposed", seed=1, lottery_seed=1, created_at=NOW, num_citizens=10)
        session.add(bare)
        session.flush()
        without_input = bare.id
    found = centre.ask("planner", "GET", f"/v1/runs/{run}/prices")
    assert found.status_code == 200
    body = found.json()
    assert (body["run"], body["week"]) == (run, WEEK)
    for by in ("groups", "offerings", "sites"):
        assert sum(line["used"] for line in body[by]) == sum(line["used"] for line in body["groups"]) > 0
        assert [line["price"] for line in body[by]] == sorted((line["price"] for line in body[by]), reverse=True)
    assert all(min(line["no_time"], line["full"], line["own_week"]) >= 0 for line in body["unmet"])
    assert centre.ask("citizen", "GET", f"/v1/runs/{run}/prices").status_code == 403
    assert centre.ask("planner", "GET", f"/v1/runs/{without_input}/prices").status_code == 409
    assert centre.ask("planner", "GET", "/v1/runs/99/prices").status_code == 404
