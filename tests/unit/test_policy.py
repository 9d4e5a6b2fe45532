"""Every role and every action, on a citizen of one's own, somebody else's and nobody."""

from __future__ import annotations

import dataclasses

import pytest

from scheduler.policy import (
    ACTIONS,
    Actor,
    NotPermittedError,
    UnknownCitizenError,
    UnknownGroupError,
    UnknownStaffError,
    permit,
    permit_citizen,
    permit_group,
    permit_staff,
    permit_team,
)
from scheduler.scope import visible_citizens, visible_groups, visible_staff
from scheduler.tables import Contact
from tests.unit.people import TODAY, People, people

__all__ = ["people"]

ABSENT = (0, -1, 999_999, 2**31, 2**63, 2**70)

# Who may do it at all, and who may do it on a citizen of her own: a citizen (C), a representative who may see (R) or
# act (A), staff with a caseload (S), a planner (P), an admin with the scope of the whole centre (M).
TABLE = {
    "session.read": ("CRASPM", "CSM"),
    "session.end": ("CRASPM", "CSM"),
    "catalog.read": ("CRASPM", "CSM"),
    "catalog.write": ("PM", "M"),
    "scenario.ask": ("PM", "M"),
    "scenario.read": ("PM", "M"),
    "week.write": ("SPM", "SM"),
    "citizen.list": ("SM", "SM"),
    "citizen.read": ("CRASM", "CRASM"),
    "citizen.write": ("SM", "SM"),
    "citizen.export": ("CSM", "CSM"),
    "citizen.erase": ("M", "M"),
    "wishes.write": ("CRASM", "CASM"),
    "availability.write": ("CRASM", "CASM"),
    "lock.write": ("SM", "SM"),
    "plan.read": ("CRASM", "CRASM"),
    "plan.answer": ("CRASM", "CASM"),
    "request.read": ("CRASM", "CRASM"),
    "request.write": ("CRASM", "CASM"),
    "goal.read": ("CRASM", "CASM"),
    "goal.write": ("CRASM", "CASM"),
    "agreement.write": ("SM", "SM"),
    "rating.read": ("CRASM", "CASM"),
    "rating.write": ("CRASM", "CASM"),
    "rating.staff": ("SM", "SM"),
    "attendance.read": ("CRASM", "CASM"),
    "attendance.write": ("CRASM", "CASM"),
    "register.read": ("SM", "SM"),
    "register.write": ("SM", "SM"),
    "promises.read": ("CRASPM", "CSM"),
    "figures.read": ("SPM", "SM"),
    "run.ask": ("SPM", "SM"),
    "run.read": ("SPM", "SM"),
    "run.cancel": ("SPM", "SM"),
    "run.approve": ("SM", "SM"),
    "run.publish": ("M", "M"),
    "run.withdraw": ("M", "M"),
    "group.participants": ("SM", "SM"),
    "group.change": ("SM", "SM"),
    "staff.week": ("SM", "SM"),
    "feed.write": ("CRASM", "CASM"),
    "import.write": ("M", "M"),
    "export.read": ("M", "M"),
    "audit.own": ("CM", "CM"),
    "audit.read": ("M", "M"),
    "account.write": ("M", "M"),
    "code.write": ("SM", "SM"),
    "task.read": ("SM", "SM"),
    "task.write": ("SM", "SM"),
    "message.own": ("CSM", "CSM"),
    "message.read": ("SM", "SM"),
    "text.receive": ("M", "M"),
    "representation.own": ("CRA", "C"),
    "representation.read": ("CSM", "CSM"),
    "representation.write": ("CSM", "CSM"),
}


def _outcome(people: People, actor: Actor, action: str, citizen: int) -> str:
    try:
        permit_citizen(people.session, actor, action, citizen, TODAY)
    except NotPermittedError:
        return "refused"
    except UnknownCitizenError as error:
        return str(error).replace(str(citizen), "N")
    return "may"


UNKNOWN = "citizen N: no such citizen among yours; look her up in your list"


def test_the_table_holds_every_action() -> None:
    assert set(TABLE) == set(ACTIONS)


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_everybody_may_do_on_whom_the_table_says_and_on_nobody_else(
    people: People,
    action: str,
) -> None:
    at_all, on_hers = TABLE[action]
    for letter, actor in people.actors.items():
        refused = letter not in at_all
        expected = "refused" if refused else "may" if letter in on_hers else UNKNOWN
        assert _outcome(people, actor, action, people.hers) == expected, letter
        elsewhere = "refused" if refused else "may" if letter == "M" else UNKNOWN
        assert _outcome(people, actor, action, people.other) == elsewhere, letter
        for absent in ABSENT:
            assert _outcome(people, actor, action, absent) == ("refused" if refused else UNKNOWN), letter
        seen = set(people.session.scalars(visible_citizens(actor, action, TODAY)))
        reached = {people.hers, people.other} if letter == "M" else {people.hers}
        assert seen == (reached if letter in on_hers else set()), letter


def test_staff_of_the_whole_centre_may_what_staff_may_on_everybody(people: People) -> None:
    actor = dataclasses.replace(people.actors["S"], scope="centre")
    for action, roles in ACTIONS.items():
        expected = "may" if "staff" in roles else "refused"
        assert {_outcome(people, actor, action, citizen) for citizen in (people.hers, people.other)} == {expected}
        assert _outcome(people, actor, action, 999_999) == (UNKNOWN if "staff" in roles else "refused")


def test_an_admin_without_the_scope_of_the_whole_centre_reads_no_plan(people: People) -> None:
    for scope in ("team", "caseload"):
        actor = dataclasses.replace(people.actors["M"], scope=scope, staff_id="anna", team="nord")
        permit(actor, "account.write")
        assert _outcome(people, actor, "plan.read", people.hers) == UNKNOWN


def test_a_team_is_shared_and_no_team_is_not(people: People) -> None:
    bo = dataclasses.replace(people.actors["S"], staff_id="bo")
    assert _outcome(people, bo, "plan.read", people.hers) == UNKNOWN
    assert _outcome(people, dataclasses.replace(bo, scope="team"), "plan.read", people.hers) == "may"
    assert _outcome(people, dataclasses.replace(bo, scope="team"), "plan.read", people.other) == UNKNOWN
    people.add(Contact(citizen_id=people.other, role="job_mentor", staff_id="dora"))
    erik = dataclasses.replace(bo, scope="team", staff_id="erik", team="")
    assert _outcome(people, erik, "plan.read", people.other) == UNKNOWN
    dora = dataclasses.replace(erik, staff_id="dora")
    assert _outcome(people, dora, "plan.read", people.other) == "may"


def test_staff_without_a_member_of_staff_reach_nobody(people: People) -> None:
    for scope in ("team", "caseload", "unheard of"):
        actor = dataclasses.replace(people.actors["S"], staff_id=None, team=None, scope=scope)
        assert _outcome(people, actor, "citizen.read", people.hers) == UNKNOWN


@pytest.mark.parametrize(("days", "revoked", "outcome"), [(0, False, "may"), (-1, False, UNKNOWN), (9, True, UNKNOWN)])
def test_a_leave_holds_through_its_last_day_unless_it_is_revoked(
    people: People,
    days: int,
    revoked: bool,
    outcome: str,
) -> None:
    account = people.account("cousin", "representative")
    people.represent(people.other, account, "act", days, revoked)
    actor = dataclasses.replace(people.actors["R"], account_id=account)
    assert _outcome(people, actor, "plan.answer", people.other) == outcome
    assert _outcome(people, actor, "plan.answer", people.hers) == UNKNOWN


def test_a_citizen_who_acts_for_another_reaches_both_but_grants_nothing_for_her(
    people: People,
) -> None:
    account = people.account("b1", "citizen", people.hers)
    people.represent(people.other, account, "act")
    actor = dataclasses.replace(people.actors["C"], account_id=account)
    for citizen in (people.hers, people.other):
        assert _outcome(people, actor, "plan.answer", citizen) == "may"
    assert _outcome(people, actor, "representation.write", people.other) == UNKNOWN
    assert _outcome(people, actor, "audit.own", people.other) == UNKNOWN


def test_a_leave_counts_for_nobody_but_citizens_and_representatives(people: People) -> None:
    account = people.account("cousin", "planner")
    people.represent(people.hers, account, "act")
    planner = dataclasses.replace(people.actors["P"], account_id=account)
    assert _outcome(people, planner, "catalog.read", people.hers) == UNKNOWN


def test_a_group_s_participants_are_for_who_holds_it(people: People) -> None:
    hers, other = people.groups
    staff, session = people.actors["S"], people.session
    bo = dataclasses.replace(staff, staff_id="bo", scope="team")
    for actor in (staff, bo):
        permit_group(session, actor, "group.participants", hers)
        for foreign in (other, *ABSENT):
            with pytest.raises(UnknownGroupError, match=rf"group {foreign}: no such group among yours"):
                permit_group(session, actor, "group.participants", foreign)
    permit_group(session, people.actors["M"], "group.participants", other)
    for letter in "CRAP":
        with pytest.raises(NotPermittedError):
            permit_group(session, people.actors[letter], "group.participants", hers)
        assert not session.scalars(visible_groups(people.actors[letter], "group.participants")).all()


def test_a_week_of_staff_is_for_herself_and_her_team(people: People) -> None:
    staff, session = people.actors["S"], people.session
    permit_staff(session, staff, "staff.week", "anna")
    permit_staff(session, dataclasses.replace(staff, scope="team"), "staff.week", "bo")
    permit_staff(session, people.actors["M"], "staff.week", "carl")
    for actor, foreign in (
        (staff, "bo"),
        (dataclasses.replace(staff, scope="team"), "carl"),
        (staff, "a\0"),
        (staff, ""),
    ):
        with pytest.raises(UnknownStaffError, match="no such member of staff among yours"):
            permit_staff(session, actor, "staff.week", foreign)
    assert not session.scalars(visible_staff(people.actors["P"], "staff.week")).all()


def test_one_s_own_team_is_approved_by_its_staff_and_everybody_by_the_whole_centre(people: People) -> None:
    staff = people.actors["S"]
    permit_team(dataclasses.replace(staff, scope="team"), "run.approve", "nord")
    for team in ("", "nord", "syd"):
        permit_team(dataclasses.replace(staff, scope="centre"), "run.approve", team)
    for actor, team in (
        (staff, "nord"),
        (dataclasses.replace(staff, scope="team"), "syd"),
        (dataclasses.replace(staff, scope="team"), ""),
        (dataclasses.replace(staff, scope="team", team=""), ""),
        (people.actors["P"], ""),
    ):
        with pytest.raises(NotPermittedError, match=r"run\.approve: you may not do this"):
            permit_team(actor, "run.approve", team)


def test_an_action_that_is_not_declared_is_a_mistake_of_the_program(people: People) -> None:
    with pytest.raises(KeyError):
        permit(people.actors["M"], "citizen.sell")
    with pytest.raises(KeyError):
        visible_citizens(people.actors["M"], "citizen.sell")
