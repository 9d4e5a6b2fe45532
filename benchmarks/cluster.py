"""Many machines: `python -m benchmarks.cluster --citizens 2000 --workers 2 [--kill] [--transport ray] [--json]`

One run priced in this process, one by workers, and with `--kill` one more in which a worker is killed in every round of
pricing. All must give the same plan, bound, prices and rounds: exit code 1 where they do not. A round here is one call
that goes out to the workers; a run has further ones that are not worth a call.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import asdict, dataclass, replace

import numpy as np

from benchmarks.cluster_kills import Killable, KilledPricer
from benchmarks.cluster_model import Parts, modelled
from benchmarks.cluster_ray import is_ray_there, two_machines
from benchmarks.draw import draw_problem
from scheduler.shard_process import ProcessPricer
from solver import Options, solve
from solver.crew import Crew, Tally
from solver.problem import Problem
from solver.shards import HerePricer, Pricer
from solver.solution import Solution

MILLI = 1000.0
SMALL = 150


@dataclass
class Measured:
    """What the runs showed; times are wall time of this machine, bytes those of all workers together."""

    identical: bool
    transport: str
    citizens: int
    workers: int
    kills: int
    lost: int  # workers whose loss was noticed; one killed after the last round is not
    rounds: int  # of pricing
    run_rounds: int
    shard_bytes: int
    bytes_a_round: float
    ms_a_round: float
    overhead_ms_a_round: float  # of it, what is not the longest search of the round
    seconds_lost_to_kills: float  # from noticing each loss to its part priced again
    seconds_local: float
    seconds_cluster: float  # workers started and their shards handed out, too
    seconds_start: float  # of it
    seconds_killed: float | None
    seconds_alone: float  # one thread
    pricing_percent: float  # of it, the searches that could have been done elsewhere
    model_seconds: dict[str, float]  # on paper, by number of machines


MakePricers = Callable[[int], Sequence[Killable]]
TRANSPORTS: dict[str, Callable[[int], AbstractContextManager[MakePricers]]] = {
    "processes": lambda _: nullcontext(lambda workers: [ProcessPricer(f"worker {at + 1}") for at in range(workers)]),
    "ray": two_machines,
}


def measure(problem: Problem, options: Options, workers: int, least: int, transport: str, *, kill: bool) -> Measured:
    """Do the runs."""
    with TRANSPORTS[transport](workers) as make:
        return _measure(problem, options, make, Asked(transport, workers, least, kill))


@dataclass(frozen=True)
class Asked:
    """By whom a run is priced."""

    transport: str
    workers: int
    least: int
    kill: bool


def _measure(problem: Problem, options: Options, make: MakePricers, asked: Asked) -> Measured:
    workers, least = asked.workers, asked.least
    began = time.perf_counter()
    local = solve(problem, options)
    seconds_local = time.perf_counter() - began
    alone, seconds_alone, tally = _run(problem, replace(options, threads=1), [HerePricer()], least)
    searching = tally.searching
    far = make(workers)
    solution, seconds, tally = _run(problem, options, far, least)
    moved = sum(pricer.sent + pricer.received for pricer in far)
    calls = max(1, tally.calls)
    found = Measured(
        identical=same(local, alone) and same(local, solution),
        transport=asked.transport,
        citizens=problem.num_citizens,
        workers=workers,
        kills=0,
        lost=0,
        rounds=tally.calls,
        run_rounds=len(local.rounds),
        shard_bytes=sum(pricer.loaded for pricer in far),
        bytes_a_round=round(moved / calls, 1),
        ms_a_round=round(MILLI * tally.seconds / calls, 2),
        overhead_ms_a_round=round(MILLI * (tally.seconds - tally.searching) / calls, 2),
        seconds_lost_to_kills=0.0,
        seconds_local=round(seconds_local, 2),
        seconds_cluster=round(seconds, 2),
        seconds_start=round(tally.starting, 2),
        seconds_killed=None,
        seconds_alone=round(seconds_alone, 2),
        pricing_percent=round(100.0 * searching / seconds_alone, 1),
        model_seconds=modelled(
            Parts(
                alone=seconds_alone,
                searching=searching,
                rounds=tally.calls,
                overhead=(tally.seconds - tally.searching) / calls,
                moved=moved / calls,
                workers=workers,
                slots=problem.num_slots,
            )
        ),
    )
    if asked.kill:
        killed = [KilledPricer(pricer, at, workers) for at, pricer in enumerate(make(workers))]
        solution, seconds, tally = _run(problem, options, killed, least)
        found.identical &= same(local, solution)
        found.kills, found.lost = sum(pricer.kills for pricer in killed), tally.lost
        found.seconds_lost_to_kills, found.seconds_killed = round(tally.losing, 2), round(seconds, 2)
    return found


def _run(problem: Problem, options: Options, pricers: Sequence[Pricer], least: int) -> tuple[Solution, float, Tally]:
    """Solve with a crew of these; returns the seconds and what the calls took as well."""
    began = time.perf_counter()
    with closing(Crew(pricers, least, tell=_tell)) as crew:
        solution = solve(problem, options, crew=crew)
    return solution, time.perf_counter() - began, crew.tally


def _tell(words: str) -> None:
    print(words, file=sys.stderr)


def same(one: Solution, other: Solution) -> bool:
    """Whether two runs gave the same plan, bound, prices and rounds, whatever the clock said."""
    return (
        all(np.array_equal(getattr(one.plans, name), getattr(other.plans, name)) for name in ("ptr", "slot", "group"))
        and np.array_equal(one.price, other.price)
        and (one.objective, one.bound, one.exceptions, one.termination)
        == (other.objective, other.bound, other.exceptions, other.termination)
        and [replace(r, seconds=0.0) for r in one.rounds] == [replace(r, seconds=0.0) for r in other.rounds]
    )


def main() -> None:
    """Measure what the command line asks for."""
    words = argparse.ArgumentParser(prog="python -m benchmarks.cluster", description=__doc__)
    words.add_argument("--citizens", type=_positive, default=2000)
    words.add_argument("--workers", type=_positive, default=2)
    words.add_argument("--rounds", type=_positive, default=60, help="of the run")
    words.add_argument("--least", type=_positive, default=500, help="citizens that are worth a call")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--kill", action="store_true", help="kill a worker in every round of pricing")
    words.add_argument("--transport", choices=TRANSPORTS, help="ray where it is installed, else processes")
    words.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    asked = words.parse_args()
    problem = draw_problem(asked.citizens, asked.seed)
    options = Options(seed=asked.seed, time_limit=None, max_rounds=asked.rounds)
    solve(draw_problem(min(SMALL, asked.citizens), asked.seed, 0.4), options)  # Loads or compiles what it takes.
    transport = asked.transport or ("ray" if is_ray_there() else "processes")
    found = asdict(measure(problem, options, asked.workers, asked.least, transport, kill=asked.kill))
    print(json.dumps(found) if asked.json else "\n".join(f"{name:24} {value}" for name, value in found.items()))
    sys.exit(not found["identical"])


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, found {text}")
    return int(text)


if __name__ == "__main__":
    main()
