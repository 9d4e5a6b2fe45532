"""Timefold as a peer: what it is told and what is read back, and the notice where it or Java is missing."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import peers
from benchmarks.draw import draw_problem
from benchmarks.peers import summary
from benchmarks.peers_desk import Desk, open_desk
from benchmarks.peers_greedy import seat_by
from benchmarks.peers_jobs import Job
from benchmarks.peers_run import TIMEFOLD, left_out, open_timefold, plan
from benchmarks.peers_timefold import INSTALL, TimefoldError, describe, seating_of, why_not
from solver.deal import deal
from solver.kernels_chain import Seating
from solver.options import prepare
from solver.problem import MICRO_PER_POINT_PERCENT
from solver.verify import verify

OURS = Path(sys.executable)
TIMEFOLD_PYTHON = Path(os.environ.get("IGANG_TIMEFOLD", sys.executable))
HARMLESS = "#!/bin/sh\n"


@pytest.fixture(scope="module")
def desk() -> Desk:
    return open_desk(prepare(draw_problem(60, seed=3)), seed=1)


@pytest.fixture(scope="module")
def greedy(desk: Desk) -> Seating:
    return next(seat_by(desk, "gain"))


def script(folder: Path, name: str, text: str) -> Path:
    """A program that only says something and ends."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(HARMLESS + text, encoding="utf-8")
    file.chmod(0o755)
    return file


def test_the_hint_told_and_read_back_is_the_same_plan(desk: Desk, greedy: Seating) -> None:
    week = describe(desk, greedy.plan.astype(np.int64))
    found = seating_of(desk, week["choices"], [hint for *_, hint in week["choices"]])

    assert json.loads(json.dumps(week)) == week
    assert np.array_equal(np.sort(found.plan, axis=1), np.sort(greedy.plan, axis=1))
    assert not verify(desk.prepared.problem, deal(desk.prepared, found, desk.rng), desk.prepared.exceptions).violations


def test_the_points_told_are_those_that_the_recount_finds(desk: Desk, greedy: Seating) -> None:
    """Bonuses and hours as the child counts them add up to the objective, apart from locks and the lottery."""
    problem, menu = desk.prepared.problem, desk.prepared.menu
    week = describe(desk, greedy.plan.astype(np.int64))
    points, earned, useful = (np.zeros(problem.num_citizens, np.int64) for _ in range(3))
    for citizen, serves, options, hint in week["choices"]:
        for slot, value, mask in options:
            if slot == hint:
                points[citizen] += value
                earned[citizen] |= mask
                useful[citizen] += serves * week["slots"][slot][4]
    for i, (_, _, _, idle, short, bonus) in enumerate(week["citizens"]):
        points[i] += bonus[earned[i]] - bonus[0] + idle * min(useful[i], short)
    fixed = menu.value + menu.bonus[menu.bonus_ptr[:-1]] - menu.short
    told = int((points * MICRO_PER_POINT_PERCENT + fixed).sum())
    counted = verify(problem, deal(desk.prepared, greedy, desk.rng), desk.prepared.exceptions).objective

    lottery = (menu.option_value % MICRO_PER_POINT_PERCENT).sum()
    assert 0 <= counted - told <= lottery


def test_slots_that_overlap_exclude_each_other_and_no_greedy_week_has_two(desk: Desk, greedy: Seating) -> None:
    week = describe(desk, greedy.plan.astype(np.int64))
    bit, excluded = ([facts[at] for facts in week["slots"]] for at in (7, 8))

    assert any(excluded)
    for slot, others in enumerate(excluded):
        assert all(excluded[other] & bit[slot] for other in range(len(bit)) if others & bit[other])
    for slots in greedy.plan:
        here = [slot for slot in slots.tolist() if slot >= 0]
        assert not any(excluded[a] & bit[b] for a in here for b in here)


def test_what_is_missing_is_named_with_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert why_not(OURS) == "Java is missing: install Java 17 or newer"

    java = script(tmp_path / "bin", "java", "echo 'openjdk version \"11.0.2\"' >&2\n")
    monkeypatch.setenv("PATH", str(java.parent))
    assert why_not(OURS) == "Java 11 was found: install Java 17 or newer"

    script(java.parent, "java", "echo 'openjdk version \"17.0.1\"' >&2\n")
    without = script(tmp_path / "python", "python", "exit 1\n")
    assert why_not(without) == f"its Python package is not installed in {without}: {INSTALL}"
    assert why_not(script(tmp_path / "python", "has-it", "exit 0\n")) is None
    assert "No such file" in (why_not(tmp_path / "no-python") or "")


def test_a_method_that_is_skipped_says_so_and_is_no_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "no-python"
    monkeypatch.delenv("JAVA_HOME", raising=False)
    words = ["--citizens", "30", "--seconds", "1", "--method", TIMEFOLD, "--timefold", str(missing)]
    peers.main(words)
    assert "skipped: " in next(line for line in capsys.readouterr().out.splitlines() if line.startswith(TIMEFOLD))

    peers.main([*words, "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == []
    assert list(found["skipped"]) == [TIMEFOLD]
    assert left_out(missing).keys() == {TIMEFOLD, "fairpyx"}


def test_a_process_that_ends_without_an_answer_is_a_row_with_its_last_word(desk: Desk, tmp_path: Path) -> None:
    broken = script(tmp_path / "bin", "python", "echo first >&2; echo 'no module named timefold' >&2; exit 1\n")
    job = Job(TIMEFOLD, "late acceptance", desk.prepared.problem, 1.0, 1, broken)
    opened = open_timefold(job)
    row = summary(desk.prepared.problem, [(TIMEFOLD, plan(job, opened))])["rows"][0]

    assert isinstance(opened, TimefoldError)
    assert (row["objective"], row["note"]) == (None, "no module named timefold")


@pytest.mark.skipif(why_not(TIMEFOLD_PYTHON) is not None, reason=str(why_not(TIMEFOLD_PYTHON)))
def test_timefold_itself_keeps_every_rule_and_is_no_worse_than_its_hint(desk: Desk, greedy: Seating) -> None:
    job = Job(TIMEFOLD, "late acceptance", desk.prepared.problem, 8.0, 1, TIMEFOLD_PYTHON)
    outcome = plan(job, open_timefold(job))
    row = summary(desk.prepared.problem, [(TIMEFOLD, outcome)])["rows"][0]

    assert row["objective"] is not None, row["note"]
    hint = verify(desk.prepared.problem, deal(desk.prepared, greedy, desk.rng), desk.prepared.exceptions).objective
    assert row["objective"] >= hint / 1e6 - 1
