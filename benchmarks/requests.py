"""Change requests: `python -m benchmarks.requests --citizens 600 --requests 200 --json`

A town's week is published, and random wishes for changes are answered one after the other, each by the kernel's best
week; on a copy of the town by the first free group that fits, in the order of the groups' numbers. Both are compared
with everybody's week planned anew, in which whoever asked has what she joined and not what she gave up, and nothing in
its place where she only left. Further wishes are asked of the running service, one after the other. Exit code 1 where
somebody was moved who did not ask.
"""

from __future__ import annotations

import argparse
import http.client
import json
import shutil
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, delete, select, true

from benchmarks.instances import Figures, Instance
from benchmarks.load import serving
from benchmarks.load_town import SEED, WEEK, Town, log_in_anew, make_published_town
from benchmarks.requests_town import answer_all, draw_wishes
from catalog.database import make_engine, reading, writing
from scheduler.approval import LOCKED_BY_APPROVAL
from scheduler.asked import Asked
from scheduler.life import need_published_run
from scheduler.problem import build_problem
from scheduler.supplies import recount
from scheduler.tables import Lock, Place, Run
from solver import Options, solve
from solver.problem import BARRED_BIT, Problem
from solver.solution import Plans
from solver.verify import verify

# Of the published plan and of the one made anew; with 6 rounds, each is up to 0.7 % off by itself.
GOOD = Options(seed=SEED, time_limit=None, gap_percent=0.05, max_rounds=150)
MOST_OVER_HTTP, MOST_CHOICES = 200, 3
Places = dict[int, tuple[int, ...]]  # each citizen's groups


def measure(citizens: int, count: int, folder: Path, seed: int = SEED) -> Figures:
    """The figures of one town."""
    first, other = folder / "best.db", folder / "first-fit.db"
    town = make_published_town(f"sqlite:///{first}", citizens, GOOD)
    shutil.copy(first, other)
    engine, fit_engine = make_engine(f"sqlite:///{first}"), make_engine(f"sqlite:///{other}")
    wishes = draw_wishes(engine, count, seed)
    before = read_places(engine)
    best = answer_all(engine, wishes, first_fit=False)
    fit = answer_all(fit_engine, wishes, first_fit=True)
    after = read_places(engine)
    asked = set(best.granted)
    moved = sum(before.get(who) != after.get(who) for who in before.keys() | after.keys() if who not in asked)
    with reading(engine) as session:
        drift = len(recount(session, WEEK))
    resolved = resolve(engine, before, after, best.granted)
    in_place = resolve(engine, before, after, best.granted, others_stay=True)
    micro = np.percentile(best.microseconds, (50, 99))
    figures = {
        "citizens": citizens,
        "requests": len(wishes),
        "granted": len(best.granted),
        "first_fit_granted": len(fit.granted),
        "value_kept_percent": 100.0 * standing_value(engine) / resolved,
        "kept_where_nobody_moves_percent": 100.0 * standing_value(engine, best.granted) / in_place,
        "first_fit_percent": 100.0 * standing_value(fit_engine) / resolved,
        "kernel_p50_us": float(micro[0]),
        "kernel_p99_us": float(micro[1]),
        "moved_others": moved,
        "drift": drift,
    }
    figures |= ask_over_http(engine, first, town, count, seed + 1)
    for each in (engine, fit_engine):
        each.dispose()
    return figures


def read_places(engine: Engine) -> Places:
    """Everybody's groups as they stand."""
    places: dict[int, list[int]] = {}
    with reading(engine) as session:
        rows = select(Place.citizen_id, Place.group_id).where(Place.week == WEEK).order_by(Place.group_id)
        for citizen, group in session.execute(rows):
            places.setdefault(citizen, []).append(group)
    return {citizen: tuple(groups) for citizen, groups in places.items()}


def standing_value(engine: Engine, whose: Sequence[int] | None = None) -> int:
    """MICRO: what everybody's plan is worth as it stands, counted as `resolve` counts; `whose` as there."""
    problem, citizens, groups = _without_approvals(engine, whose)
    places = read_places(engine)
    position = {group: at for at, group in enumerate(groups)}
    slot = np.repeat(np.arange(problem.num_slots), np.diff(problem.group_ptr))
    chosen = [sorted(position[group] for group in places.get(who, ())) for who in citizens]
    group = np.array([at for each in chosen for at in each], np.int64)
    plans = Plans(np.cumsum([0, *map(len, chosen)]), slot[group], group)
    return verify(problem, plans).objective


def resolve(engine: Engine, before: Places, after: Places, granted: Sequence[int], *, others_stay: bool = False) -> int:
    """MICRO: what everybody's week planned anew would be worth with what was asked; nothing of it is kept.

    Wishes keep the points that they have for the plans as they stand, so that the two can be compared. Where the others
    stay, only the weeks of those who were granted something are planned anew.
    """
    problem, citizens, groups = _without_approvals(engine, granted if others_stay else None)
    slot = np.repeat(np.arange(problem.num_slots), np.diff(problem.group_ptr))
    slot_of = dict(zip(groups, slot.tolist(), strict=True))
    barred, locks = (
        problem.barred.copy(),
        [set(each.tolist()) for each in np.split(problem.lock_slot, problem.lock_ptr[1:-1])],
    )
    for citizen in granted:
        at = citizens.index(citizen)
        had, has = ({slot_of[group] for group in places.get(citizen, ())} for places in (before, after))
        joined, left = has - had, had - has
        locks[at] |= joined
        closed = np.ones(problem.num_offerings, np.bool_) if not joined else np.zeros(problem.num_offerings, np.bool_)
        closed[problem.slot_offering[sorted(left)]] = True
        closed[problem.slot_offering[sorted(has)]] = False
        barred[at, closed] |= BARRED_BIT["refused"]
    asked = replace(
        problem,
        barred=barred,
        lock_ptr=np.cumsum([0, *map(len, locks)]),
        lock_slot=np.array([one for each in locks for one in sorted(each)], np.int64),
    )
    return solve(asked, GOOD).objective


def _without_approvals(engine: Engine, whose: Sequence[int] | None) -> tuple[Problem, list[int], list[int]]:
    """The week with its citizens and groups, as if nothing were approved of these citizens' weeks, or of nobody's.

    What is approved is locked, and what is locked has no points for staying.
    """
    approved = Lock.why.startswith(LOCKED_BY_APPROVAL)
    with writing(engine) as session:
        session.execute(delete(Lock).where(approved, true() if whose is None else Lock.citizen_id.in_(whose)))
        lottery = session.get_one(Run, need_published_run(session, WEEK)).lottery_seed
        problem, ids = build_problem(session, WEEK, lottery)
        session.rollback()
    return problem, ids.citizen.tolist(), ids.group.tolist()


def ask_over_http(engine: Engine, database: Path, town: Town, count: int, seed: int) -> Figures:
    """Ask a running service, hold and confirm, each when the one before is answered."""
    milliseconds: list[float] = []
    wishes = draw_wishes(engine, min(count, MOST_OVER_HTTP), seed)
    with (
        serving(f"sqlite:///{database}", 1) as (port, _),
        closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection,
    ):
        log_in_anew(engine)
        client = Client(connection, milliseconds)
        granted = sum(client.change(citizen, town.citizens[citizen], wish) for citizen, wish in wishes)
    p50, p99 = np.percentile(milliseconds, (50, 99))
    return {"http_granted": granted, "http_p50_ms": float(p50), "http_p99_ms": float(p99)}


class Client:
    """One kept connection, and how long each answer took."""

    def __init__(self, connection: http.client.HTTPConnection, milliseconds: list[float]) -> None:
        self._connection, self._milliseconds = connection, milliseconds

    def change(self, citizen: int, cookie: str, wish: Asked) -> bool:
        """Ask, hold and confirm the best that is granted at once; whether there was one."""
        body = {"kind": wish.kind, "group_id": wish.group_id, "every_week": wish.every_week}
        times = [{"day": day, "start": start, "end": end} for day, start, end in wish.times]
        asked = self._post(f"/v1/citizens/{citizen}/weeks/{WEEK}/requests", cookie, body | {"times": times})
        for _ in range(MOST_CHOICES):
            choice = next((at for at, each in enumerate(asked["proposals"]) if each["granted_by"] == "at_once"), None)
            if choice is None or asked["state"] != "answered":
                return False
            hers = f"/v1/citizens/{citizen}/requests/{asked['id']}"
            held = self._post(f"{hers}/hold", cookie, {"choice": choice})
            if "request" not in held:
                return bool(self._post(f"{hers}/confirm", cookie, None)["state"] == "confirmed")
            asked = held["request"]  # The seat is gone; here is what is left.
        return False

    def _post(self, path: str, cookie: str, body: Any) -> Any:
        headers = {
            "Cookie": cookie, "Sec-Fetch-Site": "same-origin", "Idempotency-Key": uuid.uuid4().hex,
            "Content-Type": "application/json",
        }  # fmt: skip
        began = time.perf_counter()
        self._connection.request("POST", path, None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        content = answer.read()
        self._milliseconds.append(1e3 * (time.perf_counter() - began))
        said = json.loads(content)
        if answer.status >= 400 and "request" not in said:
            raise RuntimeError(f"{path} answered {answer.status}: {content.decode()}")
        return said


def measure_requests(instance: Instance, seed: int) -> Figures:
    """The figures of an instance of the benchmark."""
    with tempfile.TemporaryDirectory(prefix="igang-requests-") as folder:
        return measure(instance.citizens, instance.requests, Path(folder), seed)


def main() -> None:
    """Measure the town that the options name."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--citizens", type=int, default=600)
    words.add_argument("--requests", type=int, default=200)
    words.add_argument("--json", action="store_true", help="one line of JSON instead of a figure a line")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="igang-requests-") as folder:
        figures = measure(asked.citizens, asked.requests, Path(folder))
    rounded = {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}
    print(json.dumps(rounded) if asked.json else "\n".join(f"{name}: {value}" for name, value in rounded.items()))
    sys.exit(figures["moved_others"] > 0 or figures["drift"] > 0)


if __name__ == "__main__":
    main()
