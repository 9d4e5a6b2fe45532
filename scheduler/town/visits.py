"""The town's appointments: contacts, the hours of those who see citizens, and the times on offer."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from scheduler.facts import CentreFacts
from scheduler.town.draws import PERMILLE, chance, stream, town_rules
from scheduler.town.needs import Needs
from scheduler.town.people import WORKDAYS, People
from scheduler.town.timetable import Draft, Resources
from solver.problem import Ints

CASEWORKER = "sagsbehandler"
Contacts = dict[str, tuple[list[str], Ints]]


def lead_role(centre: CentreFacts, offering: int) -> str:
    """The role that holds an appointment: the contact's where there is one, or the first of its staff."""
    return centre.offering.contact_role[offering] or centre.offering.staff_roles[offering][0]


def make_visits(
    seed: int, people: People, needs: Needs, centre: CentreFacts, resources: Resources
) -> tuple[list[Draft], Contacts]:
    """Hire those who see citizens, and offer times enough for those whose turn it is.

    Returns
    -------
    The appointments, and for each role the names of its workers and (I,) the number of a citizen's contact among them.
    """
    offerings: dict[str, list[int]] = defaultdict(list)
    for offering, kind in enumerate(centre.offering.kind):
        if kind in ("individual", "conference"):
            offerings[lead_role(centre, offering)].append(offering)
    drafts: list[Draft] = []
    contacts: Contacts = {}
    used: Counter[str] = Counter()  # half days of each worker
    for role, offered in offerings.items():
        worker, names = _assign(role, offered, people, needs, centre, resources)
        for offering in offered:
            clients = np.bincount(worker[_turn(needs, centre, offering)], minlength=len(names))
            for name, count in zip(names, clients.tolist(), strict=True):
                drafts += _times(centre, offering, name, count, used, resources)
        has_contact = needs.eligible[:, offered].any(axis=1) & chance(
            stream(seed, "contact", role), _with_contact(role), len(worker)
        )
        contacts[role] = (names, np.where(has_contact | (role == CASEWORKER), worker, -1))
    _add_colleagues(centre, drafts, resources)
    _add_rooms(centre, drafts, resources)
    return drafts, contacts


def _with_contact(role: str) -> int:
    share: int = PERMILLE if role == CASEWORKER else town_rules()["appointments"]["with_contact"]
    return share


def _turn(needs: Needs, centre: CentreFacts, offering: int) -> Ints:
    """The citizens who may come this week."""
    column = needs.due[:, offering] if centre.offering.due[offering] else needs.eligible[:, offering]
    return np.flatnonzero(column)


def _assign(
    role: str, offered: list[int], people: People, needs: Needs, centre: CentreFacts, resources: Resources
) -> tuple[Ints, list[str]]:
    """Hire workers at every site and deal its citizens to them in turn; (I,) number of the worker, and their names."""
    rules = town_rules()["appointments"]
    comes = np.zeros(len(people.home), np.bool_)
    for offering in offered:
        comes[_turn(needs, centre, offering)] = True
    worker = np.zeros(len(people.home), np.int64)
    names: list[str] = []
    for site in range(people.reach.shape[1]):
        at_home = np.flatnonzero(people.home == site)
        visitors = int(comes[at_home].sum())
        size = len(at_home) // rules["citizens_each"] if role == CASEWORKER else visitors // rules["clients_each"]
        hired = [resources.hire(role, site) for _ in range(max(1, size))]
        dealt = at_home[
            np.argsort(~comes[at_home], kind="stable")
        ]  # Those whose turn it is come first, to be dealt evenly.
        worker[dealt] = len(names) + np.arange(len(dealt)) % len(hired)
        names += hired
    return worker, names


def _times(
    centre: CentreFacts, offering: int, name: str, clients: int, used: Counter[str], resources: Resources
) -> Iterator[Draft]:
    """Offer a worker's times for one offering: starts at fixed steps in half days, enough for so many clients."""
    rules, facts = town_rules()["appointments"], centre.offering
    minutes = int(facts.meeting_min[offering])
    each = -(-minutes // rules["step"]) * rules["step"]
    scarce = facts.id[offering] in town_rules()["supply"]["scarce"]
    wanted = -(-clients * rules["scarce_each" if scarce else "seats_each"] // PERMILLE)
    turn = sum(name.encode())
    number = 0
    while wanted > 0:
        half_day = used[name]
        used[name] += 1
        day = (turn + half_day) % WORKDAYS
        start = rules["windows"][(turn // WORKDAYS + half_day // WORKDAYS) % len(rules["windows"])]
        seats = min(wanted, rules["window"] // each)
        wanted -= seats
        resources.hours.setdefault(name, []).append((day, start, start + seats * each))
        for begin in range(start, start + seats * each - minutes + 1, rules["step"]):
            number += 1
            code = f"{facts.id[offering]}-{name}-{number:03}"
            site = resources.staff[name][1]
            yield Draft(code, offering, site, 1, 0, ((day, begin, begin + minutes),), staff=[name], appointment=True)


def _add_colleagues(centre: CentreFacts, drafts: list[Draft], resources: Resources) -> None:
    """Give meetings of several workers the others, each shared by a few who lead them."""
    each = town_rules()["appointments"]["colleagues_each"]
    leads: dict[tuple[int, int], list[str]] = defaultdict(list)
    for draft in drafts:
        if draft.staff[0] not in leads[draft.offering, draft.site]:
            leads[draft.offering, draft.site].append(draft.staff[0])
    team: dict[tuple[int, str], list[str]] = {}
    for (offering, site), names in leads.items():
        others = [role for role in centre.offering.staff_roles[offering] if role != lead_role(centre, offering)]
        for position, name in enumerate(names):
            if position % each == 0:
                shared = [resources.hire(role, site) for role in others]
            team[offering, name] = shared
    for draft in drafts:
        draft.staff += team[draft.offering, draft.staff[0]]


def _add_rooms(centre: CentreFacts, drafts: list[Draft], resources: Resources) -> None:
    """Build a few rooms fewer than the most workers who see somebody at one time."""
    workers: dict[tuple[str, int], dict[tuple[int, int], set[str]]] = defaultdict(lambda: defaultdict(set))
    step = town_rules()["appointments"]["step"]
    for draft in drafts:
        for day, start, end in draft.times:
            for moment in range(start // step, -(-end // step)):
                workers[centre.offering.room_type[draft.offering], draft.site][day, moment].add(draft.staff[0])
    for (kind, site), busy in workers.items():
        if kind not in town_rules()["groups"]["no_room"]:
            most = max(len(names) for names in busy.values())
            for _ in range(-(-most * town_rules()["appointments"]["rooms"] // PERMILLE)):
                resources.add_room(kind, site)
