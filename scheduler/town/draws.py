"""Draws in whole numbers, from a stream for every purpose."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import yaml
from numpy.random import PCG64, Generator

from scheduler.points import DATA
from solver.problem import Bools, Ints

PERMILLE = 1000


@cache
def town_rules() -> dict[str, Any]:
    """The rules of town.yaml; the same object every time, not to be changed."""
    rules: dict[str, Any] = yaml.safe_load((DATA / "town.yaml").read_text(encoding="utf-8"))
    return rules


def stream(seed: int, *purpose: object) -> Generator:
    """A generator of its own for each purpose, so that one draw more leaves all others as they were."""
    return Generator(PCG64([seed, zlib.crc32("/".join(map(str, purpose)).encode())]))


def chance(random: Generator, permille: int, size: int) -> Bools:
    """(size,) true in so many of a thousand."""
    hit: Bools = random.integers(PERMILLE, size=size) < permille
    return hit


def pick(random: Generator, share: Sequence[int], size: int) -> Ints:
    """(size,) positions drawn by their share."""
    bounds = np.cumsum(share)
    drawn: Ints = np.searchsorted(bounds, random.integers(int(bounds[-1]), size=size), side="right").astype(np.int64)
    return drawn


def pick_some(random: Generator, share: Ints, count: Ints) -> Bools:
    """(n, k) for each of n rows `count` of the k positions with a share, likelier where the share is large."""
    key = random.integers(1, 1 << 20, size=(len(count), share.shape[-1])) * share
    rank = np.argsort(np.argsort(-key, axis=1, kind="stable"), axis=1, kind="stable")
    chosen: Bools = (rank < count[:, None]) & (key > 0)
    return chosen


def spread(total: int, share: Sequence[int] | Ints) -> Ints:
    """Share a total in whole numbers by largest remainder, the first of equals first."""
    weight = np.asarray(share, np.int64)
    part: Ints = total * weight // weight.sum()
    order = np.argsort(-(total * weight % weight.sum()), kind="stable")
    part[order[: total - int(part.sum())]] += 1
    return part
