"""An optimum in which nothing runs both ways at once. In: a model and its solver. Out: values of its columns.

A linear program draws and injects at once, or stores and gives at once, where that would earn money, and lets a battery
that may not be emptied into the grid feed a car there while the sun goes out. Where it does so one way is closed and
the rest solved again, which takes next to no time.
"""

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

from lib.solver.highs import Solution, Solver
from lib.solver.model import Model

NOTHING_KW = 1e-6
MOST_ROUNDS = 50  # two or three are usual


class Bound(NamedTuple):
    """Between what a column may lie."""

    column: int
    low: float
    high: float


def settled(held: Model, solver: Solver) -> Solution:
    """The optimum under the bounds that stand. Afterwards those of the grid stand again, and what the battery may give.

    But where it ran both ways one stays closed, whatever is tried next: what was lost there would only be lost in
    another span after that, a round for each. Raises UnsolvedError when there is none.
    """
    closed: set[int] = set()
    try:
        found = solver.solve()
        for _ in range(MOST_ROUNDS):
            battery = [*_two_ways(found.values, held.columns.stores, held.columns.gives)]
            bounds = [*_two_ways(found.values, held.columns.imports, held.columns.exports)]
            if not battery and not bounds:
                bounds = [*_given_away(held, found.values, closed)]
            if not battery and not bounds:
                break
            closed.update(one.column for one in bounds)
            bound(solver, [*bounds, *battery])
            found = solver.solve()
        return found
    finally:
        lows, highs = held.program.lows, held.program.highs
        bound(solver, [Bound(column, lows[column], highs[column]) for column in sorted(closed)])


def bound(solver: Solver, bounds: Sequence[Bound]) -> None:
    """Other bounds."""
    solver.bound([one.column for one in bounds], [one.low for one in bounds], [one.high for one in bounds])


def _two_ways(values: Sequence[float], ones: Sequence[int], others: Sequence[int]) -> Iterator[Bound]:
    """The smaller of two that run at once is closed."""
    for pair in zip(ones, others, strict=True):
        if values[pair[0]] > NOTHING_KW and values[pair[1]] > NOTHING_KW:
            yield Bound(min(pair, key=values.__getitem__), 0.0, 0.0)


def _given_away(held: Model, values: Sequence[float], closed: Container[int]) -> Iterator[Bound]:
    """The battery gives no more than house and cars draw behind the sun; nothing where that did not do."""
    store = held.problem.store
    if store is None or store.sells:
        return
    for place, span in enumerate(held.problem.spans):
        sold, give = values[held.columns.exports[place]], held.columns.gives[place]
        if sold > NOTHING_KW and values[give] > NOTHING_KW:
            cars = sum(values[draw.column] * draw.share for draw in held.columns.by_span[place])
            yield Bound(give, 0.0, 0.0 if give in closed else max(0.0, span.net_w / 1000 + cars))
