"""What a run means for people, in figures that name nobody, beside those of another; and why somebody got less."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.weeks import shift_week
from scheduler.life import published_run
from scheduler.tables import BelowMinimum, PlanException, Run, UncoveredLeg

MINUTES = 60


class Figure(NamedTuple):
    """One figure of a run and the same of another run, where there is one; `unit` is `count`, `percent` or `hours`."""

    slug: str
    value: float
    before: float | None
    unit: str
    more_is_better: bool | None = None

    @property
    def change(self) -> float | None:
        """How much it has grown."""
        return None if self.before is None else self.value - self.before


class Shortfall(NamedTuple):
    """How many citizens got less hours than agreed, and how many legs nobody carries, for one reason.

    `kind`: `exception`, `alone`, `crowded` (see `scheduler.tables.BelowMinimum`) or `leg`; `slug` is a rule or a row.
    """

    kind: str
    slug: str
    number: int


def run_before(session: Session, run: Run) -> Run | None:
    """The run that is published for the week before."""
    earlier = published_run(session, shift_week(run.week, -1))
    return None if earlier is None else session.get_one(Run, earlier)


def figures(run: Run, before: Run | None) -> list[Figure]:
    """What a run means for people, the most important first; a run without a plan has none."""
    now, then = _values(run), {} if before is None else _values(before)
    return [
        Figure(slug, value, then.get(slug), unit, better)
        for slug, unit, better in _FIGURES
        if (value := now.get(slug)) is not None
    ]


_FIGURES = (
    ("under_way", "percent", True),
    ("below_minimum", "count", False),
    ("legs_covered", "percent", True),
    ("wishers_met", "percent", True),
    ("hours", "hours", None),
    ("seats_used", "percent", None),
    ("citizens", "count", None),
    ("groups_running", "count", None),
)


def _values(run: Run) -> dict[str, float]:
    known = run.figures
    if not known:
        return {}
    shares = {
        "under_way": ("under_way", "citizens"),
        "legs_covered": ("legs_covered", "legs"),
        "wishers_met": ("wishers_met", "wishers"),
        "seats_used": ("seats_used", "seats"),
    }
    counts = {slug: float(known[slug]) for slug in ("below_minimum", "citizens", "groups_running") if slug in known}
    percents = {slug: 100 * known[part] / known[whole] for slug, (part, whole) in shares.items() if known.get(whole)}
    citizens = known.get("citizens")
    hours = {"hours": known["minutes"] / citizens / MINUTES} if citizens else {}
    return counts | percents | hours


def shortfalls(session: Session, run_id: int) -> list[Shortfall]:
    """Why somebody got less than was wanted, each reason with its number, the most frequent of each kind first."""
    below = select(BelowMinimum.reason, BelowMinimum.slug, func.count()).where(BelowMinimum.run_id == run_id)
    legs = select(UncoveredLeg.slug, func.count()).where(UncoveredLeg.run_id == run_id).group_by(UncoveredLeg.slug)
    broken = select(PlanException.slug, func.count()).where(PlanException.run_id == run_id)
    found = [
        *(Shortfall("exception", *row) for row in session.execute(broken.group_by(PlanException.slug))),
        *(Shortfall(*row) for row in session.execute(below.group_by(BelowMinimum.reason, BelowMinimum.slug))),
        *(Shortfall("leg", *row) for row in session.execute(legs)),
    ]
    order = ("exception", "alone", "crowded", "leg")
    return sorted(found, key=lambda each: (order.index(each.kind), -each.number, each.slug))
