"""The centre's lists are searched and leafed through; a group is cancelled after what that does was shown."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from catalog.database import writing
from catalog.tables import Group, Meeting
from catalog.weeks import CENTRE_TIME
from scheduler.tables import Place
from tests.e2e.pages.site import DESKTOP, PHONE, Site

SUMMARY = "[data-module=error-summary]"
SHOW, DO = "Se, hvad der sker", "Ja, aflys holdet"


@pytest.fixture
def coming(site: Site) -> int:
    """A group with people in it, other than the town's own, that meets later today, on whichever day tests run."""
    today = dt.datetime.now(CENTRE_TIME).date()
    filled = (
        select(Group.id)
        .join(Place, Place.group_id == Group.id)
        .where(Group.week == site.facts.week, Group.appointment.is_(False), Group.id != site.facts.group)
        .order_by(Group.id)
    )
    with writing(site.engine) as session:
        group = session.scalars(filled).first()
        assert group is not None
        session.execute(delete(Meeting).where(Meeting.group_id == group))
        session.add(Meeting(group_id=group, day=today.weekday(), start_min=1380, end_min=1439, date=today))
    return group


def meetings_of(site: Site, group: int) -> int:
    """How often a group meets."""
    with Session(site.engine) as session:
        return session.scalar(select(func.count()).where(Meeting.group_id == group)) or 0


def test_lists_are_searched_and_leafed_through_by_keyboard_alone(site: Site) -> None:
    with site.as_role("leader", DESKTOP) as context:
        page = context.new_page()
        page.goto("/katalog/medarbejdere")
        first = page.locator("tbody th").first.inner_text()
        page.locator("#q").focus()
        page.keyboard.type(first)
        page.keyboard.press("Enter")
        expect(page.locator("tbody th").first).to_have_text(first)
        page.locator("tbody a").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(f"Arbejdsuge for {first}")
        page.goto("/katalog")
        page.locator("a.button-next").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Side 2 af")).to_be_visible()
        page.goto("/katalog/tilbud?q=%25%3Cscript%3E")
        expect(page.get_by_text("0 fundet.")).to_be_visible()
        assert "<script>" not in page.locator("main").inner_html()


@pytest.mark.parametrize("scripts", [True, False])
def test_what_cancelling_does_is_shown_first_and_a_reason_is_needed(site: Site, scripts: bool) -> None:
    group = site.facts.group
    before = meetings_of(site, group)
    with site.as_role("leader", PHONE, scripts=scripts) as context:
        page = context.new_page()
        page.goto(f"/hold/{group}")
        for reason, said in [("", "Skriv, hvorfor"), ("x" * 501, "højst 500 tegn")]:
            page.fill("#cancel_reason", reason)
            page.get_by_role("button", name=SHOW).click()
            expect(page.locator(SUMMARY)).to_contain_text(said)
            expect(page.locator("#cancel_reason")).to_have_value(reason)
    assert meetings_of(site, group) == before


def test_a_group_is_cancelled_once_and_by_keyboard_alone(site: Site, coming: int) -> None:
    before = meetings_of(site, coming)
    with site.as_role("leader", DESKTOP) as context:
        page = context.new_page()
        page.goto(f"/hold/{coming}")
        page.locator("#cancel_reason").focus()
        page.keyboard.type("<b>Læreren er syg</b>")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Intet er sket endnu.")).to_be_visible()
        assert meetings_of(site, coming) == before
        page.get_by_role("button", name=DO).focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Alle på det får besked.")).to_be_visible()
        assert meetings_of(site, coming) == 0
