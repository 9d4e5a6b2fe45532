"""A `Problem` that breaks its own shape or range is refused: the message names the field and the first bad place."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from solver.problem import InvalidProblemError, Problem, sum_by
from tests.facts import Citizen, Offering, Slot, town

TWO_SLOTS = [Slot(0, [(0, 540, 600), (1, 540, 615)], seats=3, groups=2, minimum=2, rows=[0]), Slot(1, [(0, 600, 660)])]
TOWN = town(
    TWO_SLOTS,
    [Citizen(keep={1: 5}, min_minutes=60), Citizen(locks=[1])],
    rows=[("staff", 4)],
    apart=[(0, 1)],
)


def put(field: str, place: Any, value: int) -> dict[str, Any]:
    """One field of the town with one number changed."""
    array = getattr(TOWN, field).copy()
    array[place] = value
    return {field: array}


@pytest.mark.parametrize("field", [f.name for f in fields(Problem)])
def test_a_field_of_another_type_is_named(field: str) -> None:
    with pytest.raises(InvalidProblemError, match=rf"^{field}: expected a numpy array of (int64|bool)"):
        replace(TOWN, **{field: getattr(TOWN, field).astype(np.float64)})


def test_a_list_is_no_array() -> None:
    wrong: Any = [100, 100]

    with pytest.raises(InvalidProblemError, match=r"^weight: expected a numpy array of int64, found .*list"):
        replace(TOWN, weight=wrong)


SHAPED = [
    f.name
    for f in fields(Problem)
    if f.name not in {"slot_offering", "meeting_day", "offering_leg", "leg_dose", "apart"}
]


@pytest.mark.parametrize("field", SHAPED)
def test_a_field_of_another_length_names_a_field_and_two_shapes(field: str) -> None:
    longer = np.concatenate([getattr(TOWN, field), getattr(TOWN, field)[-1:]])

    with pytest.raises(InvalidProblemError, match=r"^\w+: expected (shape \(.*\), found \(.*\)|a rising pointer)"):
        replace(TOWN, **{field: longer})


@pytest.mark.parametrize(
    ("field", "place", "value", "message"),
    [
        ("slot_offering", 1, 2, r"slot_offering\[1\]: expected 0 .. 1, found 2"),
        ("slot_site", 0, -1, r"slot_site\[0\]: expected 0 .. 0, found -1"),
        ("slot_role", 1, 0, r"slot_role\[1\]: expected -1 .. -1, found 0"),
        ("slot_load", 0, -1, r"slot_load\[0\]: expected 0 .. 1000, found -1"),
        ("group_seats", 1, -1, r"group_seats\[1\]: expected 0 .. 1000000000, found -1"),
        ("group_minimum", 0, 4, r"group_minimum\[0\]: expected at most group_seats"),
        ("meeting_day", 2, 7, r"meeting_day\[2\]: expected 0 .. 6, found 7"),
        ("meeting_start", 0, 1440, r"meeting_start\[0\]: expected 0 .. 1439, found 1440"),
        ("meeting_end", 1, 1441, r"meeting_end\[1\]: expected 1 .. 1440, found 1441"),
        ("meeting_end", 2, 600, r"meeting_end\[2\]: expected a meeting that ends after its start"),
        ("row_limit", 0, -1, r"row_limit\[0\]: expected 0 .. 1000000000, found -1"),
        ("use_row", 0, 1, r"use_row\[0\]: expected 0 .. 0, found 1"),
        ("offering_leg", 1, 1, r"offering_leg\[1\]: expected 0 .. 0, found 1"),
        ("travel", (0, 0), 1441, r"travel\[0, 0\]: expected 0 .. 1440, found 1441"),
        ("weight", 1, 0, r"weight\[1\]: expected 1 .. 1000, found 0"),
        ("weight", 0, 1001, r"weight\[0\]: expected 1 .. 1000, found 1001"),
        ("max_minutes", 0, 59, r"min_minutes\[0\]: expected at most max_minutes"),
        ("daily_limit", 1, 16, r"daily_limit\[1\]: expected 0 .. 15, found 16"),
        ("idle_penalty", 0, 30_001, r"idle_penalty\[0\]: expected 0 .. 30000, found 30001"),
        ("need_points", (1, 0), -5, r"need_points\[1, 0\]: expected 0 .. 30000, found -5"),
        ("barred", (0, 1), 8, r"barred\[0, 1\]: expected 0 .. 7, found 8"),
        ("progress", (1, 1), 30_001, r"progress\[1, 1\]: expected 0 .. 30000, found 30001"),
        ("wish", (0, 0), -1, r"wish\[0, 0\]: expected 0 .. 30000, found -1"),
        ("lottery", (0, 1), 100, r"lottery\[0, 1\]: expected 0 .. 99, found 100"),
        ("time_points", (1, 6, 1), -1, r"time_points\[1, 6, 1\]: expected 0 .. 30000, found -1"),
        ("keep_slot", 0, 2, r"keep_slot\[0\]: expected 0 .. 1, found 2"),
        ("lock_slot", 0, -1, r"lock_slot\[0\]: expected 0 .. 1, found -1"),
        ("apart", (0, 1), 2, r"apart\[0, 1\]: expected 0 .. 1, found 2"),
    ],
)
def test_a_number_out_of_range_is_named_with_its_place(field: str, place: Any, value: int, message: str) -> None:
    with pytest.raises(InvalidProblemError, match=f"^{message}"):
        replace(TOWN, **put(field, place, value))


@pytest.mark.parametrize(
    ("field", "pointer"),
    [
        ("group_ptr", [0, 2, 1]),
        ("meeting_ptr", [0, 2, 4]),
        ("meeting_ptr", [1, 2, 3]),
        ("use_ptr", [0, 0, 0]),
        ("keep_ptr", [0, 2, 1]),
        ("lock_ptr", [0, 0, 2]),
    ],
)
def test_a_pointer_that_does_not_rise_to_the_length_is_named(field: str, pointer: list[int]) -> None:
    with pytest.raises(InvalidProblemError, match=f"^{field}: expected a rising pointer"):
        replace(TOWN, **{field: np.array(pointer)})


def test_a_slot_without_meetings_is_named() -> None:
    with pytest.raises(InvalidProblemError, match=r"^meeting_ptr\[1\]: expected a slot with at least one meeting"):
        replace(TOWN, meeting_ptr=np.array([0, 3, 3]))


def test_a_slot_without_groups_is_named() -> None:
    with pytest.raises(InvalidProblemError, match=r"^group_ptr\[0\]: expected a slot with at least one group"):
        replace(TOWN, group_ptr=np.array([0, 0, 1]))


def test_seats_and_minutes_are_summed_by_slot() -> None:
    assert TOWN.seats.tolist() == [6, 9]
    assert TOWN.slot_minutes.tolist() == [135, 60]
    assert (TOWN.num_citizens, TOWN.num_slots, TOWN.num_groups, TOWN.num_offerings, TOWN.num_rows) == (2, 2, 3, 2, 1)


def test_seats_only_leaves_out_every_other_row_and_nothing_else() -> None:
    plain = TOWN.seats_only()

    left_out = {f.name for f in fields(Problem) if not np.array_equal(getattr(plain, f.name), getattr(TOWN, f.name))}
    assert left_out == {"group_minimum", "row_limit", "row_is_room", "use_ptr", "use_row", "apart"}
    assert (plain.num_rows, len(plain.apart), plain.group_minimum.sum()) == (0, 0, 0)


def test_sums_by_an_empty_range_are_zero() -> None:
    assert sum_by(np.array([0, 2, 2, 3]), np.array([4, 5, 6])).tolist() == [9, 0, 6]


def test_an_empty_town_is_a_problem() -> None:
    assert town([], [], [Offering()]).num_citizens == 0
