"""Staff's own week and the register of a group: by hand, by keyboard alone, without scripts, and with bad input."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.database import writing
from catalog.tables import Group, GroupStaff, StaffMember
from scheduler.tables import Attendance
from tests.e2e.pages.site import DESKTOP, PHONE, Site

SUMMARY = "[data-module=error-summary]"


@pytest.fixture
def register(site: Site) -> str:
    """The path of a register of last week in which nothing is noted."""
    with writing(site.engine) as session:
        session.execute(delete(Attendance).where(Attendance.group_id == site.facts.past_group))
    return f"/hold/{site.facts.past_group}/fremmoede"


def states_of(site: Site) -> dict[int, tuple[str, str]]:
    """What is noted of each of the group, with the reason."""
    noted = select(Attendance).where(Attendance.group_id == site.facts.past_group)
    with Session(site.engine) as session:
        return {mark.citizen_id: (mark.state, mark.reason) for mark in session.scalars(noted)}


def choose(page: Page, at: int, said: str) -> None:
    """Choose what is noted of somebody."""
    page.locator(".register-row").nth(at).get_by_text(said, exact=True).click()


@pytest.mark.parametrize("scripts", [True, False])
def test_everybody_is_noted_by_one_tap_except_who_is_sick_and_it_is_undone(
    site: Site, register: str, scripts: bool
) -> None:
    with site.as_role("leader", PHONE, scripts=scripts) as context:
        page = context.new_page()
        page.goto(register)
        people = page.locator(".register-row").count()
        choose(page, 0, "Syg")
        page.locator(".register-row").first.get_by_role("textbox").fill("ringede kl. 8")
        page.get_by_role("button", name="Alle er mødt").click()
        expect(page.get_by_text("Fremmødet er gemt.")).to_be_visible()
        noted = states_of(site)
        assert sorted(state for state, _ in noted.values()) == ["attended"] * (people - 1) + ["sick"]
        assert ("sick", "ringede kl. 8") in noted.values()
        page.get_by_role("button", name="Fortryd").click()
        expect(page.get_by_text("Det er fortrudt.")).to_be_visible()
        assert states_of(site) == {}


def test_a_register_is_filled_by_keyboard_alone(site: Site, register: str) -> None:
    with site.as_role("leader", DESKTOP) as context:
        page = context.new_page()
        page.goto(register)
        page.get_by_role("button", name="Alle er mødt").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
        page.keyboard.type("bad om fri")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Fremmødet er gemt.")).to_be_visible()
        assert ("excused", "bad om fri") in states_of(site).values()


def test_a_register_keeps_what_was_written_where_it_is_too_long_and_is_noted_once(site: Site, register: str) -> None:
    with site.as_role("leader") as context:
        page = context.new_page()
        page.goto(register)
        choose(page, 0, "Udeblevet")
        reason = page.locator(".register-row").first.get_by_role("textbox")
        reason.fill("<script>alert(1)</script>" * 30)
        page.get_by_role("button", name="Gem fremmøde").click()
        expect(page.locator(SUMMARY)).to_contain_text("højst 500 tegn")
        expect(reason).to_have_value("<script>alert(1)</script>" * 30)
        assert states_of(site) == {}
        reason.fill("<script>alert(1)</script>")
        sent = page.locator("form:has(.register)").evaluate(
            "form => new URLSearchParams(new FormData(form)).toString()"
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        answers = [context.request.post(register, data=sent, headers=headers, max_redirects=0) for _ in range(2)]
        assert [answer.status for answer in answers] == [303, 303]
        assert answers[0].headers["location"] == answers[1].headers["location"]
        assert list(states_of(site).values()) == [("absent", "<script>alert(1)</script>")]
        page.goto(register)
        assert "<script>alert" not in page.locator("main").inner_html()


def test_a_member_of_staff_sees_whom_she_stands_in_for_and_goes_on_to_the_register(site: Site) -> None:
    with writing(site.engine) as session:
        held = select(Group.id, GroupStaff.staff_id).join(GroupStaff, GroupStaff.group_id == Group.id)
        rows = session.execute(held.where(Group.id == site.facts.group)).all()
        group, before = rows[0]
        name = session.get_one(StaffMember, before).name
        session.execute(delete(GroupStaff).where(GroupStaff.group_id == group))
        other = session.scalars(
            select(StaffMember.id).where(StaffMember.id.not_in([staff for _, staff in rows])).limit(1)
        ).one()
        session.add(GroupStaff(group_id=group, staff_id=other))
    try:
        with site.as_role("leader", PHONE) as context:
            page = context.new_page()
            page.goto(f"/arbejdsuge?uge={site.facts.week}&hvem={other}")
            expect(page.get_by_text(f"Du er vikar for {name}").first).to_be_visible()
            page.locator(f".week a[href*='/hold/{group}/fremmoede']").first.click()
            expect(page.locator("h1")).to_have_text("Fremmøde")
            page.goto(f"/arbejdsuge?uge={site.facts.week}&hvem={before}")
            expect(page.get_by_text("En vikar har holdet").first).to_be_visible()
    finally:
        with writing(site.engine) as session:
            session.execute(delete(GroupStaff).where(GroupStaff.group_id == group))
            session.add_all(GroupStaff(group_id=group, staff_id=staff) for _, staff in rows)
