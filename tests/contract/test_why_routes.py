"""Why a citizen has an activity and why not another, as people ask over HTTP."""

from __future__ import annotations

from sqlalchemy import update

from catalog.database import writing
from catalog.tables import Group
from tests.contract.asking import PAST, PLAN, WEEK, Asking, asking
from tests.unit.plan_town import PlanTown

__all__ = ["asking"]

HERS = f"/v1/citizens/1/weeks/{WEEK}"


def test_why_is_a_sentence_to_the_citizen_and_points_are_for_staff(asking: Asking) -> None:
    path = f"{HERS}/why/{asking.group['motion']}"
    told = asking.send("citizen", "GET", path).json()
    assert told["reasons"] == [{"slug": "fits", "say": "motion (da) passer ind i din uge."}]
    assert told["points"] is None
    by_staff = asking.send("staff", "GET", path, Accept_Language="en").json()
    assert by_staff["reasons"][0]["say"] == "motion (en) fits into your week."
    assert "whole" in by_staff["points"]


def test_why_not_says_what_it_would_take(asking: Asking) -> None:
    told = asking.send("citizen", "GET", f"{HERS}/why-not/kor").json()
    assert [reason["slug"] for reason in told["reasons"]] == ["weekly_hours", "cost"]
    assert told["would"] == ["Du kan få kor (da), hvis du undværer motion (da)."]
    held = asking.send("citizen", "GET", f"{HERS}/why-not/motion").json()
    assert [reason["slug"] for reason in held["reasons"]] == ["held"]


def test_a_question_is_about_her_week_as_it_stands(asking: Asking) -> None:
    with_time = asking.send("leader", "GET", f"/v1/citizens/3/weeks/{WEEK}/why-not/dansk").json()
    assert with_time["would"] == ["Du kan få dansk (da), hvis du undværer kor (da)."]
    where = asking.held(kind="stop", group_id=asking.group["motion"])
    assert asking.send("citizen", "POST", f"{where}/confirm").json()["state"] == "confirmed"
    refused = asking.send("citizen", "GET", f"{HERS}/why-not/motion").json()
    assert [reason["slug"] for reason in refused["reasons"]] == ["refused"]


def test_a_week_that_is_proposed_is_asked_about_as_if_it_were_hers(asking: Asking) -> None:
    hers = f"/v1/citizens/1/weeks/{PAST}"
    with writing(asking.engine) as session:
        town = PlanTown(session, planner=1)
        motion = town.group("motion", PAST)
        town.propose(PLAN, PAST)
        session.execute(update(Group).where(Group.week == PAST, Group.code == "kor").values(seats=1))
    told = asking.send("citizen", "GET", f"{hers}/why/{motion}").json()
    assert [reason["slug"] for reason in told["reasons"]] == ["fits"]
    full = asking.send("citizen", "GET", f"{hers}/why-not/kor").json()
    assert [reason["slug"] for reason in full["reasons"]] == ["seats"]
    free = asking.send("citizen", "GET", f"{hers}/why-not/dansk").json()
    assert [reason["slug"] for reason in free["reasons"]] == ["weekly_hours", "cost"]


def test_nobody_asks_about_somebody_else_or_about_what_is_not_there(asking: Asking) -> None:
    motion = asking.group["motion"]
    assert asking.send("second", "GET", f"{HERS}/why/{motion}").status_code == 404
    assert asking.send("second", "GET", f"{HERS}/why-not/kor").status_code == 404
    assert asking.send("citizen", "GET", f"{HERS}/why/{asking.group['kor']}").status_code == 404
    assert asking.send("citizen", "GET", f"{HERS}/why-not/ingen").status_code == 404
    assert asking.send("citizen", "GET", f"/v1/citizens/1/weeks/2099-W30/why/{motion}").status_code == 404
    asking.publish_past()
    assert asking.send("citizen", "GET", f"/v1/citizens/1/weeks/{PAST}/why-not/kor").status_code == 200
