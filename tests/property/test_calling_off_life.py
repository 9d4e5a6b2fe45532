"""Among all that happens to a published week, people are sick: their seats are free at once and nobody else moves."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from catalog.weeks import monday_of
from scheduler.attendance import AttendanceError
from scheduler.calling_off import call_off
from scheduler.places import standing
from tests.property.test_request_life import CITIZENS, RequestLife
from tests.unit.plan_town import WEEK
from tests.unit.request_week import see


class CallingOffLife(RequestLife):
    """The same life, in which somebody is sick on Monday or for one group of it."""

    @rule(citizen=st.sampled_from(CITIZENS), at=st.integers(0, 3), staff=st.booleans())
    def call_off(self, citizen: int, at: int, staff: bool) -> None:
        with suppress(AttendanceError), self.step(citizen) as session:
            groups = standing(session, citizen, WEEK).groups
            group = groups[at % len(groups)] if groups and at else None
            call_off(session, citizen, monday_of(WEEK), "sick", "", self.asker(staff), group)
            left = {group} if group else set(groups)
            assert see(session, citizen).groups == tuple(each for each in groups if each not in left)


TestCallingOffLife = CallingOffLife.TestCase
TestCallingOffLife.settings = settings(max_examples=5, stateful_step_count=50)
