"""The better planner: a linear program, rounded to what chargers can do. In: a problem. Out: a schedule.

`python -m lib.solver` is the same as a child process. Needs highspy, and says so where that is missing; knows no home.
"""

from lib.core.problem import Problem, Schedule
from lib.solver.errors import MissingError, SolverError, UnsolvedError

__all__ = ["LIMIT_S", "MissingError", "SolverError", "UnsolvedError", "solved"]

LIMIT_S = 10.0


def solved(problem: Problem, *, limit_s: float = LIMIT_S) -> Schedule:
    """The cheapest schedule that is found: at the most 25 cents above its bound, which it has, or not above the greedy.

    limit_s: after which nothing more is tried. Raises MissingError without highspy, UnsolvedError without a solution.
    """
    from lib.solver.search import searched  # highspy only where it is used: whoever starts the child needs none

    return searched(problem, limit_s=limit_s)
