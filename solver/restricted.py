"""The small exact part: the best combination of plans already seen and of groups, by HiGHS inside OR-Tools."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ortools.math_opt.python import mathopt

from solver import kernels_chain as chains
from solver import kernels_pool as moves
from solver.deal import locks_of
from solver.kernels import Near, Pool
from solver.marginal import regrets
from solver.master import slot_prices
from solver.problem import MICRO, Ints, Problem

AT_ONCE = 10_000  # citizens whose plans are looked at together, so that it takes little memory
STEPS = (2, 4, 8)  # plans a citizen beside the present one: what fewer gain leaves less for the next step
ROUGH_STEP = 2_500  # plans in all where no programme was solved: more gain nothing, and take a minute at 2,000 citizens
ROUGH_MOST = 3 * ROUGH_STEP  # plans that could be in a better one, there; where there are more, another dive gains more
NEAR = 150_000  # plans in all that searches list at prices
NEAR_EACH = 256  # of one citizen
NEAR_STEP = 20_000  # of those listed that are combined: 600 citizens take 2-7 s
MOST_REGRET = 1 << 50  # MICRO: a place in the pool without a plan has more
WORK = 100_000  # columns times nodes

Seen = Near | Pool


def columns(
    plans: Seen, rows: moves.Rows, price: Ints, gap: int, most: int, seen: int | None = None
) -> tuple[Ints, Ints]:
    """(K,) citizens and (K,) positions of the plans seen that a better plan could hold, at most `most`.

    A plan whose regret at `price` exceeds `gap`, the bound less the objective in MICRO, is in no better whole plan. Of
    more, those of least regret are taken; of more than `seen`, if it is given, none.
    """
    total, found = slot_prices(rows, price), np.zeros((3, 0), np.int64)
    for first in range(0, len(plans.size), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        regret = regrets(plans.slot[some], plans.value[some], plans.size[some], total)
        who, plan = np.nonzero(regret <= min(gap, MOST_REGRET))
        found = np.concatenate([found, np.stack([first + who, plan, regret[who, plan]])], axis=1)
        if seen is not None and found.shape[1] > seen:
            return found[0, :0], found[1, :0]
    who, plan, regret = found
    least = np.sort(np.argsort(regret, kind="stable")[:most])
    return who[least], plan[least]


def best_of_seen(
    problem: Problem, seen: Seen, rows: moves.Rows, minimum: Ints, seating: chains.Seating, who: Ints, position: Ints
) -> chains.Seating | None:
    """The best combination of plans seen, from the present one as a start; None where there is no better.

    Whoever has no other plan among the columns keeps the present one; how many groups of a slot run is chosen with the
    plans. Deterministic: limits of columns and nodes, not of time, end it.

    Parameters
    ----------
    minimum
        (S,) participants that each group of a slot needs.
    who, position
        (K,) citizens and the positions of plans among those seen.
    """
    if not len(who):
        return None
    some = np.unique(who)
    found = [*zip(who.tolist(), position.tolist(), strict=True), *((i, -1) for i in some.tolist())]
    plans = [seating.plan[i] if k < 0 else seen.slot[i, k] for i, k in found]
    worth = [int(seating.worth[i] if k < 0 else seen.value[i, k]) for i, k in found]
    others = seating.load.copy()
    moves.add_plans(rows, some, seating.plan, -1, others)
    model = mathopt.Model()
    chosen = [model.add_binary_variable() for _ in found]
    by_citizen: dict[int, list[tuple[Ints, mathopt.Variable]]] = {}
    by_row: dict[int, list[mathopt.Variable]] = {}
    for (i, _), plan, variable in zip(found, plans, chosen, strict=True):
        by_citizen.setdefault(i, []).append((plan, variable))
        for s in plan[plan >= 0].tolist():
            by_row.setdefault(s, []).append(variable)
            for row in rows.use_row[rows.use_ptr[s] : rows.use_ptr[s + 1]].tolist():
                by_row.setdefault(row, []).append(variable)
    for options in by_citizen.values():
        model.add_linear_constraint(mathopt.fast_sum([variable for _, variable in options]) == 1)
    for row, users in by_row.items():
        if len(users) > rows.cap[row] - others[row]:
            model.add_linear_constraint(mathopt.fast_sum(users) <= int(rows.cap[row] - others[row]))
    for s in (row for row in by_row if row < len(minimum) and minimum[row] > 0):
        groups = int(problem.group_ptr[s + 1] - problem.group_ptr[s])
        runs, users = model.add_integer_variable(lb=0, ub=groups), mathopt.fast_sum(by_row[s]) + int(others[s])
        model.add_linear_constraint(users <= int(problem.group_seats[s]) * runs)
        model.add_linear_constraint(users >= int(minimum[s]) * runs)
    for a, b in problem.apart.tolist():
        if a in by_citizen or b in by_citizen:
            own = [by_citizen.get(i, [(seating.plan[i], 1)]) for i in (a, b)]
            _keep_apart(model, own, [locks_of(problem, i) for i in (a, b)])
    model.maximize(mathopt.fast_sum([w / MICRO * v for w, v in zip(worth, chosen, strict=True)]))
    start = mathopt.SolutionHint(variable_values={v: float(k < 0) for (_, k), v in zip(found, chosen, strict=True)})
    result = mathopt.solve(
        model,
        mathopt.SolverType.HIGHS,
        params=mathopt.SolveParameters(node_limit=WORK // len(found), relative_gap_tolerance=0.0, random_seed=1),
        model_params=mathopt.ModelSolveParameters(solution_hints=[start]),
    )
    if not result.has_primal_feasible_solution():
        return None
    better = chains.Seating(seating.plan.copy(), seating.worth.copy(), others)
    for (i, _), plan, gain, value in zip(found, plans, worth, result.variable_values(chosen), strict=True):
        if value > 0.5:
            better.plan[i], better.worth[i] = plan, gain
    moves.add_plans(rows, some, better.plan, 1, better.load)
    return better if int(better.worth.sum()) > int(seating.worth.sum()) else None


def _keep_apart(
    model: mathopt.Model, own: Sequence[Sequence[tuple[Ints, mathopt.Variable | int]]], locks: Sequence[set[int]]
) -> None:
    """Let no slot have both of two citizens, each with her plans and locks, but where both are locked into it."""
    taken: dict[int, list[mathopt.LinearTypes]] = {}
    for options, locked in zip(own, locks, strict=True):
        for plan, variable in [*options, (np.array(sorted(locked), np.int64), 1)]:
            for s in plan[plan >= 0].tolist():
                taken.setdefault(s, []).append(variable)
    for s, by in taken.items():
        if len(by) > 1 and s not in locks[0] & locks[1]:
            model.add_linear_constraint(mathopt.fast_sum(by) <= 1)
