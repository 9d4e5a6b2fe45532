"""The page of a run says whom the weeks so far served less, before anybody approves it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update

from api.http.callers import COOKIE
from catalog.database import writing
from catalog.rules import store_rules
from catalog.tables import Site
from catalog.weeks import monday_of
from scheduler import sessions
from scheduler.citizen_writing import set_interpreter
from scheduler.tables import Citizen, CitizenWeek
from tests.contract.asking import PLAN, WEEK, Asking, asking
from tests.unit.plan_town import PlanTown

__all__ = ["asking"]
GIVEN = {1: 100.0, 2: 75.0, 3: 50.0, 4: 30.0}


def test_a_site_and_a_language_that_are_served_less_are_named_with_both_shares(asking: Asking) -> None:
    with writing(asking.engine) as session:
        rules = [("learning", "smallest_group", 2), ("learning", "spread_flagged", 5)]
        store_rules(session, rules, monday_of(WEEK))
        session.add(Site(id="syd", name="Søndre"))
        session.flush()
        session.execute(update(Citizen).where(Citizen.id > 2).values(home_site_id="syd"))
        for citizen in (2, 4):
            set_interpreter(session, citizen, "arabisk")
        for citizen, points in GIVEN.items():
            carried = CitizenWeek(
                citizen_id=citizen, week=WEEK, best=100.0, given=points, weight_percent=100, energy=9, max_minutes=600
            )
            session.add(carried)
        run = PlanTown(session, planner=1).propose(PLAN, WEEK)
        cookie, _ = sessions.open_session(session, asking.account("leader"), dt.datetime.now(dt.UTC))
    headers = {"Cookie": f"{COOKIE}={cookie}", "Accept": "text/html"}

    page = asking.client.get(f"/koersler/{run}/gennemse", headers=headers).text

    assert "Stedet Søndre: 40 % af det bedste, de kunne få. Alle andre: 87,5 %." in page
    assert "Dem med tolk på arabisk: 52,5 % af det bedste, de kunne få. Alle andre: 75 %." in page
