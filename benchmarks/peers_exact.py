"""The program of `peers_model` in the hands of CP-SAT, and of HiGHS and SCIP through MathOpt."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt
from ortools.sat.python import cp_model

from benchmarks.peers_model import FREE, Model
from solver.problem import Bools, Ints

WORKERS = 2
ROUNDING = 1e-7  # A bound that is counted in floating point is raised by so much of itself.


class Answer(NamedTuple):
    """What a solver found, and what it proved, in weighted points; None where there is nothing."""

    taken: Bools | None  # (X,) options
    bound: int | None
    status: str


NO_TIME = Answer(None, None, "no time left when the program was written down")
# By what a row says; the first is used unless all are asked for.
CP_SAT = {"use_lns_only": "use_lns_only: true", "subsolvers max_lp": 'subsolvers: "max_lp"', "defaults": ""}


def solve_cp_sat(model: Model, setting: str, hint: Ints, deadline: float, seed: int) -> Answer:
    """Maximise with two workers from a complete hint of (V,) values, until `deadline` (`time.perf_counter`)."""
    program = cp_model.CpModel()
    variables = [
        program.new_bool_var("") if most == 1 else program.new_int_var(0, most, "") for most in model.upper.tolist()
    ]
    rows, bonus_rows = model.rows, model.bonus_rows
    ptr, column, coefficient = rows.ptr.tolist(), rows.column.tolist(), rows.coefficient.tolist()
    for row, (low, high) in enumerate(zip(rows.low.tolist(), rows.high.tolist(), strict=True)):
        used = [variables[c] for c in column[ptr[row] : ptr[row + 1]]]
        factor = coefficient[ptr[row] : ptr[row + 1]]
        if row in bonus_rows:
            program.add_bool_or([used[0].negated(), *used[1:]])
        elif high == 1 and low == -FREE and set(factor) == {1}:
            program.add_at_most_one(used)
        else:
            program.add_linear_constraint(cp_model.LinearExpr.weighted_sum(used, factor), low, high)
    program.maximize(cp_model.LinearExpr.weighted_sum(variables, model.gain.tolist()))
    for variable, value in zip(variables, hint.tolist(), strict=True):
        program.add_hint(variable, value)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
    solver.parameters.random_seed = seed
    left = deadline - time.perf_counter()
    if left <= 0:
        return NO_TIME
    solver.parameters.max_time_in_seconds = left
    solver.parameters.merge_text_format(CP_SAT[setting])
    status = solver.solve(program)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    taken = np.array(solver.values(variables[: model.num_options])) > 0 if found else None
    known = found or status == cp_model.UNKNOWN
    # The bound is a whole number that comes as a float.
    bound = round(solver.best_objective_bound) if known and math.isfinite(solver.best_objective_bound) else None
    return Answer(taken, bound, solver.status_name(status))


def _highs(**options: Mapping[str, Any]) -> mathopt.SolveParameters:
    parameters = mathopt.SolveParameters()
    for kind, values in options.items():
        getattr(parameters.highs, kind).update(values)
    return parameters


HIGHS: Mapping[str, Callable[[], mathopt.SolveParameters]] = {
    "mip_lp_solver ipm": lambda: _highs(string_options={"mip_lp_solver": "ipm"}),
    "mip_heuristic_effort 0.3": lambda: _highs(double_options={"mip_heuristic_effort": 0.3}),
    "defaults": mathopt.SolveParameters,
}
SCIP: Mapping[str, Callable[[], mathopt.SolveParameters]] = {
    "defaults": mathopt.SolveParameters,
    "heuristics high": lambda: mathopt.SolveParameters(heuristics=mathopt.Emphasis.HIGH),
    "cuts off": lambda: mathopt.SolveParameters(cuts=mathopt.Emphasis.OFF),
}


def solve_highs(model: Model, setting: str, hint: Ints, deadline: float, seed: int) -> Answer:
    """Maximise by HiGHS, whose threads MathOpt cannot set: it takes half of the machine's, so one of two."""
    return _solve_mip(model, mathopt.SolverType.HIGHS, HIGHS[setting](), hint, deadline, seed)


def solve_scip(model: Model, setting: str, hint: Ints, deadline: float, seed: int) -> Answer:
    """Maximise by SCIP, which OR-Tools builds without its parallel search."""
    return _solve_mip(model, mathopt.SolverType.GSCIP, SCIP[setting](), hint, deadline, seed)


def _solve_mip(
    model: Model,
    solver: mathopt.SolverType,
    parameters: mathopt.SolveParameters,
    hint: Ints,
    deadline: float,
    seed: int,
) -> Answer:
    program = mathopt.Model.from_model_proto(_model_proto(model))
    parameters.random_seed = seed
    parameters.relative_gap_tolerance = parameters.absolute_gap_tolerance = 0.0
    variables = list(program.variables())
    start = mathopt.SolutionHint(variable_values=dict(zip(variables, hint.astype(float).tolist(), strict=True)))
    left = deadline - time.perf_counter()
    if left <= 0:
        return NO_TIME
    parameters.time_limit = dt.timedelta(seconds=left)
    result = mathopt.solve(
        program, solver, params=parameters, model_params=mathopt.ModelSolveParameters(solution_hints=[start])
    )
    taken = None
    if result.has_primal_feasible_solution():
        taken = np.array(result.variable_values(variables[: model.num_options])) > 0.5
    upper = result.termination.objective_bounds.dual_bound
    bound = math.ceil(upper + ROUNDING * abs(upper)) if math.isfinite(upper) else None
    return Answer(taken, bound, result.termination.reason.name)


def _model_proto(model: Model) -> model_pb2.ModelProto:
    """The program as MathOpt's message; the rows y <= sum of x and d >= ... make y and d whole by themselves."""
    rows, num = model.rows, len(model.gain)
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(num))
    proto.variables.lower_bounds.extend([0.0] * num)
    proto.variables.upper_bounds.extend(model.upper.astype(float).tolist())
    proto.variables.integers.extend([True] * num)
    proto.objective.maximize = True
    earning = np.flatnonzero(model.gain)
    proto.objective.linear_coefficients.ids.extend(earning.tolist())
    proto.objective.linear_coefficients.values.extend(model.gain[earning].astype(float).tolist())
    proto.linear_constraints.ids.extend(range(len(rows.low)))
    low, high = np.where(rows.low == -FREE, -np.inf, rows.low), np.where(rows.high == FREE, np.inf, rows.high)
    proto.linear_constraints.lower_bounds.extend(low.tolist())
    proto.linear_constraints.upper_bounds.extend(high.tolist())
    row = np.repeat(np.arange(len(rows.low)), np.diff(rows.ptr))
    order = np.lexsort((rows.column, row))
    proto.linear_constraint_matrix.row_ids.extend(row[order].tolist())
    proto.linear_constraint_matrix.column_ids.extend(rows.column[order].tolist())
    proto.linear_constraint_matrix.coefficients.extend(rows.coefficient[order].astype(float).tolist())
    return proto
