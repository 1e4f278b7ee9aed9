"""A day as EMHASS optimizes it, in steps of a quarter of an hour: one linear program, of which the first step is used.

In: what is foreseen, and deferrable loads. Out: kW of car and battery. The highest step is priced above what is paid;
the battery is never emptied into the grid. Powers in kW, energies in kWh. Knows no home.

Source: its rules as of August 2026. Better here than there: a load that does not fit is served as far as it goes, where
that program must be run relaxed. Simpler here: no whole numbers say whether the battery takes or gives; where losses
would earn money a line between the two stands for them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lib.solver.program import Program

HOURS = 0.25
SHORT_EUR_KWH = 100.0
LIMIT_S = 10.0


class Load(NamedTuple):
    """A deferrable load, as of a car: steps from now on, half-open, and what it is to draw in them, Wh."""

    first: int
    until: int
    energy_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What is foreseen by step, and what holds at its beginning. Powers in kW, energies in kWh.

    Attributes:
        paid_kw: what a quarter may draw without costing more; kw_eur: what 1 kW above costs.
        level_kwh: what the battery holds, None without one; low_kwh, high_kwh: within which it is kept.

    """

    net_kw: Sequence[float]
    sun_kw: Sequence[float]
    import_eur_kwh: Sequence[float]
    export_eur_kwh: Sequence[float]
    paid_kw: float
    kw_eur: float
    loads: Sequence[Load] = ()
    car_kw: float = 0.0
    level_kwh: float | None = None
    low_kwh: float = 0.0
    high_kwh: float = 0.0
    end_kwh: float = 0.0
    store_kw: float = 0.0
    way: float = 1.0


def first_step(day: Day) -> tuple[float, float]:
    """What car and battery are to draw in the first step, kW. Raises UnsolvedError without an optimum.

    Raises MissingError without highspy.
    """
    from lib.solver.highs import Solver  # highspy only where it is used: other strategies need none

    program = Program()
    above = program.column(cost=day.kw_eur)
    imports = [program.column(cost=eur * HOURS) for eur in day.import_eur_kwh]
    exports = [  # of what the roof makes, never of what the battery gives
        program.column(high=sun, cost=-eur * HOURS) for sun, eur in zip(day.sun_kw, day.export_eur_kwh, strict=True)
    ]
    cars = _deferred(program, day)
    stores, gives = _stored(program, day)
    for step, net_kw in enumerate(day.net_kw):
        terms = [(imports[step], 1.0), (exports[step], -1.0)]
        if step in cars:
            terms.append((cars[step], -1.0))
        if stores:
            terms += (stores[step], -1.0), (gives[step], 1.0)
        program.row("balance", terms, low=net_kw, high=net_kw)
        program.row("peak", [(imports[step], 1.0), (above, -1.0)], high=day.paid_kw)
    values = Solver(program, limit_s=LIMIT_S).solve().values
    store_kw = values[stores[0]] - values[gives[0]] if stores else 0.0
    return values[cars[0]] if 0 in cars else 0.0, store_kw


def _deferred(program: Program, day: Day) -> dict[int, int]:
    """By step, the column of what the car draws; each load gets its energy, or what fits of it."""
    cars: dict[int, int] = {}
    for first, until, energy_wh in day.loads:
        cars |= {step: program.column(high=day.car_kw) for step in range(first, until)}
        terms = [(cars[step], HOURS) for step in range(first, until)]
        terms.append((program.column(cost=SHORT_EUR_KWH), 1.0))
        program.row("load", terms, low=energy_wh / 1000, high=energy_wh / 1000)
    return cars


def _stored(program: Program, day: Day) -> tuple[list[int], list[int]]:
    """By step, the columns of what the battery takes and gives; none without one.

    A kWh that is missing when the day is over costs what the dearest of the day costs.
    """
    if day.level_kwh is None:
        return [], []
    stores: list[int] = []
    gives: list[int] = []
    low, high, held = min(day.low_kwh, day.level_kwh), max(day.high_kwh, day.level_kwh), day.level_kwh
    before = None
    for import_eur, export_eur in zip(day.import_eur_kwh, day.export_eur_kwh, strict=True):
        takes, given = program.column(high=day.store_kw), program.column(high=day.store_kw)
        level = program.column(low, high)
        terms = [(level, 1.0), (takes, -day.way * HOURS), (given, HOURS / day.way)]
        if before is not None:
            terms.append((before, -1.0))
        program.row("level", terms, low=held, high=held)
        if min(import_eur, export_eur) < 0:  # losses would earn money, were it to take and give at once
            program.row("one way", [(takes, 1.0), (given, 1.0)], high=day.store_kw)
        stores.append(takes)
        gives.append(given)
        before, held = level, 0.0
    if before is not None:
        missing = program.column(cost=max(0.0, *day.import_eur_kwh))
        program.row("end", [(before, 1.0), (missing, 1.0)], low=day.end_kwh)
    return stores, gives
