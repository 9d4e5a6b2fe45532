"""Who gets what: every route for every role on an own, a foreign and an absent object, against the policy's table.

`python -m benchmarks.matrix` prints one JSON line: `routes`, `asked`, `wrong`; it ends with 1 where one is wrong.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from api.http import ROUTES, make_app
from api.http.callers import May
from benchmarks.matrix_bodies import BODIES
from catalog.database import make_engine, writing
from catalog.tables import Group, GroupStaff, StaffMember
from scheduler import accounts, sessions
from scheduler.accounts import Rights
from scheduler.actions import ACTING, ACTIONS, WHOLE_CENTRE
from scheduler.migrations import upgrade
from scheduler.shipped import load_shipped
from scheduler.tables import ChangeRequest, Citizen, Contact, Representation, StaffTask
from scheduler.town import make_town

WEEK = "2026-W48"
CITIZENS = 60
ABSENT = 999_999
PUBLIC = {"/health", "/ready", "/metrics", "/v1/login", "/v1/feeds/{token}.ics"}
PERSONAL = {"citizen_id": "citizen", "staff_id": "staff", "task_id": "task"}


@dataclass(frozen=True)
class Asker:
    """An account of one role, with what is its own and what is not."""

    role: str
    scope: str
    key: str
    own: dict[str, Any]
    foreign: dict[str, Any]


@dataclass(frozen=True)
class Wrong:
    """An answer that the policy's table does not allow."""

    role: str
    method: str
    path: str
    object: str
    expected: str
    found: int


def policed() -> Iterator[tuple[APIRoute, str | None]]:
    """Every route with the action that it asks for; None for the few that anybody may call."""
    for part in ROUTES:
        for route in part.routes.routes:
            if isinstance(route, APIRoute):
                actions = [need.call.action for need in route.dependant.dependencies if isinstance(need.call, May)]
                yield route, actions[0] if actions else None


def make_askers(engine: Engine) -> list[Asker]:
    """A small town, and an account of each role in it."""
    now = dt.datetime.now(dt.UTC)
    with writing(engine) as session:
        load_shipped(session)
        make_town(session, CITIZENS, 1, 0.6, WEEK)
        own, foreign = _two_citizens(session)
        staff_id = session.scalars(select(Contact.staff_id).where(Contact.citizen_id == own).limit(1)).one()
        other_staff = session.scalars(select(StaffMember.id).where(StaffMember.id != staff_id).limit(1)).one()
        mine = {"citizen_id": own, "staff_id": staff_id, "group_id": _held(session, staff_id)}
        mine["task_id"], task = _task(session, own, now), _task(session, foreign, now)
        others = {"citizen_id": foreign, "staff_id": other_staff, "group_id": mine["group_id"], "task_id": task}
        rights = {
            "citizen": Rights("citizen", citizen_id=own),
            "representative": Rights("representative"),
            "staff": Rights("staff", staff_id=staff_id),
            "planner": Rights("planner", "centre"),
            "admin": Rights("admin"),
        }
        askers = []
        for role, given in rights.items():
            account = accounts.create_account(session, role, role, given, now)
            session.flush()
            if role == "representative":
                until = now.date() + dt.timedelta(days=30)
                granted = Representation(
                    citizen_id=own, account_id=account.id, may="act", until=until, granted_by=account.id, granted_at=now
                )
                session.add(granted)
            key = sessions.make_key(session, account.id, role, now)
            askers.append(Asker(role, given.scope, key, mine, others))
        mine["request_id"] = _request(session, own, account.id, now)
        others["request_id"] = _request(session, foreign, account.id, now)
    return askers


def expected(action: str, asker: Asker, whose: str, path: str) -> str:
    """What the answer must be: `refused`, `unknown`, or `let in`."""
    whole = action in WHOLE_CENTRE or path.endswith("/approvals")  # The body asks for everybody's approval.
    if asker.role not in ACTIONS[action] or (whole and asker.scope != "centre"):
        return "refused"
    personal = any(f"{{{name}}}" in path for name in PERSONAL)
    if not personal:
        return "let in"
    reaches = asker.scope == "centre" or asker.role in ("citizen", "staff")
    reaches = reaches or (asker.role == "representative" and action in ACTING)
    return "let in" if whose == "own" and reaches else "unknown"


def ask_all(app: FastAPI, askers: list[Asker]) -> tuple[int, list[Wrong]]:
    """Ask every route as everybody about every object; returns how many were asked and which answers were wrong."""
    asked, wrong = 0, []
    with TestClient(app, base_url="https://testserver", raise_server_exceptions=False) as client:
        for route, action in policed():
            if action is None or route.name in ("set_password", "log_out", "events"):
                continue  # They concern the caller's own login, or never end.
            for method in sorted(route.methods or ()):
                for asker in askers:
                    absent: dict[str, Any] = {
                        "citizen_id": ABSENT,
                        "staff_id": "ingen",
                        "group_id": ABSENT,
                        "task_id": ABSENT,
                        "request_id": ABSENT,
                    }
                    for whose, ids in (("own", asker.own), ("foreign", asker.foreign), ("absent", absent)):
                        status = _ask(client, route, method, asker, ids, f"{asked}")
                        asked += 1
                        wanted = expected(action, asker, whose, route.path)
                        if not _fits(status, wanted, route.path, whose):
                            wrong.append(Wrong(asker.role, method, route.path, whose, wanted, status))
    return asked, wrong


def _ask(client: TestClient, route: APIRoute, method: str, asker: Asker, ids: dict[str, Any], key: str) -> int:
    names = {
        "week": WEEK,
        "run_id": 1,
        "account_id": ABSENT,
        "token": "x",
        "job_id": 1,
        "representation_id": ABSENT,
        "waiting_id": ABSENT,
        "offering_id": "ingen",
        "sub_goal_id": ABSENT,
        "scenario_id": ABSENT,
    } | ids
    path = route.path.format(**{name: names[name] for name in route.param_convertors})
    headers = {"Authorization": f"Bearer {asker.key}", "Idempotency-Key": key}
    if route.name == "import_file":
        answer = client.post(path, params={"name": "x.csv"}, content=b"", headers=headers)
    else:
        answer = client.request(method, path, json=BODIES.get(route.name), headers=headers)
    return answer.status_code


def _fits(status: int, wanted: str, path: str, whose: str) -> bool:
    if wanted == "refused":
        return status == 403
    if wanted == "unknown":
        return status == 404
    # Let in: the object beyond the person (a run, a group, an account) may still be absent.
    return status < 500 and status not in (401, 403) and (status != 404 or "{" in path or whose != "own")


def _two_citizens(session: Session) -> tuple[int, int]:
    """A citizen, and another who shares no contact with her."""
    contacts: dict[int, set[str]] = {}
    for row in session.scalars(select(Contact)):
        contacts.setdefault(row.citizen_id, set()).add(row.staff_id)
    for own in session.scalars(select(Citizen.id).order_by(Citizen.id)):
        for other in session.scalars(select(Citizen.id).order_by(Citizen.id)):
            if contacts.get(own) and not contacts[own] & contacts.get(other, set()):
                return own, other
    raise RuntimeError("no two citizens without a common contact")


def _task(session: Session, citizen_id: int, now: dt.datetime) -> int:
    task = StaffTask(slug="revise_min_plan", citizen_id=citizen_id, week=WEEK, subject="", created_at=now)
    session.add(task)
    session.flush()
    return task.id


def _request(session: Session, citizen_id: int, account_id: int, now: dt.datetime) -> int:
    asked = ChangeRequest(
        citizen_id=citizen_id, week=WEEK, kind="more", asked={}, account_id=account_id, on_behalf=True, at=now,
        base="1.0", supplies=1, state="answered",
    )  # fmt: skip
    session.add(asked)
    session.flush()
    return asked.id


def _held(session: Session, staff_id: str) -> int:
    held = session.scalars(select(GroupStaff.group_id).where(GroupStaff.staff_id == staff_id).limit(1)).first()
    return held or session.scalars(select(Group.id).limit(1)).one()


def main() -> None:
    """Ask everything on a fresh database."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'matrix.db'}"
        upgrade(url)
        engine = make_engine(url)
        app = make_app(engine)
        asked, wrong = ask_all(app, make_askers(engine))
        routes = sum(1 for _ in policed())
        engine.dispose()
    for answer in wrong:
        print(answer, file=sys.stderr)
    print(json.dumps({"routes": routes, "asked": asked, "wrong": len(wrong)}))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
