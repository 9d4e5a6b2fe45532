"""A citizen asks on her week's page for the same week again."""

from __future__ import annotations

import re

import pytest

from api.http.callers import COOKIE
from api.pages.forms import mask
from catalog.database import reading, writing
from catalog.weeks import shift_week
from scheduler import keeping, sessions
from tests.contract.asking import NOW, THIS_WEEK, Asking, asking
from tests.unit.plan_town import CODES, PlanTown

__all__ = ["asking"]
FOLLOWING = shift_week(THIS_WEEK, 1)
HEADERS = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_she_asks_for_the_same_week_again_takes_it_back_and_is_told_where_it_is_too_late(asking: Asking) -> None:
    with writing(asking.engine) as session:
        town = PlanTown(session, planner=1)
        for week in (THIS_WEEK, FOLLOWING):
            for code, (offering, start) in CODES.items():
                town.add_group(code, offering, start, week)
        town.published({1: ["motion"]}, THIS_WEEK, NOW)
        cookie, opened = sessions.open_session(session, asking.account("citizen"), NOW)
        token = opened.form_token
    asking.client.cookies.set(COOKIE, cookie)

    def press(key: str, **fields: str) -> tuple[int, str]:
        sent = {"form_token": mask(token), "form_key": key, **fields}
        answer = asking.client.post("/min-uge/samme-igen", data=sent, headers=HEADERS, follow_redirects=False)
        return answer.status_code, answer.text

    def asked() -> bool:
        page = asking.client.get("/min-uge", headers=HEADERS).text
        assert re.search(r'action="/min-uge/samme-igen"', page)
        with reading(asking.engine) as session:
            assert ("Du har bedt om den samme uge igen" in page) == keeping.is_kept(session, 1, FOLLOWING)
            return keeping.is_kept(session, 1, FOLLOWING)

    said = [asked()]
    for number, fields in enumerate(({}, {}, {"fortryd": "1"})):
        assert press(str(number), **fields)[0] == 303
        said.append(asked())
    assert said == [False, True, True, False]
    with writing(asking.engine) as session:
        PlanTown(session, planner=1).published({1: ["motion"]}, FOLLOWING, NOW)
    status, page = press("late")
    assert (status, "Næste uge er klar" in page) == (409, True)
    assert "samme-igen" not in asking.client.get("/min-uge", headers=HEADERS).text
