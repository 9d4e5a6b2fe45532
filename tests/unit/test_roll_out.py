"""A centre of four citizens grows: what it takes, counted by hand, and files that make no sense."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from catalog.tables import Rule
from scheduler.dated import MissingSettingError
from scheduler.lab.roll_out.costs import Kroner
from scheduler.lab.roll_out.inputs import RollOut, read_roll_out
from scheduler.lab.roll_out.kept import count_shares, missed
from scheduler.lab.roll_out.path import End, plan_path, read_question
from scheduler.lab.roll_out.path import Path as Found
from scheduler.lab.roll_out.record import as_record
from scheduler.lab.roll_out.weeks import sites_for, weeks_of
from scheduler.lab.scenario import ScenarioError, from_file
from scheduler.tables import Wish
from solver import Options
from solver.verify import verify
from tests.unit.lab_centre import own, plan_week, planned
from tests.unit.small_centre import WEEK, Centre, open_centre

__all__ = ["own", "planned"]
FEW = Options(time_limit=None, threads=1)


def rolled_out(centre: Centre, **inputs: object) -> Found:
    """The path of a centre that grows."""
    given = {"week": WEEK, "weeks": 1, "step_percent": 50, **inputs}
    return plan_path(read_question(centre.session, RollOut.model_validate(given)), FEW)


def test_twice_the_citizens_take_a_group_more_and_one_step_less_is_not_enough(planned: Centre) -> None:
    path = rolled_out(planned, intake=4)
    base, last = path.stations
    assert (base.percent, last.percent, last.side.kpis.citizens) == (100, 150, 8)  # Half a group is one.
    assert last.side.kpis.wishes_met == 2 * base.side.kpis.wishes_met == 4
    assert last.found is not None
    assert last.found.is_least(50)
    assert last.found.below is not None
    assert (last.found.below.percent, last.found.below.side.kpis.wishes_met) == (100, 2)


def test_what_is_found_keeps_every_figure_when_it_is_counted_again(planned: Centre) -> None:
    path = rolled_out(planned, intake=[1, 0, 3], weeks=3, plan_every=1)
    assert [each.number for each in path.stations] == [0, 1, 2, 3]
    for station in path.stations:
        verdict = verify(station.side.problem, station.side.plans, ())
        assert not verdict.violations
        assert missed(count_shares(station.side), path.limits) == ()
        below = station.found.below if station.found else None
        assert below is None or missed(count_shares(below.side), path.limits) != ()


def test_the_group_that_nobody_needs_is_closed_again_and_no_other() -> None:
    with open_centre() as centre:
        centre.offering(min_size=1, max_size=9)
        for number in range(37):
            who = centre.citizen(f"B{number}")
            centre.add(Wish(citizen_id=who, offering_id="motion", strength=3))
        for number in range(20):
            centre.group(f"motion-{number}", staff=centre.coach(f"c{number}"), seats=2, minimum=0)
        plan_week(centre)
        path = rolled_out(centre, intake=0, step_percent=100, trim=True)
    station = path.stations[1]
    assert (station.percent, station.closed) == (100, 1)  # 19 groups of two are enough for 37.
    assert station.needs.groups["motion"] == 19
    assert missed(station.shares, path.limits) == ()


def test_the_same_seed_gives_the_same_path(planned: Centre) -> None:
    first, second = (as_record(rolled_out(planned, intake=2, weeks=2, plan_every=1)) for _ in range(2))
    assert first | {"seconds": 0} == second | {"seconds": 0}


def test_hours_people_rooms_and_kroner_follow_from_the_groups_that_meet(own: Centre) -> None:
    _price(own, "staff_hour", {"other": 500}, dt.date(2026, 11, 1))
    for key, value in (("week_hours", {"other": 2}), ("room_hour", {"other": 100}), ("seat", 10), ("site", 7)):
        _price(own, key, value, dt.date(2026, 11, 1))
    start_up = {"hours": {"coach": 1.5}, "group_size": 3, "weeks": 2}
    base, first, second = weeks_of(rolled_out(own, intake=[4, 0], weeks=2, plan_every=1, start_up=start_up))
    assert base.needs.groups == {"motion": 1, "kor": 1}
    assert first.needs.groups == {"motion": 2, "kor": 2}
    assert first.conferences == second.conferences == 1  # Two for four citizens, one in each of two weeks.
    assert (base.staff_hours, first.staff_hours) == ({"coach": 2.0}, {"coach": 4 + 1.5})
    assert (base.staff, first.staff) == ({"coach": 1}, {"coach": 3})  # Each carries two hours.
    assert (base.hired, first.hired, second.hired) == (0, 2, 0)
    assert (base.needs.room_hours, first.needs.room_hours) == ({"koekken": 1.0}, {"koekken": 2.0})
    assert [(each.rooms, each.sites) for each in (base, first)] == [(1, 1), (2, 2)]
    assert first.kroner == Kroner(staff=500 * 5.5, rooms=2 * 100, seats=12 * 10, sites=2 * 7)


def test_what_does_not_fit_into_the_sites_takes_more_of_them(planned: Centre) -> None:
    centre = read_question(planned.session, RollOut(week=WEEK, weeks=1, intake=0)).task.draft.facts.centre
    assert sites_for(centre, {}, {"nord": 1}) == 1  # It has one room.
    assert sites_for(centre, {}, {"nord": 3}) == 3
    assert sites_for(centre, {"nord": 2}, {"nord": 3}) == 2


def test_each_week_is_priced_by_its_own_date(own: Centre) -> None:
    _price(own, "staff_hour", {"other": 100}, dt.date(2026, 11, 1))
    _price(own, "staff_hour", {"other": 300}, dt.date(2026, 12, 7))
    weeks = weeks_of(rolled_out(own, intake=0, weeks=3, plan_every=3))
    hours = sum(weeks[0].staff_hours.values())
    assert hours > 0
    assert [each.kroner.staff for each in weeks] == [100 * hours, 100 * hours, 300 * hours, 300 * hours]


def test_a_price_that_makes_no_sense_names_the_rule_and_the_day(own: Centre) -> None:
    _price(own, "week_hours", {"coach": 3}, dt.date(2026, 11, 1))
    with pytest.raises(MissingSettingError, match=r"rule cost, key 'week_hours' on 2026-11-23: .*'other' among them"):
        rolled_out(own, intake=0)
    _price(own, "week_hours", {"other": 0}, dt.date(2026, 11, 2))
    with pytest.raises(MissingSettingError, match="hours above 0"):
        rolled_out(own, intake=0)


def test_between_two_planned_weeks_needs_follow_the_citizens(planned: Centre) -> None:
    weeks = weeks_of(rolled_out(planned, intake=[2, 2], weeks=2, plan_every=2))
    assert [each.is_planned for each in weeks] == [True, False, True]
    assert [each.people.there for each in weeks] == [4, 6, 8]
    old, middle, new = (sum(each.staff_hours.values()) for each in weeks)
    assert middle == pytest.approx((old + new) / 2)
    assert weeks[1].percent == 6 * (100 / 4 + 150 / 8) / 2


def test_what_no_supply_can_keep_ends_the_path_and_says_so(planned: Centre) -> None:
    record = as_record(rolled_out(planned, intake=4, kept={"legs_covered_percent": 100, "hours_a_citizen": 30}))
    assert record["end"] == End.NOT_ENOUGH
    assert len(record["weeks"]) == 1
    assert [each["name"] for each in record["not_enough"]["missed"]][-1] == "hours_a_citizen"


def test_a_stop_keeps_the_weeks_that_are_known(planned: Centre) -> None:
    tried: list[int] = []
    question = read_question(planned.session, RollOut(week=WEEK, weeks=3, plan_every=1, intake=4, step_percent=50))
    path = plan_path(
        question, FEW, tell=lambda number, _people, _tried: tried.append(number), should_stop=lambda: 2 in tried
    )
    assert (path.end, path.stations[1].number) == (End.STOPPED, 1)
    assert [each.number for each in weeks_of(path)] == list(range(path.stations[-1].number + 1))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{weeks: 0, intake: 4}", "weeks: found 0, expected greater than or equal to 1"),
        ("{intake: 4}", "weeks: found 'nothing', expected a value, as in weeks: ..."),
        ("{weeks: 3}", "expected either citizens .* or intake"),
        ("{weeks: 3, intake: 4, citizens: 9}", "expected either citizens .* or intake"),
        ("{weeks: 3, intake: [4, 4]}", "intake: expected 3 numbers, one a week, found 2"),
        ("{weeks: 3, intake: -4}", "intake.*: found -4, expected greater than or equal to 0"),
        ("{weeks: 3, citizens: 2}", "citizens: found 2, expected at least 4, who are there with nobody new"),
        ("{weeks: 3, intake: 4, returns: {percent: 20, after_weeks: 2}}", "returns: expected exits_percent too"),
        ("{weeks: 3, intake: 4, exits_percent: 101}", "exits_percent: found 101"),
        ("{weeks: 3, intake: 4, exits_percent: .nan}", "exits_percent: found nan"),
        ("{weeks: 3, intake: 4, exit_percent: 1}", "exit_percent: found 1, expected no such name here"),
        (
            "{weeks: 3, intake: 4, start_up: {hours: {coch: 1}}}",
            "start_up.hours: found 'coch', expected a role .*coach",
        ),
        ("{weeks: 3, intake: 4, start_up: {hours: {coach: -1}}}", "start_up.hours.coach: found -1"),
        ("{weeks: 3, intake: 4, rooms: {syd: 3}}", "rooms: found 'syd', expected a site of the week, such as nord"),
        ("{weeks: 3, intake: 4, kept: {legs: 3}}", "kept.legs: found 3, expected no such name here"),
        ("{weeks: 3, intake: 4, week: 2026-W99}", "week: found '2026-W99'"),
    ],
)
def test_a_bad_file_is_refused_with_the_place_the_value_and_what_was_expected(
    planned: Centre, tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "roll-out.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=rf"(?s)^{file}: .*{words}"), from_file(file):
        read_question(planned.session, read_roll_out(file))


def _price(centre: Centre, key: str, value: object, since: dt.date) -> None:
    centre.add(Rule(slug="cost", key=key, value=value, valid_from=since))
