"""What is believed of the help of an offering: against brute force, and what may move it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.learning.evidence import Answers, Evidence, weigh
from scheduler.learning.model import Estimates, Spread, estimate, shared_columns

SPREAD = Spread(answer=0.9, offering=0.4, target_group=0.3, goal=0.2, own=0.6)
CITIZENS, OFFERINGS, GROUPS, INDICATORS = 6, 3, 2, 2
TARGET_GROUP = np.array([[1, 0], [1, 0], [0, 1], [0, 1], [1, 1], [0, 0]], np.float64)
GOAL = np.array([[1, 0], [0, 1], [1, 1], [0, 1], [2, 0], [1, 0]], np.float64)
EXPECTED = np.linspace(2.4, 3.6, CITIZENS * OFFERINGS).reshape(CITIZENS, OFFERINGS)


def answers(*said: tuple[int, int, int, int]) -> Answers:
    return Answers(*np.array(said, np.int64).reshape(-1, 4).T)


def believe(given: Answers, forgetting: float = 0.9, spread: Spread = SPREAD) -> Estimates:
    shared, deviation = shared_columns(TARGET_GROUP, GOAL, spread)
    return estimate(weigh(given, CITIZENS, OFFERINGS, forgetting), EXPECTED, shared, deviation, spread)


def drawn(max_size: int = 12) -> st.SearchStrategy[Answers]:
    one = st.tuples(st.integers(0, CITIZENS - 1), st.integers(0, OFFERINGS - 1), st.integers(0, 9), st.integers(1, 5))
    return st.lists(one, max_size=max_size).map(lambda said: answers(*said))


def without(given: Answers, drop: np.ndarray) -> Answers:
    return Answers(*(getattr(given, name)[~drop] for name in ("citizen", "offering", "age", "value")))


def test_it_is_the_posterior_that_brute_force_finds() -> None:
    """Two citizens of one target group without goals: the density over (offering, group, own, own) on a grid."""
    spread = Spread(answer=1.0, offering=0.5, target_group=0.4, goal=0.3, own=0.7)
    shared, deviation = shared_columns(np.ones((2, 1)), np.zeros((2, 1)), spread)
    expected = np.array([[3.0], [2.5]])
    evidence = weigh(answers((0, 0, 0, 5), (0, 0, 1, 4), (1, 0, 0, 2)), 2, 1, 0.8)
    found = estimate(evidence, expected, shared, deviation, spread)

    grid = np.linspace(-3, 3, 41)
    offering, group, first, second = np.meshgrid(grid, grid, grid, grid, indexing="ij", sparse=True)
    help_ = [3.0 + offering + group + first, 2.5 + offering + group + second]
    log = -0.5 * ((offering / 0.5) ** 2 + (group / 0.4) ** 2 + (first / 0.7) ** 2 + (second / 0.7) ** 2)
    for who, weight, value in ((0, 1.0, 5), (0, 0.8, 4), (1, 1.0, 2)):
        log = log - 0.5 * weight * (value - help_[who]) ** 2
    density = np.exp(log - log.max())
    density /= density.sum()
    for who in (0, 1):
        mean = float((density * help_[who]).sum())
        error = float(np.sqrt((density * (help_[who] - mean) ** 2).sum()))
        assert found.mean[who, 0] == pytest.approx(mean, abs=1e-3)
        assert found.error[who, 0] == pytest.approx(error, abs=1e-3)
        alike = float((density * (expected[who, 0] + offering + group)).sum())
        assert found.alike[who, 0] == pytest.approx(alike, abs=1e-3)


def test_where_nothing_was_said_the_catalogue_stands() -> None:
    found = believe(answers())
    assert np.array_equal(found.mean, EXPECTED)
    assert np.array_equal(found.alike, EXPECTED)
    assert (found.error > SPREAD.own).all()


def test_few_answers_stay_near_the_catalogue_and_many_near_themselves() -> None:
    one, many = (believe(answers(*[(0, 0, 0, 5)] * count)) for count in (1, 400))
    assert EXPECTED[0, 0] < one.mean[0, 0] < (EXPECTED[0, 0] + 5) / 2 + 0.5
    assert many.mean[0, 0] == pytest.approx(5, abs=0.02)
    assert many.error[0, 0] < 0.05 < one.error[0, 0]
    assert many.error[1, 0] > SPREAD.own  # Another's answers say nothing of what is her own.


@given(drawn(), drawn(6), st.integers(0, OFFERINGS - 1))
def test_answers_about_another_offering_move_nothing(given: Answers, more: Answers, offering: int) -> None:
    other = without(more, more.offering == offering)
    joined = Answers(*(np.concatenate([getattr(given, n), getattr(other, n)]) for n in Answers.__dataclass_fields__))
    before, after = believe(given), believe(joined)
    assert np.allclose(before.mean[:, offering], after.mean[:, offering], atol=1e-12)
    assert np.allclose(before.error[:, offering], after.error[:, offering], atol=1e-12)


def test_without_anything_shared_nobody_moves_anybody() -> None:
    """The offering's own part is all that joins people of different target groups and goals."""
    apart = replace(SPREAD, offering=1e-6)
    quiet, loud = (
        believe(answers((0, 0, 0, 3)), spread=apart),
        believe(answers((0, 0, 0, 3), (3, 0, 0, 5)), spread=apart),
    )
    assert loud.mean[0, 0] == pytest.approx(quiet.mean[0, 0], abs=1e-6)
    assert loud.mean[3, 0] > quiet.mean[3, 0] + 0.3


@given(drawn(), st.integers(0, CITIZENS - 1))
def test_erasing_a_citizen_removes_what_she_said(given: Answers, gone: int) -> None:
    never_said = without(given, given.citizen == gone)
    before = believe(given)
    after = believe(never_said)
    others = np.arange(CITIZENS) != gone
    shared, deviation = shared_columns(TARGET_GROUP[others], GOAL[others], SPREAD)
    moved = replace(never_said, citizen=never_said.citizen - (never_said.citizen > gone))
    absent = estimate(weigh(moved, CITIZENS - 1, OFFERINGS, 0.9), EXPECTED[others], shared, deviation, SPREAD)
    assert np.allclose(after.mean[others], absent.mean, atol=1e-12)
    assert np.allclose(after.error[others], absent.error, atol=1e-12)
    if (given.citizen != gone).all():
        assert np.allclose(before.mean, after.mean)


@given(drawn())
def test_the_order_of_answers_does_not_matter(given: Answers) -> None:
    order = np.argsort(given.value + 7 * given.citizen, kind="stable")[::-1]
    turned = Answers(*(getattr(given, name)[order] for name in Answers.__dataclass_fields__))
    assert np.allclose(believe(given).mean, believe(turned).mean, atol=1e-9)


def test_an_old_answer_counts_for_less() -> None:
    new, old = (believe(answers((0, 0, age, 5))).mean[0, 0] for age in (0, 20))
    assert new > old > EXPECTED[0, 0]


def test_ninety_percent_intervals_hold_the_truth_nine_times_in_ten() -> None:
    """Truth drawn from the model itself: 40 citizens, 200 offerings, up to four answers."""
    random = np.random.default_rng(1)
    citizens, offerings = 40, 200
    shared, deviation = shared_columns(
        np.eye(4)[random.integers(4, size=citizens)], random.integers(0, 2, (citizens, 3)).astype(np.float64), SPREAD
    )
    truth = (
        3.0
        + SPREAD.offering * random.standard_normal((1, offerings))
        + shared @ (deviation[:, None] * random.standard_normal((7, offerings)))
        + SPREAD.own * random.standard_normal((citizens, offerings))
    )
    count = random.integers(0, 5, (citizens, offerings))
    mean = truth + SPREAD.answer / np.sqrt(np.maximum(count, 1)) * random.standard_normal(truth.shape)
    evidence = Evidence(count.astype(np.float64), count * mean, count)
    found = estimate(evidence, np.full(truth.shape, 3.0), shared, deviation, SPREAD)
    holds = np.abs(truth - found.mean) <= 1.645 * found.error
    assert 0.88 < holds.mean() < 0.92
    for times in range(5):
        assert 0.87 < holds[count == times].mean() < 0.93


@pytest.mark.parametrize("value", [0, 6])
def test_an_answer_outside_the_scale_is_refused_by_its_place(value: int) -> None:
    with pytest.raises(ValueError, match=rf"answers.value\[1\]: expected 1 .. 5, found {value}"):
        weigh(answers((0, 0, 0, 3), (0, 0, 0, value)), CITIZENS, OFFERINGS, 0.9)
