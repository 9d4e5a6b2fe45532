"""Random wishes for a published week, and the two ways of answering them that are compared."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from benchmarks.load_town import WEEK
from catalog.database import reading, writing
from catalog.weeks import monday_of
from scheduler import requests
from scheduler.alternatives import Search, alternatives, read_search
from scheduler.asked import Asked, AskedError, check
from scheduler.places import Standing, standing
from scheduler.request_effects import Asker
from scheduler.supplies import FullError
from scheduler.tables import Account, ChangeRequest, Place
from scheduler.week_state import WeekStates

NOW = dt.datetime.combine(monday_of(WEEK), dt.time(10), dt.UTC) - dt.timedelta(days=5)  # Nothing is frozen yet.
KINDS = ("another_time", "another_activity", "less", "more", "stop", "cannot_come")
MORNING, DAY = (480, 720), (480, 960)
Week = tuple[int, ...]  # slots


@dataclass
class Answered:
    """What became of the wishes."""

    granted: list[int] = field(default_factory=list)  # the citizens
    microseconds: list[float] = field(default_factory=list)  # of the kernel's and the check's work for each answer


def draw_wishes(engine: Engine, count: int, seed: int) -> list[tuple[int, Asked]]:
    """So many wishes, each of another citizen with a place."""
    rng = random.Random(seed)
    with reading(engine) as session:
        citizens = session.scalars(select(Place.citizen_id).where(Place.week == WEEK).distinct()).all()
        chosen = rng.sample(sorted(citizens), min(count, len(citizens)))
        return [(who, _wish(rng, standing(session, who, WEEK).groups)) for who in chosen]


def _wish(rng: random.Random, groups: tuple[int, ...]) -> Asked:
    kind = rng.choice(KINDS)
    if kind in ("less", "more"):
        return Asked(kind)
    if kind == "cannot_come":
        return Asked(kind, times=((rng.randrange(5), *rng.choice((MORNING, DAY))),), every_week=rng.random() < 0.5)
    return Asked(kind, group_id=rng.choice(groups))


def answer_all(engine: Engine, wishes: list[tuple[int, Asked]], *, first_fit: bool) -> Answered:
    """Answer one wish after the other: the best proposal is held and confirmed, where there is one."""
    states, answered = WeekStates(), Answered()
    with reading(engine) as session:
        asker = Asker(session.scalars(select(Account.id).order_by(Account.id)).first() or 0, NOW)
    for citizen, wish in wishes:
        with reading(engine) as session:
            state = states.of(session, WEEK)
            present = standing(session, citizen, WEEK)
            try:
                check(wish, state.frame, present.groups)
            except AskedError:
                continue
            if first_fit:
                found = _first_fit(session, states, citizen, wish, present, asker)
            else:
                search = read_search(session, state, citizen, wish, present)
                began = time.perf_counter()
                alternatives(search, state.rules.most_answers)
                answered.microseconds.append(1e6 * (time.perf_counter() - began))
                found = requests.find_answer(session, state, citizen, wish, asker)
        _grant(engine, found, asker, answered)
    return answered


def _grant(engine: Engine, found: ChangeRequest, asker: Asker, answered: Answered) -> None:
    at_once = [at for at, proposal in enumerate(found.proposals) if not proposal["person"]]
    if not at_once or found.state != "answered":
        return
    citizen = found.citizen_id
    try:
        with writing(engine) as session:
            requests.keep_answer(session, found, asker)
            requests.hold(session, found.id, citizen, at_once[0], asker)
            requests.confirm(session, found.id, citizen, asker)
    except FullError:
        return
    answered.granted.append(citizen)


def _first_fit(
    session: Session, states: WeekStates, citizen: int, wish: Asked, present: Standing, asker: Asker
) -> ChangeRequest:
    """The first week that keeps the rules, by the numbers of groups, as somebody with a list of free groups would."""
    state = states.of(session, WEEK)
    search = read_search(session, state, citizen, wish, present)
    weeks = [week for week in _in_order(search) if week != search.present]
    judged = search.one.judge(weeks)
    fits = next((week for week, (_, breaks) in zip(weeks, judged, strict=True) if not breaks), None)
    request = ChangeRequest(
        citizen_id=citizen, week=WEEK, kind=wish.kind, asked=wish.as_json(), account_id=asker.account_id,
        on_behalf=False, at=NOW, base=present.version, supplies=state.version[1], state="answered",
    )  # fmt: skip
    if fits is not None:
        groups, before = sorted(int(state.frame.ids.group[slot]) for slot in fits), set(present.groups)
        request.proposals = [
            {"groups": groups, "joined": sorted({*groups} - before), "left": sorted(before - {*groups}), "person": ""}
            | {"points": 0, "words": {}}
        ]
    return request


def _in_order(search: Search) -> Iterator[Week]:
    asked, slot_of = search.asked, search.state.frame.slot_of
    named = slot_of.get(asked.group_id or 0)
    offering = search.one.problem.slot_offering
    free = [int(slot) for slot in search.one.options if not search.shut[slot] and slot not in search.present]
    can_come = {*search.one.options.tolist(), *search.one.locks}
    rest = tuple(slot for slot in search.present if slot != named and slot in can_come)
    if asked.kind == "less":
        yield from (tuple(other for other in rest if other != slot) for slot in rest if slot not in search.one.locks)
        return
    if asked.kind in ("stop", "cannot_come"):
        yield rest
        return
    for slot in sorted(free):
        same = named is not None and offering[slot] == offering[named]
        if asked.kind == "more" or same == (asked.kind == "another_time"):
            yield tuple(sorted({*rest, slot}))
