"""Weeks of 3-6 citizens that one can hold in the head, each with its only best plan and the reason why it is best."""

from __future__ import annotations

from dataclasses import dataclass

from solver.problem import Problem
from tests.facts import Citizen, Offering, Slot, town

MONDAY, TUESDAY = 0, 1
NINE, TEN, ELEVEN = (MONDAY, 540, 600), (MONDAY, 600, 660), (MONDAY, 660, 720)
NINE_TO_ELEVEN, TUESDAY_NINE = (MONDAY, 540, 660), (TUESDAY, 540, 600)


@dataclass(frozen=True)
class Town:
    """A week with the slots of everybody's best plan and why; the objective is `points`, and the lottery numbers."""

    problem: Problem
    best: list[tuple[int, ...]]
    points: int
    reason: str
    lottery: int = 0
    exceptions: tuple[tuple[int, str], ...] = ()


TOWNS = {
    "a_full_group_goes_to_who_gains_most": Town(
        town(
            [Slot(0, [NINE], seats=1), Slot(1, [NINE])],
            [Citizen(progress={0: 30, 1: 25}), Citizen(progress={0: 20, 1: 2}), Citizen(progress={0: 12, 1: 1})],
        ),
        best=[(1,), (0,), (1,)],
        points=25 + 20 + 1,
        reason="The seat is worth 5 to the first, who likes it best of all, 18 to the second and 11 to the third.",
    ),
    "each_gives_up_a_little_so_that_one_gains_much": Town(
        town(
            [Slot(o, [NINE], seats=1) for o in range(3)],
            [Citizen(progress={0: 10, 1: 9}), Citizen(progress={1: 10, 2: 9}), Citizen(progress={0: 9, 2: 1})],
        ),
        best=[(1,), (2,), (0,)],
        points=9 + 9 + 9,
        reason="First come, first served gives 10 + 10 + 1; two who move along lose 1 each, and the third gains 8.",
    ),
    "the_lottery_decides_between_equals": Town(
        town([Slot(0, [NINE], seats=1)], [Citizen(progress={0: 10}, lottery={0: n}) for n in (41, 97, 96)]),
        best=[(), (0,), ()],
        points=10,
        lottery=97,
        reason="All three gain the same; the second drew the highest number.",
    ),
    "who_was_owed_from_earlier_weeks_comes_first": Town(
        town(
            [Slot(0, [NINE], seats=1)],
            [Citizen(progress={0: 20}), Citizen(progress={0: 14}, weight=150), Citizen(progress={0: 13}, weight=150)],
        ),
        best=[(), (0,), ()],
        points=21,
        reason="14 at 150 % is 21, more than 20 and than 13 at 150 %.",
    ),
    "a_leg_counts_once": Town(
        town(
            [Slot(0, [NINE]), Slot(1, [TEN], seats=1)],
            [
                Citizen(progress={0: 3, 1: 4}, needs={0: 50}),
                Citizen(progress={1: 1}, needs={0: 40}, barred={0: "refused"}),
                Citizen(progress={0: 2}),
            ],
        ),
        best=[(0,), (1,), (0,)],
        points=(3 + 50) + (1 + 40) + 2,
        reason="At nine the first covers the leg, so at ten there are only 4 points more; the second covers it then.",
    ),
    "token_contact_covers_no_leg": Town(
        town(
            [Slot(0, [NINE]), Slot(1, [NINE_TO_ELEVEN])],
            [
                Citizen(progress={0: 20, 1: 5}, needs={0: 30}),
                Citizen(progress={0: 20, 1: 5}),
                Citizen(progress={0: 20, 1: 5}, needs={0: 30}, busy=[TEN]),
            ],
            dose=(90,),
        ),
        best=[(1,), (0,), (0,)],
        points=(5 + 30) + 20 + 20,
        reason="The leg takes 90 minutes a week: who needs it gives up 15 points for 30, where the time allows.",
    ),
    "to_be_under_way_comes_before_all_else": Town(
        town(
            [Slot(0, [NINE], seats=1)],
            [
                Citizen(progress={0: 100}),
                Citizen(progress={0: 1}, goals=[0], min_minutes=60, idle_penalty=30),
                Citizen(progress={0: 2}, min_minutes=60, idle_penalty=30),
            ],
        ),
        best=[(), (0,), ()],
        points=1 - 30 * 60,
        reason="The hour saves the second 1,800 points of idle minutes; to the third it is filler: no goal, no wish.",
    ),
    "job_beside_health_is_worth_more_than_either": Town(
        town(
            [Slot(0, [NINE], seats=1), Slot(1, [TEN], seats=1)],
            [Citizen(progress={0: 5, 1: 6}, parallel_points=20), Citizen(progress={0: 20}), Citizen(progress={1: 10})],
            [Offering(job=True), Offering(health_skill=True)],
        ),
        best=[(0, 1), (), ()],
        points=5 + 6 + 20,
        reason="Both seats for the first give 31; one each for the other two give 30.",
    ),
    "two_short_ones_fill_the_hours_better": Town(
        town(
            [Slot(0, [NINE_TO_ELEVEN]), Slot(1, [TUESDAY_NINE]), Slot(2, [ELEVEN])],
            [
                Citizen(progress={0: 25, 1: 15, 2: 14}, max_minutes=120),
                Citizen(progress={0: 31, 1: 15, 2: 14}, max_minutes=120),
                Citizen(progress={0: 99, 1: 3, 2: 4}, max_minutes=60),
            ],
        ),
        best=[(1, 2), (0,), (2,)],
        points=(15 + 14) + 31 + 4,
        reason="15 + 14 beats 25 in the same two hours, not 31; the third has one hour only.",
    ),
    "travel_keeps_two_sites_apart": Town(
        town(
            [Slot(0, [NINE]), Slot(1, [TEN], site=1), Slot(2, [TEN])],
            [
                Citizen(progress={0: 10, 1: 20, 2: 8}),
                Citizen(progress={0: 10, 1: 12, 2: 8}),
                Citizen(progress={0: 10, 1: 99, 2: 1}, out_of_reach=[1]),
            ],
            travel=((0, 30), (30, 0)),
        ),
        best=[(1,), (0, 2), (0, 2)],
        points=20 + (10 + 8) + (10 + 1),
        reason="Nobody can be at the other site at ten after a meeting until ten: 20 alone beats 18, 12 does not.",
    ),
    "too_few_close_a_group": Town(
        town(
            [Slot(0, [NINE], minimum=3), Slot(1, [NINE])],
            [Citizen(progress={0: 30, 1: 5}), Citizen(progress={0: 30, 1: 5}), Citizen(progress={0: 30}, busy=[NINE])],
        ),
        best=[(1,), (1,), ()],
        points=5 + 5,
        reason="Only two can come, and the group runs with three or not at all.",
    ),
    "one_who_loses_little_lets_a_group_run": Town(
        town(
            [Slot(0, [NINE], minimum=3), Slot(1, [NINE])],
            [Citizen(progress={0: 30, 1: 5}), Citizen(progress={0: 30, 1: 5}), Citizen(progress={0: 1, 1: 4})],
        ),
        best=[(0,), (0,), (0,)],
        points=30 + 30 + 1,
        reason="The third gives up 3 points, so that two gain 25 each.",
    ),
    "of_two_groups_that_are_half_full_one_runs": Town(
        town(
            [Slot(0, [NINE], minimum=3, seats=4), Slot(1, [NINE], minimum=3, seats=4)],
            [
                *[Citizen(progress={0: 30, 1: 20}) for _ in range(2)],
                *[Citizen(progress={0: 25, 1: 30}) for _ in range(2)],
            ],
        ),
        best=[(0,), (0,), (0,), (0,)],
        points=30 + 30 + 25 + 25,
        reason="Neither runs with two; the last two lose less by going along than the first two would.",
    ),
    "a_lock_holds_a_small_group_open": Town(
        town(
            [Slot(0, [NINE], minimum=3), Slot(1, [NINE])],
            [Citizen(progress={0: 3}, locks=[0]), Citizen(progress={0: 9, 1: 8}), Citizen(progress={0: 9, 1: 10})],
        ),
        best=[(0,), (0,), (1,)],
        points=3 + 9 + 10,
        reason="The group runs with whoever is locked into it, so nobody needs to fill it.",
    ),
    "four_cannot_fill_two_groups_of_three": Town(
        town(
            [Slot(0, [NINE], seats=3, minimum=3, groups=2)],
            [Citizen(progress={0: points}) for points in (10, 7, 9, 8)],
        ),
        best=[(0,), (), (0,), (0,)],
        points=10 + 9 + 8,
        reason="Each of the two groups has three participants or none, so the one who gains least stays out.",
    ),
    "four_share_two_groups_evenly": Town(
        town(
            [Slot(0, [NINE], seats=3, minimum=2, groups=2)],
            [Citizen(progress={0: points}) for points in (10, 7, 9, 8)],
        ),
        best=[(0,), (0,), (0,), (0,)],
        points=10 + 7 + 9 + 8,
        reason="Three and one breaks the minimum of two; two and two does not.",
    ),
    "one_worker_is_in_one_place": Town(
        town(
            [Slot(0, [NINE], rows=[0]), Slot(1, [NINE], rows=[0])],
            [Citizen(progress={0: 10}), Citizen(progress={1: 12}), Citizen(progress={0: 11})],
            rows=[("staff", 1)],
        ),
        best=[(), (1,), ()],
        points=12,
        reason="Both slots take the same worker at nine, who has time for one citizen.",
    ),
    "who_comes_twice_uses_a_worker_twice": Town(
        town(
            [Slot(0, [NINE], rows=[0]), Slot(1, [TUESDAY_NINE], rows=[0])],
            [Citizen(progress={0: 10, 1: 12}), Citizen(progress={0: 15}), Citizen(progress={1: 9})],
            rows=[("staff", 2)],
        ),
        best=[(1,), (0,), ()],
        points=12 + 15,
        reason="The worker has two units in all: 15 and 12 are the most, and the first's second hour would be a third.",
    ),
    "a_room_holds_two": Town(
        town(
            [Slot(0, [NINE], rows=[0]), Slot(1, [NINE], rows=[0])],
            [Citizen(progress={0: 10}), Citizen(progress={1: 12}), Citizen(progress={0: 11})],
            rows=[("room", 2)],
        ),
        best=[(), (1,), (0,)],
        points=12 + 11,
        reason="Both slots are in the same room, which has two chairs.",
    ),
    "two_who_keep_apart_take_different_groups": Town(
        town(
            [Slot(0, [NINE]), Slot(0, [TEN])],
            [Citizen(progress={0: 20}, keep={0: points}) for points in (5, 3, 9)],
            apart=[(0, 1)],
        ),
        best=[(0,), (1,), (0,)],
        points=25 + 20 + 29,
        reason="All three want to stay at nine; the second loses less than the first by moving.",
    ),
    "keeping_two_apart_closes_a_group_of_two": Town(
        town(
            [Slot(0, [NINE], minimum=2), Slot(1, [NINE]), Slot(2, [NINE])],
            [
                Citizen(progress={0: 30, 1: 5, 2: 1}),
                Citizen(progress={0: 30, 1: 4, 2: 3}),
                Citizen(progress={2: 7}, barred={0: "refused"}),
            ],
            apart=[(0, 1)],
        ),
        best=[(1,), (2,), (2,)],
        points=5 + 3 + 7,
        reason="The first two would fill it, but never share it, and the third refuses it; so all three go elsewhere.",
    ),
    "who_is_locked_stays_and_the_other_moves": Town(
        town(
            [Slot(0, [NINE]), Slot(1, [TEN]), Slot(1, [ELEVEN])],
            [
                Citizen(progress={0: 9, 1: 9}, keep={1: 3}),
                Citizen(progress={0: 9, 1: 9}, keep={1: 5}, locks=[0]),
                Citizen(progress={0: 9, 1: 9}, keep={1: 1}),
            ],
            apart=[(0, 1)],
        ),
        best=[(2,), (0, 1), (0, 1)],
        points=9 + (9 + 14) + (9 + 10),
        reason="The second is locked at nine, so the first is not there; at ten the second would lose more by moving.",
    ),
    "locks_that_clash_stop_nobody_else": Town(
        town(
            [Slot(0, [NINE], seats=1), Slot(1, [NINE], seats=1), Slot(2, [TEN])],
            [
                Citizen(progress={0: 5, 1: 5, 2: 99}, locks=[0, 1]),
                Citizen(progress={0: 50, 2: 4}),
                Citizen(progress={1: 50, 2: 4}),
            ],
        ),
        best=[(0, 1), (2,), (2,)],
        points=(5 + 5) + 4 + 4,
        exceptions=((0, "no_overlap"),),
        reason="The first keeps both locks and their seats and gets nothing more; the others get the best of the rest.",
    ),
}
