"""Edits of the groups that a week has: added, moved, closed, with other seats, or with nobody to hold them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from scheduler.facts import GroupFacts
from scheduler.lab.draft import Draft, add, group_facts, join, keep_groups, take
from scheduler.lab.scenario import Closed, MovedGroup, NewGroup, ScenarioError
from solver.problem import Bools, Ints

Times = list[tuple[int, int, int]]  # day, start, end
OF_MEETINGS = ("meeting_ptr", "meeting_day", "meeting_start", "meeting_end", "meeting_room")
FOR_ONE = ("individual", "conference")  # kinds whose groups are appointments of the staff that holds them


def place_of(name: str, names: Sequence[str], edit: str, what: str) -> int:
    """The position of a name among those of the week; a name that is none of them is refused."""
    if name in names:
        return names.index(name)
    near = difflib.get_close_matches(name, names, 3, 0.5) or list(names)[:3]
    raise ScenarioError(edit, name, f"{what} of the week, such as {', '.join(near) or 'none'}")


def seat(draft: Draft, code: str, seats: int) -> Draft:
    """Other seats for a group, never fewer than are promised or than it takes to run."""
    group, at = draft.facts.group, place_of(code, draft.code, "seats", "a group")
    locked = int((draft.facts.citizen.locked[:, 1] == at).sum())
    if seats < max(locked, int(group.minimum[at])):
        least = f"at least {locked} places that are promised and {int(group.minimum[at])} that it takes to run"
        raise ScenarioError(f"seats.{code}", seats, least)
    new = group.seats.copy()
    new[at] = seats
    return replace(draft, facts=replace(draft.facts, group=replace(group, seats=new)))


def move(draft: Draft, moved: MovedGroup) -> Draft:
    """A group at other times or another site, with the people who are locked into it."""
    facts, group, name = draft.facts, draft.facts.group, f"move_groups.{moved.group}"
    at = place_of(moved.group, draft.code, "move_groups", "a group")
    one = take(group, np.array([at]))
    if moved.site is not None:
        one = replace(one, site=np.array([place_of(moved.site, facts.centre.site, f"{name}.site", "a site")]))
    if moved.meetings:
        there = group_facts(0, 0, 1, 0, moved.meetings, [])
        one = replace(one, **{column: getattr(there, column) for column in OF_MEETINGS})
    rest = np.arange(len(group.id)) != at
    _need_free(draft, one, rest, name)
    last = len(group.id) - 1
    groups = join(take(group, np.flatnonzero(rest)), one)
    in_order = np.concatenate([np.arange(at), [last], np.arange(at, last)])
    return replace(draft, facts=replace(facts, group=take(groups, in_order)))


def add_group(draft: Draft, new: NewGroup) -> Draft:
    """One more group, of several citizens, without a room of its own."""
    centre, name = draft.facts.centre, f"add_groups.{new.code}"
    if new.code in draft.code:
        raise ScenarioError(name, new.code, "a code that no group of the week has")
    like = None if new.like is None else place_of(new.like, draft.code, f"{name}.like", "a group")
    offering, site = _offering_and_site(draft, new, like)
    seats, minimum = _size(draft, new, like, offering)
    if minimum > seats:
        raise ScenarioError(f"{name}.minimum", minimum, f"at most its {seats} seats")
    staff = [place_of(who, centre.staff, f"{name}.staff", "somebody of the staff") for who in new.staff]
    times = new.meetings or ([] if like is None else times_of(draft.facts.group, like))
    made = group_facts(offering, site, seats, minimum, times, staff)
    _need_free(draft, made, np.ones(len(draft.code), np.bool_), f"{name}.staff")
    return add(draft, made, (new.code,))


def close(draft: Draft, codes: Sequence[str], closed: Closed) -> Draft:
    """Without these groups, and those of these offerings, at these sites and in these rooms."""
    centre, group = draft.facts.centre, draft.facts.group
    gone = np.isin(
        np.arange(len(draft.code)), [place_of(code, draft.code, "close_groups", "a group") for code in codes]
    )
    for names, column, known, what in (
        (closed.offerings, group.offering, centre.offering.id, "offering"),
        (closed.sites, group.site, centre.site, "site"),
    ):
        gone |= np.isin(column, [place_of(name, known, f"close.{what}s", f"a known {what}") for name in names])
    rooms = [place_of(name, draft.room, "close.rooms", "a room") for name in closed.rooms]
    gone[_owners(group.meeting_ptr)[np.isin(group.meeting_room, rooms)]] = True
    return _without_rooms(keep_groups(draft, ~gone), rooms)


def send_away(draft: Draft, away: Sequence[str]) -> Draft:
    """Without these members of staff: a group that nobody else holds does not meet."""
    gone = [place_of(name, draft.facts.centre.staff, "staff_away", "somebody of the staff") for name in away]
    group = draft.facts.group
    left = ~np.isin(group.staff, gone)
    holders = np.bincount(_owners(group.staff_ptr)[left], minlength=len(group.id))
    ptr = np.concatenate([[0], np.cumsum(holders)]).astype(np.int64)
    had = np.diff(group.staff_ptr) > 0
    draft = replace(draft, facts=replace(draft.facts, group=replace(group, staff_ptr=ptr, staff=group.staff[left])))
    return keep_groups(draft, ~had | (holders > 0))


def without_staff(groups: GroupFacts) -> GroupFacts:
    """The groups held by nobody who works here yet."""
    return replace(groups, staff_ptr=np.zeros_like(groups.staff_ptr), staff=groups.staff[:0])


def times_of(group: GroupFacts, at: int) -> Times:
    """Day, start and end of a group's meetings."""
    span = slice(group.meeting_ptr[at], group.meeting_ptr[at + 1])
    columns = (group.meeting_day[span], group.meeting_start[span], group.meeting_end[span])
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _owners(ptr: Ints) -> Ints:
    owners: Ints = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
    return owners


def _need_free(draft: Draft, one: GroupFacts, others: Bools, edit: str) -> None:
    """Refuse to let somebody hold two groups at a time; appointments give way."""
    group = draft.facts.group
    for person in [] if one.appointment.any() else one.staff.tolist():
        held = _owners(group.staff_ptr)[group.staff == person]
        busy = np.isin(_owners(group.meeting_ptr), held[others[held] & ~group.appointment[held]])
        for day, start, end in times_of(one, 0):
            clash = busy & (group.meeting_day == day) & (group.meeting_start < end) & (group.meeting_end > start)
            if clash.any():
                other = draft.code[int(_owners(group.meeting_ptr)[np.argmax(clash)])]
                raise ScenarioError(edit, draft.facts.centre.staff[person], f"somebody who does not hold {other} then")


def _without_rooms(draft: Draft, rooms: Iterable[int]) -> Draft:
    """The centre without these rooms, which no group meets in."""
    facts, centre = draft.facts, draft.facts.centre
    left = ~np.isin(np.arange(len(draft.room)), list(rooms))
    place = np.append(np.where(left, np.cumsum(left) - 1, -1), -1)  # The last place answers for no room.
    stays = np.flatnonzero(left).tolist()
    types = tuple(centre.room_type[at] for at in stays)
    emptied = replace(centre, room_site=centre.room_site[left], room_type=types)
    group = replace(facts.group, meeting_room=place[facts.group.meeting_room])
    room = tuple(draft.room[at] for at in stays)
    return replace(draft, facts=replace(facts, centre=emptied, group=group), room=room)


def _offering_and_site(draft: Draft, new: NewGroup, like: int | None) -> tuple[int, int]:
    centre, group, name = draft.facts.centre, draft.facts.group, f"add_groups.{new.code}"
    offering = -1 if like is None else int(group.offering[like])
    if new.offering is not None:
        offering = place_of(new.offering, centre.offering.id, f"{name}.offering", "an offering")
    site = -1 if like is None else int(group.site[like])
    if new.site is not None:
        site = place_of(new.site, centre.site, f"{name}.site", "a site")
    if centre.offering.kind[offering] in FOR_ONE:
        raise ScenarioError(f"{name}.offering", centre.offering.id[offering], "an offering of several citizens")
    return offering, site


def _size(draft: Draft, new: NewGroup, like: int | None, offering: int) -> tuple[int, int]:
    """Seats and minimum: what is said, or those of the group that it is like, or the offering's."""
    fewest, most = draft.facts.centre.offering.size[offering].tolist()
    if like is not None:
        fewest, most = int(draft.facts.group.minimum[like]), int(draft.facts.group.seats[like])
    seats = most if new.seats is None else new.seats
    return seats, min(fewest, seats) if new.minimum is None else new.minimum
