"""What a run keeps: its input, its plans and its prices, and what it refuses to keep."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.database import make_engine, writing
from catalog.tables import Group
from catalog.weeks import create_groups
from scheduler.archive import Archive, ArchiveError, pack, unpack
from scheduler.figures import count_figures
from scheduler.importer import import_files
from scheduler.migrations import upgrade
from scheduler.reasons import read_reasons
from scheduler.replay import differing, replay_options
from scheduler.runs import Input, Outcome, RunError, Task, UnsoundSolutionError, check, read_input, store
from scheduler.shipped import load_shipped
from scheduler.stored import NotFoundError, find_run
from scheduler.stored_plans import stored_plans
from scheduler.summary import summarize
from scheduler.tables import PlanEntry
from scheduler.warm import warm_start
from solver import Options, WarmStart
from solver.problem import Problem
from solver.reasons import Shortfalls
from solver.reasons_hours import BelowMinimum
from solver.reasons_legs import UncoveredLeg
from solver.solution import Plans, Round, Solution, Termination
from solver.verify import verify
from tests.facts import plans
from tests.unit.import_centre import centre, write_xlsx

WEEK, NEXT_WEEK = "2026-W48", "2026-W49"
EXCEPTIONS = ((1, "availability"),)  # The second citizen is locked into a group, but never free.


@pytest.fixture(scope="session")
def two_weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file of a small centre with the groups of two weeks, made once and copied."""
    folder = tmp_path_factory.mktemp("two-weeks")
    url = f"sqlite:///{folder / 'igang.db'}"
    upgrade(url)
    engine = make_engine(url)
    with writing(engine) as made:
        load_shipped(made)
        import_files(made, [write_xlsx(folder / "centre.xlsx", centre())])
        for week in (WEEK, NEXT_WEEK):
            create_groups(made, week)
    engine.dispose()
    return folder / "igang.db"


@pytest.fixture
def session(two_weeks: Path, tmp_path: Path) -> Iterator[Session]:
    """A session in a database of its own."""
    engine = make_engine(f"sqlite:///{shutil.copy(two_weeks, tmp_path / 'igang.db')}")
    with writing(engine) as made:
        yield made
    engine.dispose()


def _slot_of(session: Session, given: Input, code: str) -> int:
    key = session.scalar(select(Group.id).where(Group.code == code, Group.week == given.task.week))
    group = given.archive.ids.group.tolist().index(key)
    return int(np.searchsorted(given.archive.problem.group_ptr, group, side="right") - 1)


def _outcome(given: Input, planned: Plans) -> Outcome:
    """An outcome as a solver would give it, with this plan and slot prices 0, 10, 20, ..."""
    problem = given.archive.problem
    verdict = verify(problem, planned, EXCEPTIONS)
    solution = Solution(
        plans=planned,
        objective=verdict.objective,
        bound=verdict.objective + 10,
        price=np.arange(problem.num_slots + problem.num_rows) * 10,
        marginal=np.arange(problem.num_slots + problem.num_rows) * 9,
        exceptions=EXCEPTIONS,
        termination=Termination("limit", "rounds", "gap 0.1 %"),
        rounds=(Round(1, "prices", verdict.objective + 10, verdict.objective, 1, 0.1),),
        seconds=0.1,
    )
    return Outcome(
        task=given.task,
        archive=given.archive,
        solution=solution,
        verdict=verdict,
        figures=count_figures(problem, planned, verdict),
        first_come=float(verdict.objective - 10),
        first_come_idle=0.0,
        seconds=0.2,
        peak_mb=100.0,
        rules_hash=given.rules_hash,
    )


def _planned(session: Session) -> tuple[Input, Plans]:
    """The second citizen goes where she is locked into."""
    given = read_input(session, Task(WEEK))
    slot = _slot_of(session, given, "gåtur")
    return given, plans([], [(slot, int(given.archive.problem.group_ptr[slot]))])


def _assert_same(one: Problem, other: Problem) -> None:
    for field in fields(Problem):
        left, right = getattr(one, field.name), getattr(other, field.name)
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right, err_msg=field.name)


def test_an_input_comes_back_as_it_was_packed(session: Session) -> None:
    given, planned = _planned(session)
    price = np.array([0, 10**9, 5], np.int64)
    found = unpack(pack(Archive(given.archive.problem, given.archive.ids, WarmStart(price, planned))))
    _assert_same(found.problem, given.archive.problem)
    assert found.ids.offering == given.archive.ids.offering
    assert found.ids.coupling.room_types == given.archive.ids.coupling.room_types
    assert found.ids.citizen.tolist() == given.archive.ids.citizen.tolist()
    assert found.warm is not None
    assert found.warm.plans is not None
    assert found.warm.price.tolist() == price.tolist()
    assert found.warm.plans.slot.tolist() == planned.slot.tolist()


def test_a_damaged_input_is_said_to_be_damaged(session: Session) -> None:
    data = pack(read_input(session, Task(WEEK)).archive)
    for broken in (b"", data[: len(data) // 2], b"nonsense"):
        with pytest.raises(ArchiveError, match="damaged"):
            unpack(broken)


def test_a_stored_run_gives_its_plans_back_by_position(session: Session) -> None:
    given, planned = _planned(session)
    run = store(session, _outcome(given, planned))
    found = stored_plans(session, run.id, unpack(run.input or b""))
    assert differing(found, planned) == ()
    assert found.slot.tolist() == planned.slot.tolist()


def test_a_summary_tells_the_gap_and_how_much_of_it_is_closed(session: Session) -> None:
    given, planned = _planned(session)
    summary = summarize(session, store(session, _outcome(given, planned)))
    assert summary["closed_percent"] == 50.0
    assert summary["bound"] - summary["objective"] == pytest.approx(10 / 1_000_000)
    without = summary["without_idle_penalty"]
    assert without["objective"] > summary["objective"]
    assert without["bound"] - without["objective"] == pytest.approx(10 / 1_000_000, rel=0.01)


def test_a_solution_that_the_recount_contradicts_is_refused(session: Session) -> None:
    outcome = _outcome(*_planned(session))
    check(outcome.solution, outcome.verdict)
    too_proud = replace(outcome.solution, objective=outcome.solution.objective + 1)
    with pytest.raises(UnsoundSolutionError, match="objective"):
        check(too_proud, outcome.verdict)
    with pytest.raises(UnsoundSolutionError, match="bound"):
        check(replace(outcome.solution, bound=outcome.solution.objective - 1), outcome.verdict)
    with pytest.raises(UnsoundSolutionError, match="locked"):
        check(outcome.solution, verify(outcome.archive.problem, plans([], []), EXCEPTIONS))


def test_next_weeks_groups_begin_at_the_prices_of_their_series(session: Session) -> None:
    given, planned = _planned(session)
    run = store(session, _outcome(given, planned))
    following = read_input(session, Task(NEXT_WEEK, warm_from=run.id))
    warm = following.archive.warm
    assert warm is not None
    problem = following.archive.problem
    assert len(warm.price) == problem.num_slots + problem.num_rows
    for code in ("motion-1", "coach-1"):
        assert warm.price[_slot_of(session, following, code)] == 10 * _slot_of(session, given, code)


def test_last_weeks_plan_is_carried_where_its_group_goes_on(session: Session) -> None:
    given, _ = _planned(session)
    walk, motion = (_slot_of(session, given, code) for code in ("gåtur", "motion-1"))
    first = given.archive.problem.group_ptr
    run = store(session, _outcome(given, plans([(motion, int(first[motion]))], [(walk, int(first[walk]))])))
    following = read_input(session, Task(NEXT_WEEK))
    warm = warm_start(session, run.id, following.archive.problem, following.archive.ids)
    assert warm.plans is not None
    assert warm.plans.ptr.tolist() == [0, 1, 1]
    assert warm.plans.slot.tolist() == [_slot_of(session, following, "motion-1")]


def test_a_plan_of_a_group_that_the_input_lacks_is_found_out(session: Session) -> None:
    given, planned = _planned(session)
    run = store(session, _outcome(given, planned))
    other = session.scalar(select(Group.id).where(Group.week == NEXT_WEEK))
    assert other is not None
    session.add(PlanEntry(run_id=run.id, citizen_id=1, group_id=other))
    session.flush()
    with pytest.raises(NotFoundError, match=f"group {other}"):
        stored_plans(session, run.id, unpack(run.input or b""))


def test_a_replay_counts_rounds_and_no_seconds(session: Session) -> None:
    given, planned = _planned(session)
    task = replace(given.task, options=Options(seed=3, time_limit=9.0, gap_percent=0.5))
    run = store(session, _outcome(replace(given, task=task), planned))
    options = replay_options(find_run(session, run.id), threads=1)
    assert (options.seed, options.time_limit, options.max_rounds, options.threads) == (3, None, 1, 1)


def test_who_got_less_is_stored_with_the_reason(session: Session) -> None:
    given, planned = _planned(session)
    mind = given.archive.ids.leg.index("sind")
    reasons = Shortfalls(
        (BelowMinimum(0, 60, 600, "crowded", "seats", (_slot_of(session, given, "motion-1"), 1)),),
        (UncoveredLeg(0, mind, "seats"),),
    )
    run = store(session, replace(_outcome(given, planned), shortfalls=reasons))
    summary = summarize(session, run)
    assert summary["below_minimum"] == [
        {"citizen": "B1", "reason": "crowded", "slug": "seats", "minutes": 540, "exchange": "motion of B2"}
    ]
    assert summary["uncovered_legs"] == [{"citizen": "B1", "leg": "sind", "slug": "seats"}]
    assert read_reasons(session, run.id, 1) == ["540 minutes short: crowded, seats", "leg sind is not covered: seats"]


def test_seats_only_leaves_the_other_rows_out(session: Session) -> None:
    problem = read_input(session, Task(WEEK, seats_only=True)).archive.problem
    assert problem.num_rows == 0
    assert not problem.group_minimum.any()


def test_a_week_without_groups_says_how_to_make_them(session: Session) -> None:
    with pytest.raises(RunError, match="igang weeks create 2026-W50"):
        read_input(session, Task("2026-W50"))
