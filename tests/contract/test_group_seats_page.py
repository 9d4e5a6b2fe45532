"""Staff give a group of a week that is not sent out other seats, by its page and by the interface, with a record."""

from __future__ import annotations

import datetime as dt

from httpx2 import Response
from sqlalchemy import select

from api.http.callers import COOKIE
from api.pages.forms import mask
from catalog.database import reading, writing
from catalog.tables import Group
from catalog.weeks import shift_week
from scheduler import sessions
from scheduler.tables import AuditEntry
from tests.contract.asking import WEEK, Asking, asking
from tests.unit.plan_town import PlanTown

__all__ = ["asking"]
LATER = shift_week(WEEK, 1)  # It is not sent out.


def later_group(asking: Asking) -> int:
    """A group of the week after the one that is sent out."""
    with writing(asking.engine) as session:
        return PlanTown(session, planner=1).add_group("motion", "motion", 540, LATER)


def seats_of(asking: Asking, group: int) -> int:
    """The seats of a group."""
    with reading(asking.engine) as session:
        return session.get_one(Group, group).seats


def test_staff_change_seats_in_the_page_and_are_told_what_is_wrong(asking: Asking) -> None:
    group = later_group(asking)
    with writing(asking.engine) as session:
        cookie, opened = sessions.open_session(session, asking.account("leader"), dt.datetime.now(dt.UTC))
        token = opened.form_token
    headers = {"Cookie": f"{COOKIE}={cookie}", "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}

    def send(seats: str, key: str, to: int = group) -> Response:
        fields = {"seats": seats, "form_token": mask(token), "form_key": key}
        return asking.client.post(f"/hold/{to}/pladser", data=fields, headers=headers, follow_redirects=False)

    shown = asking.client.get(f"/hold/{group}", headers=headers).text
    assert 'name="seats" value="9"' in shown
    few = send("0", "few")
    assert (few.status_code, "Skriv mindst 1" in few.text, 'name="seats" value="0"' in few.text) == (422, True, True)
    assert (send("12", "more").status_code, seats_of(asking, group)) == (303, 12)
    sent_out = send("12", "late", asking.group["motion"])
    assert (sent_out.status_code, "Pladserne kan ikke ændres" in sent_out.text) == (409, True)
    with reading(asking.engine) as session:
        done = select(AuditEntry.action, AuditEntry.account_id).where(AuditEntry.outcome == "done")
        assert (("group.change", asking.account("leader"))) in [tuple(row) for row in session.execute(done)]


def test_the_interface_changes_seats_of_its_own_week_for_staff_alone(asking: Asking) -> None:
    group = later_group(asking)

    def put(who: str, week: str, seats: int, which: int = group) -> int:
        return asking.send(who, "PUT", f"/v1/weeks/{week}/groups/{which}/seats", {"seats": seats}).status_code

    assert (put("leader", LATER, 14), seats_of(asking, group)) == (204, 14)
    assert put("leader", WEEK, 15) == 404
    assert put("leader", LATER, 0) == 422
    assert put("leader", WEEK, 15, asking.group["motion"]) == 409
    assert put("citizen", LATER, 15) == 403
    assert seats_of(asking, group) == 14
