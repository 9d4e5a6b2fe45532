"""One citizen's problem is her row of everybody's on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from catalog.database import for_questions, make_engine, reading, writing
from scheduler.one_facts import people_apart
from scheduler.one_problem import one_problem
from scheduler.stored import NotFoundError
from scheduler.tables import KeepApart
from scheduler.week_frame import read_frame
from tests.unit import one_rows


def test_each_citizens_problem_is_her_row_of_everybodys_on_both_databases(database_url: str) -> None:
    engine = make_engine(database_url)
    with writing(engine) as session:
        one_rows.make_eventful_town(session, 60)
    with reading(engine) as session:
        frame = read_frame(session, one_rows.WEEK, one_rows.LOTTERY_SEED)
        assert list(one_rows.differing_rows(session, frame)) == []
        with pytest.raises(NotFoundError):
            one_problem(session, frame, 10**6)
    engine.dispose()


def test_a_frame_outlives_its_session_and_the_citizen_is_read_as_committed(database_url: str) -> None:
    engine = make_engine(database_url)
    with writing(engine) as session:
        one_rows.make_eventful_town(session, 20)
    with reading(engine) as session:
        frame = read_frame(session, one_rows.WEEK, one_rows.LOTTERY_SEED)
    with writing(engine) as session:
        session.merge(KeepApart(first_citizen_id=2, second_citizen_id=5))
    with Session(for_questions(engine)) as session:
        assert one_problem(session, frame, 2).num_citizens == 1
        assert 5 in people_apart(session, 2)
        assert 2 in people_apart(session, 5)
    engine.dispose()
