"""Spans in a row that cost the same draw the same. In: a model and values of its columns. Out: others, no dearer.

Of optima that cost the same a linear program takes a corner: all of it in one quarter, next to nothing in the next. A
car that draws evenly is easier on the house, the circuits and whoever asks why.
"""

from collections.abc import Iterable, Iterator, Sequence

from lib.solver.columns import Draw
from lib.solver.limits import Carried, limits
from lib.solver.lots import Lot
from lib.solver.model import Model

SAME_EUR_KWH = 1e-6
NEAR_KW = 1e-6


def levelled(held: Model, values: Sequence[float]) -> list[float]:
    """With the draws of each stretch at their mean, where grid and circuits carry that and no peak is higher for it."""
    found, carried = list(values), limits(held.problem, held.columns.lots)
    for lot, draws in zip(held.columns.lots, held.columns.draws, strict=True):
        for stretch in _stretches(held, lot, draws, found):
            mean = sum(found[one.column] * one.hours for one in stretch) / sum(one.hours for one in stretch)
            mores = [(one, mean - found[one.column]) for one in stretch]
            if all(_fits(held, carried, found, one, more) for one, more in mores):
                for one, more in mores:
                    found[one.column] = mean
                    found[held.columns.imports[one.place]] += more * one.share
    return found


def _stretches(held: Model, lot: Lot, draws: Sequence[Draw], values: Sequence[float]) -> Iterator[list[Draw]]:
    """Draws without a pause, at one price from the grid, each of at least the least."""
    spans, least = held.problem.spans, lot.least_w / 1000 - NEAR_KW
    due = {one.first for one in lot.dues} | {one.first for one in lot.mosts}
    stretch: list[Draw] = []
    for place, draw in enumerate(draws):
        span = spans[draw.place]
        draws_grid = values[held.columns.imports[draw.place]] > NEAR_KW and values[draw.column] >= max(least, NEAR_KW)
        last = stretch[-1] if stretch else None
        goes_on = (
            last is not None
            and draws_grid
            and place not in due
            and last.end == draw.start
            and span.peak == spans[last.place].peak
            and abs(span.import_eur_kwh - spans[last.place].import_eur_kwh) < SAME_EUR_KWH
        )
        if not goes_on:
            if len(stretch) > 1:
                yield stretch
            stretch = []
        if draws_grid:
            stretch.append(draw)
    if len(stretch) > 1:
        yield stretch


def _fits(
    held: Model, carried: Iterable[tuple[Carried, float]], values: Sequence[float], draw: Draw, more: float
) -> bool:
    """Whether so many kW more, or less below 0, change nothing but what is bought."""
    place, program, columns = draw.place, held.program, held.columns
    grid = values[columns.imports[place]] + more * draw.share
    row, problem = held.peaks[place], held.problem
    if row is not None and more > 0:
        above = values[columns.aboves[problem.spans[place].peak]]
        if grid * program.factors[program.starts[row]] > program.row_highs[row] + above + NEAR_KW:
            return False
    for of, most_w in carried:
        flow = problem.spans[place].net_w / 1000 * of.house
        flow += sum(values[one.column] * of.cars[one.lot] for one in columns.by_span[place])
        if of.battery:
            flow += (values[columns.stores[place]] - values[columns.gives[place]]) * of.battery
        if abs(flow + more * of.cars[draw.lot]) > max(most_w / 1000, abs(flow)) + NEAR_KW:
            return False
    return grid >= 0
