"""A week goes out in versions, and a mistake is taken back while nobody has acted on it."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json

import pytest
from sqlalchemy import select, update

from catalog.rules import store_rules
from catalog.weeks import monday_of
from scheduler.answers import answer
from scheduler.approval import approve, take_back
from scheduler.life import ClosedRunError, NotPublishedError
from scheduler.messages import render
from scheduler.publishing import ActedOnError, current, publish, withdraw
from scheduler.stored import NotFoundError
from scheduler.tables import Contact, Lock, Message, PlanEntry, Publication, Run, StaffTask
from tests.unit.plan_town import LAST_WEEK, NOW, WEEK, PlanTown, engine, minutes, town

__all__ = ["engine", "town"]

PLAN = {1: ["motion", "dansk"], 2: ["motion"]}


def _states(town: PlanTown) -> dict[int, str]:
    return dict(town.session.execute(select(Run.id, Run.state)).all())


def _messages(town: PlanTown) -> list[tuple[int, str, int]]:
    """Whom, what and about which version."""
    rows = town.session.scalars(select(Message).order_by(Message.id))
    return [(row.citizen_id, row.slug, row.arguments["version"]) for row in rows]


def _tasks(town: PlanTown) -> set[tuple[int, str]]:
    return {(who, what) for who, what in town.session.execute(select(StaffTask.citizen_id, StaffTask.subject))}


def _approved(town: PlanTown, *wanted: dict[int, list[str]]) -> list[int]:
    """Runs that were all proposed before the first of them was approved, so that none is bound by another."""
    runs = [town.propose(plan) for plan in wanted]
    for run_id in runs:
        approve(town.session, run_id, "", town.planner, NOW, "as agreed")
    return runs


def test_only_an_approved_run_goes_out_and_only_once(town: PlanTown) -> None:
    run_id = town.propose(PLAN)
    with pytest.raises(ClosedRunError, match="is proposed, expected approved"):
        publish(town.session, run_id, town.planner, NOW)
    approve(town.session, run_id, "Nord", town.planner, NOW)
    publish(town.session, run_id, town.planner, NOW)
    with pytest.raises(ClosedRunError, match="is published, expected approved"):
        publish(town.session, run_id, town.planner, NOW)
    with pytest.raises(NotFoundError, match="no run 99"):
        publish(town.session, 99, town.planner, NOW)


def test_the_whole_week_is_encoded_once_under_the_hash_of_its_bytes(town: PlanTown) -> None:
    sent = town.published(PLAN)
    kept = current(town.session, WEEK)
    assert kept is not None
    assert (kept.week, kept.version, kept.run_id, kept.account_id, kept.at) == (WEEK, 1, sent.run_id, town.planner, NOW)
    assert kept.etag == hashlib.sha256(kept.body).hexdigest()
    document = json.loads(gzip.decompress(kept.body))
    motion, dansk = town.groups("motion", "dansk")
    assert document["citizens"] == [{"citizen_id": 1, "groups": [motion, dansk]}, {"citizen_id": 2, "groups": [motion]}]
    assert (document["week"], document["version"], document["run"]) == (WEEK, 1, sent.run_id)
    assert document["groups"][0] == {
        "group_id": motion,
        "code": "motion",
        "offering_id": "motion",
        "da": "motion (da)",
        "en": "motion (en)",
        "neutral_da": "Aktivitet 6",
        "site": "Nordre",
        "meetings": [{"date": "2026-11-23", "day": 0, "start": 540, "end": 600, "room": ""}],
        "staff": ["Ann"],
    }
    assert [group["code"] for group in document["groups"]] == ["motion", "dansk"]


def test_a_publication_names_no_citizen_since_it_outlives_her_erasure(town: PlanTown) -> None:
    text = gzip.decompress(town.published(PLAN).body).decode()
    assert "Name 1" not in text
    assert "B1" not in text


def test_versions_rise_and_the_latest_stands(town: PlanTown) -> None:
    first, second = _approved(town, PLAN, {**PLAN, 2: ["kor"]})
    publish(town.session, first, town.planner, NOW)
    sent = publish(town.session, second, town.planner, minutes(1))
    assert (sent.version, current(town.session, WEEK)) == (2, sent)
    assert _states(town) == {first: "approved", second: "published"}
    again = publish(town.session, first, town.planner, minutes(2))
    assert again.version == 3
    assert _states(town) == {first: "published", second: "approved"}


def test_a_week_without_publication_has_none(town: PlanTown) -> None:
    town.propose(PLAN)
    assert current(town.session, WEEK) is None
    with pytest.raises(NotPublishedError, match=WEEK):
        withdraw(town.session, WEEK, town.planner, NOW)


def test_everybody_hears_of_a_new_week_and_only_the_moved_of_a_changed_one(town: PlanTown) -> None:
    first, second = _approved(town, PLAN, {**PLAN, 2: ["kor"], 3: ["kor"]})
    publish(town.session, first, town.planner, NOW)
    assert _messages(town) == [(1, "plan_published", 1), (2, "plan_published", 1)]
    publish(town.session, second, town.planner, minutes(1))
    assert _messages(town)[2:] == [(2, "plan_changed", 2), (3, "plan_changed", 2)]
    told = town.session.scalars(select(Message)).first()
    assert told is not None
    assert (told.arguments, told.channel, told.sent_at) == ({"week": WEEK, "version": 1}, "sms", None)


def test_what_people_hear_of_their_week_is_said_in_words(town: PlanTown) -> None:
    first, second = _approved(town, PLAN, {**PLAN, 2: ["kor"]})
    publish(town.session, first, town.planner, NOW)
    publish(town.session, second, town.planner, minutes(1))
    said = {render(message) for message in town.session.scalars(select(Message))}
    assert {text.partition(".")[0] for text in said} == {
        "Dit ugeskema for uge 48 er klar", "Dit ugeskema for uge 48 er ændret"
    }  # fmt: skip


def test_messages_wait_long_enough_to_withdraw_a_mistake(town: PlanTown) -> None:
    store_rules(town.session, [("acceptance", "message_delay_minutes", 45)], monday_of(WEEK))
    town.published(PLAN)
    assert set(town.session.scalars(select(Message.send_at))) == {minutes(45)}


def test_a_withdrawn_week_leaves_no_messages_and_no_tasks(town: PlanTown) -> None:
    town.published({1: ["motion"]}, LAST_WEEK)
    sent = town.published(PLAN, now=minutes(1))
    assert _tasks(town) == {(1, "dansk"), (2, "motion")}
    gone = withdraw(town.session, WEEK, town.planner, minutes(2))
    assert (gone.id, gone.withdrawn_at, gone.withdrawn_by) == (sent.id, minutes(2), town.planner)
    assert current(town.session, WEEK) is None
    assert _states(town)[sent.run_id] == "approved"
    assert [version for _, _, version in _messages(town)] == [1]
    assert town.session.scalars(select(Message.arguments)).one()["week"] == LAST_WEEK
    assert _tasks(town) == set()


def test_withdrawing_lets_the_version_before_stand_again(town: PlanTown) -> None:
    first, second = _approved(town, PLAN, {1: ["motion"]})
    publish(town.session, first, town.planner, NOW)
    publish(town.session, second, town.planner, minutes(1))
    withdraw(town.session, WEEK, town.planner, minutes(2))
    standing = current(town.session, WEEK)
    assert standing is not None
    assert (standing.version, standing.run_id) == (1, first)
    assert _states(town) == {first: "published", second: "approved"}
    assert publish(town.session, second, town.planner, minutes(3)).version == 3


def test_a_week_that_was_acted_on_is_not_withdrawn(town: PlanTown) -> None:
    town.published({1: ["motion"]}, LAST_WEEK)
    other = town.propose({**PLAN, 3: ["kor"]})
    sent = town.published(PLAN, now=minutes(1))
    about = (Message.citizen_id == 2, Message.slug == "plan_published")
    town.session.execute(update(Message).where(*about).values(sent_at=minutes(5)))
    town.session.execute(update(StaffTask).where(StaffTask.citizen_id == 1).values(done_at=minutes(6)))
    answer(town.session, other, 1, "yes", "", town.planner, minutes(7))
    with pytest.raises(
        ActedOnError, match=r"version 1 was acted on \(1 messages sent, 1 answers given, 1 tasks done\)"
    ):
        withdraw(town.session, WEEK, town.planner, minutes(8))
    assert current(town.session, WEEK) == sent


def test_what_was_done_before_the_publication_does_not_hold_it(town: PlanTown) -> None:
    run_id = town.propose(PLAN)
    answer(town.session, run_id, 1, "yes", "", town.planner, NOW)
    approve(town.session, run_id, "", town.planner, minutes(1))
    publish(town.session, run_id, town.planner, minutes(2))
    assert withdraw(town.session, WEEK, town.planner, minutes(3)).version == 1


def test_a_plan_is_to_be_revised_where_an_offering_starts_or_ends(town: PlanTown) -> None:
    town.session.add(Contact(citizen_id=1, role="sagsbehandler", staff_id="cy"))
    town.published({1: ["motion", "kor"], 2: ["motion"], 3: ["kor"]}, LAST_WEEK)
    assert _tasks(town) == set()  # There is no week before to compare with.
    town.published({1: ["motion2", "dansk"], 2: ["motion"], 3: ["motion"]}, now=minutes(1))
    assert _tasks(town) == {(1, "kor"), (1, "dansk"), (3, "kor"), (3, "motion")}
    tasks = town.session.scalars(select(StaffTask).order_by(StaffTask.citizen_id)).all()
    assert {(task.slug, task.week, task.created_at) for task in tasks} == {("revise_min_plan", WEEK, minutes(1))}
    assert {(task.citizen_id, task.staff_id) for task in tasks} == {(1, "cy"), (3, "bo")}


def test_what_is_taken_every_other_week_neither_starts_nor_ends(town: PlanTown) -> None:
    town.add_offering("samtale", meetings_per_week=0.5)
    town.add_offering("rundbord", kind="conference", people_min=2, people_max=5)
    for code in ("samtale", "rundbord"):
        town.add_group(code, code, 780 if code == "samtale" else 840, WEEK)
    town.published({1: ["motion"]}, LAST_WEEK)
    town.published({1: ["motion", "samtale", "rundbord"]}, now=minutes(1))
    assert _tasks(town) == set()


def test_a_later_version_keeps_done_tasks_and_drops_those_that_fell_away(town: PlanTown) -> None:
    town.published({1: ["motion"]}, LAST_WEEK)
    first, second = _approved(town, {1: ["motion", "dansk", "kor"]}, {1: ["motion"], 2: ["kor"]})
    publish(town.session, first, town.planner, NOW)
    done = StaffTask.subject == "kor"
    town.session.execute(update(StaffTask).where(done).values(done_at=minutes(1), done_by=town.planner))
    publish(town.session, second, town.planner, minutes(2))
    assert _tasks(town) == {(1, "kor"), (2, "kor")}


def test_a_publication_never_changes(town: PlanTown) -> None:
    first, second = _approved(town, PLAN, {1: ["kor"]})
    kept = publish(town.session, first, town.planner, NOW)
    before = (kept.etag, kept.body, kept.at)
    publish(town.session, second, town.planner, minutes(1))
    withdraw(town.session, WEEK, town.planner, minutes(2))
    town.session.expire_all()
    row = town.session.get_one(Publication, kept.id)
    assert (row.etag, row.body, row.at) == before
    assert row.at.tzinfo == dt.UTC


def test_a_run_that_goes_out_again_locks_its_plans_again(town: PlanTown) -> None:
    first, second = town.propose(PLAN), town.propose(PLAN)
    approve(town.session, first, "", town.planner, NOW, "as agreed")
    publish(town.session, first, town.planner, NOW)
    approve(town.session, second, "", town.planner, NOW, "as agreed")
    take_back(town.session, second)
    withdraw(town.session, WEEK, town.planner, NOW)
    publish(town.session, first, town.planner, NOW)
    locked = set(town.session.execute(select(Lock.citizen_id, Lock.group_id)).all())
    entries = select(PlanEntry.citizen_id, PlanEntry.group_id).where(PlanEntry.run_id == first)
    assert locked == set(town.session.execute(entries).all())
