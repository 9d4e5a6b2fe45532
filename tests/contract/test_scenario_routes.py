"""A what-if asked for over HTTP: planned by a worker in a process of its own, with the command line's record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from itertools import count
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Engine, func, select, update
from starlette.testclient import TestClient

from api.http import make_app
from catalog.database import make_engine, reading, writing
from catalog.tables import Group
from scheduler import accounts, asked_scenarios, audit, sessions
from scheduler.accounts import Rights
from scheduler.asked_scenarios import ATTEMPTS, SCENARIOS_KEPT, SILENT, drop_scenarios, find_scenario, plan_scenarios
from scheduler.lab.apart import PlanningError, plan_apart
from scheduler.lab.what_if import Task
from scheduler.migrations import upgrade
from scheduler.stored import NotFoundError
from scheduler.tables import AskedScenario, AuditEntry, Run
from tests.unit.lab_centre import fill
from tests.unit.small_centre import WEEK, furnish

NOW = dt.datetime.now(dt.UTC)
MORE = {"code": "motion-2", "like": "motion-1", "meetings": ["man 13:00-14:00"]}
ROLES = {"planner": Rights("planner", "centre"), "admin": Rights("admin"), "leader": Rights("staff", "centre")}
numbers = count()


class Asking:
    """The service of a centre of four whose week is planned, and a key for each of its roles."""

    def __init__(self, engine: Engine, client: TestClient) -> None:
        self.engine, self.client = engine, client
        with writing(engine) as session:
            fill(furnish(session))
            self.keys = {}
            for name, rights in ROLES.items():
                account = accounts.create_account(session, name, name, rights, NOW)
                session.flush()
                self.keys[name] = sessions.make_key(session, account.id, name, NOW)

    def send(self, method: str, path: str = "", body: Any = None, who: str = "planner", key: str = "") -> Response:
        """Send something under `/v1/scenarios`."""
        headers = {
            "Authorization": f"Bearer {self.keys[who]}",
            "Idempotency-Key": key or f"scenario-{next(numbers)}",
            "Accept-Language": "en",
        }
        return self.client.request(method, f"/v1/scenarios{path}", json=body, headers=headers)


@pytest.fixture
def asking(database_url: str) -> Iterator[Asking]:
    upgrade(database_url)
    engine = make_engine(database_url)
    with TestClient(make_app(engine), base_url="https://testserver") as client:
        yield Asking(engine, client)
    engine.dispose()


def test_a_scenario_is_kept_planned_by_a_worker_and_read(asking: Asking) -> None:
    body = {"name": "One more", "week": WEEK, "add_groups": [MORE]}
    first = asking.send("POST", body=body, key="again")
    assert (first.status_code, first.json()["state"], first.headers["Location"]) == (202, "waiting", "/v1/scenarios/1")
    assert asking.send("POST", body=body, key="again").json() == first.json()
    assert asking.send("POST", body=body | {"seed": 2}, key="again").json()["type"] == "urn:igang:problem:key_reused"
    assert (plan_scenarios(asking.engine), plan_scenarios(asking.engine)) == (1, 0)
    found = asking.send("GET", "/1", who="admin").json()
    assert (found["state"], found["error"], found["scenario"]["name"]) == ("done", "", "One more")
    result = found["result"]
    assert (result["week"], result["base"]["wishes_met"], result["what_if"]["wishes_met"]) == (WEEK, 2, 4)
    assert result["people"]["newly_under_way"] == 2
    with reading(asking.engine) as session:
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (Run, Group, AskedScenario)]
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.outcome == "done")).all()
        assert audit.verify_chain(session) is None
    assert counts == [1, 2, 1]
    assert done == ["scenario.ask"]


@pytest.mark.parametrize(
    ("body", "place", "expected"),
    [
        ({"seats": {"motion-9": 3}}, "body.seats", "a group of the week, such as motion-1"),
        ({"add_groups": [MORE | {"seats": 0}]}, "body.add_groups.0.seats", "greater than or equal to 1"),
        ({"citizen": 6000}, "body.citizen", "not permitted"),
        ({"week": "2026-W20", "run": 1}, "body.week", f"{WEEK}, the week of run 1"),
    ],
)
def test_what_names_nothing_of_the_week_is_refused_with_the_edit_and_what_was_expected(
    asking: Asking, body: dict[str, Any], place: str, expected: str
) -> None:
    answer = asking.send("POST", body=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:igang:problem:invalid")
    (error,) = answer.json()["errors"]
    assert error["place"] == place
    assert expected in error["expected"]
    assert asking.send("GET", "/1").status_code == 404


def test_scenarios_are_listed_newest_first_a_page_at_a_time(asking: Asking) -> None:
    assert asking.send("GET").json() == {"items": [], "next": None}
    for title in ("first", "second", "third"):
        assert asking.send("POST", body={"name": title, "citizens": 8}).status_code == 202

    page = asking.send("GET", "?limit=2", who="admin").json()
    last = asking.send("GET", f"?limit=2&after={page['next']}").json()

    assert [each["scenario"]["name"] for each in page["items"]] == ["third", "second"]
    assert page["items"][1] == asking.send("GET", "/2").json()
    assert [each["id"] for each in last["items"]] == [1]
    assert last["next"] is None


@pytest.mark.parametrize("query", ["?limit=0", "?limit=201", "?after=second", "?after=-1"])
def test_a_page_of_scenarios_that_cannot_be_is_refused(asking: Asking, query: str) -> None:
    answer = asking.send("GET", query)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:igang:problem:invalid")


def test_only_planners_and_admins_ask_and_an_unknown_run_is_named(asking: Asking) -> None:
    assert asking.send("POST", body={"citizens": 8}, who="leader").status_code == 403
    assert asking.send("GET", "/1", who="leader").status_code == 403
    assert asking.send("GET", who="leader").status_code == 403
    unknown = asking.send("POST", body={"run": 99, "citizens": 8})
    assert (unknown.status_code, "99" in unknown.json()["detail"]) == (422, True)


def test_a_scenario_that_cannot_be_planned_any_more_says_why_and_a_lost_one_is_taken_up_again(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(task: Task) -> dict[str, Any]:
        raise KeyboardInterrupt  # The process ends, as by a signal.

    def ended(task: Task) -> dict[str, Any]:
        raise PlanningError("the process that planned it ended with 1: MemoryError")

    asking.send("POST", body={"citizens": 8})
    for attempt in range(ATTEMPTS):
        monkeypatch.setattr(asked_scenarios, "plan_apart", lost)
        with pytest.raises(KeyboardInterrupt):
            plan_scenarios(asking.engine)
        assert plan_scenarios(asking.engine) == 0  # Somebody has it, for all that is known.
        assert asking.send("GET", "/1").json()["state"] == "running"
        with writing(asking.engine) as session:
            assert find_scenario(session, 1).attempt == attempt + 1
            session.execute(update(AskedScenario).values(tried_at=NOW - SILENT - dt.timedelta(minutes=1)))
    assert plan_scenarios(asking.engine) == 0
    assert "tried 3 times" in asking.send("GET", "/1").json()["error"]
    monkeypatch.setattr(asked_scenarios, "plan_apart", ended)
    asking.send("POST", body={"citizens": 8})
    assert plan_scenarios(asking.engine) == 1
    found = asking.send("GET", "/2").json()
    assert (found["state"], "MemoryError" in found["error"], found["result"]) == ("failed", True, None)


def test_a_scenario_that_takes_too_long_ends_with_what_to_do_next(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked_scenarios, "plan_apart", partial(plan_apart, most_seconds=0.1))
    asking.send("POST", body={"citizens": 8})

    assert plan_scenarios(asking.engine) == 1

    found = asking.send("GET", "/1").json()
    assert (found["state"], found["result"]) == ("failed", None)
    assert "not planned within 0.1 seconds: ask for fewer citizens" in found["error"]


def test_a_month_takes_a_scenario_away(asking: Asking) -> None:
    asking.send("POST", body={"citizens": 8})
    now = dt.datetime.now(dt.UTC)
    with writing(asking.engine) as session:
        assert drop_scenarios(session, now + SCENARIOS_KEPT - dt.timedelta(minutes=5)) == 0
        assert drop_scenarios(session, now + SCENARIOS_KEPT + dt.timedelta(minutes=1)) == 1
        with pytest.raises(NotFoundError, match="scenario 1"):
            find_scenario(session, 1)
