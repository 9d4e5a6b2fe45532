"""What a person looks at before she approves a run: the exceptions first, then what is worse than its limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.answers import share_heard
from scheduler.difference import Against, compare
from scheduler.gate import Compare, Count, Finding, Inspection, count_faults, inspect
from scheduler.reading import columns
from scheduler.tables import Approval, BelowMinimum, Citizen, PlanAnswer, PlanException, UncoveredLeg
from scheduler.teams import citizens_of, num_outside, teams_in

ASKS = ("change", "call_me")


@dataclass
class CitizenReview:
    """A citizen whose week somebody should look at, and everything that is remarkable about it."""

    citizen_id: int
    external_id: str = ""
    exception: str = ""  # the rule that her own locks break
    minutes_short: int = 0
    short_reason: str = ""  # alone or crowded
    short_slug: str = ""
    legs: list[str] = field(default_factory=list)  # not covered, as leg: rule
    answer: str = ""
    text: str = ""
    gone: int = 0  # groups that she had and has no more, where the change is big
    new: int = 0

    @property
    def rank(self) -> int:
        """What is looked at first: 0 an exception, 1 hours, 2 legs, 3 an answer, 4 a big change."""
        remarkable = (self.exception, self.minutes_short, self.legs, self.answer, self.gone + self.new)
        return next(place for place, found in enumerate(remarkable) if found)


@dataclass(frozen=True)
class Signature:
    """Who approved, for which team (empty: everybody), and why in spite of the gate."""

    team: str
    account_id: int
    at: dt.datetime
    reason: str


@dataclass(frozen=True)
class Review:
    """A run as it lies before the person who approves it."""

    run_id: int
    week: str
    state: str
    citizens: tuple[CitizenReview, ...]  # those to look at, the most pressing first
    findings: tuple[Finding, ...]  # an approval needs a reason where there is one
    against: Against | None
    moved: int
    unchanged: int
    share_heard: float
    approvals: tuple[Signature, ...]
    teams_left: tuple[str, ...]
    without_team: int  # citizens whom only an approval of the whole covers


def review(
    session: Session, run_id: int, team: str = "", compared: Compare = compare, faults: Count = count_faults
) -> Review:
    """Collect what a person should see of a run, of one team's citizens where a team is named; see `inspect`.

    Raises
    ------
    NotFoundError
        There is no such run.
    MissingSettingError
        A limit has no value for the week.
    """
    seen = inspect(session, run_id, compared, faults)
    signed = session.scalars(select(Approval).where(Approval.run_id == run_id).order_by(Approval.id)).all()
    teams = teams_in(session, run_id)
    moved = seen.difference
    return Review(
        run_id=run_id,
        week=seen.run.week,
        state=seen.run.state,
        citizens=_remarkable(session, seen, team),
        findings=seen.findings,
        against=seen.against,
        moved=moved.moved if moved else 0,
        unchanged=moved.unchanged if moved else seen.run.num_citizens,
        share_heard=share_heard(session, run_id),
        approvals=tuple(Signature(each.team, each.account_id, each.at, each.reason) for each in signed),
        teams_left=tuple(sorted(teams - {each.team for each in signed})) if seen.run.state == "proposed" else (),
        without_team=num_outside(session, run_id, teams),
    )


def _remarkable(session: Session, seen: Inspection, team: str) -> tuple[CitizenReview, ...]:
    found: dict[int, CitizenReview] = {}

    def about(citizen: int) -> CitizenReview:
        return found.setdefault(citizen, CitizenReview(citizen))

    _add_shortfalls(session, seen.run.id, about)
    asked = select(PlanAnswer.citizen_id, PlanAnswer.answer, PlanAnswer.text)
    for citizen, answer, text in session.execute(
        asked.where(PlanAnswer.run_id == seen.run.id, PlanAnswer.answer.in_(ASKS))
    ):
        about(citizen).answer, about(citizen).text = answer, text
    for move in seen.difference.moves if seen.difference else ():
        if len(move.gone) + len(move.new) >= seen.limits.big_change_groups:
            about(move.citizen_id).gone, about(move.citizen_id).new = len(move.gone), len(move.new)
    names = dict(zip(*columns(session, select(Citizen.id, Citizen.external_id)), strict=True))
    ours = set(session.scalars(citizens_of({team}))) if team else found.keys()
    for each in found.values():
        each.external_id = names[each.citizen_id]
    chosen = (each for citizen, each in found.items() if citizen in ours)
    return tuple(sorted(chosen, key=lambda each: (each.rank, each.external_id)))


def _add_shortfalls(session: Session, run_id: int, about: Callable[[int], CitizenReview]) -> None:
    exceptions = select(PlanException.citizen_id, PlanException.slug).where(PlanException.run_id == run_id)
    for citizen, slug in session.execute(exceptions):
        about(citizen).exception = slug
    for short in session.scalars(select(BelowMinimum).where(BelowMinimum.run_id == run_id)):
        person = about(short.citizen_id)
        person.minutes_short, person.short_reason, person.short_slug = short.minutes, short.reason, short.slug
    legs = select(UncoveredLeg.citizen_id, UncoveredLeg.leg_id, UncoveredLeg.slug).order_by(UncoveredLeg.leg_id)
    for citizen, leg, slug in session.execute(legs.where(UncoveredLeg.run_id == run_id)):
        about(citizen).legs.append(f"{leg}: {slug}")
