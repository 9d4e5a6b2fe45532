"""What one more seat of a small centre is worth, and what stands in the way of each wish that is not met."""

from __future__ import annotations

import io

import numpy as np
import pytest
from sqlalchemy import update

from catalog.tables import Group
from scheduler.archive import FORMAT_VERSION, unpack_marginal
from scheduler.prices import Moment, Unmet, read_prices
from scheduler.stored import NotFoundError
from scheduler.tables import AvailabilityBlock, Citizen, Wish
from tests.unit.lab_centre import Centre, changed, own, plan_week, planned

__all__ = ["own", "planned"]


def test_the_full_group_costs_as_much_as_one_more_seat_in_it_gives(planned: Centre) -> None:
    found = read_prices(planned.session, 1)
    motion = next(each for each in found.offerings if each.name == "motion")
    before, more = changed(planned), changed(planned, seats={"motion-1": 3})
    assert (motion.seats, motion.used, motion.dearest) == (2, 2, Moment(0, 540))
    assert motion.price == pytest.approx(more.after.kpis.points - before.after.kpis.points, rel=0.1)


def test_a_group_with_free_seats_costs_nothing_and_comes_last(planned: Centre) -> None:
    found = read_prices(planned.session, 1)
    assert [each.name for each in found.groups] == ["motion-1", "kor-1"]
    kor = found.groups[-1]
    assert (kor.price, kor.mean_price, kor.dearest) == (0.0, 0.0, None)


def test_an_hour_and_a_site_hold_what_meets_there(planned: Centre) -> None:
    found = read_prices(planned.session, 1)
    assert {each.name: each.seats for each in found.hours} == {"0-09": 2, "0-11": 5}
    (site,) = found.sites
    assert (site.name, site.seats) == ("nord", 7)
    assert site.mean_price == pytest.approx(found.groups[0].price * 2 / 7)


def test_wishes_are_counted_by_what_stands_in_their_way(own: Centre) -> None:
    own.session.execute(update(AvailabilityBlock).where(AvailabilityBlock.citizen_id == 1).values(start_min=600))
    run = plan_week(own)
    assert read_prices(own.session, run).unmet == (Unmet("motion", no_time=1, full=1, own_week=0, waiting=0),)


def test_a_free_seat_that_her_week_has_no_room_for_is_counted_as_that(own: Centre) -> None:
    own.add(Wish(citizen_id=1, offering_id="kor", strength=1))
    own.session.execute(update(Citizen).values(min_minutes=0, max_minutes=60))
    own.session.execute(update(Group).where(Group.code == "motion-1").values(seats=4))
    run = plan_week(own)
    assert read_prices(own.session, run).unmet == (Unmet("kor", no_time=0, full=0, own_week=1, waiting=0),)


def test_a_run_that_kept_prices_alone_is_quoted_at_them() -> None:
    kept = io.BytesIO()
    np.savez_compressed(kept, version=np.array(FORMAT_VERSION), price=np.array([3, 0], np.int8))
    assert unpack_marginal(kept.getvalue()).tolist() == [3, 0]


def test_an_unknown_run_is_named(planned: Centre) -> None:
    with pytest.raises(NotFoundError, match="99"):
        read_prices(planned.session, 99)
