"""Choices of spans that differ a little from one that is good: a run of spans earlier or later, a span to another run.

In: a model and a choice. Out: choices in which no car begins more often in a stay than it does or may. Knows no price
and no solver.
"""

from collections.abc import Iterator

from lib.core.starts import runs
from lib.solver.lots import by_stay, running
from lib.solver.model import Model
from lib.solver.rounding import Places

SHIFTS = (1, -1, 2, -2, 4, -4, 8, -8)


def moves(held: Model, places: Places) -> Iterator[Places]:
    """One car after the other; a block that runs stays."""
    for number, (lot, on) in enumerate(zip(held.columns.lots, places, strict=True)):
        draws, begun = held.columns.draws[number], running(held.problem, lot.car)
        kept = {place for place in on if begun is not None and draws[place].start < begun.end}
        may = [max(most, len(runs(stay))) for stay, most in zip(by_stay(lot, on), lot.starts, strict=True)]
        for moved in (*_shifted(on, len(draws)), *_handed_over(on, len(draws))):
            often = (len(runs(stay)) for stay in by_stay(lot, moved))
            if kept <= moved and all(one <= most for one, most in zip(often, may, strict=True)):
                yield (*places[:number], moved, *places[number + 1 :])


def _shifted(on: frozenset[int], count: int) -> Iterator[frozenset[int]]:
    """A whole run so many spans later, or earlier, where it meets no other."""
    for first, last in runs(on):
        rest = on.difference(range(first, last + 1))
        for shift in SHIFTS:
            there = range(first + shift, last + shift + 1)
            if there[0] >= 0 and there[-1] < count and rest.isdisjoint(there):
                yield rest.union(there)


def _handed_over(on: frozenset[int], count: int) -> Iterator[frozenset[int]]:
    """The first or the last span of a run for one before or behind another."""
    found = runs(on)
    for giver in found:
        for taker in found:
            for place in (taker[0] - 1, taker[1] + 1):
                if giver != taker and 0 <= place < count and place not in on:
                    for end in set(giver):
                        yield on - {end} | {place}
