"""A scenario's edits, one kind after the other, upon a week's facts."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from scheduler.lab.base import Base, OtherRules
from scheduler.lab.draft import Draft, add, keep_groups, take
from scheduler.lab.group_edits import add_group, close, move, place_of, seat, send_away, without_staff
from scheduler.lab.growing import add_supply, resize
from scheduler.lab.scenario import Edits, NewSite, ScenarioError
from scheduler.points import Points

MOST_POINTS = 30_000
WEIGHTS = tuple(field.name for field in fields(Points) if field.name != "dose")


def edit(base: Base, edits: Edits, seed: int) -> Draft:
    """The week with everything that is different; what bigger edits make, smaller ones may name.

    Raises
    ------
    ScenarioError
        An edit names what the week does not have, or contradicts it.
    """
    draft = base.draft if base.rules is None else _by_rules(base.draft, base.rules)
    for name, points in edits.weights.items():
        draft = _weigh(draft, name, points)
    if edits.supply_percent is not None:
        draft = add_supply(draft, edits.supply_percent, seed)
    if edits.citizens is not None:
        draft = resize(draft, edits.citizens, seed)
    for site in edits.add_sites:
        draft = _add_site(draft, site)
    for code, seats in edits.seats.items():
        draft = seat(draft, code, seats)
    for moved in edits.move_groups:
        draft = move(draft, moved)
    draft = close(draft, edits.close_groups, edits.close)
    for new in edits.add_groups:
        draft = add_group(draft, new)
    draft = send_away(draft, edits.staff_away)
    if not draft.code:
        raise ScenarioError("edits", "a week without groups", "at least one group that meets")
    return draft


def _by_rules(draft: Draft, rules: OtherRules) -> Draft:
    facts = draft.facts
    offered = np.array([name in rules.offerings for name in facts.centre.offering.id], np.bool_)
    citizen = replace(facts.citizen, barred=rules.barred)
    draft = replace(draft, facts=replace(facts, citizen=citizen), points=rules.points)
    return keep_groups(draft, offered[facts.group.offering])


def _weigh(draft: Draft, name: str, points: int) -> Draft:
    place_of(name, WEIGHTS, "weights", "a weight")
    if not 0 <= points <= MOST_POINTS:
        raise ScenarioError(f"weights.{name}", points, f"0 to {MOST_POINTS} points")
    changed: dict[str, Any] = {name: points}
    return replace(draft, points=replace(draft.points, **changed))


def _add_site(draft: Draft, new: NewSite) -> Draft:
    """A site more, for whoever reaches the one that it is like."""
    facts, centre, citizen = draft.facts, draft.facts.centre, draft.facts.citizen
    like = place_of(new.like, centre.site, f"add_sites.{new.id}.like", "a site")
    if new.id in centre.site:
        raise ScenarioError("add_sites", new.id, "a name that no site of the week has")
    number = len(centre.site)
    travel = np.zeros((number + 1, number + 1), np.int64)
    travel[:number, :number] = centre.travel
    travel[number, :number] = travel[:number, number] = np.maximum(centre.travel[like], new.minutes)
    reach = np.concatenate([citizen.reach, citizen.reach[:, [like]]], axis=1)
    level = np.concatenate([citizen.site_level, citizen.site_level[:, [like]]], axis=1)
    facts = replace(
        facts,
        centre=replace(centre, site=(*centre.site, new.id), travel=travel),
        citizen=replace(citizen, reach=reach, site_level=level),
    )
    draft = replace(draft, facts=facts)
    which = np.flatnonzero((facts.group.site == like) & ~facts.group.appointment & facts.group.open)
    if not new.copy_groups or not len(which):
        return draft
    groups = without_staff(take(facts.group, which))
    groups = replace(groups, site=np.full(len(which), number), meeting_room=np.full_like(groups.meeting_room, -1))
    return add(draft, groups, tuple(f"{new.id}-{draft.code[at]}" for at in which.tolist()))
