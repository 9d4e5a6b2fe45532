"""From what is believed to the week: points, trials, steps, debts, effects and words."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.season_town import make_season_town
from catalog.columns import Base
from catalog.database import make_engine, reading
from scheduler.learning.best_weeks import best_weeks
from scheduler.learning.effects import effects
from scheduler.learning.evidence import Answers, weigh
from scheduler.learning.exploration import NOTHING, pick_trials
from scheduler.learning.ledger import Ledger, book, differences, weights
from scheduler.learning.model import Estimates
from scheduler.learning.progress import FULL, UNKNOWN, help_percent, need_percent, scale
from scheduler.learning.ramp import BAD, FAIR, GOOD, Budget, next_budget
from scheduler.learning.settings import Settings, read_settings
from scheduler.learning.words import Account, account_for, account_words
from solver import Options, solve
from solver.problem import MICRO
from solver.verify import verify
from tests.unit.small_centre import MONDAY


@cache
def settings() -> Settings:
    """Those that come along."""
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with reading(engine) as session:
        return read_settings(session, MONDAY)


def estimates(mean: np.ndarray, error: float = 0.5) -> Estimates:
    count = np.zeros(mean.shape, np.int64)
    return Estimates(np.full(mean.shape, 3.0), mean, np.full(mean.shape, 0.1), mean, np.full(mean.shape, error), count)


@given(st.integers(0, 30_000))
def test_points_stay_as_they_are_where_nothing_is_known(points: int) -> None:
    expected = np.array([[2.6, 3.4]])
    same = scale(np.full((1, 2), FULL * points), help_percent(expected, expected))
    assert same.tolist() == [[points, points]]
    unknown, nothing = np.full((1, 2), UNKNOWN), np.zeros((1, 2), np.int64)
    assert need_percent(unknown, nothing + 5, nothing, settings()).tolist() == [[FULL, FULL]]


def test_points_follow_help_from_none_to_more_than_expected() -> None:
    percent = help_percent(np.array([[1.0, 2.0, 3.0, 5.0, 7.0]]), np.full((1, 5), 3.0))
    assert percent.tolist() == [[0, 50, 100, 200, 200]]


def test_need_grows_with_the_distance_and_with_haste() -> None:
    level, wanted = np.array([[4, 3, 1, 3, 3]]), np.full((1, 5), 4)
    weeks_left = np.array([[20, 20, 20, 0, -5]])
    reached, near, far, now, late = need_percent(level, wanted, weeks_left, settings())[0].tolist()
    assert reached < near < far
    assert near < now == late


def test_only_one_thing_is_tried_and_only_with_her_yes() -> None:
    mean = np.full((50, 6), 3.0)
    points, says_yes = np.full((50, 6), 20), np.arange(50) % 2 == 0
    may_try = np.ones((50, 6), np.bool_)
    may_try[:, 2:] = False
    trials = pick_trials(estimates(mean), points, may_try, says_yes, seed=1)
    assert (trials.offering[~says_yes] == NOTHING).all()
    assert set(trials.offering[says_yes]) <= {NOTHING, 0, 1}
    assert (trials.offering[says_yes] != NOTHING).sum() > 10
    moved = trials.help != mean
    assert moved.sum(axis=1).max() == 1
    assert (trials.help >= mean).all()
    assert np.array_equal(trials.help, pick_trials(estimates(mean), points, may_try, says_yes, seed=1).help)


def test_what_is_known_well_is_hardly_tried_for_its_own_sake() -> None:
    mean, may_try = np.full((200, 2), 3.0), np.ones((200, 2), np.bool_)
    unsure = replace(estimates(mean), error=np.tile([0.05, 0.9], (200, 1)))
    trials = pick_trials(unsure, np.full((200, 2), 20), may_try, np.ones(200, np.bool_), seed=3)
    tried = np.bincount(trials.offering[trials.offering != NOTHING], minlength=2)
    assert tried[1] > 1.5 * tried[0]


@given(st.lists(st.sampled_from([BAD, FAIR, GOOD]), min_size=1, max_size=30))
def test_nobody_is_hurried_and_a_bad_week_never_adds(weeks: list[int]) -> None:
    lowest, highest = Budget(np.array([4]), np.array([180])), Budget(np.array([12]), np.array([600]))
    now = Budget(np.array([6]), np.array([300]))
    for went in weeks:
        after = next_budget(now, np.array([went]), lowest, highest, settings())
        assert lowest.energy <= after.energy <= highest.energy
        assert lowest.max_minutes <= after.max_minutes <= highest.max_minutes
        assert abs(after.energy - now.energy) <= settings().ramp_fast * settings().ramp_energy
        assert went != BAD or (after.energy <= now.energy and after.max_minutes <= now.max_minutes)
        now = after


def test_whoever_is_owed_more_weighs_more_up_to_a_bound() -> None:
    ledger = Ledger(np.zeros(4), np.zeros(4))
    for _ in range(10):
        ledger = book(ledger, np.array([100, 100, 100, 0]), np.array([100, 80, 0, 0]), settings())
    full, some, nothing, no_week = weights(ledger, settings()).tolist()
    assert full == 100 < some < nothing == settings().most_weight
    assert no_week == 100


def test_a_debt_is_worked_off_and_an_old_one_fades() -> None:
    owed = book(Ledger(np.zeros(1), np.zeros(1)), np.array([100]), np.array([20]), settings())
    before = weights(owed, settings())
    for _ in range(8):
        owed = book(owed, np.array([100]), np.array([100]), settings())
    assert weights(owed, settings()) < before


def test_a_group_that_was_given_less_is_flagged_and_a_small_one_is_not_shown() -> None:
    given_ = np.where(np.arange(40) < 20, 60.0, 90.0)
    ledger = Ledger(np.full(40, 100.0), given_)
    member = np.stack([np.arange(40) < 20, np.arange(40) < 3, np.arange(40) % 2 == 0], axis=1)
    (flag,) = differences(ledger, member, settings())
    assert (flag.group, flag.citizens) == (0, 20)
    assert (flag.percent, flag.rest_percent) == pytest.approx((60, 90))


def test_effects_of_few_people_are_not_shown() -> None:
    said = [(citizen, offering, 0, 4) for offering, people in ((0, 4), (1, 8)) for citizen in range(people)]
    evidence = weigh(Answers(*np.array(said).T), 10, 2, 0.9)
    (effect,) = effects(evidence, np.full((10, 2), 3.0), settings())
    assert (effect.offering, effect.citizens, effect.help, effect.over_expected) == (1, 8, 4.0, 1.0)


def test_an_estimate_says_where_it_comes_from() -> None:
    account = account_for(estimates(np.array([[4.2]])), 0, 0)
    assert account_words(account._replace(error=0.6, answers=5, alike=3.6), "en") == (
        "For you: 4.2 ± 0.6 of 5 after 5 answers. For people with goals like yours: 3.6."
    )
    danish = account_words(Account(4.2, 0.6, 1, 3.6, 0.1, 3.0))
    assert danish == "For dig: 4,2 ± 0,6 af 5 efter ét svar. For folk med mål som dine: 3,6."
    assert "3,6" in account_words(Account(3.6, 0.9, 0, 3.6, 0.1, 3.0))


@pytest.mark.parametrize("language", ["da", "en"])
def test_words_hold_no_points(language: str) -> None:
    assert "poin" not in account_words(Account(4.2, 0.6, 2, 3.6, 0.1, 3.0), language)


def test_nobody_is_given_more_than_her_best_week_and_an_agreement_hides_no_better_one() -> None:
    problem = make_season_town(40, 1).problem
    plain = problem.with_citizens(
        weight=np.full_like(problem.weight, 100),
        idle_penalty=np.zeros_like(problem.weight),
        lottery=np.zeros_like(problem.lottery),
    )
    plans = solve(plain, Options(max_rounds=1)).plans
    given_ = verify(plain, plans).value // MICRO
    nothing = {"lock_ptr": np.zeros_like(problem.lock_ptr), "lock_slot": problem.lock_slot[:0]}
    anew, bound = (
        best_weeks(plain.with_citizens(**locks))
        for locks in (nothing, {"lock_ptr": plans.ptr, "lock_slot": plans.slot})
    )
    assert (given_ <= bound).all()
    assert (anew <= bound).all()
    assert (given_ < anew).any()
