"""`/hold/.../fremmoede`: the register of one meeting of a group, everybody at once, and its undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.problems import RequestError
from api.pages.callers import Page, may_page
from api.pages.forms import FormError, Wrong
from api.pages.rendering import language_of
from catalog.tables import Group, Meeting, Offering, Site
from scheduler import policy, registers
from scheduler.attendance import NOT_COMING, STATES, AttendanceError, Mark
from scheduler.group_times import begins_at
from scheduler.importer.cpr import hide_cpr
from scheduler.registers import Register
from scheduler.request_effects import Asker

routes = APIRouter(prefix="/hold/{group_id}/fremmoede", include_in_schema=False)
Number = Annotated[int, Path(ge=1, lt=2**31)]
Day = Annotated[int | None, Query(ge=0, le=6)]
Minute = Annotated[int | None, Query(ge=0, le=1439)]
LONGEST_REASON = 500
EVERYBODY = "everybody"
BEFORE = "before"  # what an undo puts back: `12-attended`, or `12-` where nothing was noted


class Person(NamedTuple):
    """Somebody in the register, what is noted of her at the meeting, and whether she has said that she comes."""

    citizen_id: int
    name: str
    state: str
    reason: str
    says_coming: bool


class _Read(NamedTuple):
    group: Group
    title: str
    site: str
    register: Register
    meeting: Meeting


@routes.get("")
def show(
    group_id: Number,
    page: Annotated[Page, may_page("register.read")],
    dag: Day = None,
    fra: Minute = None,
    fortryd: Annotated[list[str] | None, Query(max_length=1_000)] = None,
) -> Response:
    """Show a group's register of one meeting: the one that is asked for, or the last that has begun."""
    return _show(page, group_id, dag, fra, fortryd)


@routes.post("")
def fill(
    group_id: Number, page: Annotated[Page, may_page("register.write")], dag: Day = None, fra: Minute = None
) -> Response:
    """Note what is chosen of each; one button lets everybody of whom nothing is chosen have come."""

    def note() -> Answer:
        found = _read(page, page.session, group_id, dag, fra)
        people = _people(found)
        marks = _chosen(page, found, people)
        asker = Asker(page.actor.account_id, page.now, is_staff=True, on_behalf=True)
        registers.record(page.session, found.group.week, group_id, marks, asker)
        about.extend(mark.citizen_id for mark in marks)
        before = {person.citizen_id: person.state for person in people}
        undo = [f"&fortryd={mark.citizen_id}-{before[mark.citizen_id]}" for mark in marks]
        path = _path(found) + ("".join(undo) if _has_begun(page, found.meeting) else "")
        return page.go_to(path, done="register_saved" if marks else "register_same")

    about: list[int | None] = []
    return page.submit(
        note, again=lambda: _show(page, group_id, dag, fra), about=about, words={AttendanceError: "register_refused"}
    )


@routes.post("/fortryd")
def undo(
    group_id: Number, page: Annotated[Page, may_page("register.write")], dag: Day = None, fra: Minute = None
) -> Response:
    """Put back what was noted before the last time."""

    def put_back() -> Answer:
        found = _read(page, page.session, group_id, dag, fra)
        meeting, asker = found.meeting, Asker(page.actor.account_id, page.now, is_staff=True, on_behalf=True)
        before = _before(page.form.values.get(BEFORE, ()), found)
        nobody = [who for who, state in before.items() if not state]
        marks = [Mark(who, meeting.date, meeting.start_min, state) for who, state in before.items() if state]
        registers.record(page.session, found.group.week, group_id, marks, asker)
        registers.take_back(page.session, group_id, nobody, meeting, asker)
        about.extend(before)
        return page.go_to(_path(found), done="register_undone")

    about: list[int | None] = []
    return page.submit(put_back, again=lambda: _show(page, group_id, dag, fra), about=about)


def _show(page: Page, group_id: int, day: int | None, start: int | None, undo: list[str] | None = None) -> Response:
    with page.reading() as session:
        found = _read(page, session, group_id, day, start)
    people = _people(found)
    page.look_at(person.citizen_id for person in people)
    form = page.form.starting(
        **{f"state_{person.citizen_id}": person.state for person in people},
        **{f"reason_{person.citizen_id}": person.reason for person in people},
    )
    has_begun = _has_begun(page, found.meeting)
    return page.show(
        "house/register.html",
        form=form,
        shown=found,
        people=people,
        has_begun=has_begun,
        states=STATES if has_begun else NOT_COMING,
        count_noted=sum(bool(person.state) for person in people),
        undo=[f"{who}-{state}" for who, state in _before(undo or (), found).items()] if has_begun else [],
        before=BEFORE,
    )


def _read(page: Page, session: Session, group_id: int, day: int | None, start: int | None) -> _Read:
    policy.permit_group(session, page.actor, page.action, group_id)
    group = session.get_one(Group, group_id)
    offering = session.get_one(Offering, group.offering_id)
    register = registers.read_register(session, group.week, group_id)
    meetings = register.meetings
    if not meetings:
        raise RequestError("not_found")
    asked = [one for one in meetings if (one.day, one.start_min) == (day, start)]
    begun = [one for one in meetings if _has_begun(page, one)]
    title = offering.en if language_of(page.request) == "en" else offering.da
    site = session.get_one(Site, group.site_id).name
    return _Read(group, title or offering.da, site, register, [*asked, *begun[-1:], meetings[0]][0])


def _has_begun(page: Page, meeting: Meeting) -> bool:
    return begins_at(meeting.date, meeting.start_min) <= page.now


def _people(found: _Read) -> list[Person]:
    then = (found.meeting.date, found.meeting.start_min)
    noted = {mark.citizen_id: mark for mark in found.register.marks if (mark.date, mark.start_min) == then}
    coming = {said.citizen_id for said in found.register.coming if (said.date, said.start_min) == then}
    people = []
    for one in found.register.participants:
        mark = noted.get(one.citizen_id)
        state, reason = (mark.state, mark.reason) if mark else ("", "")
        people.append(Person(one.citizen_id, one.name or one.external_id, state, reason, one.citizen_id in coming))
    return sorted(people, key=lambda person: person.name)


def _chosen(page: Page, found: _Read, people: list[Person]) -> list[Mark]:
    """What is to be noted anew; of whom it is the same already, nothing is."""
    marks, wrong = [], {}
    everybody = page.form.has(EVERYBODY, "1")
    for person in people:
        state = page.form.value(f"state_{person.citizen_id}") or ("attended" if everybody else "")
        reason = page.form.value(f"reason_{person.citizen_id}").strip()
        if state and state not in STATES:
            wrong[f"state_{person.citizen_id}"] = Wrong("field_choose")
        if len(reason) > LONGEST_REASON:
            wrong[f"reason_{person.citizen_id}"] = Wrong("field_too_long", {"most": LONGEST_REASON})
        reason = "" if state == "attended" else hide_cpr(reason)
        if state and (state, reason) != (person.state, person.reason):
            marks.append(Mark(person.citizen_id, found.meeting.date, found.meeting.start_min, state, reason))
    if wrong:
        raise FormError(wrong)
    return marks


def _before(texts: Sequence[str], found: _Read) -> dict[int, str]:
    """What an undo would put back, of those who are in the register."""
    known = {person.citizen_id for person in found.register.participants}
    before = {}
    for text in texts:
        number, _, state = text.partition("-")
        if number.isdecimal() and int(number) in known and state in ("", *STATES):
            before[int(number)] = state
    return before


def _path(found: _Read) -> str:
    return f"/hold/{found.group.id}/fremmoede?dag={found.meeting.day}&fra={found.meeting.start_min}"
