"""What connection and circuits carry of house, battery and cars. In: a problem. Out: each limit once."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from lib.core.problem import Problem, Row
from lib.solver.lots import Lot

PHASES = 3


@dataclass(frozen=True, slots=True)
class Carried:
    """What a row carries of what: of house less sun, of the battery, and of each lot."""

    house: float
    battery: float
    cars: tuple[float, ...]


def carried(problem: Problem, cars: Sequence[Lot], row: Row) -> Carried:
    """The part of each that flows there: on one phase a third of the house, of a device its part on that phase."""
    return Carried(
        house=(1.0 if row.phase is None else 1 / PHASES) if row.house else 0.0,
        battery=_part(row, problem.store_phases) if problem.store and "battery" in row.members else 0.0,
        cars=tuple(_part(row, lot.phases) if lot.car in row.members else 0.0 for lot in cars),
    )


def _part(row: Row, phases: Sequence[int]) -> float:
    if row.phase is None:
        return 1.0
    return 1 / len(phases) if row.phase in phases else 0.0


def limits(problem: Problem, cars: Sequence[Lot]) -> list[tuple[Carried, float]]:
    """What each row carries and how much; of rows that carry the same the tightest."""
    found: dict[Carried, float] = {}
    for row in problem.rows:
        of = carried(problem, cars, row)
        found[of] = min(row.most_w, found.get(of, inf))
    return list(found.items())
