"""The forms of the centre's own matters: a substitute is put in once and by name, an account is closed once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from html import unescape

import pytest
from httpx2 import Response
from sqlalchemy import select

from api.http.callers import COOKIE
from api.pages.forms import mask
from catalog.database import reading, writing
from catalog.tables import GroupStaff, StaffMember
from scheduler import accounts, sessions
from scheduler.accounts import Rights
from scheduler.tables import Account, PlanChange
from tests.contract.asking import NOW, Asking, asking

__all__ = ["asking"]


@dataclass(frozen=True)
class House:
    """The centre as the browser of somebody who runs it has it."""

    asking: Asking
    cookie: str
    token: str

    def send(self, path: str, fields: dict[str, str], key: str) -> Response:
        """Send a form as its page would."""
        headers = {"Cookie": f"{COOKIE}={self.cookie}", "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        given = fields | {"form_token": mask(self.token), "form_key": key}
        return self.asking.client.post(path, data=given, headers=headers, follow_redirects=False)

    def get(self, path: str) -> str:
        """A page."""
        answer = self.asking.client.get(path, headers={"Cookie": f"{COOKIE}={self.cookie}", "Accept": "text/html"})
        assert answer.status_code == 200
        return answer.text

    def put_in(self, absent: str, substitute: str, key: str) -> Response:
        """Let somebody take the group `motion`, in which citizens 1 and 2 are."""
        given = {"absent": absent, "substitute": substitute, "away_why": "syg"}
        return self.send(f"/hold/{self.asking.group['motion']}/vikar", given, key)

    def holders(self) -> list[str]:
        """Who holds the group `motion`."""
        held = select(GroupStaff.staff_id).where(GroupStaff.group_id == self.asking.group["motion"])
        with reading(self.asking.engine) as session:
            return list(session.scalars(held))


@pytest.fixture
def house(asking: Asking) -> House:
    """The centre, with an admin logged in."""
    with writing(asking.engine) as session:
        admin = accounts.create_account(session, "eva", "Eva", Rights("admin", "centre"), NOW)
        cookie, opened = sessions.open_session(session, admin.id, dt.datetime.now(dt.UTC))
        assert opened.form_token is not None
        return House(asking, cookie, opened.form_token)


def test_a_substitute_is_put_in_once_and_everybody_in_the_group_gets_a_new_week(house: House) -> None:
    sent = [house.put_in("ann", "bo", "one") for _ in range(2)]
    assert [one.status_code for one in sent] == [303, 303]
    assert house.holders() == ["bo"]
    with reading(house.asking.engine) as session:
        told = session.execute(select(PlanChange.citizen_id, PlanChange.note).order_by(PlanChange.citizen_id)).all()
    assert [tuple(one) for one in told] == [(1, "syg"), (2, "syg")]


def test_whoever_holds_the_group_no_more_is_named_at_her_field(house: House) -> None:
    house.put_in("ann", "bo", "one")
    late = house.put_in("ann", "cy", "two")  # from a page that was opened before
    assert late.status_code == 422
    assert 'href="#absent"' in late.text
    assert "Den person har ikke holdet mere" in unescape(late.text)
    assert house.holders() == ["bo"]


def test_whoever_is_busy_is_no_substitute(house: House) -> None:
    assert house.put_in("ann", "ann", "one").status_code == 422
    assert house.holders() == ["ann"]


def test_the_role_of_a_substitute_is_said_in_words(house: House) -> None:
    with writing(house.asking.engine) as session:
        session.get_one(StaffMember, "bo").role = "cti_medarbejder"
    page = house.get(f"/hold/{house.asking.group['motion']}/vikar")
    assert "Bo (cti medarbejder)" in page
    assert "cti_medarbejder" not in page


def test_an_account_closed_twice_by_one_form_is_closed_once_and_says_so_both_times(house: House) -> None:
    path = f"/konti/{house.asking.account('leader')}"
    sent = [house.send(f"{path}/luk", {}, "one") for _ in range(2)]
    assert [(one.status_code, one.headers.get("location")) for one in sent] == [
        (303, "/konti?besked=account_closed"), (303, "/konti?besked=account_closed"),
    ]  # fmt: skip
    assert house.send(f"{path}/kode", {}, "two").status_code == 404
    with reading(house.asking.engine) as session:
        assert session.get_one(Account, house.asking.account("leader")).code_hash is None


def test_a_code_for_a_citizens_account_is_made_in_her_case_only(house: House) -> None:
    account = house.asking.account("citizen")
    refused = house.send(f"/konti/{account}/kode", {}, "one")
    assert refused.status_code == 409
    with reading(house.asking.engine) as session:
        assert session.get_one(Account, account).code_hash is None


def test_an_old_form_of_cancelling_a_group_keeps_its_reason_and_does_nothing(house: House) -> None:
    path = f"/hold/{house.asking.group['motion']}/aflys/vis"
    late = House(house.asking, house.cookie, "of another login").send(path, {"cancel_reason": "Ann er syg"}, "one")
    assert late.status_code == 403
    assert 'value="Ann er syg"' in late.text
    assert house.holders() == ["ann"]
