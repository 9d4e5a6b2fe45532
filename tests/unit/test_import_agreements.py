"""Imported agreements keep the dated rules of how long and how much, and say which rule they break, and where."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from catalog.database import reading, writing
from scheduler.importer import import_files
from scheduler.tables import Agreement, SubGoal
from tests.unit.import_centre import CENTRE, Sheets, centre, engine, offered, refused, write_xlsx

__all__ = ["engine", "offered"]

COLUMNS = ["citizen", "offering", "from_week", "until_week", "why", "week_hours", "assessed"]


def _centre(target_group: str | None, *agreement: Any) -> Sheets:
    """The centre with one agreement, and a target group for everybody."""
    header, *people = CENTRE["citizens"]
    citizens = [[*header, "target_group"], *([*row, target_group] for row in people)]
    return centre(citizens=citizens, agreements=[COLUMNS, ["B1", *agreement]])


@pytest.mark.parametrize(
    ("target_group", "last", "assessed", "said"),
    [
        ("jobparat", "2026-W45", None, "at most 4 weeks from 2026-W41 by the rule agreement.company_weeks.jobparat"),
        (
            "aktivitetsparat",
            "2027-W01",
            None,
            "at most 13 weeks from 2026-W41 by the rule agreement.company_weeks.other",
        ),
        (None, "2027-W14", "ja", "at most 26 weeks from 2026-W41 by the rule agreement.assessed_weeks"),
    ],
)
def test_an_internship_that_outlives_its_rule_is_refused(
    engine: Engine, tmp_path: Path, target_group: str | None, last: str, assessed: str | None, said: str
) -> None:
    sheets = _centre(target_group, "praktik", "2026-W41", last, "blive kok", 12, assessed)
    (error,) = refused(engine, write_xlsx(tmp_path / "centre.xlsx", sheets)).errors
    assert (error.sheet, error.row, error.column, error.expected) == ("agreements", 2, "until_week", said)


def test_more_hours_than_a_week_may_have_are_refused(engine: Engine, tmp_path: Path) -> None:
    sheets = _centre(None, "motion", "2026-W41", "2026-W50", "mere luft", 38, None)
    (error,) = refused(engine, write_xlsx(tmp_path / "centre.xlsx", sheets)).errors
    assert (error.column, error.expected) == ("week_hours", "at most 37 hours by the rule agreement.most_week_minutes")


def test_a_step_may_say_its_leg_and_since_when_it_is_worked_towards(engine: Engine, tmp_path: Path) -> None:
    steps = [
        ["citizen", "by_week", "words", "livsområde", "sat den"],
        ["B1", "2026-W50", "sove om natten", "sind", "1.9.2026"],
    ]
    with writing(engine) as session:
        import_files(session, [write_xlsx(tmp_path / "centre.xlsx", centre(sub_goals=steps))])
        step = session.scalars(select(SubGoal)).one()
        assert (step.words, step.leg_id, step.set_on) == ("sove om natten", "sind", dt.date(2026, 9, 1))


def test_what_the_rules_allow_is_kept_with_its_hours(engine: Engine, tmp_path: Path) -> None:
    sheets = _centre("jobparat", "praktik", "2026-W41", "2027-W01", "blive kok", 12.5, "ja")
    with writing(engine) as session:
        import_files(session, [write_xlsx(tmp_path / "centre.xlsx", sheets)])
    with reading(engine) as session:
        agreement = session.scalars(select(Agreement)).one()
        assert (agreement.week_minutes, agreement.assessed, agreement.agreed_by) == (750, True, None)
