"""That she comes, and what was written to her, over HTTP."""

from __future__ import annotations

import datetime as dt

from catalog.database import writing
from catalog.weeks import monday_of
from scheduler import messages
from tests.contract.asking import NOW, WEEK, Asking, asking

__all__ = ["asking"]

HERS = "/v1/citizens/1"
MONDAY = monday_of(WEEK).isoformat()


def test_she_says_that_she_comes_and_who_has_the_group_sees_it_in_the_register(asking: Asking) -> None:
    motion = asking.group["motion"]
    body = {"date": MONDAY, "group_id": motion}
    for _ in range(2):
        said = asking.send("citizen", "POST", f"{HERS}/attendance/coming", body, Idempotency_Key="kommer")
        assert said.status_code == 200
    assert [(one["group_id"], one["start_min"]) for one in said.json()["coming"]] == [(motion, 540)]
    where = f"/v1/weeks/{WEEK}/groups/{motion}/register"
    assert [one["citizen_id"] for one in asking.send("staff", "GET", where).json()["coming"]] == [1]
    back = asking.send("citizen", "POST", f"{HERS}/attendance/coming", body | {"yes": False})
    assert back.json()["coming"] == []
    tuesday = body | {"date": (dt.date.fromisoformat(MONDAY) + dt.timedelta(days=1)).isoformat()}
    assert asking.send("citizen", "POST", f"{HERS}/attendance/coming", tuesday).status_code == 422
    assert asking.send("second", "POST", f"{HERS}/attendance/coming", body).status_code == 404


def test_she_reads_what_was_written_to_her_newest_first_and_nobody_elses(asking: Asking) -> None:
    with writing(asking.engine) as session:
        for who, week in ((1, "2026-W40"), (2, "2026-W41"), (1, "2026-W42")):
            messages.queue(session, who, "sms", "plan_published", {"week": week}, NOW)
    first = asking.send("citizen", "GET", f"{HERS}/messages?limit=1").json()
    second = asking.send("citizen", "GET", f"{HERS}/messages?limit=1&after={first['next']}").json()
    assert ["uge 42" in first["items"][0]["text"], "uge 40" in second["items"][0]["text"]] == [True, True]
    assert asking.send("second", "GET", f"{HERS}/messages").status_code == 404
    asking.let_act("act")
    assert asking.send("friend", "GET", f"{HERS}/messages").status_code == 403
