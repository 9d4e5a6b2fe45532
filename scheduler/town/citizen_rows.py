"""Put the town's citizens, and what they need, wish and were promised, into the tables."""

from __future__ import annotations

import datetime as dt

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import TargetGroup
from catalog.weeks import monday_of, shift_week, week_of
from scheduler.tables import (
    Agreement,
    AvailabilityBlock,
    Citizen,
    CitizenLeg,
    CitizenSite,
    CitizenStrength,
    CitizenTargetGroup,
    Clearance,
    Completion,
    Contact,
    Enrolment,
    Goal,
    KeepApart,
    Referral,
    SubGoal,
    TestResult,
    TimePreference,
    Wish,
)
from scheduler.town.centre_rows import Running
from scheduler.town.columns import insert_columns, insert_tuples, named
from scheduler.town.draws import chance, stream, town_rules
from scheduler.town.making import Town
from solver.problem import Ints

WEEKS_AHEAD = 4
ENROLMENT = ("citizen_id", "series_id", "from_week", "until_week")
AGREEMENT = ("citizen_id", "offering_id", "from_week", "until_week", "series_id")


def insert_citizens(session: Session, town: Town, dates: dict[str, Running]) -> None:
    """Insert everybody with all that the week's facts say of them, and the dates behind it."""
    _insert_people(session, town)
    ids = np.array(session.scalars(select(Citizen.id).order_by(Citizen.external_id)).all(), np.int64)
    _insert_time(session, town, ids)
    _insert_needs(session, town, ids)
    _insert_offerings(session, town, ids)
    _insert_prepared(session, town, ids)
    _insert_places(session, town, ids, dates)
    first, second = ids[town.beginning.apart].T
    if len(first):
        insert_columns(session, KeepApart, first_citizen_id=first, second_citizen_id=second)


def _insert_people(session: Session, town: Town) -> None:
    rules, citizen, seed = town_rules()["people"], town.facts.citizen, town.beginning.seed
    count, monday = len(citizen.id), monday_of(town.facts.week)
    random = stream(seed, "names")
    first, last = (
        named(rules[key], random.integers(len(rules[key]), size=count)) for key in ("first_names", "last_names")
    )
    weeks = stream(seed, "joined").integers(9, 100, size=count).tolist()
    idle = stream(seed, "out of work").integers(52, 520, size=count).tolist()
    width = len(str(count))
    insert_columns(
        session,
        Citizen,
        external_id=[f"B{number + 1:0{width}}" for number in range(count)],
        name=[" ".join(pair) for pair in zip(first, last, strict=True)],
        home_site_id=named(town.facts.centre.site, town.beginning.people.home),
        joined=[monday - dt.timedelta(weeks=ago) for ago in weeks],
        min_minutes=citizen.min_minutes,
        max_minutes=citizen.max_minutes,
        energy=citizen.energy,
        daily_limit=citizen.daily_limit,
        weight_percent=citizen.weight,
        out_of_work_since=[monday - dt.timedelta(weeks=ago) for ago in idle],
        protected_address=chance(stream(seed, "protected"), 10, count),
    )


def _insert_time(session: Session, town: Town, ids: Ints) -> None:
    people, citizen, centre = town.beginning.people, town.facts.citizen, town.facts.centre
    for blocks, kind, week in ((people.free, "free", None), (people.external, "external", town.facts.week)):
        who, day, start, end = blocks.T
        insert_columns(
            session, AvailabilityBlock, citizen_id=ids[who], week=week, day=day, start_min=start, end_min=end, kind=kind
        )
    who, site = np.nonzero(citizen.reach)
    level = citizen.site_level[who, site]
    insert_columns(session, CitizenSite, citizen_id=ids[who], site_id=named(centre.site, site), preference=level)
    who, day, half = np.nonzero(citizen.time_level)
    level = citizen.time_level[who, day, half]
    insert_columns(session, TimePreference, citizen_id=ids[who], day=day, half=half, strength=level)


def _insert_needs(session: Session, town: Town, ids: Ints) -> None:
    citizen, centre, seed = town.facts.citizen, town.facts.centre, town.beginning.seed
    monday, week = monday_of(town.facts.week), town.facts.week
    who, leg = np.nonzero(citizen.leg)
    pressing = citizen.leg[who, leg] == 2
    insert_columns(session, CitizenLeg, citizen_id=ids[who], leg_id=named(centre.leg, leg), most_pressing=pressing)
    who, word = np.nonzero(citizen.strength)
    insert_columns(session, CitizenStrength, citizen_id=ids[who], word=named(centre.word, word), kind="competence")
    who, indicator = np.nonzero(citizen.goal)
    random = stream(seed, "sub-goals")
    level, weeks = random.integers(3, 6, size=len(who)), random.integers(2, 14, size=len(who)).tolist()
    by_week = [shift_week(week, ahead) for ahead in range(14)]
    insert_columns(
        session,
        SubGoal,
        citizen_id=ids[who],
        indicator_id=named(centre.indicator, indicator),
        level=level,
        words="",
        by_week=[by_week[ahead] for ahead in weeks],
        done=False,
    )
    is_job = chance(stream(seed, "goal kind"), town_rules()["needs"]["job_goal"], len(ids)).tolist()
    kinds = ["job" if job else "education" for job in is_job]
    insert_columns(session, Goal, citizen_id=ids, set_on=monday - dt.timedelta(weeks=8), kind=kinds, words="")
    codes = session.scalars(select(TargetGroup.code).order_by(TargetGroup.code)).all()
    if codes:
        drawn = stream(seed, "target groups").integers(len(codes), size=len(ids))
        since = monday - dt.timedelta(weeks=8)
        insert_columns(session, CitizenTargetGroup, citizen_id=ids, target_code=named(codes, drawn), valid_from=since)


def _insert_offerings(session: Session, town: Town, ids: Ints) -> None:
    """Clearances, wishes and refusals, turns and contacts."""
    needs, centre, citizen = town.beginning.needs, town.facts.centre, town.facts.citizen
    names, kinds, week = centre.offering.id, centre.offering.kind, town.facts.week
    who, offering = np.nonzero(needs.eligible)
    since = monday_of(week) - dt.timedelta(weeks=8)
    insert_columns(session, Clearance, citizen_id=ids[who], offering_id=named(names, offering), valid_from=since)
    who, offering = np.nonzero((needs.wish > 0) | needs.refused)
    refused = needs.refused[who, offering]
    strength = np.where(refused, -5, needs.wish[who, offering])
    insert_columns(
        session, Wish, citizen_id=ids[who], offering_id=named(names, offering), strength=strength, refused=refused
    )
    for ahead in range(WEEKS_AHEAD):  # Whose turn is not this week, has it next week, and so on in turns.
        turn = centre.offering.due & needs.eligible & (needs.due if ahead % 2 == 0 else ~needs.due)
        who, offering = np.nonzero(turn)
        kind = ["referral" if kinds[place] == "conference" else "due" for place in offering.tolist()]
        due_week, chosen = shift_week(week, ahead), named(names, offering)
        insert_columns(session, Referral, citizen_id=ids[who], offering_id=chosen, due_week=due_week, kind=kind)
    who, role = np.nonzero(citizen.contact >= 0)
    staff = named(centre.staff, citizen.contact[who, role])
    insert_columns(session, Contact, citizen_id=ids[who], role=named(centre.role, role), staff_id=staff)


def _insert_prepared(session: Session, town: Town, ids: Ints) -> None:
    """Let everybody have passed or completed what the offerings that are open to them ask for."""
    eligible, offering = town.beginning.needs.eligible, town.facts.centre.offering
    day = monday_of(town.facts.week) - dt.timedelta(weeks=8)
    completed: set[tuple[int, str]] = set()
    level: dict[tuple[int, str], int] = {}
    for position, wanted in enumerate(offering.prerequisites):
        for options in wanted:
            option = next((one for one in options if one.startswith("test:")), options[0])
            name, _, least = option.removeprefix("test:").partition(">=")
            for citizen in ids[eligible[:, position]].tolist():
                if option.startswith("test:"):
                    level[citizen, name] = max(level.get((citizen, name), 0), int(least or 1))
                else:
                    completed.add((citizen, option))
    insert_tuples(session, Completion, ("citizen_id", "offering_id"), sorted(completed), completed_on=day)
    reached = [(*key, reached) for key, reached in level.items()]
    insert_tuples(session, TestResult, ("citizen_id", "test", "level"), reached, tested_on=day)


def _insert_places(session: Session, town: Town, ids: Ints, dates: dict[str, Running]) -> None:
    """Binding places in cohorts, agreements on the others, and last week's places that bind nobody."""
    offering, drafts = town.facts.centre.offering, {draft.code: draft.offering for draft in town.drafts}
    locked = [(int(ids[who]), code) for who, code in town.beginning.locked]
    kept = [(int(ids[who]), code) for who, code in town.beginning.kept]
    cohorts = [(who, code) for who, code in locked if offering.kind[drafts[code]] == "course"]
    agreed = [(who, code) for who, code in locked if offering.kind[drafts[code]] != "course"]
    for entries, binding in ((cohorts, True), ([*agreed, *kept], False)):
        rows = [(who, code, week_of(dates[code].start), _last_week(dates[code])) for who, code in entries]
        insert_tuples(session, Enrolment, ENROLMENT, rows, binding=binding)
    ahead = stream(town.beginning.seed, "agreed until").integers(1, 13, size=len(agreed)).tolist()
    until = [shift_week(town.facts.week, weeks) for weeks in range(13)]
    promises = [
        (who, offering.id[drafts[code]], week_of(dates[code].start), until[weeks], code)
        for (who, code), weeks in zip(agreed, ahead, strict=True)
    ]
    insert_tuples(session, Agreement, AGREEMENT, promises, why="Aftalt i jobplanen")


def _last_week(running: Running) -> str | None:
    return None if running.end is None else week_of(running.end)
