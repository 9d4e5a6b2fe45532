"""The groups that a planned week should have next, each chosen by what it promises and confirmed by planning again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import NamedTuple

from sqlalchemy.orm import Session

from scheduler.lab.base import Base
from scheduler.lab.by_hand import choose_by_hand
from scheduler.lab.candidates import Candidate, list_candidates, with_group
from scheduler.lab.draft import Draft
from scheduler.lab.free import Worker, find_free, read_workers
from scheduler.lab.kpis import Side
from scheduler.lab.promises import Promise, promises, promising, slots_of
from scheduler.lab.scenario import Scenario, ScenarioError
from scheduler.lab.starting import start_from
from scheduler.lab.what_if import Task, before_of, ended_at, plan, read_task
from scheduler.waiting import count_waiting
from scheduler.warm import Ended
from solver import Options
from solver.problem import MICRO
from solver.solution import Progress

MOST_GROUPS = 100
AGAIN = 12  # candidates that are priced again before each choice
DEFAULT_SECONDS = 30.0  # at most, to plan the week again with one group more; its rounds seldom take 3
MOST_TRIES, CLEARLY = 3, 1.5  # another is tried where it is expected to be worth so many times as much
ROUNDS = 5  # in which a group more finds its people: a certificate, then exchanges


@dataclass(frozen=True)
class Question:
    """A planned week, and who could hold more in it: everything is read."""

    task: Task
    workers: Mapping[str, Worker]
    queue: Mapping[str, int]  # citizens who wait, by offering
    groups: int


class Standing(NamedTuple):
    """A week of the lab as it is planned."""

    draft: Draft
    side: Side
    ended: Ended

    @property
    def worth(self) -> int:
        """MICRO."""
        return round(self.side.kpis.points * MICRO)


class Added(NamedTuple):
    """A group that was confirmed."""

    code: str
    promise: Promise
    before: Standing
    after: Standing

    @property
    def worth(self) -> int:
        """MICRO by which the plan is better with it."""
        return self.after.worth - self.before.worth


@dataclass(frozen=True)
class Suggestion:
    """The groups to add in their order, and what a planner would have added by hand."""

    question: Question
    start: Standing
    groups: tuple[Added, ...]
    by_hand: tuple[tuple[str, Promise], ...]
    end_by_hand: Standing
    seconds: float

    @property
    def end(self) -> Standing:
        """The week with all of the groups."""
        return self.groups[-1].after if self.groups else self.start


def read_question(session: Session, scenario: Scenario, groups: int) -> Question:
    """Read a planned week and who is free in it; nothing is written.

    Raises
    ------
    ScenarioError
        So many groups make no sense, or the run is one of another week.
    NotFoundError
        There is no such run.
    ArchiveError
        The run's input was removed, or this version cannot read it.
    """
    if not 1 <= groups <= MOST_GROUPS:
        raise ScenarioError("groups", groups, f"1 to {MOST_GROUPS}")
    task = read_task(session, scenario)
    return Question(task, read_workers(session), count_waiting(session), groups)


@dataclass
class _Search:
    """What is kept from one choice to the next."""

    question: Question
    options: Options
    progress: Progress | None
    should_stop: Callable[[], bool] | None
    known: list[Promise] = field(default_factory=list)  # the best first; what they promise falls as groups are added
    kept: list[float] = field(default_factory=list)  # of each promise that was tried, the share that came true

    @property
    def base(self) -> Base:
        return self.question.task.base

    def candidates(self, now: Standing) -> list[Candidate]:
        """Everything that could be added, or what is left of the promising ones."""
        free = find_free(now.draft, self.question.workers, now.side)
        only = {each.candidate.offering for each in self.known} or None
        return list_candidates(now.draft, self.question.workers, free, only)

    def price(self, now: Standing) -> None:
        """Price the most promising again: what is free and what a seat is worth has changed."""
        free = {each.key: each for each in self.candidates(now)}
        if not self.known:
            self.known = promising(self.base, now.draft, now.ended, now.side, list(free.values()), self.options.threads)
            return
        still = [replace(each, candidate=free[each.candidate.key]) for each in self.known if each.candidate.key in free]
        first = [each.candidate for each in still[:AGAIN]]
        again = self.promises(now, first)
        self.known = sorted(again + still[AGAIN:], key=lambda each: -each.value)

    def promises(self, now: Standing, candidates: Sequence[Candidate]) -> list[Promise]:
        """What each candidate promises alone."""
        return promises(self.base, now.draft, now.ended, candidates, self.options.threads)

    def confirm(self, now: Standing, chosen: Mapping[str, Promise], rounds: int) -> Standing:
        """Plan the week again with groups by their codes, from the plan that there is."""
        draft = now.draft
        for code, promise in chosen.items():
            draft = with_group(draft, promise.candidate, code)
        problem, ids = self.base.problem_of(draft)
        warm = start_from(now.ended, draft, problem, ids)
        price, new = warm.price.copy(), set([] if warm.new is None else warm.new.tolist())
        for slot, promise in zip(slots_of(draft, problem, ids, list(chosen)), chosen.values(), strict=True):
            if slot in new:
                price[slot] = promise.price
        warm = replace(warm, price=price, guessed=None)
        options = replace(self.options, max_rounds=rounds)
        side, solution = plan(draft, problem, ids, warm, options, self.progress, self.should_stop)
        return Standing(draft, side, ended_at(draft, side, solution.price))

    def choose(self, now: Standing) -> Added | None:
        """Confirm what promises most; where it keeps far less of that than others did, the next one is tried too.

        What was tried in vain is not tried again.
        """
        best: Added | None = None
        tried = [promise for promise in self.known[:MOST_TRIES] if promise.value > 0]
        for at, promise in enumerate(tried):
            usual = median(self.kept) if self.kept else 0.0
            if best and best.worth > 0 and promise.value * usual <= CLEARLY * best.worth:
                tried = tried[:at]
                break
            code = _new_code(now.draft, promise.candidate)
            found = Added(code, promise, now, self.confirm(now, {code: promise}, ROUNDS))
            self.kept.append(found.worth / promise.value)
            if best is None or found.worth > best.worth:
                best = found
        self.known = [each for each in self.known if each not in tried or (best and each == best.promise)]
        return best if best and best.worth > 0 else None


def suggest(
    question: Question,
    options: Options,
    *,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    tell: Callable[[Added], None] | None = None,
) -> Suggestion:
    """Choose and confirm one group after the other, until nothing more is worth anything or somebody stops it.

    Raises
    ------
    ScenarioError
        Nobody is free to hold any group of the week once more, or no room is.
    """
    began = time.perf_counter()
    search, task = _Search(question, options, progress, should_stop), question.task
    side, ended = before_of(task, options)
    start = search.confirm(Standing(task.draft, side, ended), {}, ROUNDS)
    if not search.candidates(start):
        needed = "a group of several citizens whose staff and room are free at one more of its times"
        raise ScenarioError("week", task.base.run.week, needed)
    groups: list[Added] = []
    while len(groups) < question.groups and not (should_stop and should_stop()):
        now = groups[-1].after if groups else start
        search.price(now)
        found = search.choose(now)
        if found is None:
            break
        groups.append(found)
        if tell is not None:
            tell(found)
    chosen = _by_hand(search, start, len(groups))
    end = search.confirm(start, chosen, ROUNDS + len(chosen)) if chosen else start
    return Suggestion(
        question, start, tuple(groups), tuple(chosen.items()), end, task.read_seconds + time.perf_counter() - began
    )


def _by_hand(search: _Search, start: Standing, number: int) -> dict[str, Promise]:
    question = search.question
    chosen = choose_by_hand(start.draft, question.workers, start.side, question.queue, number)
    found = search.promises(start, chosen)
    in_order = sorted(found, key=lambda each: chosen.index(each.candidate))
    return {f"by-hand-{at}": each for at, each in enumerate(in_order, start=1)}


def _new_code(draft: Draft, candidate: Candidate) -> str:
    stem = draft.facts.centre.offering.id[candidate.offering]
    number = 1
    while f"{stem}-new-{number}" in draft.code:
        number += 1
    return f"{stem}-new-{number}"
