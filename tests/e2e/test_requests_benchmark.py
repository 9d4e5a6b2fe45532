"""The benchmark of change requests, a small one: nobody else is moved, and each column has its figure."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from benchmarks.instances import BY_NAME
from benchmarks.load_town import make_published_town
from benchmarks.report import MORE
from benchmarks.requests import measure, standing_value
from catalog.database import make_engine, reading
from scheduler.tables import Run


def test_a_small_town_is_asked_and_nobody_else_is_moved(tmp_path: Path) -> None:
    figures = measure(150, 6, tmp_path)

    bars = {bar.figure for bar in BY_NAME["requests-6000"].must}
    assert bars | set(MORE["requests"]) <= figures.keys()
    assert (figures["requests"], figures["moved_others"], figures["drift"]) == (6, 0, 0)
    assert 0 < figures["granted"] <= 6
    assert 90 < figures["value_kept_percent"] < 110  # A small town's plan made anew is no optimum either.


def test_a_plan_that_nobody_changed_is_worth_what_its_run_says(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'town.db'}"
    make_published_town(url, 400)
    engine = make_engine(url)
    with reading(engine) as session:
        found = session.scalars(select(Run.objective)).one()
    assert standing_value(engine) == found
    engine.dispose()
