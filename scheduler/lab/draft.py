"""A week's facts while a scenario changes them: groups and citizens are picked, repeated and joined by position."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from scheduler.facts import CitizenFacts, Facts, GroupFacts
from scheduler.learning.progress import Learned
from scheduler.points import Points
from scheduler.reading import pointer
from solver.problem import Bools, Ints

BY_PAIR = ("kept", "locked", "apart")  # of the citizens' facts: pairs of positions, not a row a citizen
_BY_MEETING = ("meeting_day", "meeting_start", "meeting_end", "meeting_room")
_BY_GROUP = ("id", "offering", "site", "seats", "minimum", "appointment", "open")


@dataclass(frozen=True)
class Draft:
    """A week as it would be."""

    facts: Facts
    points: Points
    learned: Learned | None
    code: tuple[str, ...]  # (G,) of each group
    room: tuple[str, ...]  # of each room of the centre
    copied: Ints  # (I,) id of the citizen of whom each is a copy, or her own
    dropped: int = 0  # places that somebody was promised in groups that close


def take(group: GroupFacts, which: Ints) -> GroupFacts:
    """The groups at these positions, in this order, as often as each is named."""
    meeting_ptr, meeting = _ranges(group.meeting_ptr, which)
    staff_ptr, staff = _ranges(group.staff_ptr, which)
    return GroupFacts(
        **{name: getattr(group, name)[which] for name in _BY_GROUP},
        meeting_ptr=meeting_ptr,
        **{name: getattr(group, name)[meeting] for name in _BY_MEETING},
        staff_ptr=staff_ptr,
        staff=group.staff[staff],
    )


def join(*parts: GroupFacts) -> GroupFacts:
    """The groups of each part, one part after the other."""
    whole = {field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(parts[0])}
    for name in ("meeting_ptr", "staff_ptr"):
        length = np.concatenate([np.diff(getattr(part, name)) for part in parts])
        whole[name] = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    return GroupFacts(**whole)


def keep_groups(draft: Draft, kept: Bools) -> Draft:
    """The week without the other groups; who is locked into one of those is free again."""
    place = np.where(kept, np.cumsum(kept) - 1, -1)
    citizen = draft.facts.citizen
    locked, last = (_moved(pairs, place) for pairs in (citizen.locked, citizen.kept))
    facts = replace(
        draft.facts,
        group=take(draft.facts.group, np.flatnonzero(kept)),
        citizen=replace(citizen, locked=locked, kept=last),
    )
    code = tuple(name for name, stays in zip(draft.code, kept.tolist(), strict=True) if stays)
    dropped = draft.dropped + len(citizen.locked) - len(locked)
    return replace(draft, facts=facts, code=code, dropped=dropped)


def add(draft: Draft, more: GroupFacts, code: tuple[str, ...]) -> Draft:
    """The week with more groups, whose ids become such as no group has."""
    group = draft.facts.group
    first = int(group.id.max(initial=0)) + 1
    more = replace(more, id=np.arange(first, first + len(more.id)))
    return replace(draft, facts=replace(draft.facts, group=join(group, more)), code=draft.code + code)


def take_citizens(draft: Draft, which: Ints) -> Draft:
    """The citizens at these rising positions first, then one more for each further position, who is a copy.

    A copy has everything of the citizen but her places: no lock, nothing of last week, nobody to be kept apart from.
    """
    citizen = draft.facts.citizen
    own = np.concatenate([[True], np.diff(which) > 0]).cumprod().astype(np.bool_)
    ids = np.where(own, citizen.id[which], 0)
    ids[~own] = int(citizen.id.max()) + 1 + np.arange(int((~own).sum()))
    place = np.full(len(citizen.id), -1, np.int64)
    place[which[own]] = np.arange(int(own.sum()))
    apart = place[citizen.apart]
    taken = {field.name: getattr(citizen, field.name)[which] for field in fields(citizen) if field.name not in BY_PAIR}
    people = CitizenFacts(
        **taken | {"id": ids},
        kept=_moved(citizen.kept[:, ::-1], place)[:, ::-1].copy(),
        locked=_moved(citizen.locked[:, ::-1], place)[:, ::-1].copy(),
        apart=apart[(apart >= 0).all(axis=1)],
    )
    learned = draft.learned
    if learned is not None:
        learned = Learned(learned.need[which], learned.help[which])
    return replace(draft, facts=replace(draft.facts, citizen=people), learned=learned, copied=draft.copied[which])


def _moved(pairs: Ints, place: Ints) -> Ints:
    """Pairs whose second entries are at other places now; those that have none are left out."""
    second = place[pairs[:, 1]]
    moved = np.stack([pairs[:, 0], second], axis=1)[second >= 0]
    return np.unique(moved, axis=0).reshape(-1, 2)


def _ranges(ptr: Ints, which: Ints) -> tuple[Ints, Ints]:
    length = np.diff(ptr)[which]
    new = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    return new, np.repeat(ptr[which] - new[:-1], length) + np.arange(new[-1])


def group_facts(
    offering: int, site: int, seats: int, minimum: int, times: list[tuple[int, int, int]], staff: list[int]
) -> GroupFacts:
    """One group of several citizens that anybody may join, without a room."""
    meetings = np.array(sorted(times), np.int64).reshape(-1, 3)
    one, number = np.ones(1, np.int64), len(meetings)
    return GroupFacts(
        id=one, offering=one * offering, site=one * site, seats=one * seats, minimum=one * minimum,
        appointment=np.zeros(1, np.bool_), open=np.ones(1, np.bool_),
        meeting_ptr=pointer(np.zeros(number, np.int64), 1), meeting_day=meetings[:, 0].copy(),
        meeting_start=meetings[:, 1].copy(), meeting_end=meetings[:, 2].copy(),
        meeting_room=np.full(number, -1, np.int64),
        staff_ptr=np.array([0, len(staff)], np.int64), staff=np.array(staff, np.int64),
    )  # fmt: skip
