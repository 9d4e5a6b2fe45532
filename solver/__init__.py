"""Plans a week: arrays in (`Problem`), a verified plan and its bound out (`Solution`).

**The model.** Citizens i, slots s (groups that nobody can tell apart), plans p = sets of slots. P_i holds the plans of
citizen i that break none of the rules in `problem.RULES`; the value of a plan in points is

    v_i(p) = sum over its slots (progress + wish + strength + time and site wish + keep)
           + a bonus for each needed leg that one activity covers with its dose
           + a bonus for a job-oriented activity together with a health or skill activity
           - idle penalty * minutes below the citizen's minimum

Maximise the sum of weight_i v_i(p_i) so that the rows in `problem.ROWS` hold: seats, staff, room, minimum size, apart.

**The bound.** For prices pi >= 0 of seats, staff and rooms,

    L(pi) = sum_r pi_r limit_r + sum_i max over p in P_i of (weight_i v_i(p) - prices of its slots)

is at least the optimum (Lagrangian relaxation; Geoffrion 1974, doi:10.1007/BFb0120690). It does not see minimum sizes
or keep-apart pairs, which only lower the optimum.

**The algorithm** (`work.Work.rounds` reads as it): block by block, price everybody exactly and move the prices; then
many cheap passes over the plans seen so far and one exact pass that certifies the mean price, repeated; from those
prices fix the agreed, re-price the contested (`primal.dive`); close groups that stay too small (`sizes`); then exchange
chains (`kernels_chain`), stirred from time to time. It can stop at the end of any round.

**Words.** *menu*: everybody's options in the form the search reads. *option*: a slot that alone breaks none of a
citizen's rules. *choice*: her options of one offering. *class*: options of equal length, load and legs. *pool*: plans
seen for a citizen. *seating*: a whole plan while it is improved. *tension*: multiplier of a limit inside one citizen's
search. *net*: value after prices. *worth*: value before prices, without the locks. *escape*: best plan without one full
slot. *shard*: neighbouring citizens that somebody else prices. *crew*: the pricers of all shards.
"""

from solver.first_come import Served, first_come
from solver.solve import Options, UnverifiedPlanError, solve
from solver.warm import WarmStart
from solver.work import Schedule

__all__ = ["Options", "Schedule", "Served", "UnverifiedPlanError", "WarmStart", "first_come", "solve"]
