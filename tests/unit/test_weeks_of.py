"""A published week as a citizen, a group and a worker have it."""

from __future__ import annotations

import pytest

from catalog.tables import GroupStaff, Meeting
from catalog.weeks import monday_of
from scheduler.life import NotPublishedError
from scheduler.stored import NotFoundError
from scheduler.weeks_of import participants, proposed_week, staff_week
from tests.unit.plan_town import LAST_WEEK, WEEK, PlanTown, engine, town

__all__ = ["engine", "town"]


def test_meetings_and_staff_of_a_group_do_not_multiply(town: PlanTown) -> None:
    group = town.group("motion")
    day = {"day": 2, "start_min": 540, "end_min": 600, "date": monday_of(WEEK)}
    town.session.add_all([Meeting(group_id=group, **day), GroupStaff(group_id=group, staff_id="bo")])  # type: ignore[arg-type]  # A dict of mixed values.
    sent = town.published({1: ["motion"]})
    (found,) = proposed_week(town.session, sent.run_id, 1).groups
    assert ([at.day for at in found.meetings], found.staff) == ([0, 2], ("Ann", "Bo"))
    (held,) = (each for each in staff_week(town.session, WEEK, "bo").groups)
    assert (held.participants, held.staff) == (1, ("Ann", "Bo"))


def test_a_week_that_is_not_published_says_so(town: PlanTown) -> None:
    run_id = town.propose({1: ["motion"]})
    for ask in (
        lambda: participants(town.session, WEEK, town.group("motion")),
        lambda: staff_week(town.session, WEEK, "ann"),
    ):
        with pytest.raises(NotPublishedError, match=f"{WEEK} is not published"):
            ask()
    assert [group.code for group in proposed_week(town.session, run_id, 1).groups] == ["motion"]


def test_a_proposal_is_seen_before_it_is_published(town: PlanTown) -> None:
    run_id = town.propose({1: ["motion"], 2: ["dansk"]})
    week = proposed_week(town.session, run_id, 2)
    assert (week.week, week.version, [group.code for group in week.groups]) == (WEEK, None, ["dansk"])
    assert proposed_week(town.session, run_id, 4).groups == ()
    with pytest.raises(NotFoundError, match="no run 99"):
        proposed_week(town.session, 99, 1)


def test_a_group_lists_who_is_in_it(town: PlanTown) -> None:
    town.published({2: ["motion"], 1: ["motion", "dansk"]})
    found = participants(town.session, WEEK, town.group("motion"))
    assert [(who.citizen_id, who.external_id, who.name) for who in found] == [(1, "B1", "Name 1"), (2, "B2", "Name 2")]
    assert participants(town.session, WEEK, town.group("kor")) == []
    with pytest.raises(NotFoundError, match="no group"):
        participants(town.session, WEEK, town.group("motion", LAST_WEEK))


def test_a_worker_has_her_groups_of_that_week_with_how_many_come(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"], 3: ["dansk"]})
    week = staff_week(town.session, WEEK, "ann")
    assert [(group.code, group.participants) for group in week.groups] == [
        ("motion", 2), ("motion2", 0), ("dansk", 1), ("kor", 0)
    ]  # fmt: skip
    assert staff_week(town.session, WEEK, "cy").groups == ()
