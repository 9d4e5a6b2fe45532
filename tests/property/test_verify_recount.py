"""The recount sees in any plans, right or wrong, exactly what plain Python sees in them."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings

from solver.problem import RULES, Problem
from solver.solution import Plans
from solver.verify import verify
from tests import oracle
from tests.strategies import problems_with_plans


@settings(max_examples=300)
@given(problems_with_plans())
def test_every_broken_rule_is_named_and_no_other(case: tuple[Problem, Plans]) -> None:
    problem, plans = case
    exceptions = oracle.exceptions(problem)

    verdict = verify(problem, plans, exceptions)

    named = {(v.citizen, v.slug) for v in verdict.violations if v.slug in RULES}
    expected = set()
    for i, slots in enumerate(_slots(plans)):
        locks = set(oracle.locks_of(problem, i))
        if i in dict(exceptions):
            expected |= {(i, "locked")} if locks != set(slots) else set()
        else:
            expected |= {(i, slug) for slug in oracle.broken_rules(problem, i, slots)}
            expected |= {(i, "locked")} if not locks <= set(slots) else set()
    assert named == expected


@settings(max_examples=300)
@given(problems_with_plans())
def test_every_broken_row_is_named_and_no_other(case: tuple[Problem, Plans]) -> None:
    problem, plans = case

    verdict = verify(problem, plans, oracle.exceptions(problem))

    expected, forced = _broken_rows(problem, plans)
    assert Counter(v.slug for v in verdict.violations if v.slug not in RULES) == expected
    assert Counter(v.slug for v in verdict.reports) == forced


@settings(max_examples=300)
@given(problems_with_plans())
def test_the_objective_is_what_plain_python_adds_up(case: tuple[Problem, Plans]) -> None:
    problem, plans = case

    verdict = verify(problem, plans, oracle.exceptions(problem))

    assert verdict.objective == sum(oracle.value(problem, i, slots) for i, slots in enumerate(_slots(plans)))
    idle = sum((problem.weight * problem.idle_penalty * verdict.idle_minutes).tolist())
    assert verdict.objective_without_idle - verdict.objective == idle * 10_000


def _slots(plans: Plans) -> list[tuple[int, ...]]:
    return [tuple(plans.slot[a:b].tolist()) for a, b in zip(plans.ptr[:-1], plans.ptr[1:], strict=True)]


def _broken_rows(p: Problem, plans: Plans) -> tuple[Counter[str], Counter[str]]:
    """Count the rows that do not hold by slug: those that break it, and those that locks alone explain."""
    broken: Counter[str] = Counter()
    forced: Counter[str] = Counter()
    held = Counter(s for i in range(p.num_citizens) for s in oracle.locks_of(p, i))
    members: dict[tuple[int, int], list[int]] = {}
    for i, (a, b) in enumerate(zip(plans.ptr[:-1], plans.ptr[1:], strict=True)):
        for entry in zip(plans.slot[a:b].tolist(), plans.group[a:b].tolist(), strict=True):
            members.setdefault(entry, []).append(i)
    for (s, _), who in members.items():
        if len(who) > p.group_seats[s]:
            (forced if len(who) <= held[s] else broken)["seats"] += 1
        if len(who) < p.group_minimum[s]:
            (forced if held[s] else broken)["minimum_size"] += 1
        for a, b in p.apart.tolist():
            if a in who and b in who:
                locked = s in oracle.locks_of(p, a) and s in oracle.locks_of(p, b)
                (forced if locked else broken)["keep_apart"] += 1
    for r in range(p.num_rows):
        users = Counter(s for s in range(p.num_slots) if r in p.use_row[p.use_ptr[s] : p.use_ptr[s + 1]])
        use = sum(len(who) for (s, _), who in members.items() if s in users)
        if use > p.row_limit[r]:
            only_locks = use <= sum(held[s] for s in users)
            (forced if only_locks else broken)["room" if p.row_is_room[r] else "staff"] += 1
    return broken, forced
