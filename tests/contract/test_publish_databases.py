"""A plan's life from proposal to calendar is the same on both databases, and two people cannot publish at once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select, text

from catalog.database import make_engine, reading, writing
from scheduler.answers import answer, share_heard
from scheduler.approval import approve, review, take_back
from scheduler.calendar import feed, find_feed, make_feed, revoke_feed
from scheduler.difference import difference
from scheduler.life import ClosedRunError
from scheduler.published_weeks import PublishedWeeks
from scheduler.publishing import WEEK_TABLES, current, publish, withdraw
from scheduler.tables import Lock, Message, Publication, Run, StaffTask
from scheduler.weeks_of import participants, proposed_week, staff_week
from tests.contract.postgres import Cluster
from tests.unit.plan_town import LAST_WEEK, NOW, WEEK, PlanTown, minutes

PLAN = {1: ["motion", "dansk"], 2: ["motion"], 3: ["kor"]}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


def test_a_plan_lives_from_proposal_to_calendar(engine: Engine) -> None:
    with writing(engine) as session:
        town = PlanTown(session)
        town.published({1: ["motion"], 2: ["motion"]}, LAST_WEEK)
        first, second = town.propose(PLAN), town.propose({**PLAN, 2: ["kor"]})
    with writing(engine) as session:
        answer(session, first, 1, "yes", "", town.planner, NOW)
        answer(session, first, 1, "call_me", "after ten", town.planner, minutes(1))
        seen = review(session, first)
        assert ([each.citizen_id for each in seen.citizens], seen.findings) == ([1], ())
        assert (seen.teams_left, seen.share_heard, share_heard(session, second)) == (("Nord", "Syd"), 0.25, 0.0)
        assert proposed_week(session, second, 2).groups[0].code == "kor"
    with writing(engine) as session:
        for team in ("Nord", "Syd"):
            approve(session, first, team, town.planner, minutes(2))
        approve(session, second, "", town.planner, minutes(2), "as agreed")
        take_back(session, second)
        approve(session, second, "", town.planner, minutes(2), "as agreed")
        token = make_feed(session, 2, NOW)
    for number, run_id in enumerate((first, second), start=3):
        with writing(engine) as session:
            publish(session, run_id, town.planner, minutes(number))
    with reading(engine) as session:
        assert (difference(session, first, "published").moved, difference(session, first, "last_week").moved) == (1, 2)
        hers = json.loads(PublishedWeeks().of(session, WEEK, 2).body)
        assert [group["group_id"] for group in hers["groups"]] == [PlanTown(session, town.planner).group("kor")]
        assert len(participants(session, WEEK, PlanTown(session, town.planner).group("kor"))) == 2
        assert [group.participants for group in staff_week(session, WEEK, "ann").groups] == [1, 0, 1, 2]
        assert session.scalars(select(Message.slug).order_by(Message.id)).all()[2:] == [
            *["plan_published"] * 3, "plan_changed"
        ]  # fmt: skip
        assert len(session.scalars(select(StaffTask)).all()) == 4
        assert len(session.scalars(select(Lock)).all()) == 2 + 4
        assert find_feed(session, token) == 2
        assert feed(session, 2).count("STATUS:CANCELLED") == 1
    with writing(engine) as session:
        withdraw(session, WEEK, town.planner, minutes(6))
        revoke_feed(session, 2, minutes(6))
    with reading(engine) as session:
        standing = current(session, WEEK)
        assert standing is not None
        assert (standing.version, standing.run_id, find_feed(session, token)) == (1, first, None)


def test_a_published_weeks_rows_are_counted_before_anybody_asks(postgresql: Cluster) -> None:
    engine = make_engine(postgresql.create("counted", template="migrated"))
    with writing(engine) as session:
        PlanTown(session).published(PLAN, WEEK)
    with reading(engine) as session:
        for table in WEEK_TABLES:
            known = session.scalar(text(f"SELECT reltuples FROM pg_class WHERE relname = '{table.__tablename__}'"))
            assert known == session.scalar(select(func.count()).select_from(table)), table
    engine.dispose()


def test_of_two_who_publish_at_once_each_gets_a_version_or_is_refused(engine: Engine) -> None:
    with writing(engine) as session:
        town = PlanTown(session)
        runs = [town.propose(PLAN) for _ in range(4)]
        for run_id in runs:
            approve(session, run_id, "", town.planner, NOW)
    start, refused = threading.Barrier(8), []

    def send(run_id: int) -> None:
        start.wait()
        try:
            with writing(engine) as session:
                publish(session, run_id, town.planner, NOW)
        except ClosedRunError:
            refused.append(run_id)

    threads = [threading.Thread(target=send, args=(run_id,)) for run_id in runs * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as session:
        versions = session.scalars(select(Publication.version).order_by(Publication.version)).all()
        assert versions == list(range(1, 9 - len(refused)))
        assert len(session.scalars(select(Run.id).where(Run.state == "published")).all()) == 1
        standing = current(session, WEEK)
        assert standing is not None
        assert session.get_one(Run, standing.run_id).state == "published"
