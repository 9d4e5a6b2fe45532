"""The least supply with which a week keeps everything: found by really planning it with more and with less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scheduler.lab.roll_out.trying import Tried, Trier
from scheduler.warm import Ended

MOST = 2  # times the supply in proportion to the citizens, beyond which nothing is sought
Tell = Callable[[int, Tried], None]  # the week's citizens, and what was tried for them


@dataclass(frozen=True)
class Found:
    """The least supply of one week. `below` is one step less, which does not keep everything, where that was shown."""

    least: Tried | None  # None: not even the most supply that was tried keeps everything, or it was stopped before
    below: Tried | None
    tried: int

    def is_least(self, step: int) -> bool:
        """Whether one step less was shown not to keep everything, or would be nothing at all."""
        if self.least is None or self.least.percent <= step:
            return self.least is not None
        return self.below is not None and self.least.percent - self.below.percent <= step


def least_supply(trier: Trier, citizens: int, guess: int, step: int, near: Ended, tell: Tell) -> Found:
    """Go from a guess in growing strides until a supply that keeps everything lies above one that does not, then halve.

    Parameters
    ----------
    guess
        Percent of the base week's groups, a multiple of `step`.
    near
        A planned week to begin with.
    """
    holds: Tried | None = None
    fails: Tried | None = None
    percent, stride, number = guess, step, 0
    while not trier.is_stopped():
        tried = trier.try_supply(citizens, percent, near)
        number, near = number + 1, tried.ended
        if tried.holds:
            holds = tried
        elif trier.is_stopped():
            break
        else:
            fails = tried
        tell(citizens, tried)
        if holds is not None and fails is not None:
            between = (holds.percent - fails.percent) // step
            if between <= 1:
                break
            percent = fails.percent + between // 2 * step
        elif holds is not None:
            if percent <= step:
                break
            percent, stride = max(step, percent - stride), 2 * stride
        else:
            if percent >= MOST * guess:
                break
            percent, stride = min(MOST * guess, percent + stride), 2 * stride
    return Found(holds, fails, number)
