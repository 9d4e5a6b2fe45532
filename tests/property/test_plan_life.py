"""A week's plans are proposed, approved, published, changed, withdrawn and published again in any order."""

from __future__ import annotations

import json

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import func, select

from catalog.database import reading
from scheduler.answers import find_answer
from scheduler.life import NotPublishedError
from scheduler.places import hold_plan, hold_seats, standing
from scheduler.published_weeks import PublishedWeeks
from scheduler.publishing import current
from scheduler.supplies import FullError, recount
from scheduler.tables import Message, PlanChange, PlanEntry, Publication, Run
from scheduler.weeks_of import participants
from tests.property.plan_life import TEAM, PlanLife, locks_of
from tests.unit.plan_town import CODES, WEEK, PlanTown, minutes

SEATS = 9  # of every group
CHOICES: tuple[list[str], ...] = ([], ["kor"], ["motion2"], ["motion", "dansk"], ["motion2", "dansk", "kor"])


class ChangingPlans(PlanLife):
    """Citizens change their plans and hold seats as well; two processes show what stands, one of them from memory."""

    def __init__(self) -> None:
        super().__init__()
        self.patient = PublishedWeeks(fresh_seconds=3600.0)
        with reading(self.engine) as session:
            town = PlanTown(session, self.planner)
            self.group = {code: town.group(code) for code in CODES}

    @rule(citizen=st.sampled_from(sorted(TEAM)), codes=st.sampled_from(CHOICES))
    def change(self, citizen: int, codes: list[str]) -> None:
        had = {group for who, group in self.places if who == citizen}
        wanted = {self.group[code] for code in codes}
        try:
            with self.step() as session:
                PlanTown(session, self.planner).change(citizen, *codes, now=self.now)
        except NotPublishedError:
            assert not self.standing
            return
        except FullError:
            assert any(self._free(group) == 0 for group in wanted - had)
            return
        assert self.standing
        assert all(self._free(group) for group in wanted - had)
        self.places = frozenset({place for place in self.places if place[0] != citizen})
        self.places |= {(citizen, group) for group in wanted}
        self.changes[citizen] += 1
        self.changed_at = self.now
        self.acted_on.add(self.standing)
        with reading(self.engine) as session:
            locked = {group for who, group in locks_of(session) if who == citizen}
        assert wanted - had <= locked
        assert not locked & (had - wanted)

    @rule(citizen=st.sampled_from(sorted(TEAM)), code=st.sampled_from(sorted(CODES)), seats=st.integers(1, SEATS))
    def hold(self, citizen: int, code: str, seats: int) -> None:
        group = self.group[code]
        try:
            with self.step() as session:
                hold_plan(session, citizen, WEEK)
                hold_seats(session, citizen, WEEK, [group] * seats, minutes(15))
        except NotPublishedError:
            assert not self.standing
            return
        except FullError:
            assert seats > self._free(group)
            return
        assert self.standing
        assert seats <= self._free(group)
        self.held[group] += seats

    def _free(self, group: int) -> int:
        return SEATS - self.held[group] - sum(place[1] == group for place in self.places)

    def _let_stand(self, run_id: int | None) -> None:
        super()._let_stand(run_id)
        self.patient.forget_standing()  # As the process does that publishes.

    @invariant()
    def one_version_stands_and_its_run_alone_is_published(self) -> None:
        with reading(self.engine) as session:
            found = current(session, WEEK)
            assert (found.version if found else 0) == self.standing
            assert dict(session.execute(select(Run.id, Run.state)).all()) == self.state
            published = [run_id for run_id, state in self.state.items() if state == "published"]
            assert published == ([found.run_id] if found else [])

    @invariant()
    def versions_rise_without_gaps_and_never_change(self) -> None:
        with reading(self.engine) as session:
            rows = session.scalars(select(Publication).order_by(Publication.at)).all()
            assert [row.version for row in rows] == list(range(1, len(self.versions) + 1))
            assert [row.run_id for row in rows] == self.versions
            assert [row.etag for row in rows] == self.etags
            assert {row.version for row in rows if row.withdrawn_at} == self.withdrawn

    @invariant()
    def plans_and_answers_stay_as_they_were_given(self) -> None:
        with reading(self.engine) as session:
            for run_id, entries in self.entries.items():
                found = session.execute(select(PlanEntry.citizen_id, PlanEntry.group_id).filter_by(run_id=run_id))
                assert {(citizen, group) for citizen, group in found} == entries
            for (run_id, citizen), said in self.answers.items():
                kept = find_answer(session, run_id, citizen)
                assert kept is not None
                assert kept.answer == said

    @invariant()
    def everybody_has_the_week_that_stands_at_every_process(self) -> None:
        with reading(self.engine) as session:
            for citizen in TEAM if self.standing else ():
                version = f"{self.standing}.{self.changes[citizen]}"
                newest = session.scalar(select(func.max(PlanChange.id)).where(PlanChange.citizen_id == citizen)) or 0
                shown = self.weeks.of(session, WEEK, citizen)
                assert shown == self.patient.of(session, WEEK, citizen) == self.patient.at_hand(WEEK, citizen, newest)
                week = json.loads(shown.body)
                assert shown.version == standing(session, citizen, WEEK).version == version
                assert (week["version"], week["change"]) == (self.standing, self.changes[citizen])
                groups = {(citizen, group["group_id"]) for group in week["groups"]}
                assert groups == {place for place in self.places if place[0] == citizen}

    @invariant()
    def groups_have_who_is_in_them_and_counts_do_not_drift(self) -> None:
        with reading(self.engine) as session:
            assert recount(session, WEEK) == []
            for group in self.group.values() if self.standing else ():
                found = {(who.citizen_id, group) for who in participants(session, WEEK, group)}
                assert found == {place for place in self.places if place[1] == group}

    @invariant()
    def no_message_is_about_a_withdrawn_version(self) -> None:
        with reading(self.engine) as session:
            told = {arguments["version"] for arguments in session.scalars(select(Message.arguments))}
        assert not told & self.withdrawn


TestPlanLife = ChangingPlans.TestCase
TestPlanLife.settings = settings(max_examples=20, stateful_step_count=20)
