"""Our planner beside its peers: the same week, recount and bound, each in a process that can be ended."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmarks import peers
from benchmarks.draw import draw_problem
from benchmarks.peers import summary, table
from benchmarks.peers_jobs import Job, Outcome
from benchmarks.peers_run import EXACT, METHODS, plan, run, settings_of
from benchmarks.peers_umass import instance, judge
from benchmarks.umass_data import make_survey
from scheduler.figures import in_points
from solver.problem import Problem
from solver.solution import Plans


@pytest.fixture(scope="module")
def problem() -> Problem:
    return draw_problem(40, seed=2)


@pytest.fixture(scope="module")
def found(problem: Problem) -> list[tuple[str, Outcome]]:
    return [(method, plan(Job(method, settings_of(method)[0], problem, 1.5, 1))) for method in METHODS]


def test_every_method_keeps_every_rule_and_none_exceeds_the_bound(
    problem: Problem, found: list[tuple[str, Outcome]]
) -> None:
    figures = summary(problem, found)

    assert [row["method"] for row in figures["rows"]] == list(METHODS)
    for row in figures["rows"]:
        assert row["objective"] is not None, row["note"]
        assert row["objective"] <= figures["bound"] == row["bound"]
        assert row["gap_percent"] >= 0
        assert row["setting"]
    assert json.loads(json.dumps(figures)) == figures


def test_what_an_exact_solver_proves_is_above_what_any_method_found(
    problem: Problem, found: list[tuple[str, Outcome]]
) -> None:
    best = max(row["objective"] for row in summary(problem, found)["rows"])

    own_bounds = {row["method"]: row["own_bound"] for row in summary(problem, found)["rows"]}
    assert all(own_bounds[method] >= best for method in ("igang", *EXACT))


def test_a_plan_that_breaks_a_rule_is_worth_nothing(problem: Problem, found: list[tuple[str, Outcome]]) -> None:
    method, outcome = found[0]
    assert outcome.plans is not None
    ptr = outcome.plans.ptr.copy()
    ptr[1:] = ptr[-1]  # The first citizen gets everybody's week.
    broken = replace(outcome, plans=Plans(ptr, outcome.plans.slot, outcome.plans.group))

    row = summary(problem, [(method, broken)])["rows"][0]

    assert row["objective"] is None
    assert row["gap_percent"] is None
    assert "broken rules, the first: " in row["note"]


def test_a_bound_below_a_plan_counts_for_nothing(problem: Problem, found: list[tuple[str, Outcome]]) -> None:
    method, outcome = found[0]
    wrong = replace(found[1][1], bound=-(10**15))

    figures = summary(problem, [(method, outcome), ("cp-sat", wrong)])

    assert outcome.bound is not None
    assert figures["bound"] == in_points(outcome.bound)
    assert "its bound is wrong" in figures["rows"][1]["note"]


def test_a_process_that_takes_too_long_or_fails_is_a_row_that_says_so(problem: Problem) -> None:
    slow = run(Job("igang", "defaults", problem, 30.0, 1), limit=0.0)
    failed = run(Job("cp-sat", "no such setting", problem, 1.0, 1))
    rows = summary(problem, [("igang", slow), ("cp-sat", failed)])

    assert slow.plans is failed.plans is None
    lines = list(table(rows | {"skipped": {"timefold": "no Java"}}))
    assert "ended after 0 s without a plan" in lines[1]
    assert "its process ended with code 1" in lines[2]
    assert lines[3].split() == ["timefold", "skipped:", "no", "Java"]
    assert lines[4] == "bound -"


def test_the_command_prints_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    peers.main(["--citizens", "30", "--seconds", "1", "--seed", "3", "--method", "greedy", "--json"])

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    figures = json.loads(lines[0])
    assert (figures["citizens"], figures["seconds"], figures["seed"], figures["bound"]) == (30, 1.0, 3, None)
    assert [row["method"] for row in figures["rows"]] == ["greedy"]
    assert {"gap_percent", "seconds", "below_minimum", "objective", "bound", "setting"} <= figures["rows"][0].keys()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--citizens", "0"], "argument --citizens: expected 1 .. 100000, found 0"),
        (["--citizens", "many"], "argument --citizens: expected 1 .. 100000, found many"),
        (["--seconds", "0"], "argument --seconds: expected more than 0 and at most 3600, found 0"),
        (["--seconds", "nan"], "argument --seconds: expected more than 0 and at most 3600, found nan"),
        (["--seed", "-1"], "argument --seed: expected 0 .. 2147483647, found -1"),
        (["--method", "magic"], "argument --method: invalid choice: 'magic'"),
    ],
)
def test_a_bad_option_is_named(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        peers.main(arguments)

    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


def test_envy_is_counted_in_what_the_envious_would_get() -> None:
    sections = {
        name: {"course": name, "seats": 1, "meetings": [[day, 600, 660]]} for day, name in enumerate(("a", "b", "c"))
    }
    people = [
        {"id": "one", "wanted": 1, "ratings": {"a": 8, "b": 5, "c": 2}},
        {"id": "two", "wanted": 2, "ratings": {"a": 3, "b": 4, "c": 1}},
        {"id": "three", "wanted": 1, "ratings": {"a": 2}},
    ]
    survey = make_survey({"people": people, "sections": sections})

    figures = judge(survey, [["c"], ["a", "b"], []])

    # One of them would choose a alone of the two sections, which is 6 better than c; the third wants a as well.
    assert figures == {
        "sum": 9, "minimum": 0, "people_with_nothing": 1, "people_who_envy": 2, "greatest_envy": 6, "note": "",
    }  # fmt: skip
    assert "breaks the rules: 1 breaks: section a: 2 people for 1 seats" in judge(survey, [["a"], ["a"], []])["note"]


def test_fairpyx_is_told_what_excludes_what() -> None:
    meetings = {"a1": [[0, 600, 660]], "a2": [[1, 600, 660]], "b": [[1, 630, 690]], "c": [[1, 690, 700]]}
    sections = {name: {"course": name[0], "seats": 2, "meetings": when} for name, when in meetings.items()}
    person = {"id": "one", "wanted": 2, "ratings": {"a1": 5, "b": 1}}

    told = instance(make_survey({"people": [person], "sections": sections}))

    assert told["item_conflicts"] == {"a1": ["a2"], "a2": ["a1", "b"], "b": ["a2"], "c": []}
    assert told["agent_conflicts"] == {"0": ["a2", "b", "c"]}
    assert told["agent_capacities"] == {"0": 2}
