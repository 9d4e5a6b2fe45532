"""What must hold for every scenario: nothing changed is the same week, and a group more never makes it worse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from scheduler.lab.scenario import Scenario
from scheduler.lab.starting import codes_of, start_from
from scheduler.lab.what_if import plan, read_task
from scheduler.tables import Run
from scheduler.warm import Ended
from solver.problem import MICRO
from tests.unit.lab_centre import FEW, Centre, changed, fill
from tests.unit.small_centre import open_centre

FEW_TOWNS = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TIMES = ("man 8:00-9:00", "man 9:30-10:30", "man 11:00-12:00", "man 13:00-15:00", "tir 9:00-10:00")


@contextmanager
def _town(citizens: int, seats: int) -> Iterator[Centre]:
    with open_centre() as centre:
        fill(centre, citizens, seats)
        yield centre


@FEW_TOWNS
@given(citizens=some.integers(1, 7), seats=some.integers(1, 4))
def test_an_empty_scenario_is_the_week_as_it_was_planned(citizens: int, seats: int) -> None:
    with _town(citizens, seats) as centre:
        found = changed(centre)
        task = found.task
        assert task.base.changed == ()
        base = task.base
        stored = Ended(base.archive, base.price, base.plans, codes_of(task.draft, base.archive.ids.group))
        again, _ = plan(task.draft, task.problem, task.ids, start_from(stored, task.draft, task.problem, task.ids), FEW)
        objective = centre.session.get_one(Run, base.run.id).objective
    assert objective is not None
    assert found.after.kpis.points == found.before.kpis.points == objective / MICRO
    assert again.kpis.points >= found.before.kpis.points  # Planned again from its own plan, it never loses.


@FEW_TOWNS
@given(
    citizens=some.integers(1, 7), seats=some.integers(1, 4), offering=some.sampled_from(["motion", "kor"]),
    meetings=some.sampled_from(TIMES), more=some.integers(1, 9),
)  # fmt: skip
def test_a_group_more_never_lowers_the_plan_nor_the_bound_below_the_plan_before(
    citizens: int, seats: int, offering: str, meetings: str, more: int
) -> None:
    new = {"code": "new", "offering": offering, "site": "nord", "meetings": meetings, "seats": more, "minimum": 0}
    with _town(citizens, seats) as centre:
        found = changed(centre, add_groups=[new])
    assert found.after.kpis.points >= found.before.kpis.points
    assert found.after.kpis.bound >= found.before.kpis.points


@FEW_TOWNS
@given(citizens=some.integers(1, 9), wanted=some.integers(1, 30), seed=some.integers(0, 9))
def test_however_many_citizens_are_wanted_so_many_there_are_and_no_two_with_one_id(
    citizens: int, wanted: int, seed: int
) -> None:
    with _town(citizens, 2) as centre:
        task = read_task(centre.session, Scenario.model_validate({"citizens": wanted, "seed": seed}))
    ids = task.draft.facts.citizen.id.tolist()
    assert len(ids) == wanted == len(set(ids)) == task.problem.num_citizens
