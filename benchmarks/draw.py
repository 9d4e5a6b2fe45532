"""The towns that benchmarks plan."""

from scheduler.town.drawing import PERMILLE, WEEK, draw_problem

__all__ = ["PERMILLE", "WEEK", "draw_problem"]
