"""Choices of spans that differ a little from one that is good: a run of spans earlier or later, a span to another run.

In: a model and a choice. Out: choices in which no car is started more often. Knows no price and no solver.
"""

from collections.abc import Iterator

from lib.core.starts import runs
from lib.solver.model import Model
from lib.solver.rounding import Places, running

SHIFTS = (1, -1, 2, -2, 4, -4, 8, -8)


def moves(held: Model, places: Places) -> Iterator[Places]:
    """One want after the other; a block that runs stays, and two wants of a car have no span together."""
    for number, on in enumerate(places):
        want, draws = held.problem.wants[number], held.columns.draws[number]
        begun = running(held.problem, want)
        stay = {place for place in on if begun is not None and draws[place].start < begun.end}
        taken = {
            held.columns.draws[other][place].place
            for other, theirs in enumerate(places)
            if other != number and held.problem.wants[other].car == want.car
            for place in theirs
        }
        for moved in (*_shifted(on, len(draws)), *_handed_over(on, len(draws))):
            if stay <= moved and not any(draws[place].place in taken for place in moved - on):
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
