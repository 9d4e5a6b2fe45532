"""The small exact part: the best combination of plans already seen, by HiGHS inside OR-Tools."""

from __future__ import annotations

import numpy as np
from ortools.math_opt.python import mathopt

from solver import kernels_chain as chains
from solver import kernels_pool as moves
from solver.master import slot_prices
from solver.pricing import PlanFinder
from solver.problem import MICRO, MICRO_PER_PRICE, Ints

MOST_SEEN = 7_000  # plans that could be in a better one; where there are more, another dive gains more
AT_ONCE = 10_000  # citizens whose plans are looked at together, so that it takes little memory
MOST_COLUMNS = 2_500  # beside the present plans of the same citizens: some seconds of work at most
WORK = 100_000  # columns times nodes


def columns(finder: PlanFinder, rows: moves.Rows, price: Ints, gap: int) -> tuple[Ints, Ints]:
    """(K,) citizens and (K,) pool positions of the plans seen that a better plan could hold, at most MOST_COLUMNS.

    A plan whose regret at `price` exceeds `gap`, the bound less the objective in MICRO, is in no better whole plan. Of
    more, those of least regret are taken; of more than MOST_SEEN, none.
    """
    total = slot_prices(rows, price) * MICRO_PER_PRICE
    found = np.zeros((3, 0), np.int64)
    for first in range(0, len(finder.pool.size), AT_ONCE):
        found = np.concatenate([found, _regrets(finder, total, first, gap)], axis=1)
        if found.shape[1] > MOST_SEEN:
            return found[0, :0], found[1, :0]
    who, plan, regret = found
    least = np.sort(np.argsort(regret, kind="stable")[:MOST_COLUMNS])
    return who[least], plan[least]


def _regrets(finder: PlanFinder, total: Ints, first: int, gap: int) -> Ints:
    """(3, K) citizens from `first` on, pool positions, and MICRO of regret: the plans with no more of it than `gap`."""
    pool, some = finder.pool, slice(first, first + AT_ONCE)
    slots, value = pool.slot[some], pool.value[some]
    cost = np.where(slots >= 0, total[slots], 0).sum(axis=2)
    seen = np.arange(value.shape[1]) < pool.size[some, None]
    net = np.where(seen, value - cost, -(1 << 60))
    regret = net.max(axis=1, keepdims=True) - net
    who, plan = np.nonzero(seen & (regret <= gap) & (net > -(1 << 50)))
    return np.stack([first + who, plan, regret[who, plan]])


def best_of_seen(
    finder: PlanFinder, rows: moves.Rows, low: Ints, price: Ints, seating: chains.Seating, gap: int
) -> chains.Seating | None:
    """The best combination of plans seen, from the present one as a start; None where there is no better.

    Whoever has no other plan among the columns keeps the present one. Deterministic: limits of columns and nodes, not
    of time, end it.
    """
    who, position = columns(finder, rows, price, gap)
    if not len(who):
        return None
    some = np.unique(who)
    found = [*zip(who.tolist(), position.tolist(), strict=True), *((i, -1) for i in some.tolist())]
    plans = [seating.plan[i] if k < 0 else finder.pool.slot[i, k] for i, k in found]
    worth = [int(seating.worth[i] if k < 0 else finder.pool.value[i, k]) for i, k in found]
    others = seating.load.copy()
    moves.add_plans(rows, some, seating.plan, -1, others)
    model = mathopt.Model()
    chosen = [model.add_binary_variable() for _ in found]
    by_citizen: dict[int, list[mathopt.Variable]] = {}
    by_row: dict[int, list[mathopt.Variable]] = {}
    for (i, _), plan, variable in zip(found, plans, chosen, strict=True):
        by_citizen.setdefault(i, []).append(variable)
        for s in plan[plan >= 0].tolist():
            by_row.setdefault(s, []).append(variable)
            for row in rows.use_row[rows.use_ptr[s] : rows.use_ptr[s + 1]].tolist():
                by_row.setdefault(row, []).append(variable)
    for options in by_citizen.values():
        model.add_linear_constraint(mathopt.fast_sum(options) == 1)
    for row, users in by_row.items():
        if len(users) > rows.cap[row] - others[row]:
            model.add_linear_constraint(mathopt.fast_sum(users) <= int(rows.cap[row] - others[row]))
    for s in np.flatnonzero(low > others[: len(low)]).tolist():
        model.add_linear_constraint(mathopt.fast_sum(by_row.get(s, [])) >= int(low[s] - others[s]))
    model.maximize(mathopt.fast_sum([w / MICRO * v for w, v in zip(worth, chosen, strict=True)]))
    start = mathopt.SolutionHint(variable_values={v: float(k < 0) for (_, k), v in zip(found, chosen, strict=True)})
    result = mathopt.solve(
        model,
        mathopt.SolverType.HIGHS,
        params=mathopt.SolveParameters(node_limit=WORK // len(found), random_seed=1),
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
