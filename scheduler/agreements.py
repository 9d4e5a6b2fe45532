"""What the centre promises a citizen: one offering, until a week, in order to reach a sub-goal.

It binds the centre only. Breaking a promise is a decision with a name, a reason and what makes up for it; the promise
itself is never deleted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from catalog.tables import Offering, Series
from catalog.weeks import monday_of, shift_week, week_of, weeks_between
from scheduler import messages
from scheduler.progress_rules import AgreementRules, read_agreement_rules
from scheduler.request_effects import CHANNEL, Asker
from scheduler.stored import NotFoundError
from scheduler.tables import Agreement, BrokenAgreement, CitizenTargetGroup, SubGoal


class AgreementError(ValueError):
    """An agreement cannot be made or broken so; the message names what is wrong and what was expected.

    `slug` is the rule, and `facts` what its words in any language need.
    """

    def __init__(self, slug: str, message: str, **facts: str | int) -> None:
        self.slug, self.facts = slug, facts
        super().__init__(message)


@dataclass(frozen=True)
class Promise:
    """An agreement that is to be made. `assessed`: a person has assessed that it may last longer than the usual."""

    offering_id: str
    from_week: str
    until_week: str
    sub_goal_id: int
    week_minutes: int
    why: str
    series_id: str | None = None
    assessed: bool = False


class Agreed(NamedTuple):
    """An agreement, and the decision not to keep it, if any."""

    agreement: Agreement
    broken: BrokenAgreement | None


def agreements_of(session: Session, citizen_id: int) -> list[Agreed]:
    """Everything that was ever agreed with her, in order."""
    same = (
        (BrokenAgreement.citizen_id == Agreement.citizen_id)
        & (BrokenAgreement.offering_id == Agreement.offering_id)
        & (BrokenAgreement.from_week == Agreement.from_week)
    )
    rows = select(Agreement, BrokenAgreement).outerjoin(BrokenAgreement, same)
    rows = rows.where(Agreement.citizen_id == citizen_id).order_by(Agreement.from_week, Agreement.offering_id)
    return [Agreed(*row) for row in session.execute(rows)]


def agree(session: Session, citizen_id: int, promise: Promise, asker: Asker) -> Agreement:
    """Promise an offering.

    Raises
    ------
    NotFoundError
        There is no such offering or series, or she has no such sub-goal.
    AgreementError
        It begins in the past, ends before it begins, lasts longer than its rule allows, asks too many minutes, leads to
        a sub-goal that is reached, or another agreement on the offering stands in these weeks.
    """
    offering = session.get(Offering, promise.offering_id)
    if offering is None:
        raise NotFoundError(f"there is no offering {promise.offering_id!r}")
    rules = read_agreement_rules(session, monday_of(promise.from_week))
    _check_weeks(promise, asker)
    if not 0 < promise.week_minutes <= rules.most_week_minutes:
        most = f"1 to {rules.most_week_minutes} by the rule agreement.most_week_minutes"
        raise AgreementError(
            "minutes", f"week_minutes {promise.week_minutes}: expected {most}", most=rules.most_week_minutes // 60
        )
    if not promise.why.strip():
        raise AgreementError("why", "why: an agreement needs its reason in words")
    _check_sub_goal(session, citizen_id, promise.sub_goal_id)
    if promise.series_id is not None:
        _check_series(session, promise.series_id, offering)
    first = _first_week(session, citizen_id, promise)
    if offering.kind == "internship":
        _refuse_too_long(session, citizen_id, promise, offering, first, rules)
    agreement = Agreement(
        citizen_id=citizen_id, **vars(promise), agreed_by=asker.account_id, agreed_at=asker.at
    )  # fmt: skip
    session.add(agreement)
    session.flush()
    return agreement


def break_agreement(
    session: Session, citizen_id: int, key: tuple[str, str], week: str, reason: str, made_up: str, asker: Asker
) -> BrokenAgreement:
    """Decide that the centre does not keep an agreement from a week on, and tell her.

    Parameters
    ----------
    key
        The agreement's offering and first week.

    Raises
    ------
    NotFoundError
        She has no such agreement.
    AgreementError
        It does not stand in that week, the week is past, or the reason or what makes up for it is missing.
    """
    offering_id, from_week = key
    agreement = session.get(Agreement, (citizen_id, offering_id, from_week), with_for_update=True)
    if agreement is None:
        raise NotFoundError(f"she has no agreement on {offering_id} from week {from_week}")
    for name, text in (("reason", reason), ("made_up", made_up)):
        if not text.strip():
            raise AgreementError(name, f"{name}: breaking a promise needs a reason and what makes up for it, in words")
    if agreement.left_week is not None:
        message = f"the agreement on {offering_id} stands no longer from week {agreement.left_week} on"
        raise AgreementError("left", message, week=agreement.left_week)
    earliest = max(from_week, week_of(asker.today))
    if not earliest <= week <= agreement.until_week:
        message = f"week {week}: expected {earliest} to {agreement.until_week}, in which it stands"
        raise AgreementError("week", message, first=earliest, last=agreement.until_week)
    agreement.left_week = week
    broken = BrokenAgreement(
        citizen_id=citizen_id, offering_id=offering_id, from_week=from_week, week=week, reason=reason, made_up=made_up,
        account_id=asker.account_id, at=asker.at,
    )  # fmt: skip
    session.add(broken)
    session.flush()
    told = {"offering": offering_id, "week": week}
    messages.queue(session, citizen_id, CHANNEL, "agreement_broken", told, asker.at)
    return broken


def longest_internship(rules: AgreementRules, law: str, target_group: str, assessed: bool) -> tuple[int, str]:
    """How many weeks an internship by this law may last for somebody of a target group, and by which rule."""
    if law != rules.company_law:
        return rules.internship_weeks, "agreement.internship_weeks"
    if assessed:
        return rules.assessed_weeks, "agreement.assessed_weeks"
    known = target_group if target_group in rules.company_weeks else "other"
    return rules.company_weeks[known], f"agreement.company_weeks.{known}"


def _check_weeks(promise: Promise, asker: Asker) -> None:
    if promise.from_week < (this_week := week_of(asker.today)):
        message = f"from_week {promise.from_week}: that week is past, expected {this_week} or later"
        raise AgreementError("past", message, week=this_week)
    if promise.until_week < promise.from_week:
        message = f"until_week {promise.until_week}: expected from_week {promise.from_week} or later"
        raise AgreementError("backwards", message)


def _check_sub_goal(session: Session, citizen_id: int, sub_goal_id: int) -> None:
    hers = (SubGoal.id == sub_goal_id, SubGoal.citizen_id == citizen_id)
    done = session.scalar(select(SubGoal.done).where(*hers))
    if done is None:
        raise NotFoundError(f"sub-goal {sub_goal_id}: she has no such sub-goal")
    if done:
        raise AgreementError("reached", f"sub_goal_id {sub_goal_id}: that sub-goal is reached, expected an open one")


def _check_series(session: Session, series_id: str, offering: Offering) -> None:
    series = session.get(Series, series_id)
    if series is None or series.offering_id != offering.id:
        raise NotFoundError(f"offering {offering.id} has no series {series_id!r}")


def _first_week(session: Session, citizen_id: int, promise: Promise) -> str:
    """The first week of what was agreed on the offering without a gap until now; raises where two would overlap."""
    hers = select(Agreement.from_week, Agreement.until_week, Agreement.left_week)
    hers = hers.where(Agreement.citizen_id == citizen_id, Agreement.offering_id == promise.offering_id)
    first = promise.from_week
    for start, until, left in session.execute(hers.order_by(Agreement.from_week.desc())).all():
        last = until if left is None else min(until, shift_week(left, -1))
        if start == promise.from_week or (start <= promise.until_week and last >= promise.from_week):
            message = f"{promise.offering_id}: an agreement from week {start} until {until} is there already"
            raise AgreementError("overlap", message, first=start, last=until)
        if start < first and last >= start and shift_week(first, -1) <= last:
            first = start
    return first


def _refuse_too_long(
    session: Session, citizen_id: int, promise: Promise, offering: Offering, first: str, rules: AgreementRules
) -> None:
    target = _target_group(session, citizen_id, promise.from_week)
    most, rule = longest_internship(rules, offering.legal, target, promise.assessed)
    weeks = weeks_between(first, promise.until_week) + 1
    if weeks > most:
        since = "" if first == promise.from_week else f", counted from {first} on, since when it goes on without a gap"
        allowed = f"expected at most {most} weeks by the rule {rule}, found {weeks}{since}"
        raise AgreementError("too_long", f"until_week {promise.until_week}: {allowed}", most=most, found=weeks)


def _target_group(session: Session, citizen_id: int, week: str) -> str:
    """The target group that a citizen belongs to when a week begins; empty where nobody noted one."""
    day, group = monday_of(week), CitizenTargetGroup
    holds = (
        group.citizen_id == citizen_id,
        group.valid_from <= day,
        or_(group.valid_to.is_(None), group.valid_to >= day),
    )
    newest = select(group.target_code).where(*holds).order_by(group.valid_from.desc()).limit(1)
    return session.scalar(newest) or ""
