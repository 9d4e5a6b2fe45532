"""A service that starts has counted what staff look at first: nobody waits for the newest run's difference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from starlette.testclient import TestClient

from api.http import make_app
from api.http.callers import COOKIE
from api.settings import Settings
from catalog.database import writing
from catalog.weeks import shift_week
from scheduler import sessions
from tests.contract.asking import PLAN, WEEK, Asking, asking
from tests.unit.plan_town import PlanTown

__all__ = ["asking"]
READS_PLANS = "FROM plan_entry"


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of any database meanwhile."""
    sent: list[str] = []

    def note(*given: Any) -> None:
        sent.append(given[2])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_the_newest_run_is_counted_before_anybody_asks(asking: Asking) -> None:
    with writing(asking.engine) as session:
        run = PlanTown(session, planner=1).propose({1: ["kor"]} | PLAN, WEEK)
        cookie, _ = sessions.open_session(session, asking.account("leader"), dt.datetime.now(dt.UTC))
    asked = {"Cookie": f"{COOKIE}={cookie}", "Accept": "text/html"}
    with (
        statements() as starting,
        TestClient(make_app(asking.engine, Settings(production=True)), base_url="https://testserver") as client,
    ):
        assert any(READS_PLANS in one for one in starting)
        with statements() as looking:
            answer = client.get(f"/koersler/{run}/aendringer", headers=asked)
    assert answer.status_code == 200
    assert not any(READS_PLANS in one for one in looking)


def test_a_run_that_compares_with_nothing_keeps_no_service_from_starting(asking: Asking) -> None:
    with writing(asking.engine) as session:
        later = shift_week(WEEK, 5)
        town = PlanTown(session, planner=1)
        town.add_group("motion", "motion", 600, later)
        town.propose({}, later)
    with TestClient(make_app(asking.engine), base_url="https://testserver") as client:
        assert client.get("/ready").status_code == 200
