"""What a plan means for people, counted on weeks that fit in the head."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from api.picture import week_picture
from scheduler.figures import closed_percent, count_figures, use_by_hour
from solver.problem import Problem
from solver.verify import verify
from tests.facts import Citizen, Offering, Slot, plans, town

MONDAY_NINE, MONDAY_TEN, FRIDAY_ONE = (0, 540, 600), (0, 600, 690), (4, 780, 840)


def _week() -> Problem:
    return town(
        [Slot(0, [MONDAY_NINE], seats=2), Slot(1, [MONDAY_TEN], seats=3, groups=2), Slot(2, [FRIDAY_ONE])],
        [
            Citizen(wish={0: 10}, needs={0: 5}, min_minutes=60, idle_penalty=1),
            Citizen(wish={1: 10, 2: 4}, barred={2: "refused"}, min_minutes=120, idle_penalty=1),
            Citizen(min_minutes=0),
        ],
        [Offering(leg=0), Offering(leg=1), Offering(leg=1)],
        dose=(60, 120),
    )


def test_a_citizen_with_only_filler_is_not_under_way() -> None:
    problem = _week()
    planned = plans([0], [1], [(2, 3)])
    figures = count_figures(problem, planned, verify(problem, planned))
    assert (figures.citizens, figures.under_way) == (3, 2)


def test_a_wish_that_is_barred_is_not_counted_as_unmet() -> None:
    problem = _week()
    planned = plans([], [1], [])
    figures = count_figures(problem, planned, verify(problem, planned))
    assert (figures.wishes, figures.wishes_met) == (2, 1)
    assert (figures.wishers, figures.wishers_met) == (2, 1)


def test_those_below_their_hours_and_covered_legs_are_counted() -> None:
    problem = _week()
    planned = plans([0], [1], [])
    figures = count_figures(problem, planned, verify(problem, planned))
    assert figures.below_minimum == 1
    assert (figures.legs, figures.legs_covered) == (1, 1)
    assert (figures.seats_used, figures.seats, figures.groups_running, figures.groups) == (2, 2 + 6 + 9, 2, 4)


def test_a_meeting_counts_in_every_hour_that_it_touches() -> None:
    problem = _week()
    use = use_by_hour(problem, plans([0], [1], []))
    assert use.seats[0, 9:12].tolist() == [2, 6, 6]
    assert use.used[0, 9:12].tolist() == [1, 1, 1]
    assert use.groups[0, 9:12].tolist() == [1, 2, 2]
    assert use.seats[4].sum() == 9


@pytest.mark.parametrize(("objective", "closed"), [(50, 0.0), (100, 100.0), (75, 50.0)])
def test_closed_lies_between_first_come_and_the_bound(objective: int, closed: float) -> None:
    assert closed_percent(objective, 100, 50) == closed


def test_nothing_is_closed_where_first_come_reaches_the_bound() -> None:
    assert closed_percent(7, 7, 7) is None


def test_the_picture_names_every_hour_with_seats_and_is_sound_xml() -> None:
    problem = _week()
    picture = week_picture(use_by_hour(problem, plans([0], [1], [])), "Week <48>", "run & week")
    titles = [found.text for found in ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}title")]
    assert "Week <48>" in titles
    assert "Monday 09:00: 1 of 2 seats taken, 1 free, 1 groups" in titles
    assert "Friday 13:00: 0 of 9 seats taken, 9 free, 1 groups" in titles
