"""The algorithm as a sequence of rounds: prices, a first plan, the bound, then dives and exchanges until stopped."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from solver import kernels_chain as chains
from solver import kernels_pool as moves
from solver.crew import Crew
from solver.deal import hold_rows
from solver.inviting import invite_to_groups
from solver.marginal import dual_prices, is_too_large
from solver.master import make_rows, slot_prices
from solver.options import Prepared
from solver.prices import PriceSearch
from solver.pricing import MOVE_NODES, NODE_LIMIT, PlanFinder
from solver.primal import DiveOptions, copy_seating, dive, empty_seating, full_slots, improve, limits
from solver.problem import MICRO, MICRO_PER_PRICE, Ints
from solver.restricted import NEAR, NEAR_EACH, NEAR_STEP, ROUGH_MOST, ROUGH_STEP, STEPS, Seen, best_of_seen, columns
from solver.sizes import close_small, groups_running, lower_limits, minimum_sizes, open_prices, too_small
from solver.taking_up import fill_new, seat_again
from solver.warm import REMEMBERED, WarmStart, remember


@dataclass(frozen=True)
class Schedule:
    """How much of each part a round sequence holds; counts are rounds unless said."""

    exact_passes: int = 3
    warm_passes: int = 1
    bound_rounds: int = 14
    warm_bound_rounds: int = 3
    first_nodes: int = 20_000  # of the first certificate, a search
    converged: float = 1e-4  # relative fall of the promised bound that counts as none; after two such rounds they end
    thin_rounds: int = 3
    dive: DiveOptions = DiveOptions(passes=32)
    quick: DiveOptions = DiveOptions(passes=8, first_share=1.0, share=1.0, last_share=1.0)
    settling: int = 2
    exchanges: int = 10
    settled: float = 1e-5  # relative gain of an exchange that counts as little
    tries: int = 300
    looks: int = 8  # at prices up to `spread` percent beside the duals
    spread: int = 30
    close: float = 1e-6  # relative distance of the bound from the programme's value that ends its turns
    least: int = MICRO // 20  # a chain starts where a citizen would gain more
    noise: int = 1000  # 1/1000 points: prices that stir a plan before the next exchange
    stirred: float = 0.4  # share of citizens stirred
    enough: float = 0.0  # relative gap that suffices
    rough: float = 0.002  # from such a gap on, the bound's first rounds and the first dive do less
    rough_passes: int = 24


class Work:
    """The state of one run. `bound`, `objective` and `best` hold what is proved and the best whole plan so far."""

    def __init__(
        self, prepared: Prepared, seed: int, threads: int, warm: WarmStart | None, schedule: Schedule,
        crew: Crew | None = None,
    ) -> None:  # fmt: skip
        self.prepared, self.problem, self.schedule = prepared, prepared.problem, schedule
        self.finder = PlanFinder(prepared, threads, crew=crew)
        self.rows = make_rows(self.problem)
        self.rng = np.random.default_rng(seed)
        self.fixed = int(prepared.menu.value.sum())
        self.minimum = minimum_sizes(self.problem)
        self.everyone = np.arange(self.problem.num_citizens)
        self.warm = warm
        price = np.zeros(len(self.rows.cap), np.int64) if warm is None else warm.price.copy()
        self.search = PriceSearch(
            self.finder, self.rows, self.rng.permutation(self.everyone), price, self._first_step()
        )
        self.remembered = self.everyone[:0]  # whose plan of the run before may be kept
        if warm is not None and warm.plans is not None:
            self.remembered = remember(self.finder, warm.plans)
        self.best: chains.Seating | None = None
        self.objective: int | None = None

    @property
    def bound(self) -> int:
        """MICRO that no plan exceeds."""
        return self.search.bound

    def rounds(self) -> Iterator[str]:
        """Do one round after the other, each named by its phase."""
        if self.warm is not None and self.warm.whole:
            yield from self._take_up()
        else:
            yield from self._find_prices()
            yield from self._seat(self.schedule.quick, "first plan")
        rounds = self.schedule.bound_rounds if self.warm is None else self.schedule.warm_bound_rounds
        is_rough = self.warm is None and self.schedule.enough >= self.schedule.rough
        yield from self._tighten_bound(rounds, self.schedule.first_nodes, self.schedule.enough if is_rough else 0.0)
        for turn in range(1_000_000):
            passes = self.schedule.dive.passes * (1 + 2 * turn)
            rough = turn == 0 and is_rough
            if rough:
                passes = self.schedule.rough_passes
            deeper = replace(self.schedule.dive, passes=min(passes, 128), rough=rough)
            yield from self._seat(deeper, "dive")
            yield from self._exchanges(self.schedule.exchanges * (1 + turn))
            yield from self._combine()
            self.search.restart_step = max(3.0, self.search.restart_step / 2)
            yield from self._tighten_bound(4, NODE_LIMIT)

    def _take_up(self) -> Iterator[str]:
        """Seat the earlier plan whole, and try its prices as they are before they move."""
        yield from self._try_guesses()
        seating = seat_again(
            self.finder,
            self.rows,
            self.search.best,
            self.rng.permutation(self.remembered),
            self.rng,
            self.schedule.quick,
        )
        if self.warm is not None and self.warm.new is not None and len(self.warm.new):
            fill_new(self.finder, self.rows, self.search.best, self.warm.new, self.minimum, seating)
        yield from self._complete(self.rows, seating, "earlier plan")
        self.search.certify(self.schedule.first_nodes)
        yield "certificate"
        yield from self._exchanges(self.schedule.exchanges)
        yield from self._combine()

    def _try_guesses(self) -> Iterator[str]:
        """Halve the prices that are guessed for as long as that lowers the bound, which is convex in their share."""
        assert self.warm is not None
        price, guessed = self.search.price.copy(), self.warm.guessed
        self.search.appraise(price.copy())
        while guessed is not None and price[guessed].any():
            before = self.search.promise
            price[guessed] //= 2
            self.search.appraise(price.copy())
            yield "bound"
            if self.search.promise >= before:
                break
        self.search.price = self.search.best.copy()

    def _first_step(self) -> float:
        return 1500.0 if self.warm is None else 120.0

    def _find_prices(self) -> Iterator[str]:
        passes = self.schedule.exact_passes if self.warm is None else self.schedule.warm_passes
        for k in range(passes):
            self.search.exact_pass(first=k == 0)
            yield "prices"
        self.search.appraise(self.search.price.copy())
        yield "bound"

    def _tighten_bound(self, rounds: int, nodes: int, enough: float = 0.0) -> Iterator[str]:
        """Move the prices until the bound falls little, then certify it.

        Where a gap is `enough`, a round that lowers the bound by less than a fifth of it is the last, uncertified.
        """
        stale = 0
        for _ in range(rounds):
            before = self.search.promise
            self.search.pool_pass()
            self.search.appraise()
            yield "bound"
            fall = before - self.search.promise
            if fall < enough / 5 * abs(before):
                return
            stale = stale + 1 if fall < self.schedule.converged * abs(before) else 0
            if stale == 2:
                break
        self.search.certify(nodes)
        yield "certificate"

    def _seat(self, options: DiveOptions, phase: str) -> Iterator[str]:
        """Make a whole plan: thin out what will not fill, dive, settle minimum sizes, exchange."""
        rows = yield from self._thin_out(phase)
        seating = empty_seating(self.finder, rows)
        who = self.everyone if phase != "dive" else self._keep(rows, seating)
        for _ in dive(self.finder, rows, self.search.best, seating, who, self.rng, options):
            yield phase
        yield from self._complete(rows, seating, phase)
        yield phase
        for _ in range(self.schedule.settling if phase == "dive" else 0):
            self._exchange(stir=False)
            yield "exchange"

    def _complete(self, rows: moves.Rows, seating: chains.Seating, phase: str) -> Iterator[str]:
        """Settle the minimum sizes of a seating and keep it if it is the best."""
        while too_small(self.problem, self.minimum, seating.load).any():
            share = 0.25 if phase == "dive" else 1.0
            rows, _ = close_small(
                self.finder, self.problem, rows, self.search.best, self.minimum, seating, share, self.rng
            )
            yield phase
        self.seating, self.running_rows, self.low = seating, *self._settle(rows, seating)
        self._consider(seating)

    def _keep(self, rows: moves.Rows, seating: chains.Seating) -> Ints:
        """In the first dive, seat those whose plan of the run before is still their best; returns everybody else."""
        had, self.remembered = self.remembered, self.remembered[:0]
        pool, total = self.finder.pool, slot_prices(rows, self.search.best)
        self.finder.best_plans(had, total, MOVE_NODES)
        plan = pool.slot[had, REMEMBERED]
        cost = np.where(plan >= 0, total[plan], 0).sum(axis=1) * MICRO_PER_PRICE
        net = pool.value[had, REMEMBERED] + self.prepared.menu.value[had] - cost
        content = self.rng.permutation(had[net >= self.finder.net[had]])
        pick = np.full(len(self.everyone), REMEMBERED)
        kept = moves.fix_plans(
            content, len(content), rows, pool.slot, pool.value, pick, seating.load, seating.plan, seating.worth
        )
        return np.setdiff1d(self.everyone, kept)

    def _thin_out(self, phase: str) -> Generator[str, None, moves.Rows]:
        """Rows without the slots that the prices' plans leave half empty or worse."""
        rows = self.rows
        if not self.minimum.any() or phase != "dive":
            return rows
        thin = PriceSearch(
            self.finder, rows, self.search.order, self.search.best.copy(), self.search.options.restart_step
        )
        for _ in range(self.schedule.thin_rounds):
            thin.pool_pass()
            mean = self._mean_load(thin)
            empty = (self.minimum > 0) & (mean < 0.5 * self.minimum)
            rows = rows._replace(closed=rows.closed | empty)
            thin.rows = rows
            thin.appraise(thin.price.copy())
            yield phase
        return rows

    def _mean_load(self, search: PriceSearch) -> NDArray[np.float64]:
        pool = self.finder.pool
        who, plan = np.nonzero(search.tally)
        slots = pool.slot[who, plan]
        weight = np.broadcast_to(search.tally[who, plan][:, None], slots.shape)
        total = np.bincount(slots[slots >= 0], weights=weight[slots >= 0], minlength=self.problem.num_slots)
        mean: NDArray[np.float64] = total / search.options.passes
        return mean

    def _settle(self, rows: moves.Rows, seating: chains.Seating) -> tuple[moves.Rows, Ints]:
        """Rows that hold the number of running groups, and what each slot must keep."""
        if not self.minimum.any():
            return rows, np.zeros(self.problem.num_slots, np.int64)
        runs = groups_running(self.problem, seating.load) * self.problem.group_seats
        cap = rows.cap.copy()
        sized = np.flatnonzero(self.minimum > 0)
        cap[sized] = np.minimum(cap[sized], runs[sized])
        return rows._replace(cap=cap), lower_limits(self.problem, self.minimum, seating.load)

    def _exchanges(self, rounds: int) -> Iterator[str]:
        """Stir and exchange until it gains little, three rounds in a row."""
        stale = 0
        for _ in range(rounds):
            before = int(self.seating.worth.sum()) + self.fixed
            self._exchange(stir=True)
            yield "exchange"
            gain = int(self.seating.worth.sum()) + self.fixed - before
            stale = stale + 1 if gain < self.schedule.settled * abs(before) else 0
            if stale == 3:
                break

    def _exchange(self, stir: bool) -> None:
        """Stir the plan a little, then let chains and single moves improve it; keep the result if it is no worse."""
        rows, low, price = self.running_rows, self.low, self.search.best
        here = limits(rows, price, low)
        seating = copy_seating(self.seating)
        s = self.schedule
        if stir:
            some = self.rng.permutation(self.everyone)[: int(s.stirred * len(self.everyone))]
            noise = self.rng.integers(0, s.noise + 1, self.problem.num_slots)
            self.finder.reseat(some, noise, here, rows.closed, seating)
        self.finder.escape(self.everyone, open_prices(rows, price), full_slots(rows, seating.load), seating)
        improve(self.finder, here, seating, self.rng.permutation(self.everyone), s.least, s.tries)
        nothing = np.zeros(self.problem.num_slots, np.int64)
        self.finder.reseat(self.rng.permutation(self.everyone), nothing, here, rows.closed, seating)
        if int(seating.worth.sum()) >= int(self.seating.worth.sum()):
            self.seating = seating
            self._consider(seating)

    def _see_more(self) -> Iterator[str]:
        """Find the best prices, and the plans that these and the groups of now ask for."""
        s = self.schedule
        if self.minimum.any():
            rows, best = self.running_rows, self.search.best
            invite_to_groups(self.finder, self.rows, rows, best, self.minimum, self.seating)
            for _ in dual_prices(self.finder, rows, best, self.seating, s.close):
                yield "plans"
        for tried in dual_prices(self.finder, self.rows, self.search.best, self.seating, s.close):
            self.search.take(tried)
            yield "duals"
        for _ in range(s.looks):  # A combination needs plans that are nearly the best, too.
            share = self.rng.integers(100 - s.spread, 101 + s.spread, len(self.search.best))
            total = slot_prices(self.rows, self.search.best * share // 100)
            self.finder.best_plans(self.everyone, total, MOVE_NODES)
        self.search.certify(NODE_LIMIT)
        yield "certificate"

    def _combine(self) -> Iterator[str]:
        """Take the best combination of the plans seen that could be in a better whole plan."""
        if self.best is None or self.objective is None:
            return
        self.seating = copy_seating(self.best)
        self.running_rows, self.low = self._settle(self.rows, self.seating)
        if is_too_large(self.finder, self.rows, self.search.best):
            yield from self._combine_some(self.finder.pool, [ROUGH_STEP], ROUGH_MOST)
            return
        yield from self._see_more()
        num = len(self.everyone)
        yield from self._combine_some(self.finder.pool, [num * each for each in STEPS])
        reach, total = self.bound - self.objective, slot_prices(self.rows, self.search.best)
        near = self.finder.near_plans(total, reach, min(NEAR_EACH, NEAR // num))
        yield from self._combine_some(near, [NEAR_STEP])

    def _combine_some(self, plans: Seen, steps: Sequence[int], seen: int | None = None) -> Iterator[str]:
        """Take the best combination of so many plans of least regret, then of more while there are more."""
        assert self.objective is not None
        for most in steps:
            found = columns(plans, self.rows, self.search.best, self.bound - self.objective, most, seen)
            seating = best_of_seen(self.problem, plans, self.rows, self.minimum, self.seating, *found)
            if seating is not None:
                self.seating, self.running_rows, self.low = seating, *self._settle(self.rows, seating)
                self._consider(seating)
            yield "combine"
            if len(found[0]) < most:
                break

    def _consider(self, seating: chains.Seating) -> None:
        """Keep a whole plan if it is the best so far; keep-apart pairs are separated first."""
        if self.objective is not None and int(seating.worth.sum()) + self.fixed <= self.objective:
            return
        apart = copy_seating(seating)
        hold_rows(self.finder, self.running_rows, self.search.best, self.minimum, apart, 1.0, self.rng)
        objective = int(apart.worth.sum()) + self.fixed
        if self.objective is None or objective > self.objective:
            self.best, self.objective = apart, objective
