"""Every answer to every role is one that the OpenAPI document names, and none is a fault of ours.

The cases walk along the edges of what the document says each route takes; each role asks its own share of them. With
`IGANG_SCHEMA_EVERY=1` in the environment each role asks all of them, which takes minutes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI, HTTPException, Response
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import positive_data_acceptance
from sqlalchemy import Engine, select

from api.http import make_app
from api.settings import Settings
from benchmarks.matrix import WEEK, Asker, make_askers
from catalog.database import make_engine, writing
from catalog.tables import Group
from scheduler.account_tables import Account
from tests.unit.plan_town import PlanTown

EVERY = int(os.environ.get("IGANG_SCHEMA_EVERY", "30"))
ROLES = ("citizen", "representative", "staff", "planner", "admin")
SLOW = {"/v1/login": 40, "/v1/me/password": 40}  # They hash: so many times fewer cases.
# A request that fits the document may still clash with what is there, so not every one of them is accepted.
LEFT_OUT = [positive_data_acceptance]
KEY_NEEDED = ["400", "401", "403", "404", "406", "415", "422", "428"]

# The tool's own strings have a character that its HTTP client warns of.
pytestmark = pytest.mark.filterwarnings("default")


@dataclass(frozen=True)
class Asked:
    """What a walk found: how many cases were asked, and each failure once."""

    cases: int
    failures: list[str]


@dataclass(frozen=True)
class Town:
    """A service over a small town in which plans are proposed and published."""

    engine: Engine
    askers: dict[str, Asker]


@pytest.fixture(scope="module")
def town(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town in which all roles have an account: run 1 is published, run 2 proposed."""
    engine = make_engine(f"sqlite:///{shutil.copy(migrated_file, tmp_path_factory.mktemp('schema') / 'igang.db')}")
    askers = {asker.role: asker for asker in make_askers(engine)}
    with writing(engine) as session:
        planner = session.scalars(select(Account.id).where(Account.role == "planner")).one()
        code = session.scalars(select(Group.code).where(Group.week == WEEK).limit(1)).one()
        wanted = {askers["citizen"].own["citizen_id"]: [code]}
        plans = PlanTown(session, planner)
        plans.published(wanted)
        plans.propose(wanted)
    yield Town(engine, askers)
    engine.dispose()


def walk(app: Any, key: str, ids: dict[str, Any], every: int, first: int = 0) -> Asked:
    """Ask every so many of the cases, with real numbers in two of three addresses that name something."""
    schema: Any = schemathesis.openapi.from_asgi("/openapi.json", app)
    schema.config.checks.missing_required_header.expected_statuses = KEY_NEEDED
    failures: dict[str, str] = {}
    numbers = count()
    with asgi.get_client(app) as client:
        for found in schema.get_all_operations():
            operation = found.ok()
            step = every if every == 1 else every * SLOW.get(operation.path, 1)
            modes = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
            config = schema.config.generation_for(operation=operation)
            cases = schema.iter_coverage_cases(operation, generation_modes=modes, generation_config=config)
            for case in islice(cases, first % step, None, step):
                _fill_in(case, ids, next(numbers))
                try:
                    case.call_and_validate(
                        session=client, headers={"Authorization": f"Bearer {key}"}, excluded_checks=LEFT_OUT
                    )
                except (Failure, FailureGroup) as failure:
                    for one in getattr(failure, "exceptions", [failure]):
                        failures.setdefault(f"{operation.label}: {type(one).__name__}", f"{one}\n{case!r}")
    return Asked(next(numbers), [f"{name}\n{said}" for name, said in failures.items()])


def _fill_in(case: Case[Any], ids: dict[str, Any], number: int) -> None:
    positive = case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE
    if not positive:
        return
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"case-{number}"
    if number % 3:
        for name in case.path_parameters.keys() & ids.keys():
            case.path_parameters[name] = number % 3 if name == "run_id" else ids[name]


@pytest.mark.parametrize("role", ROLES)
def test_every_answer_is_in_the_document_and_none_is_our_fault(town: Town, role: str) -> None:
    asker = town.askers[role]
    app = make_app(town.engine, Settings(account_limit="", address_limit="", stream_seconds=0))
    asked = walk(app, asker.key, asker.own | {"run_id": 1, "week": WEEK}, EVERY, ROLES.index(role))
    assert asked.failures == []
    assert asked.cases > 40


def test_a_route_that_breaks_or_lies_or_lets_strangers_in_is_found() -> None:
    app = FastAPI()

    @app.get("/broken")
    def broken() -> int:
        raise HTTPException(500)

    @app.get("/open", openapi_extra={"security": [{"key": []}]})
    def open_to_all() -> int:
        return 1

    @app.get("/lies")
    def lies() -> Response:
        return Response("teapot", 418)

    document = app.openapi()
    document.setdefault("components", {})["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    found = " ".join(walk(app, "none", {}, 1).failures)
    assert "GET /broken: ServerError" in found
    assert "GET /open: IgnoredAuth" in found
    assert "GET /lies: UndefinedStatusCode" in found
