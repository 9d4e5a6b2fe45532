"""Lets one method plan in a process of its own, with a hard limit on its time.

The clock of a method starts when it is given the problem, after its process has loaded what it needs, and stops when it
gives its plans back. Building a model is the method's own time.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from benchmarks.draw import draw_problem
from benchmarks.peers_acceptance import PRIORITIES, accept
from benchmarks.peers_desk import ORDERS, Desk, open_desk, serve_in_turn
from benchmarks.peers_exact import CP_SAT, HIGHS, SCIP, Answer, solve_cp_sat, solve_highs, solve_scip
from benchmarks.peers_greedy import RANKS, seat_by
from benchmarks.peers_jobs import Job, Outcome
from benchmarks.peers_model import Model, build_model, complete, seating_of
from benchmarks.peers_timefold import SETTINGS as TIMEFOLD_SETTINGS
from benchmarks.peers_timefold import WARMING, Timefold, TimefoldError, why_not
from benchmarks.warming import warm_up
from solver import Options, solve
from solver.deal import deal
from solver.kernels_chain import Seating
from solver.options import Prepared, prepare
from solver.problem import Ints
from solver.solution import Plans
from solver.verify import verify

Exact = Callable[[Model, str, Ints, float, int], Answer]
Seat = Callable[[Desk], Iterator[Seating]]

LOADING = 240.0  # seconds that a process may take before its clock starts; most where kernels are compiled
SLACK, SLACK_SHARE = 10.0, 0.5  # seconds, and share of the limit, after which a process is ended
CLOSING = 0.03  # share of the time that an exact solver leaves for its plans to be read
SMALL_TOWN, SMALL_TIGHTNESS = 40, 0.4

EXACT: Mapping[str, tuple[Exact, tuple[str, ...]]] = {
    "cp-sat": (solve_cp_sat, tuple(CP_SAT)),
    "mip-highs": (solve_highs, tuple(HIGHS)),
    "mip-scip": (solve_scip, tuple(SCIP)),
}
# Those that are soon done try all of their settings, and the best counts.
SEATED: Mapping[str, Callable[[float], Mapping[str, Seat]]] = {
    "serial dictatorship": lambda _: {f"best of {ORDERS} random orders": serve_in_turn},
    "greedy": lambda _: {f"by {rank}": partial(seat_by, rank=rank) for rank in RANKS},
    "deferred acceptance": lambda deadline: {
        f"groups rank by {priority}": partial(accept, priority=priority, deadline=deadline) for priority in PRIORITIES
    },
}
OURS, TIMEFOLD = "igang", "timefold"
METHODS = (OURS, *EXACT, *SEATED)  # those that need nothing more than we do
ALL_METHODS = (*METHODS, TIMEFOLD)


def left_out(timefold: Path) -> dict[str, str]:
    """Who else could be compared, and why they are not."""
    why = why_not(timefold)
    found = {} if why is None else {TIMEFOLD: why}
    return found | {"fairpyx": "plans course data only: python -m benchmarks.peers_umass"}


def settings_of(method: str) -> tuple[str, ...]:
    """The settings that a process can be told to use, the best first."""
    if method == TIMEFOLD:
        return TIMEFOLD_SETTINGS
    return EXACT[method][1] if method in EXACT else ("defaults",)


def run(job: Job, limit: float | None = None) -> Outcome:
    """Plan in a process of its own, which is ended after `limit` seconds; whatever happens there is an outcome."""
    limit = job.seconds * (1 + SLACK_SHARE) + SLACK if limit is None else limit
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_work, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    try:
        ours.send(job)
        if not ours.poll(LOADING):
            return _failed(job, f"not ready after {LOADING:g} s")
        ours.recv()
        if not ours.poll(limit):
            return _failed(job, f"ended after {limit:g} s without a plan")
        outcome: Outcome = ours.recv()
    except (EOFError, OSError):
        process.join()
        return _failed(job, f"its process ended with code {process.exitcode}")
    else:
        return outcome
    finally:
        process.kill()
        process.join()
        ours.close()


def _failed(job: Job, note: str) -> Outcome:
    return Outcome(None, job.setting, None, note=note)


def _work(pipe: Connection) -> None:
    """Warm up, say so, plan, and send what was found."""
    job: Job = pipe.recv()
    warm_up(draw_problem(SMALL_TOWN, job.seed, SMALL_TIGHTNESS))
    timefold = open_timefold(job) if job.method == TIMEFOLD else None
    pipe.send("ready")
    pipe.send(plan(job, timefold))


def open_timefold(job: Job) -> Timefold | TimefoldError:
    """Timefold after it has planned a small week, or why it could not."""
    timefold = Timefold(job.timefold, job.setting, job.seed)
    desk = open_desk(prepare(draw_problem(SMALL_TOWN, job.seed, SMALL_TIGHTNESS)), job.seed)
    try:
        timefold.plan(desk, desk.nobody(), WARMING)
    except TimefoldError as error:
        timefold.close()
        return error
    return timefold


def plan(job: Job, timefold: Timefold | TimefoldError | None = None) -> Outcome:
    """Plan in this process."""
    began = time.perf_counter()
    if timefold is not None:
        outcome = _plan_by_timefold(job, timefold, began)
    elif job.method in EXACT:
        outcome = _plan_exactly(job, began)
    elif job.method in SEATED:
        outcome = _plan_seated(job, began)
    else:
        outcome = _plan_ours(job)
    return replace(outcome, seconds=time.perf_counter() - began)


def _plan_ours(job: Job) -> Outcome:
    solution = solve(job.problem, Options(seed=job.seed, time_limit=job.seconds))
    trace = tuple((state.seconds, state.objective) for state in solution.rounds if state.objective is not None)
    return Outcome(solution.plans, job.setting, 0.0, solution.bound, trace)


def _plan_exactly(job: Job, began: float) -> Outcome:
    desk = open_desk(prepare(job.problem), job.seed)
    greedy = next(seat_by(desk, "gain"))
    model = build_model(desk.prepared)
    setting, hint = f"{job.setting}, greedy hint", complete(model, greedy.plan.astype(np.int64))
    deadline = began + (1 - CLOSING) * job.seconds
    answer = EXACT[job.method][0](model, job.setting, hint, deadline, job.seed)
    if answer.taken is None:
        note = f"{answer.status}: its hint is shown"
        return Outcome(deal(desk.prepared, greedy, desk.rng), setting, 0.0, note=note)
    found = seating_of(model, answer.taken, desk.nobody())
    bound = None if answer.bound is None else model.in_micro(answer.bound)
    return Outcome(deal(desk.prepared, found, desk.rng), setting, 0.0, bound, note=answer.status)


def _plan_by_timefold(job: Job, timefold: Timefold | TimefoldError, began: float) -> Outcome:
    setting = f"{job.setting}, one thread, greedy hint"
    if isinstance(timefold, TimefoldError):
        return Outcome(None, setting, 0.0, note=str(timefold))
    desk = open_desk(prepare(job.problem), job.seed)
    greedy = next(seat_by(desk, "gain"))
    try:
        left = (1 - CLOSING) * job.seconds - (time.perf_counter() - began)
        seating, score = timefold.plan(desk, greedy, left)
    except TimefoldError as error:
        return Outcome(None, setting, 0.0, note=str(error))
    finally:
        timefold.close()
    return Outcome(deal(desk.prepared, seating, desk.rng), setting, 0.0, note=f"its own score {score}")


def _plan_seated(job: Job, began: float) -> Outcome:
    """Try the method's settings one after the other while there is time; the best plan counts."""
    deadline = began + (1 - CLOSING) * job.seconds
    prepared = prepare(job.problem)
    found: list[tuple[int, Outcome]] = []
    for setting, plans in _tries(job, prepared, deadline):
        worth = verify(job.problem, plans, prepared.exceptions).objective
        found.append((worth, Outcome(plans, setting, 0.0)))
        if time.perf_counter() >= deadline:
            break
    return max(found, key=lambda pair: pair[0])[1]


def _tries(job: Job, prepared: Prepared, deadline: float) -> Iterator[tuple[str, Plans]]:
    for setting, seat in SEATED[job.method](deadline).items():
        desk = open_desk(prepared, job.seed)
        for seating in seat(desk):
            yield setting, deal(prepared, seating, desk.rng)
