"""Which group of one week is which group of an earlier week: the same series, or else the same thing at the same time.

Two groups are the same thing at the same time where offering, site and meeting times agree.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Group, Meeting

Signature = tuple[str, str, tuple[tuple[int, int, int], ...]]  # offering, site, (day, start, end) of each meeting


def same_groups(session: Session, earlier: str, week: str) -> dict[int, int]:
    """The group of `week` that goes on where a group of the `earlier` week was; each goes on in one at most."""
    if earlier == week:
        return {group: group for group in _by_series(session, week).values()}
    then, now = _by_series(session, earlier), _by_series(session, week)
    same = {group: now[series] for series, group in then.items() if series in now}
    continued = set(same.values())
    ended = [group for group in then.values() if group not in same]
    begun = [group for group in now.values() if group not in continued]
    if ended and begun:
        same |= _same_times(_signatures(session, earlier, ended), _signatures(session, week, begun))
    return same


def _by_series(session: Session, week: str) -> dict[str, int]:
    """A week's groups by series; one without a series has a name that no other week has."""
    rows = session.execute(select(Group.id, Group.series_id).where(Group.week == week).order_by(Group.code))
    return {series if series is not None else f"\0{group}": group for group, series in rows}


def _signatures(session: Session, week: str, groups: Iterable[int]) -> list[tuple[Signature, int]]:
    wanted = set(groups)
    rows = session.execute(
        select(Group.id, Group.offering_id, Group.site_id, Meeting.day, Meeting.start_min, Meeting.end_min)
        .join(Meeting, Meeting.group_id == Group.id)
        .where(Group.week == week)
        .order_by(Group.code, Meeting.day, Meeting.start_min)
    )
    found: dict[int, tuple[str, str, list[tuple[int, int, int]]]] = {}
    for group, offering, site, day, start, end in rows:
        if group in wanted:
            found.setdefault(group, (offering, site, []))[2].append((day, start, end))
    return [((offering, site, tuple(times)), group) for group, (offering, site, times) in found.items()]


def _same_times(ended: list[tuple[Signature, int]], begun: list[tuple[Signature, int]]) -> dict[int, int]:
    """Pair equals in the order of their codes."""
    waiting: dict[Signature, list[int]] = {}
    for signature, group in reversed(begun):
        waiting.setdefault(signature, []).append(group)
    return {group: waiting[signature].pop() for signature, group in ended if waiting.get(signature)}
