"""A planned week with something different: each kind of edit on a centre of four."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from catalog.tables import Group, OfferingTargetGroup, TargetGroup, Weight
from scheduler.lab.scenario import Scenario, ScenarioError, from_file, read_scenario
from scheduler.lab.what_if import as_record, read_task, what_if
from scheduler.tables import Citizen, Lock, Run
from tests.unit.lab_centre import FEW, changed, own, plan_week, planned
from tests.unit.small_centre import WEEK, Centre

__all__ = ["own", "planned"]
MORE = {"code": "motion-2", "like": "motion-1", "meetings": "man 13:00-14:00"}


def test_two_of_four_get_the_two_seats_and_the_others_wishes_are_not_met(planned: Centre) -> None:
    found = changed(planned)
    assert (found.before.kpis.wishes_met, found.before.kpis.unmet_wishes) == (2, 2)
    assert found.after == found.before


def test_one_more_group_serves_who_was_left_out_and_nobody_loses(planned: Centre) -> None:
    found = changed(planned, add_groups=[MORE])
    assert (found.after.kpis.wishes_met, found.after.kpis.unmet_wishes) == (4, 0)
    assert (found.moves.fewer_hours, found.moves.more_hours, found.moves.newly_under_way) == (0, 2, 2)
    assert found.after.kpis.staff_hours_by_role == {"coach": found.before.kpis.staff_hours + 0.0}
    assert found.after.kpis.points > found.before.kpis.points


def test_a_group_more_that_takes_two_to_run_opens_at_once(planned: Centre) -> None:
    task = read_task(planned.session, Scenario.model_validate({"week": WEEK, "add_groups": [MORE | {"minimum": 2}]}))
    found = what_if(task, replace(FEW, max_rounds=1))
    assert found.after.kpis.wishes_met == 4


def test_a_named_member_of_staff_holds_an_added_group_where_she_is_free(planned: Centre) -> None:
    found = changed(planned, add_groups=[MORE | {"staff": ["ann"]}])
    assert found.after.kpis.staff_hours == found.before.kpis.staff_hours + 1
    with pytest.raises(ScenarioError, match=r"add_groups.motion-2.staff: found 'ann', expected somebody who does not"):
        changed(planned, add_groups=[MORE | {"meetings": "man 9:30-10:30", "staff": ["ann"]}])


def test_more_seats_serve_more_and_fewer_seats_fewer(planned: Centre) -> None:
    assert changed(planned, seats={"motion-1": 3}).after.kpis.wishes_met == 3
    assert changed(planned, seats={"motion-1": 1}).after.kpis.wishes_met == 1


def test_a_closed_group_serves_nobody_and_promised_places_in_it_are_counted(own: Centre) -> None:
    key = own.session.scalars(select(Group.id).where(Group.code == "motion-1")).one()
    own.add(Lock(citizen_id=1, group_id=key, locked_by="pia", why="agreed"))
    plan_week(own)
    found = changed(own, close_groups=["motion-1"])
    assert (found.after.kpis.wishes_met, found.dropped) == (0, 1)


def test_a_group_that_moves_out_of_everybody_s_time_is_empty(planned: Centre) -> None:
    found = changed(planned, move_groups=[{"group": "motion-1", "meetings": "tir 9:00-10:00"}])
    assert (found.before.kpis.wishes_met, found.after.kpis.wishes_met) == (2, 0)
    moved_within = changed(planned, move_groups=[{"group": "motion-1", "meetings": "man 14:00-15:00"}])
    assert moved_within.after.kpis.wishes_met == 2


def test_a_closed_kitchen_offering_or_site_takes_its_groups_along(planned: Centre) -> None:
    assert changed(planned, close={"rooms": ["koekken"]}).task.draft.code == ("motion-1",)
    assert changed(planned, close={"offerings": ["motion"]}).task.draft.code == ("kor-1",)
    with pytest.raises(ScenarioError, match="a week without groups"):
        changed(planned, close={"sites": ["nord"]})


def test_what_somebody_away_holds_alone_does_not_meet(planned: Centre) -> None:
    found = changed(planned, staff_away=["ann"])
    assert found.task.draft.code == ("kor-1",)
    assert found.after.kpis.staff_hours_by_role.keys() <= {"coach"}


def test_more_citizens_are_copies_and_share_the_same_seats(planned: Centre) -> None:
    found = changed(planned, citizens=12)
    assert (found.after.kpis.citizens, found.after.kpis.wishes_met, found.after.kpis.unmet_wishes) == (12, 2, 10)
    assert (found.moves.new, found.moves.gone) == (8, 0)
    assert changed(planned, citizens=2).after.kpis.unmet_wishes == 0


def test_three_times_the_centre_serves_three_times_as_many(planned: Centre) -> None:
    found = changed(planned, citizens=12, supply_percent=300)
    assert (found.after.kpis.wishes_met, found.after.kpis.unmet_wishes) == (6, 6)
    assert found.after.kpis.points == pytest.approx(3 * found.before.kpis.points, abs=0.01)
    assert found.after.kpis.staff_hours == 3 * found.before.kpis.staff_hours


def test_whoever_reaches_a_site_reaches_the_new_one_beside_it(planned: Centre) -> None:
    found = changed(planned, add_sites=[{"id": "syd", "like": "nord", "copy_groups": True}])
    assert found.task.draft.code == ("motion-1", "kor-1", "syd-motion-1", "syd-kor-1")
    assert found.after.kpis.wishes_met == 4


def test_another_weight_changes_the_points_alone(planned: Centre) -> None:
    found = changed(planned, weights={"wish_budget": 600})
    assert found.after.kpis.points > found.before.kpis.points
    assert found.after.kpis.wishes_met == 2


def test_rules_of_another_day_are_its_points_and_its_target_groups(own: Centre) -> None:
    own.add(TargetGroup(code="6.3", law_ref="6.3", label_da="parat", valid_from=dt.date(2026, 1, 1)))
    own.add(OfferingTargetGroup(offering_id="motion", target_code="6.3", valid_from=dt.date(2027, 1, 1)))
    own.add(Weight(key="wish_budget", points=90, valid_from=dt.date(2027, 1, 1)))
    found = changed(own, rules_of="2027-01-04")
    assert found.after.kpis.wishes_met == 0
    assert found.task.draft.points.wish_budget == 90


def test_a_week_whose_facts_have_changed_is_planned_anew_on_both_sides(own: Centre) -> None:
    own.session.get_one(Citizen, 1).max_minutes = 300
    own.session.flush()
    found = changed(own, seats={"motion-1": 3})
    assert as_record(found)["facts_changed"] == ["max_minutes"]
    assert (found.before.kpis.wishes_met, found.after.kpis.wishes_met) == (2, 3)


def test_nothing_of_a_what_if_is_written(planned: Centre) -> None:
    changed(planned, citizens=9, add_groups=[MORE], weights={"keep": 3})
    assert not planned.session.new
    assert not planned.session.dirty
    counts = [planned.session.scalar(select(func.count()).select_from(table)) for table in (Run, Group, Citizen)]
    assert counts == [1, 2, 4]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("add_groups: [{code: a, offering: motoin, site: nord, meetings: man 9-10}]", "'motoin'.*offering of the week"),
        ("add_groups: [{code: a, offering: motion}]", "add_groups.0: .*expected site"),
        ("add_groups: [{code: motion-1, like: kor-1}]", "'motion-1', expected a code that no group"),
        (
            "add_groups: [{code: a, like: motion-1, seats: 0}]",
            "add_groups.0.seats: found 0, expected greater than or equal to 1",
        ),
        ("add_groups: [{code: a, like: motion-1, minimum: 3}]", "minimum: found 3, expected at most its 2 seats"),
        ("move_groups: [{group: motion-1}]", "expected meetings or a site"),
        (
            "{close_groups: [motion-1], move_groups: [{group: motion-1, site: nord}]}",
            "'motion-1' stands in move_groups",
        ),
        ("{close_groups: [motion-1], seats: {motion-1: 3}}", "'motion-1' stands in seats too"),
        ("{close_groups: [kor-1, kor-1]}", "'kor-1' stands there twice"),
        (
            "{staff_away: [ann], add_groups: [{code: a, like: kor-1, staff: [ann]}]}",
            "needs 'ann', which stands in staff",
        ),
        ("seats: {motion-1: 0}", "seats.motion-1: found 0"),
        ("seats: {motion-9: 3}", "seats: found 'motion-9', expected a group of the week, such as motion-1"),
        ("close: {rooms: [kitchen]}", "close.rooms: found 'kitchen', expected a room of the week, such as"),
        ("staff_away: [bob]", "staff_away: found 'bob'"),
        ("weights: {idle: 3}", "weights: found 'idle', expected a weight of the week, such as .*idle_penalty"),
        ("weights: {idle_penalty: -1}", "weights.idle_penalty: found -1, expected 0 to 30000"),
        ("citizens: 0", "citizens: found 0"),
        ("citizen: 6000", "citizen: found 6000, expected no such name here; see docs/scenarios"),
        ("week: 2026-W99", "week: found '2026-W99'"),
        ("rules_of: 1999-01-01", "rules_of: found '1999-01-01', expected a day on which an offering"),
        ("add_sites: [{id: nord, like: nord}]", "add_sites: found 'nord', expected a name that no site"),
        ("[1, 2]", "found 'list', expected names with values"),
        ("a: [", "file: .*expected YAML"),
    ],
)
def test_a_bad_file_is_refused_with_the_edit_the_value_and_what_was_expected(
    planned: Centre, tmp_path: Path, text: str, words: str
) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=rf"(?s)^{file}: .*{words}"), from_file(file):
        what_if(read_task(planned.session, read_scenario(file)), FEW)


def test_a_scenario_of_another_week_than_its_run_is_refused(planned: Centre) -> None:
    with pytest.raises(ScenarioError, match=rf"week: found '2026-W20', expected {WEEK}"):
        changed(planned, week="2026-W20", run=1)
