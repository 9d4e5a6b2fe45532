"""Our planner beside fairpyx's mechanisms on real course wishes: `python -m benchmarks.peers_umass --fairpyx PYTHON`

PYTHON is one in which fairpyx is installed: it needs an older numpy than we do. Every answer is counted again by the
data's own rules. fairpyx is told who may take a section (a rating above 1) and which sections exclude each other.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.arguments import seconds
from benchmarks.bars import Figures
from benchmarks.umass import KNOWN, plan_survey
from benchmarks.umass_check import BrokenRuleError, recount
from benchmarks.umass_data import LEAST_WANTED, Survey, ratings, read_survey
from solver import Options

MECHANISMS = {
    "round robin": "round_robin",
    "almost egalitarian": "almost_egalitarian_without_donation",
    "iterated maximum matching": "iterated_maximum_matching_adjusted",
    "utilitarian": "utilitarian_matching",
}
SCRIPT = Path(__file__).with_name("peers_fairpyx.py")
Answer = Sequence[Sequence[str]]


def compare(seats: str, limit: float, python: Path | None) -> list[Figures]:
    """A row for our plan, for our fair plan and for each mechanism, or why there is none."""
    survey = read_survey(seats)
    rows = []
    for fair in (False, True):
        result, answer = plan_survey(seats, fair, Options(time_limit=limit))
        figures = judge(survey, answer)
        rows.append({"method": "igang, fair" if fair else "igang", "seconds": result.seconds, **figures})
    for name, mechanism in MECHANISMS.items():
        if python is None:
            rows.append({"method": name, "note": "skipped: no Python with fairpyx was named"})
        else:
            rows.append({"method": name, **_divide(survey, mechanism, limit, python)})
    return rows


def _divide(survey: Survey, mechanism: str, limit: float, python: Path) -> Figures:
    """What a mechanism gives in a process of its own, which is ended after `limit` seconds."""
    began = time.perf_counter()
    try:
        done = subprocess.run(
            [python, SCRIPT, mechanism], input=json.dumps(instance(survey)), capture_output=True, text=True,
            timeout=limit, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"note": f"ended after {limit:g} s without an answer"}
    except OSError as error:
        return {"note": f"skipped: {error}"}
    if done.returncode:
        return {"note": f"skipped: {[*done.stderr.splitlines(), 'no word of why'][-1]}"}
    bundles = json.loads(done.stdout)
    took = round(time.perf_counter() - began, 3)
    return {"seconds": took, **judge(survey, [bundles[str(who)] for who in range(len(survey.people))])}


def instance(survey: Survey) -> dict[str, Any]:
    """The arguments of `fairpyx.Instance`: agents are positions of people, items are sections."""
    rating = dict(zip(survey.section, ratings(survey).T.tolist(), strict=True))
    people = range(len(survey.people))
    return {
        "valuations": {str(i): {name: max(0, row[i]) for name, row in rating.items()} for i in people},
        "agent_capacities": {str(i): survey.people[i]["wanted"] for i in people},
        "item_capacities": {name: section["seats"] for name, section in survey.sections.items()},
        "agent_conflicts": {str(i): [n for n, row in rating.items() if row[i] < LEAST_WANTED] for i in people},
        "item_conflicts": {one: [o for o in survey.section if o != one and _exclude(survey, one, o)] for one in rating},
    }


def _exclude(survey: Survey, one: str, other: str) -> bool:
    """Whether nobody may have both sections."""
    a, b = survey.sections[one], survey.sections[other]
    together = (
        day == day_2 and start < end_2 and start_2 < end
        for day, start, end in a["meetings"]
        for day_2, start_2, end_2 in b["meetings"]
    )
    return a["course"] == b["course"] or any(together)


def judge(survey: Survey, answer: Answer) -> Figures:
    """Sum, least and envy of an answer, and whether it keeps the data's rules.

    A person envies another where the best that she wants of the other's sections is worth more to her than her own.
    """
    place = {name: position for position, name in enumerate(survey.section)}
    rating = ratings(survey)
    rating[rating < LEAST_WANTED] = 0
    wanted = np.array([person["wanted"] for person in survey.people])
    own = np.array([rating[i, [place[name] for name in names]].sum() for i, names in enumerate(answer)])
    envy = np.zeros(len(own), np.int64)
    for names in answer:
        theirs = -np.sort(-rating[:, [place[name] for name in names]], axis=1)
        worth = np.where(np.arange(theirs.shape[1]) < wanted[:, None], theirs, 0).sum(axis=1)
        envy = np.maximum(envy, worth - own)
    figures: Figures = {
        "sum": int(own.sum()), "minimum": int(own.min()), "people_with_nothing": sum(not names for names in answer),
        "people_who_envy": int((envy > 0).sum()), "greatest_envy": int(envy.max()), "note": "",
    }  # fmt: skip
    try:
        recount({"people": survey.people, "sections": survey.sections}, answer)
    except BrokenRuleError as error:
        figures["note"] = f"breaks the rules: {str(error).split(';')[0]}"
    return figures


def table(rows: Sequence[Figures]) -> Iterator[str]:
    """The rows as text."""
    columns = ("seconds", "sum", "minimum", "people_with_nothing", "people_who_envy", "greatest_envy")
    yield f"{'method':26}" + "".join(f"{name:>21}" for name in columns)
    for row in rows:
        yield (
            f"{row['method']:26}"
            + "".join(f"{row.get(name, '-'):>21}" for name in columns)
            + f"  {row.get('note', '')}"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers_umass", description=__doc__)
    parser.add_argument("--seats", choices=sorted(KNOWN), default="scaled")
    parser.add_argument("--seconds", type=seconds, default=60.0, help="of each method")
    parser.add_argument("--fairpyx", type=Path, metavar="PYTHON", help="a Python with fairpyx; left out without it")
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    given = parser.parse_args(arguments)
    rows = compare(given.seats, given.seconds, given.fairpyx)
    if given.json:
        json.dump({"rows": rows, "seats": given.seats}, sys.stdout)
        sys.stdout.write("\n")
        return
    for line in table(rows):
        print(line)


if __name__ == "__main__":
    main()
