"""Make the town: people and what they need, the timetable, running places, and seats to the demand."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace

import numpy as np

from scheduler.facts import CentreFacts, CitizenFacts, Facts
from scheduler.points import Points
from scheduler.problem import make_problem
from scheduler.reading import positions
from scheduler.town.draws import stream, town_rules
from scheduler.town.needs import Needs, make_needs
from scheduler.town.people import People, Sites, make_people, make_sites
from scheduler.town.running import Places
from scheduler.town.supply import first_seats, new_groups, running_groups, wanted_seats
from scheduler.town.timetable import Draft, GroupMaker, Resources, group_facts
from scheduler.town.visits import Contacts, make_visits
from solver.problem import BARRED_BIT, Ints

ROUNDS = 2


@dataclass(frozen=True)
class Beginning:
    """The town without the groups that newcomers may join."""

    seed: int
    week: str
    centre: CentreFacts
    sites: Sites
    people: People
    needs: Needs
    contacts: Contacts
    drafts: list[Draft]
    maker: GroupMaker
    locked: list[tuple[int, str]]  # citizen and code
    kept: list[tuple[int, str]]
    apart: Ints  # (A, 2)


@dataclass(frozen=True)
class Town:
    """Everything that is put into the tables, and the same as facts."""

    beginning: Beginning
    resources: Resources
    drafts: list[Draft]  # by code, as the groups of the facts
    facts: Facts


def draw_town(
    seed: int, week: str, citizens: int, tightness: int, clustered: bool, centre: CentreFacts, points: Points
) -> Town:
    """Draw a town whose seats follow from what its people would take at no price.

    Parameters
    ----------
    tightness
        Permille, seats of the scarce offerings over their demand.
    centre
        The offerings; its sites, staff and rooms are replaced by the town's.
    """
    beginning = _begin(seed, week, citizens, clustered, centre)
    town = _finish(beginning, first_seats(centre, citizens))
    for _ in range(ROUNDS):
        problem, _ids = make_problem(town.facts, points)
        town = _finish(beginning, wanted_seats(problem, centre, beginning.drafts, tightness))
    return town


def _begin(seed: int, week: str, citizens: int, clustered: bool, centre: CentreFacts) -> Beginning:
    sites = make_sites(seed, citizens, clustered)
    people = make_people(seed, week, citizens, sites, clustered)
    needs = make_needs(seed, week, people, centre)
    resources = Resources()
    visits, contacts = make_visits(seed, people, needs, centre, resources)
    maker = GroupMaker(seed, centre, sites, resources)
    running = list(running_groups(seed, centre, citizens, maker))
    places = Places(seed, people, needs, centre)
    for draft in running:
        places.fill(draft)
    for draft in running:
        if centre.offering.kind[draft.offering] == "open_group":
            places.keep(draft)
    has = places.places()
    needs = replace(needs, eligible=needs.eligible | has, refused=needs.refused & ~has)
    apart, drafts = _apart(seed, people), [*visits, *running]
    return Beginning(
        seed, week, centre, sites, people, needs, contacts, drafts, maker, places.locked, places.kept, apart
    )


def _apart(seed: int, people: People) -> Ints:
    """Pairs of people who live at one site."""
    count = len(people.home) // town_rules()["keep_apart"]
    shuffled = stream(seed, "apart").permutation(len(people.home))
    by_home = shuffled[np.argsort(people.home[shuffled], kind="stable")]
    pairs = by_home[: len(by_home) // 2 * 2].reshape(-1, 2)
    pairs = pairs[people.home[pairs[:, 0]] == people.home[pairs[:, 1]]]
    chosen = stream(seed, "apart", "chosen").permutation(len(pairs))[:count]
    return np.unique(np.sort(pairs[chosen], axis=1), axis=0)


def _finish(beginning: Beginning, seats: Ints) -> Town:
    """Add groups with so many seats of each offering, and put everything into columns."""
    maker = deepcopy(beginning.maker)
    drafts = sorted(
        [*beginning.drafts, *new_groups(beginning.seed, beginning.centre, seats, maker)], key=lambda draft: draft.code
    )
    resources, sites = maker.resources, beginning.sites
    staff, rooms = sorted(resources.staff), sorted(resources.rooms)
    centre = replace(
        beginning.centre,
        site=sites.id,
        travel=sites.travel,
        staff=tuple(staff),
        staff_role=tuple(resources.staff[name][0] for name in staff),
        room_site=np.array([resources.rooms[name][1] for name in rooms], np.int64),
        room_type=tuple(resources.rooms[name][0] for name in rooms),
    )
    group = group_facts(drafts, staff, rooms)
    place = {draft.code: position for position, draft in enumerate(drafts)}
    facts = Facts(beginning.week, centre, group, _citizen_facts(beginning, centre, place))
    return Town(beginning, resources, drafts, facts)


def _citizen_facts(beginning: Beginning, centre: CentreFacts, place: dict[str, int]) -> CitizenFacts:
    people, needs = beginning.people, beginning.needs
    bars = ("eligible", ~needs.eligible), ("due", centre.offering.due & ~needs.due), ("refused", needs.refused)
    contact = np.full((len(people.home), len(centre.role)), -1, np.int64)
    for column, role in enumerate(centre.role):
        names, number = beginning.contacts[role]
        known = number >= 0
        contact[known, column] = positions(names, centre.staff)[number[known]]
    return CitizenFacts(
        id=np.arange(1, len(people.home) + 1),
        weight=people.weight,
        min_minutes=people.min_minutes,
        max_minutes=people.max_minutes,
        energy=people.energy,
        daily_limit=people.daily_limit,
        reach=people.reach,
        site_level=people.site_level,
        time_level=needs.time_level,
        available=people.available,
        leg=needs.leg,
        goal=needs.goal,
        strength=needs.strength,
        wish=needs.wish,
        barred=np.sum([BARRED_BIT[rule] * barred for rule, barred in bars], axis=0),
        promised=np.zeros(needs.eligible.shape, np.bool_),
        contact=contact,
        kept=_places(beginning.kept, place),
        locked=_places(beginning.locked, place),
        apart=beginning.apart,
    )


def _places(entries: list[tuple[int, str]], place: dict[str, int]) -> Ints:
    pairs = np.array([(citizen, place[code]) for citizen, code in entries], np.int64).reshape(-1, 2)
    return np.unique(pairs, axis=0)
