"""Groups become slots, and appointments rows of staff and rooms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from catalog.tables import Group, Room
from scheduler.tables import Contact, KeepApart, Lock, Wish
from tests.unit.small_centre import LAST_WEEK, WEEK, Centre, centre, locked_groups

__all__ = ["centre"]


def test_groups_that_nobody_can_tell_apart_are_one_slot(centre: Centre) -> None:
    centre.offering()
    centre.citizen()
    twins = [centre.group("a"), centre.group("b")]
    centre.group("later", start=660)
    centre.group("bigger", seats=6)
    problem, ids = centre.problem()
    assert problem.num_slots == 3
    assert problem.seats.tolist() == [10, 6, 5]
    assert ids.group[problem.group_ptr[0] : problem.group_ptr[1]].tolist() == twins


def test_a_group_that_a_lock_names_is_a_slot_of_its_own(centre: Centre) -> None:
    centre.offering()
    person, group = centre.citizen(), centre.group("a")
    centre.group("b")
    centre.group("c")
    centre.add(Lock(citizen_id=person, group_id=group, locked_by="test", why="test"))
    problem, ids = centre.problem()
    assert sorted(np.diff(problem.group_ptr).tolist()) == [1, 2]
    assert locked_groups(problem, ids) == [group]


@pytest.mark.parametrize(("second_comes", "slots"), [(True, 2), (False, 1)])
def test_groups_that_two_people_to_be_kept_apart_could_share_are_slots_of_their_own(
    centre: Centre, second_comes: bool, slots: int
) -> None:
    centre.offering()
    first, second = centre.citizen("B1"), centre.citizen("B2")
    if not second_comes:
        centre.add(Wish(citizen_id=second, offering_id="motion", strength=-5, refused=True))
    centre.add(KeepApart(first_citizen_id=first, second_citizen_id=second))
    centre.group("a")
    centre.group("b")
    problem, _ = centre.problem()
    assert problem.apart.tolist() == [[0, 1]]
    assert problem.num_slots == slots


def test_a_group_without_a_meeting_in_the_week_or_of_another_week_is_left_out(centre: Centre) -> None:
    centre.offering()
    centre.citizen()
    group = centre.group("a")
    centre.group("before", week=LAST_WEEK)
    centre.add(Group(week=WEEK, code="holiday", offering_id="motion", site_id="nord", seats=5, minimum=2))
    assert centre.problem()[1].group.tolist() == [group]


def appointments(centre: Centre, *starts: tuple[str, int]) -> None:
    """Offer times of coaches."""
    centre.offering("coaching", kind="individual", contact_role="coach", room_type="samtalerum", staff_roles=["coach"])
    for name in sorted({name for name, _ in starts}):
        centre.coach(name)
    for number, (name, start) in enumerate(starts):
        one: dict[str, Any] = {"seats": 1, "minimum": 0, "appointment": True}
        centre.group(f"{number}", "coaching", start=start, staff=name, **one)


def test_overlapping_appointments_of_one_worker_share_a_row_of_one(centre: Centre) -> None:
    centre.citizen()
    appointments(centre, ("KO", 540), ("KO", 570), ("KO", 660))
    problem, ids = centre.problem()
    assert problem.row_limit.tolist() == [1]
    assert problem.use_ptr.tolist() == [0, 1, 2, 2]
    assert ids.staff[ids.coupling.resource[0]] == "KO"
    assert (ids.coupling.day[0], ids.coupling.quarter[0]) == (0, 570 // 15)


def test_the_same_time_with_two_workers_is_two_slots_without_a_row(centre: Centre) -> None:
    centre.citizen()
    appointments(centre, ("KO", 540), ("PB", 540))
    problem, _ = centre.problem()
    assert problem.num_slots == 2
    assert problem.num_rows == 0


@pytest.mark.parametrize(("reserved", "limits"), [(False, [1]), (True, [0])])
def test_fewer_rooms_than_workers_are_a_row(centre: Centre, reserved: bool, limits: list[int]) -> None:
    centre.citizen()
    appointments(centre, ("KO", 540), ("PB", 540))
    centre.add(Room(id="1.01", site_id="nord", type="samtalerum"))
    if reserved:
        centre.offering()
        centre.group("class", room_id="1.01")
    problem, ids = centre.problem()
    assert problem.row_is_room.tolist() == [True]
    assert problem.row_limit.tolist() == limits
    assert ids.coupling.room_types[ids.coupling.resource[0]] == "samtalerum"


def test_rooms_for_every_worker_need_no_row(centre: Centre) -> None:
    centre.citizen()
    appointments(centre, ("KO", 540), ("PB", 540))
    for room in ("1.01", "1.02"):
        centre.add(Room(id=room, site_id="nord", type="samtalerum"))
    assert centre.problem()[0].num_rows == 0


def test_individual_time_is_with_the_contact_of_the_role(centre: Centre) -> None:
    person = centre.citizen()
    appointments(centre, ("KO", 540), ("PB", 540))
    centre.add(Contact(citizen_id=person, role="coach", staff_id="PB"))
    problem, ids = centre.problem()
    assert ids.role == ("coach",)
    assert problem.slot_role.tolist() == [0, 0]
    assert [ids.staff[person] for person in problem.slot_person] == ["KO", "PB"]
    assert ids.staff[problem.contact[0, 0]] == "PB"
