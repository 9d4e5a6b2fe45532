"""The published course data as a week: the same rules and sums, and a plan that leaves fewer people with nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ortools.sat.python import cp_model

from benchmarks import umass
from benchmarks.umass_check import BrokenRuleError, recount
from benchmarks.umass_data import (
    DATA,
    IDLE_PENALTY,
    list_sections,
    make_problem,
    make_survey,
    read_survey,
    small_survey,
)
from solver import Options, solve
from solver.problem import MICRO
from solver.solution import Plans
from solver.verify import verify

MORNING, LATE_MORNING, NOON, TUESDAY = [0, 540, 615], [0, 600, 675], [0, 720, 780], [1, 540, 615]
SMALL = {
    "people": [
        {"id": "p1", "wanted": 2, "ratings": {"A-01": 8, "A-02": 7, "B-01": 6, "C-01": 1, "D-01": 5}},
        {"id": "p2", "wanted": 1, "ratings": {"A-01": 3, "B-01": 2}},
        {"id": "p3", "wanted": 3, "ratings": {"C-01": 1}},
    ],
    "sections": {
        "A-01": {"course": "A", "seats": 1, "meetings": [MORNING]},
        "A-02": {"course": "A", "seats": 1, "meetings": [NOON]},
        "B-01": {"course": "B", "seats": 1, "meetings": [LATE_MORNING]},
        "C-01": {"course": "C", "seats": 1, "meetings": [TUESDAY]},
        "D-01": {"course": "D", "seats": 1, "meetings": [TUESDAY]},
    },
}
Answer = list[list[str]]


def plans_of(answer: Answer, sections: Sequence[str]) -> Plans:
    """The arrays of an answer."""
    ptr = np.cumsum([0, *(len(names) for names in answer)])
    slot = np.array([sections.index(name) for names in answer for name in sorted(names)], np.int64)
    return Plans(ptr, slot, slot.copy())


def best_sum(data: Mapping[str, Any]) -> int:
    """The largest sum of ratings by CP-SAT, straight from the five rules."""
    model, sections = cp_model.CpModel(), data["sections"]
    takes = {
        (who, name): model.new_bool_var(f"{who} {name}")
        for who, person in enumerate(data["people"])
        for name, level in person["ratings"].items()
        if level > 1
    }
    for who, person in enumerate(data["people"]):
        mine = [name for name in sections if (who, name) in takes]
        model.add(sum(takes[who, name] for name in mine) <= person["wanted"])
        for one, other in combinations(mine, 2):
            course = sections[one]["course"] == sections[other]["course"]
            meetings = [(a, b) for a in sections[one]["meetings"] for b in sections[other]["meetings"]]
            if course or any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for a, b in meetings):
                model.add_at_most_one(takes[who, one], takes[who, other])
    for name, section in sections.items():
        model.add(sum(var for (_, taken), var in takes.items() if taken == name) <= section["seats"])
    model.maximize(sum(data["people"][who]["ratings"][name] * var for (who, name), var in takes.items()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return round(solver.objective_value)


@pytest.mark.parametrize(("seats", "total"), [("full", 7389), ("scaled", 2296)])
def test_the_data_is_whole_and_its_readme_knows_the_same_optimum(seats: str, total: int) -> None:
    survey = read_survey(seats)

    assert (len(survey.people), len(survey.section), len(survey.course)) == (702, 96, 65)
    assert sum(section["seats"] for section in survey.sections.values()) == total
    known = re.search(rf"\| `{seats}\.json` \| \*\*(\d+)\*\*", (DATA / "README.md").read_text(encoding="utf-8"))
    assert known is not None
    assert umass.KNOWN[seats] == int(known[1])


@pytest.mark.parametrize(
    ("answer", "slug", "rule"),
    [
        ([["B-01", "D-01"], ["A-01"], []], None, None),
        ([["A-02", "B-01", "D-01"], ["A-01"], []], "energy", "p1: 3 sections, 2 wanted"),
        ([["A-01", "A-02"], [], []], "one_group", "p1: sections A-01 and A-02 belong to one course"),
        ([["C-01"], [], []], "availability", "p1: section C-01 was not rated above 1"),
        ([["A-02"], ["D-01"], []], "availability", "p2: section D-01 was not rated above 1"),
        ([["A-01", "B-01"], [], []], "no_overlap", "p1: sections A-01 and B-01 meet at the same time"),
        ([["B-01"], ["B-01"], []], "seats", "section B-01: 2 people for 1 seats"),
    ],
)
def test_the_problem_has_the_rules_of_the_data(answer: Answer, slug: str | None, rule: str | None) -> None:
    survey = make_survey(SMALL)
    verdict = verify(make_problem(survey, fair=False), plans_of(answer, survey.section))

    assert {violation.slug for violation in verdict.violations} == ({slug} if slug else set())
    if rule is None:
        assert recount(SMALL, answer) == verdict.objective // MICRO == 14
    else:
        with pytest.raises(BrokenRuleError, match=f"1 breaks: {rule}"):
            recount(SMALL, answer)


def test_an_answer_for_other_people_is_refused() -> None:
    with pytest.raises(BrokenRuleError, match="2 people: expected 3"):
        recount(SMALL, [[], []])


def test_the_largest_sum_may_leave_somebody_with_nothing_and_the_fair_plan_does_not() -> None:
    data = {
        "people": [
            {"id": "p1", "wanted": 2, "ratings": {"A-01": 8, "B-01": 8}},
            {"id": "p2", "wanted": 1, "ratings": {"A-01": 3, "B-01": 2}},
        ],
        "sections": {
            "A-01": {"course": "A", "seats": 1, "meetings": [MORNING]},
            "B-01": {"course": "B", "seats": 1, "meetings": [NOON]},
        },
    }
    survey = make_survey(data)
    answers = [list_sections(survey, solve(make_problem(survey, fair)).plans) for fair in (False, True)]

    assert answers == [[["A-01", "B-01"], []], [["B-01"], ["A-01"]]]
    assert [recount(data, answer) for answer in answers] == [16, 11]


def test_who_gets_nothing_costs_the_penalty_once() -> None:
    survey = make_survey(SMALL)
    verdict = verify(make_problem(survey, fair=True), plans_of([["A-02", "D-01"], [], []], survey.section))

    assert verdict.objective == (7 + 5 - 2 * IDLE_PENALTY) * MICRO


@pytest.mark.parametrize("people", [40, 60])
def test_plan_and_bound_enclose_the_optimum_of_another_solver(people: int) -> None:
    survey = small_survey(read_survey("scaled"), people)
    data = {"people": survey.people, "sections": survey.sections}
    best = best_sum(data)
    solution = solve(make_problem(survey, fair=False), Options(time_limit=None, max_rounds=60))

    reached = recount(data, list_sections(survey, solution.plans))
    assert solution.objective == reached * MICRO
    assert 0.96 * best <= reached <= best <= solution.bound / MICRO <= 1.01 * best


def test_the_command_prints_what_the_written_answer_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "answer.json"
    umass.main(["--seats", "full", "--fair", "--json", "--answer", str(file), "--time-limit", "2"])
    result = json.loads(capsys.readouterr().out)
    answer = json.loads(file.read_text(encoding="utf-8"))["people"]

    assert result.keys() >= {"sum", "bound", "gap_percent", "people_with_nothing", "seconds"}
    assert result["sum"] == recount(json.loads((DATA / "full.json").read_text(encoding="utf-8")), answer)
    assert result["people_with_nothing"] == sum(not names for names in answer) == 28
    assert result["bound"] >= result["sum"]
