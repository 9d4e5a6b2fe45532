"""Timefold's Python package as a peer: what it is told of a week, and what becomes of its answer.

It runs in a Python that has it (`pip install igang[benchmark]`, or any other named by `--timefold`) and needs Java.
Timefold solves with one thread; more are part of its paid edition.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np

from benchmarks.peers_desk import Desk
from solver.kernels_build import packed_meetings
from solver.kernels_chain import Seating
from solver.options import Prepared
from solver.problem import MICRO_PER_POINT_PERCENT, Ints
from solver.sizes import minimum_sizes

CHILD = Path(__file__).with_name("peers_timefold_child.py")
SETTINGS = ("great deluge", "late acceptance", "tabu search")  # those of its `SETTINGS`, the best first
LEAST_JAVA = 17
WARMING = 3.0  # seconds of planning a small week, in which Java compiles what is often used
INSTALL = "pip install igang[benchmark], or name a Python that has it: --timefold PYTHON"


class TimefoldError(RuntimeError):
    """Timefold's process ended without an answer; the message is its last word."""


def why_not(python: Path) -> str | None:
    """Why Timefold cannot plan here, and what to install; None where it can."""
    home = os.environ.get("JAVA_HOME")
    java = which("java", path=f"{home}/bin") if home else which("java")
    if java is None:
        return f"Java is missing: install Java {LEAST_JAVA} or newer"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < LEAST_JAVA:
        return (
            f"Java {version[1] if version else 'of an unknown version'} was found: install Java {LEAST_JAVA} or newer"
        )
    look = "import importlib.util, sys; sys.exit(not importlib.util.find_spec('timefold'))"
    try:
        found = subprocess.run([python, "-c", look], capture_output=True, check=False).returncode == 0
    except OSError as error:
        return f"{python} is no Python that runs ({error.strerror}): {INSTALL}"
    where = "here" if python == Path(sys.executable) else f"in {python}"  # A kept row names no machine's path.
    return None if found else f"its Python package is not installed {where}: {INSTALL}"


class Timefold:
    """Its process, which has planned a small week already."""

    def __init__(self, python: Path, setting: str, seed: int) -> None:
        command = [str(python), str(CHILD), setting, str(seed)]
        self._complaints = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115  # Until it is closed.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._complaints, text=True
        )

    def plan(self, desk: Desk, hint: Seating, seconds: float) -> tuple[Seating, str]:
        """Plan from a hint for so long; the seating, and Timefold's own score of it.

        Raises
        ------
        TimefoldError
            Its process ended.
        """
        week = describe(desk, hint.plan.astype(np.int64)) | {"seconds": seconds}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(week) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self._process.wait()
            self._complaints.seek(0)
            raise TimefoldError(["no word of why", *self._complaints.read().splitlines()][-1])
        found = json.loads(answer)
        return seating_of(desk, week["choices"], found["slots"]), found["score"]

    def close(self) -> None:
        """End its process."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        for end in (self._process.stdin, self._process.stdout, self._complaints):
            # What it had not read when it ended is not sent any more.
            with suppress(BrokenPipeError):
                end.close()


def describe(desk: Desk, plan: Ints) -> dict[str, Any]:
    """The week as the child's classes take it: what locks leave, everybody's options, and the (I, length) hint."""
    problem, menu = desk.prepared.problem, desk.prepared.menu
    idle = menu.idle // MICRO_PER_POINT_PERCENT
    lacking = menu.short // np.maximum(menu.idle, 1)
    bonus = menu.bonus // MICRO_PER_POINT_PERCENT
    left = zip(menu.minutes_left, menu.load_left, menu.days, idle, lacking, strict=True)
    return {
        "slots": _slots(desk),
        "limits": desk.rows.cap[problem.num_slots :].tolist(),
        "citizens": [
            [*(int(number) for number in facts), bonus[menu.bonus_ptr[i] : menu.bonus_ptr[i + 1]].tolist()]
            for i, facts in enumerate(left)
        ],
        "apart": problem.apart.tolist(),
        "choices": [choice for i in range(problem.num_citizens) for choice in _choices(desk.prepared, i, plan[i])],
    }


def _slots(desk: Desk) -> list[list[Any]]:
    """What each slot is to anybody; two slots exclude each other where they do so for somebody."""
    problem, rows, num = desk.prepared.problem, desk.rows, desk.prepared.problem.num_slots
    excluded = [0] * num
    for i in range(problem.num_citizens):
        for slot, others in _clashes(desk.prepared, i):
            excluded[slot] |= others
    used = [(rows.use_row[a:b] - num).tolist() for a, b in zip(rows.use_ptr[:-1], rows.use_ptr[1:], strict=True)]
    facts = zip(
        rows.cap[:num].tolist(), np.maximum(problem.group_seats, 1).tolist(), minimum_sizes(problem).tolist(), used,
        problem.slot_minutes.tolist(), problem.slot_load.tolist(),
        packed_meetings(problem.meeting_ptr, problem.meeting_day).tolist(), strict=True,
    )  # fmt: skip
    return [[*of_slot, 1 << slot, excluded[slot]] for slot, of_slot in enumerate(facts)]


def _clashes(prepared: Prepared, i: int) -> Iterator[tuple[int, int]]:
    """The slot of each of a citizen's options, and bits of the slots that it excludes for her."""
    menu = prepared.menu
    first, last = (int(menu.option_ptr[menu.class_ptr[menu.choice_ptr[k]]]) for k in (i, i + 1))
    words, begin = (last - first + 63) // 64, int(menu.clash_ptr[i])
    clash = menu.clash[begin : begin + (last - first) * words].reshape(last - first, words)
    bits = np.unpackbits(clash.astype("<u8").view(np.uint8), axis=1, bitorder="little")
    slot = menu.option_slot[first:last].tolist()
    for own, excluded in zip(slot, bits, strict=True):
        yield own, sum(1 << slot[at] for at in np.flatnonzero(excluded).tolist())


def _choices(prepared: Prepared, i: int, hint: Ints) -> Iterator[list[Any]]:
    """Each offering that a citizen could have: whether it is useful, its slots with value and mask, and the hint's."""
    menu, shut, hinted = prepared.menu, _shut(prepared, i), set(hint.tolist())
    for choice in range(int(menu.choice_ptr[i]), int(menu.choice_ptr[i + 1])):
        classes = range(int(menu.class_ptr[choice]), int(menu.class_ptr[choice + 1]))
        options = [
            [int(menu.option_slot[o]), int(menu.option_value[o]) // MICRO_PER_POINT_PERCENT, int(menu.class_mask[c])]
            for c in classes
            for o in range(int(menu.option_ptr[c]), int(menu.option_ptr[c + 1]))
            if int(menu.option_slot[o]) not in shut
        ]
        if options:
            slot = next((option[0] for option in options if option[0] in hinted), None)
            yield [i, int(menu.class_useful[classes.start]), options, slot]


def _shut(prepared: Prepared, i: int) -> set[int]:
    """Slots into which somebody is locked from whom the citizen is kept apart."""
    problem = prepared.problem
    partners = [b if a == i else a for a, b in problem.apart.tolist() if i in (a, b)]
    return {
        slot
        for who in partners
        for slot in problem.lock_slot[problem.lock_ptr[who] : problem.lock_ptr[who + 1]].tolist()
    }


def seating_of(desk: Desk, choices: list[list[Any]], slots: list[int | None]) -> Seating:
    """The seating in which each choice has its slot; only its plan is filled."""
    empty = desk.nobody()
    plan = empty.plan.copy()
    count = [0] * len(plan)
    for (citizen, *_), slot in zip(choices, slots, strict=True):
        if slot is not None:
            plan[citizen, count[citizen]] = slot
            count[citizen] += 1
    return empty._replace(plan=plan)
