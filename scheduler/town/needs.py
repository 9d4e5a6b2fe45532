"""What the people need, wish, bring and may have."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.facts import CentreFacts
from scheduler.town.draws import PERMILLE, chance, pick, pick_some, spread, stream, town_rules
from scheduler.town.people import WORKDAYS, People
from solver.problem import DAYS, Bools, Ints


@dataclass(frozen=True)
class Needs:
    """One row a citizen."""

    leg: Ints  # (I, L) 0, 1 = needed, 2 = most pressing
    goal: Ints  # (I, X) 0 or 1
    strength: Bools  # (I, W)
    time_level: Ints  # (I, 7, 2)
    eligible: Bools  # (I, O)
    due: Bools  # (I, O) among the offerings that are taken only when due
    wish: Ints  # (I, O) level 0 .. 5
    refused: Bools  # (I, O)


def make_needs(seed: int, week: str, people: People, centre: CentreFacts) -> Needs:
    """Draw legs, sub-goals, strengths, wishes, refusals, and what is open to everybody."""
    rules, count = town_rules()["needs"], len(people.home)
    leg = _legs(seed, count, centre)
    goals = pick(stream(seed, "goals"), rules["goals"], count)
    share = np.array([rules["goal_share"].get(name, 0) for name in centre.indicator], np.int64)
    words = pick(stream(seed, "strengths"), rules["strengths"], count)
    suits = _suits(people, centre)
    eligible, due = _open_offerings(seed, week, leg, suits, centre)
    wish, refused = _wishes(seed, eligible, suits, centre)
    return Needs(
        leg=leg,
        goal=pick_some(stream(seed, "goal"), share, goals).astype(np.int64),
        strength=pick_some(stream(seed, "strength"), np.ones(len(centre.word), np.int64), words),
        time_level=_time_level(seed, count),
        eligible=eligible,
        due=due,
        wish=wish,
        refused=refused,
    )


def _legs(seed: int, count: int, centre: CentreFacts) -> Ints:
    rules = town_rules()["needs"]
    random = stream(seed, "legs")
    share = np.array([rules["leg_share"].get(name, 0) for name in centre.leg], np.int64)
    needed = pick_some(random, share, pick(random, rules["legs"], count))
    pressing = pick_some(random, needed * share, np.ones(count, np.int64))
    return needed.astype(np.int64) + pressing


def _time_level(seed: int, count: int) -> Ints:
    """Some like one half of the day on some weekdays."""
    rules, random = town_rules()["needs"]["time"], stream(seed, "time")
    likes = chance(random, rules["permille"], count)
    half, level = random.integers(2, size=count), pick(random, rules["level"], count)
    days = random.integers(2, size=(count, WORKDAYS)) > 0
    time_level = np.zeros((count, DAYS, 2), np.int64)
    citizen, day = np.nonzero(days & likes[:, None])
    time_level[citizen, day, half[citizen]] = level[citizen]
    return time_level


def popularity(seed: int, centre: CentreFacts) -> Ints:
    """(O,) permille by which an offering is liked more or less than its supply says."""
    low, high = town_rules()["supply"]["popularity"]
    return np.array([stream(seed, "popularity", name).integers(low, high + 1) for name in centre.offering.id], np.int64)


def eligible_share(seed: int, centre: CentreFacts) -> tuple[Ints, Ints]:
    """(O,) permille of the citizens to whom each offering is open, and of those whose turn it is this week.

    Appointments follow their supply; groups share the rest of the offerings that a citizen may have, in proportion to
    seats, the scarce ones twice.
    """
    rules, offering = town_rules(), centre.offering
    supply, visits = rules["supply"], rules["appointments"]
    by_person = np.isin(offering.kind, ("individual", "conference"))
    due = np.where(by_person, offering.supply * visits["open"] // PERMILLE, 0)
    turns = np.minimum(due * np.where(offering.due, visits["eligible_over_due"], 1), PERMILLE)
    scarce = np.isin(offering.id, supply["scarce"])
    seats = np.where(by_person, 0, offering.supply * offering.size[:, 1] * 100 // offering.per_week_100)
    liking = np.array([supply["liking"].get(name, PERMILLE) for name in offering.id], np.int64)
    seats = seats * popularity(seed, centre) // PERMILLE * np.where(scarce, 2, 1) * liking // PERMILLE
    wanted = supply["eligible"] * PERMILLE - int(turns.sum())
    share = np.zeros_like(seats)
    for _ in range(len(seats)):  # What one offering cannot take is shared among the others.
        full = share >= supply["eligible_at_most"]
        if wanted <= share.sum() or not (seats * ~full).any():
            break
        share = np.minimum(share + spread(wanted - int(share.sum()), seats * ~full), supply["eligible_at_most"])
    return np.where(by_person, turns, share), due


def _suits(people: People, centre: CentreFacts) -> Ints:
    """(I, O) 0 where an offering asks for more energy than a citizen has, 2 where it asks and she has it, or else 1."""
    supply, offering = town_rules()["supply"], centre.offering
    asks = offering.load * np.maximum(1, offering.per_week_100 // 100) >= supply["demanding"]
    strong = people.energy >= supply["strong"]
    suits: Ints = np.where(asks[None, :], 2 * strong[:, None], 1)
    return suits


def _open_offerings(seed: int, week: str, leg: Ints, suits: Ints, centre: CentreFacts) -> tuple[Bools, Bools]:
    supply = town_rules()["supply"]
    share, due_share = eligible_share(seed, centre)
    needed = leg[:, centre.offering.leg] > 0
    likelier = np.array([0, PERMILLE, supply["strong_share"]])[suits]
    limit = share * np.where(needed, supply["needed_leg"], supply["other_leg"]) // PERMILLE * likelier // PERMILLE
    eligible = stream(seed, "eligible").integers(PERMILLE, size=needed.shape) < limit
    few = eligible.sum(axis=1) < supply["eligible_least"]
    eligible[few] |= stream(seed, "eligible", "more").integers(PERMILLE, size=(int(few.sum()), len(share))) < limit[few]
    eligible[~eligible.any(axis=1), int(np.argmax(share))] = True
    part = np.where(centre.offering.due, due_share * PERMILLE // np.maximum(share, 1), PERMILLE)
    due = stream(seed, week, "due").integers(PERMILLE, size=needed.shape) < part
    return eligible, due & eligible & centre.offering.due


def _wishes(seed: int, eligible: Bools, suits: Ints, centre: CentreFacts) -> tuple[Ints, Bools]:
    rules, count = town_rules()["needs"], len(eligible)
    random = stream(seed, "wishes")
    wishable = eligible & ~np.isin(centre.offering.kind, "conference")
    likelier = np.array([0, 1, town_rules()["supply"]["strong_wish"]])[suits]
    share = wishable * likelier * popularity(seed, centre)
    wished = pick_some(random, share, pick(random, rules["wishes"], count))
    level = pick(random, rules["wish_level"], count * eligible.shape[1]).reshape(eligible.shape)
    refusable = (wishable & ~wished).astype(np.int64)
    refused = pick_some(stream(seed, "refusals"), refusable, pick(stream(seed, "refused"), rules["refused"], count))
    return np.where(wished, level, 0), refused
