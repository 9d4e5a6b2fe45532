"""Goals, agreements, ratings and attendance as people meet them over HTTP."""

from __future__ import annotations

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from catalog.database import reading, writing
from catalog.tables import Group, Indicator
from catalog.weeks import monday_of, shift_week
from scheduler.attendance import Mark
from scheduler.audit import who_looked
from scheduler.calling_off import call_off
from scheduler.chores import look_at_steps
from scheduler.erasure import erase
from scheduler.personal import copy_of
from scheduler.places import hold_plan
from scheduler.registers import record
from scheduler.request_effects import Asker
from scheduler.supplies import recount
from scheduler.tables import (
    Attendance,
    BrokenAgreement,
    CitizenStrength,
    Coming,
    FreedSeat,
    HelpAnswer,
    Place,
    Rating,
    SwapYes,
    TrialYes,
)
from tests.contract.asking import NOW, PAST, THIS_WEEK, WEEK, Asking, asking

__all__ = ["asking"]

# For what the two databases do alike, as other tests show.
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HERS = "/v1/citizens/1"
MONDAY, PAST_MONDAY = monday_of(WEEK).isoformat(), monday_of(PAST).isoformat()
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
AGREEMENT: dict[str, object] = {"offering_id": "motion", "from_week": WEEK, "until_week": shift_week(WEEK, 3)}
AGREEMENT |= {"week_minutes": 60, "why": "mere luft"}


def _step(asking: Asking, who: str = "citizen", **more: object) -> int:
    body = {"by_week": shift_week(WEEK, 4), "words": "sove om natten"} | more
    answer = asking.send(who, "POST", f"{HERS}/sub-goals", body)
    assert answer.status_code == 201, answer.text
    number: int = answer.json()["id"]
    return number


def _past_motion(asking: Asking) -> int:
    asking.publish_past()
    with reading(asking.engine) as session:
        return session.scalars(select(Group.id).where(Group.week == PAST, Group.code == "motion")).one()


@ON_ONE
def test_a_case_begins_with_what_she_brings_and_says_who_set_what(asking: Asking) -> None:
    with writing(asking.engine) as session:
        session.add(CitizenStrength(citizen_id=1, word="mad", kind="job_wish"))
    goal = {"kind": "job", "words": "i et køkken, 010190-1234", "words_of": "citizen"}
    assert asking.send("citizen", "PUT", f"{HERS}/goal", goal).json()["words"] == "i et køkken, (hidden)"
    step = _step(asking, "staff", words_of="staff")
    done = asking.send("citizen", "PUT", f"{HERS}/sub-goals/{step}/done", {"done": True}).json()
    assert (done["done"], done["set_by"], done["done_by"]) == (True, "staff", "citizen")
    case = asking.send("citizen", "GET", f"{HERS}/case").json()
    assert list(case) == ["citizen_id", "strengths", "job_wishes", "goal", "sub_goals", "agreements"]
    assert (case["job_wishes"], case["goal"]["set_by"], len(case["sub_goals"])) == (["mad"], "citizen", 1)
    for who, status in (("second", 404), ("friend", 404), ("leader", 200)):
        assert asking.send(who, "GET", f"{HERS}/case").status_code == status


@ON_ONE
def test_a_step_in_the_past_or_in_staffs_words_by_a_citizen_is_refused_by_name(asking: Asking) -> None:
    past = {"by_week": PAST, "words": "sove"}
    refused = asking.send("citizen", "POST", f"{HERS}/sub-goals", past)
    assert (refused.status_code, refused.json()["detail"]) == (
        422, f"by_week {PAST}: that week is past, expected {THIS_WEEK} or later",
    )  # fmt: skip
    theirs = {"by_week": WEEK, "words": "sove", "words_of": "staff"}
    assert asking.send("citizen", "POST", f"{HERS}/sub-goals", theirs).status_code == 422
    bad_week = asking.send("citizen", "POST", f"{HERS}/sub-goals", {"by_week": "2026-W60", "words": "sove"})
    assert "expected a week from 1 to 53" in bad_week.json()["detail"]
    assert asking.send("citizen", "GET", f"{HERS}/case").json()["sub_goals"] == []


def test_an_agreement_is_made_by_staff_and_broken_by_name_with_what_makes_up_for_it(asking: Asking) -> None:
    body = AGREEMENT | {"sub_goal_id": _step(asking)}
    assert asking.send("citizen", "POST", f"{HERS}/agreements", body).status_code == 403
    made = asking.send("staff", "POST", f"{HERS}/agreements", body)
    assert (made.status_code, made.json()["agreed_by"], made.json()["broken"]) == (201, "staff", None)
    again = asking.send("staff", "POST", f"{HERS}/agreements", body)
    assert (again.status_code, "is there already" in again.json()["detail"]) == (422, True)
    where = f"{HERS}/agreements/motion/{WEEK}/break"
    assert asking.send("staff", "POST", where, {"week": WEEK, "reason": "x", "made_up": ""}).status_code == 422
    broken = asking.send("staff", "POST", where, {"week": WEEK, "reason": "lukket", "made_up": "kor"}).json()
    assert (broken["left_week"], broken["broken"]["by"], broken["broken"]["made_up"]) == (WEEK, "staff", "kor")
    assert asking.send("citizen", "GET", f"{HERS}/case").json()["agreements"] == [broken]
    kept = asking.send("citizen", "GET", f"/v1/figures/promises?first={WEEK}&last={WEEK}").json()
    assert (kept["kept"], kept["broken"], kept["percent"]) == (1, 0, 100.0)  # Her published week has it all the same.
    assert asking.send("citizen", "GET", f"/v1/figures/promises?first={WEEK}&last={PAST}").status_code == 422


def test_both_views_of_a_quarter_stand_side_by_side(asking: Asking) -> None:
    with writing(asking.engine) as session:
        session.execute(update(Indicator).values(asked=["citizen", "staff"]))
        session.add(Indicator(id="fag", da="Faglige kompetencer", en="Skills", asked=["staff"]))
    assert asking.send("citizen", "PUT", f"{HERS}/ratings/staff", {"values": {"fag": 3}}).status_code == 403
    for value in (2, 4):
        asking.send("citizen", "PUT", f"{HERS}/ratings/citizen", {"values": {"helbred": value}})
    both = asking.send("staff", "PUT", f"{HERS}/ratings/staff", {"values": {"helbred": 3, "fag": 2}}).json()
    shown = [(row["indicator_id"], row["citizen"], row["staff"], row["difference"]) for row in both["ratings"]]
    assert shown == [("fag", None, 2, None), ("helbred", 4, 3, -1)]
    for values in ({"helbred": 0}, {"helbred": 6}, {"fag": 3}):
        assert asking.send("citizen", "PUT", f"{HERS}/ratings/citizen", {"values": values}).status_code == 422
    asked = asking.send("citizen", "GET", "/v1/ratings/questions", accept_language="en").json()
    assert [(each["indicator_id"], each["text"]) for each in asked["questions"]] == [
        ("helbred", "I can make everyday life work with my health."),
    ]  # fmt: skip
    assert (asked["steps"][0], asked["help"], asked["help_steps"][4]) == ("Not at all", "Did it help?", "Yes, a lot")


def test_one_tap_after_an_activity_and_none_for_what_she_did_not_have(asking: Asking) -> None:
    motion = _past_motion(asking)
    for value in (2, 5):
        tapped = asking.send("citizen", "PUT", f"{HERS}/groups/{motion}/help", {"value": value})
        assert tapped.json() == {"citizen_id": 1, "group_id": motion, "value": value}
    assert asking.send("citizen", "GET", f"{HERS}/weeks/{PAST}/help").json() == [tapped.json()]
    to_come = asking.send("citizen", "PUT", f"{HERS}/groups/{asking.group['motion']}/help", {"value": 3})
    assert (to_come.status_code, "has not begun" in to_come.json()["detail"]) == (409, True)
    assert asking.send("citizen", "PUT", f"{HERS}/groups/{motion}/help", {"value": 6}).status_code == 422
    with reading(asking.engine) as session:
        assert [row.value for row in session.scalars(select(HelpAnswer))] == [5]


def test_the_register_is_seen_and_filled_in_one_look_by_who_holds_the_group(asking: Asking) -> None:
    motion = _past_motion(asking)
    where = f"/v1/weeks/{PAST}/groups/{motion}/register"
    first = {"citizen_id": 1, "date": PAST_MONDAY, "start_min": 540, "state": "attended"}
    body = {"marks": [first, first | {"citizen_id": 2, "state": "absent", "reason": "ringede ikke"}]}
    answers = [asking.send("staff", "PUT", where, body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    seen = asking.send("staff", "GET", where).json()
    assert [person["citizen_id"] for person in seen["participants"]] == [1, 2]
    assert [(mark["citizen_id"], mark["state"]) for mark in seen["marks"]] == [(1, "attended"), (2, "absent")]
    assert asking.send("citizen", "GET", where).status_code == 403
    hers = asking.send("citizen", "GET", f"{HERS}/attendance").json()["marks"]
    assert [(mark["state"], mark["group_id"]) for mark in hers] == [("attended", motion)]
    with reading(asking.engine) as session:
        looks = {look.action for look in who_looked(session, 1)}
    assert {"register.write", "register.read", "attendance.read"} <= looks


@ON_ONE
def test_what_is_to_come_is_not_noted_and_a_whole_register_is_written_or_none_of_it(asking: Asking) -> None:
    where = f"/v1/weeks/{WEEK}/groups/{asking.group['motion']}/register"
    sick = {"citizen_id": 1, "date": MONDAY, "start_min": 540, "state": "sick"}
    refused = asking.send("staff", "PUT", where, {"marks": [sick, sick | {"citizen_id": 2, "state": "attended"}]})
    assert refused.status_code == 422
    assert "is to come, so only sick or excused" in refused.json()["detail"]
    assert asking.send("staff", "GET", where).json()["marks"] == []
    assert asking.own_week()[0] == [asking.group["motion"]]


def test_sickness_frees_the_seat_at_once_and_the_same_words_again_do_nothing_twice(asking: Asking) -> None:
    body = {"date": MONDAY, "state": "sick", "reason": "feber"}
    before = asking.own_week()[1]
    for _ in range(2):
        said = asking.send("citizen", "POST", f"{HERS}/attendance/off", body, Idempotency_Key="syg")
        assert said.status_code == 200
    assert [mark["state"] for mark in said.json()["marks"]] == ["sick"]
    assert asking.own_week()[0] == []
    assert asking.own_week()[1] != before
    anew = asking.send("citizen", "POST", f"{HERS}/attendance/off", body)
    assert (anew.status_code, "nothing to come" in anew.json()["detail"]) == (422, True)
    gone = body | {"date": (NOW.date() - dt.timedelta(days=300)).isoformat()}
    assert asking.send("citizen", "POST", f"{HERS}/attendance/off", gone).status_code in (404, 422)
    with reading(asking.engine) as session:
        assert recount(session, WEEK) == []


@ON_ONE
def test_an_overdue_step_is_a_task_of_her_contact_with_a_proposed_week(asking: Asking) -> None:
    step, later = _step(asking), NOW + dt.timedelta(weeks=9)
    assert [look_at_steps(asking.engine, later) for _ in range(2)] == [1, 0]
    (task,) = asking.send("staff", "GET", "/v1/tasks").json()["items"]
    assert (task["slug"], task["subject"], task["citizen_id"]) == ("sub_goal_overdue", str(step), 1)
    moved = asking.send("staff", "PUT", f"{HERS}/sub-goals/{step}/week", {"by_week": task["proposed_week"]}).json()
    assert (moved["by_week"], moved["first_by_week"]) == (task["proposed_week"], shift_week(WEEK, 4))
    counted = asking.send("leader", "GET", f"/v1/figures/steps?first={WEEK}&last={shift_week(WEEK, 5)}").json()
    assert (counted["open"], counted["percent"]) == (1, None)


def test_a_register_and_a_call_at_the_same_moment_free_each_seat_once(asking: Asking) -> None:
    motion, asker = asking.group["motion"], Asker(1, NOW, is_staff=True, on_behalf=True)

    def fill() -> None:
        with writing(asking.engine) as session:
            record(session, WEEK, motion, [Mark(who, monday_of(WEEK), 540, "sick") for who in (1, 2)], asker)

    with ThreadPoolExecutor(1) as thread:
        with writing(asking.engine) as session:
            hold_plan(session, 1, WEEK)
            filled = thread.submit(fill)
            waits = asking.engine.dialect.name == "postgresql"
            while waits and not filled.done() and not session.scalar(WAITING):
                time.sleep(0.01)
            call_off(session, 1, monday_of(WEEK), "sick", "", asker)
        filled.result()
    with reading(asking.engine) as session:
        assert len(session.scalars(select(FreedSeat)).all()) == len(session.scalars(select(Attendance)).all()) == 2
        assert session.scalars(select(Place).where(Place.group_id == motion)).all() == []
        assert recount(session, WEEK) == []


@ON_ONE
def test_whoever_acts_for_her_may_do_all_of_it_and_who_only_sees_her_week_none(asking: Asking) -> None:
    for may, status in (("see", 404), ("act", 200)):
        asking.let_act(may)
        assert asking.send("friend", "GET", f"{HERS}/ratings").status_code == status
        assert asking.send("friend", "PUT", f"{HERS}/goal", {"kind": "job"}).status_code == status


def test_a_copy_holds_all_of_it_and_an_erasure_leaves_none(asking: Asking, tmp_path: Path) -> None:
    motion = _past_motion(asking)
    with writing(asking.engine) as session:
        session.execute(update(Indicator).values(asked=["citizen", "staff"]))
    asking.send("staff", "POST", f"{HERS}/agreements", AGREEMENT | {"sub_goal_id": _step(asking)})
    where = f"{HERS}/agreements/motion/{WEEK}/break"
    asking.send("staff", "POST", where, {"week": WEEK, "reason": "lukket", "made_up": "kor"})
    asking.send("citizen", "PUT", f"{HERS}/ratings/citizen", {"values": {"helbred": 2}})
    asking.send("citizen", "PUT", f"{HERS}/groups/{motion}/help", {"value": 4})
    mark = {"citizen_id": 1, "date": PAST_MONDAY, "start_min": 540, "state": "attended"}
    asking.send("staff", "PUT", f"/v1/weeks/{PAST}/groups/{motion}/register", {"marks": [mark]})
    body = {"date": MONDAY, "group_id": asking.group["motion"]}
    asking.send("citizen", "POST", f"{HERS}/attendance/coming", body)
    for kind in ("trials", "swaps"):
        asking.send("citizen", "PUT", f"{HERS}/{kind}", {"yes": True})
    tables = (Attendance, Coming, HelpAnswer, Rating, BrokenAgreement, TrialYes, SwapYes)
    with writing(asking.engine) as session:
        copied = copy_of(session, 1)
        assert all(len(copied[table.__tablename__]) == 1 for table in tables)
        erase(session, 1, tmp_path / "erased", NOW)
        assert [row for table in tables for row in session.scalars(select(table))] == []


@ON_ONE
def test_she_says_whether_she_wants_to_try_or_to_swap_and_may_change_her_mind(asking: Asking) -> None:
    for path, other in ((f"{HERS}/trials", f"{HERS}/swaps"), (f"{HERS}/swaps", f"{HERS}/trials")):
        said = []
        for yes in (True, True, False):
            asking.send("citizen", "PUT", path, {"yes": yes})
            said.append(asking.send("citizen", "GET", path).json()["yes"])
            assert asking.send("citizen", "GET", other).json()["yes"] is False  # A yes to one is none to the other.
        assert said == [True, True, False]
        _refuses_others(asking, path)


def _refuses_others(asking: Asking, path: str) -> None:
    assert asking.send("second", "PUT", path, {"yes": True}).status_code == 404
    assert asking.send("citizen", "PUT", path, {"yes": "perhaps"}).status_code == 422


def test_a_citizen_reads_what_is_believed_to_help_her_and_staff_what_offerings_seem_to_do(asking: Asking) -> None:
    believed = asking.send("citizen", "GET", f"/v1/citizens/1/help/{WEEK}").json()
    assert believed
    assert all(row["words"] and row["account"]["answers"] == 0 for row in believed)
    assert asking.send("citizen", "GET", f"/v1/citizens/2/help/{WEEK}").status_code == 404
    assert asking.send("citizen", "GET", f"/v1/figures/effects?week={WEEK}").status_code == 403
    told = asking.send("leader", "GET", f"/v1/figures/effects?week={WEEK}").json()
    assert told["effects"] == []  # Too few have said anything.
    assert "ikke bevis" in told["caution"]
