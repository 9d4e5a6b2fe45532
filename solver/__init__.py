"""Plans a week: arrays in (`Problem`), a verified plan and its bound out (`Solution`)."""

from solver.first_come import first_come
from solver.solve import Options, UnverifiedPlanError, solve
from solver.warm import WarmStart
from solver.work import Schedule

__all__ = ["Options", "Schedule", "UnverifiedPlanError", "WarmStart", "first_come", "solve"]
