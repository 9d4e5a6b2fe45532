"""Goals, steps, agreements and tasks outlive the migration that adds to them, up, down and up again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from alembic import command
from sqlalchemy import event, text

from catalog.database import make_engine, reading, writing
from catalog.tables import Indicator
from scheduler.migrations import settings, upgrade
from scheduler.tables import (
    Agreement,
    Attendance,
    BrokenAgreement,
    Goal,
    HelpAnswer,
    Rating,
    StaffTask,
    SubGoal,
)
from tests.unit.plan_town import NOW, WEEK, PlanTown

TABLES = {
    "goal": "citizen_id, set_on, kind, words",
    "sub_goal": "id, citizen_id, indicator_id, level, words, by_week, done",
    "agreement": "citizen_id, offering_id, from_week, until_week, series_id, sub_goal_id, why, left_week",
    "staff_task": "id, slug, citizen_id, week, subject, note",
}


def test_what_was_agreed_before_is_there_after_up_down_and_up_again(database_url: str) -> None:
    upgrade(database_url)
    engine = make_engine(database_url)
    with writing(engine) as session:
        town = PlanTown(session)
        by: dict[str, Any] = {"account_id": town.planner, "at": NOW}
        goal = SubGoal(citizen_id=1, indicator_id="helbred", level=3, by_week=WEEK, done=True, done_at=NOW)
        session.add_all([Goal(citizen_id=1, set_on=NOW.date(), kind="job", words="kok", words_of="citizen"), goal])
        session.add(StaffTask(slug="x", citizen_id=1, week=WEEK, subject="", created_at=NOW, proposed_week=WEEK))
        session.flush()
        key: dict[str, Any] = {"citizen_id": 1, "offering_id": "motion", "from_week": WEEK}
        until: dict[str, Any] = {
            "until_week": "2026-W52",
            "why": "aftalt",
            "sub_goal_id": goal.id,
            "agreed_by": town.planner,
        }
        session.add(Agreement(**key, **until, week_minutes=60))
        session.flush()
        session.add(BrokenAgreement(**key, **by, week=WEEK, reason="lukket", made_up="andet hold"))
        session.add(HelpAnswer(citizen_id=1, group_id=town.group("motion"), value=4, **by))
        session.add(
            Rating(citizen_id=1, indicator_id="helbred", quarter=dt.date(2026, 10, 1), rater="staff", value=2, **by)
        )
        times: dict[str, Any] = {"date": dt.date(2026, 11, 23), "start_min": 540, "state": "sick"}
        session.add(Attendance(citizen_id=1, group_id=town.group("motion"), **times, **by))
    before = _rows(database_url)
    assert all(before.values())
    for _ in range(2):
        _downgrade(database_url)
        assert _rows(database_url) == before
        upgrade(database_url)
        assert _rows(database_url) == before
    with reading(engine) as session:
        assert session.get_one(Agreement, (1, "motion", WEEK)).assessed is False
        assert session.get_one(Indicator, "helbred").da == "helbred"
        assert session.execute(text("SELECT count(*) FROM rating")).scalar_one() == 0
    engine.dispose()


def _downgrade(url: str) -> None:
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        # As `upgrade` does: a table that is rebuilt would empty those that refer to it.
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=OFF"))
    with engine.begin() as connection:
        command.downgrade(settings(connection), "0003")
    engine.dispose()


def _rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = {
            table: sorted(tuple(row) for row in connection.execute(text(f"SELECT {columns} FROM {table}")))
            for table, columns in TABLES.items()
        }
    engine.dispose()
    return found
