"""Every form of every page, sent empty, too long, with a script, too late and twice: told what is wrong, nothing lost.

The forms are found by walking through the places that browsers look at, and on to where each of them leads.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.http import make_app
from api.pages import (
    PAGES,
    citizen,
    login,
    password,
    plan_print,
    plan_publish,
    plan_review,
    plan_runs,
    plan_weeks,
    staff,
)
from api.settings import Settings
from catalog.database import make_engine, writing
from catalog.tables import Group
from catalog.weeks import shift_week
from scheduler import accounts
from scheduler.places import hold_seats, standing
from scheduler.request_effects import set_task
from scheduler.supplies import FullError
from scheduler.tables import AvailabilityBlock, FreedSeat, Run, StaffTask, Waiting
from scheduler.tables import Place as Seat
from tests.contract.form_filling import fitting
from tests.contract.form_reading import read_page
from tests.contract.form_serving import Served
from tests.contract.form_walk import Walk
from tests.e2e.pages.place import Place
from tests.e2e.pages.places import PLAN, SHARED
from tests.e2e.pages.places_citizen import CITIZEN
from tests.e2e.pages.places_house import HOUSE
from tests.e2e.pages.places_staff import STAFF
from tests.e2e.pages.town import PASSWORD, Facts, make_centre, send_out

CITIZENS = 30
NEARLY_OVER = 26  # minutes since the last page, so that she is warned
STATES = ("out", "proposed", "before")  # of next week, in the order of the walk
MORE = (
    Place("register-undo", "/hold/{past_group}/fremmoede?fortryd={citizen}-attended", "leader"),
    Place("login-nearly-over", "/login-tid", "citizen"),
    Place("group-next", "/hold/{next_group}", "leader", out=True),
    Place("seats-offered", "/venteliste", "citizen", out=True),
    Place("call-out", "/ring-ind/{citizen}?uge={next_week}", "leader", out=True),
    Place("password-kept", "/adgangskode", "planner"),
    Place("inbox-others", "/indbakke?hvis=alle", "staff"),
)
UNLIMITED = Settings(account_limit="", address_limit="")
Modules = Sequence[ModuleType]
ABOUT_PLANS = (plan_weeks, plan_review, plan_print, plan_publish, plan_runs)
PARTS: dict[str, tuple[tuple[Place, ...], Modules]] = {
    "shared": (SHARED, (login, password)),
    "citizen": (CITIZEN, (citizen,)),
    "staff": (STAFF, (staff,)),
    "plan": (PLAN, ABOUT_PLANS),
    "house": (HOUSE, [part for part in PAGES if part not in (login, password, citizen, staff, *ABOUT_PLANS)]),
}
ENDS = ("/log-ud", "/adgangskode", "/luk", "/traek-tilbage", "/aflys", "/aflys/vis")


def routes_of(modules: Modules, method: str) -> dict[str, re.Pattern[str]]:
    """The addresses of some pages that take a method, by their templates."""
    found = {}
    for part in modules:
        for each in getattr(part, "PARTS", (part,)):
            for route in each.routes.routes:
                assert isinstance(route, APIRoute)
                if method in (route.methods or ()):
                    found[route.path] = re.compile(re.sub(r"{\w+}", "[^/]+", route.path))
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Facts]:
    """A folder with a small centre before next week is proposed, when it is, and when it is sent out."""
    folder = tmp_path_factory.mktemp("centre")
    url = {name: f"sqlite:///{folder / name}.db" for name in STATES}
    facts = make_centre(url["proposed"], CITIZENS)
    with changing(url["proposed"]) as session:
        accounts.set_password(session, facts.account["planner"], PASSWORD)
        for number in range(8):
            week = shift_week(facts.week, -number)
            set_task(session, facts.citizen, week, "no_progress", "", dt.datetime.now(dt.UTC))
        own = AvailabilityBlock(citizen_id=facts.citizen, day=4, start_min=1200, end_min=1260, kind="own_block")
        session.add(own)
        session.flush()
        session.execute(update(StaffTask).where(StaffTask.week <= shift_week(facts.week, -4)).values(staff_id=None))
    for name in ("before", "out"):
        shutil.copy(folder / "proposed.db", folder / f"{name}.db")
    with changing(url["before"]) as session:
        session.execute(update(Run).where(Run.id == facts.next_run).values(state="cancelled"))
    send_out(url["out"], facts)
    with changing(url["out"]) as session:
        _offer_seats(session, facts)
    return folder, facts


@contextmanager
def changing(url: str) -> Iterator[Session]:
    """A session that changes a database."""
    engine = make_engine(url)
    with writing(engine) as session:
        yield session
    engine.dispose()


def _offer_seats(session: Session, facts: Facts) -> None:
    """Offer the citizen a seat of next week that she waits for, and another one."""
    now, week, citizen = dt.datetime.now(dt.UTC), facts.next_week, facts.citizen
    hers = select(Seat.group_id).where(Seat.citizen_id == citizen)
    others = select(Group).where(Group.week == week, Group.appointment.is_(False), Group.id.not_in(hers))
    offered = 0
    for group in session.scalars(others.order_by(Group.id.desc())).all():
        freed = FreedSeat(offering_id=group.offering_id, group_id=group.id, at=now, offered=True)
        waiting = Waiting(citizen_id=citizen, offering_id=group.offering_id, since=now, state="offered")
        waiting.base = standing(session, citizen, week).version
        with suppress(FullError), session.begin_nested():
            session.add(freed)
            session.flush()
            waiting.asked = [freed.id]
            session.add(waiting)
            session.flush()
            until = now + dt.timedelta(hours=1)
            hold_seats(session, citizen, week, [group.id], until, waiting_id=waiting.id)
            offered += 1
        if offered == 2:
            return


@contextmanager
def serving(made: tuple[Path, Facts], name: str, folder: Path) -> Iterator[Served]:
    """A copy of the centre in one of its states, served."""
    engine = make_engine(f"sqlite:///{shutil.copy(made[0] / f'{name}.db', folder / f'{name}.db')}")
    app = make_app(engine, UNLIMITED)
    with TestClient(
        app, base_url="https://testserver", follow_redirects=False, raise_server_exceptions=False
    ) as client:
        yield Served(client, engine, made[1])
    engine.dispose()


@pytest.mark.parametrize("part", PARTS)
def test_every_form_says_what_is_wrong_and_loses_and_doubles_nothing(
    made: tuple[Path, Facts], tmp_path: Path, part: str
) -> None:
    places, modules = PARTS[part]
    walk = Walk(routes_of(modules, "POST"), routes_of(modules, "GET"), lambda route: route.endswith(ENDS))
    for name in STATES:
        with serving(made, name, tmp_path) as served:
            served.log_in("citizen", NEARLY_OVER)
            walk.through(served, [one for one in (*MORE, *places) if name == "out" or not one.out])
    assert walk.defects == []
    assert walk.refused == {}
    assert walk.done == set(walk.routes)


def test_an_answer_to_a_proposal_that_was_sent_out_meanwhile_is_not_lost(
    made: tuple[Path, Facts], tmp_path: Path
) -> None:
    with serving(made, "proposed", tmp_path) as served:
        path = f"/forslag?uge={served.facts.next_week}"
        forms = read_page(served.get("citizen", path).text, path).forms
        form = next(one for one in forms if one.texts())
        send_out(f"sqlite:///{tmp_path / 'proposed.db'}", served.facts)
        answer = served.send("citizen", form, fitting(form, {}, "Jeg vil hellere male"))
    assert answer.status_code == 409
    assert read_page(answer.text, path).is_refused
    assert read_page(answer.text, path).readonly == ["Jeg vil hellere male"]
