"""A problem as a linear program: what may be chosen, and the laws that hold. Knows no solver and rounds nothing.

In: a problem. Out: its program, with the place of each unknown in it. Power in kW, energy in kWh, cost in €.

Chosen are, by span: what is drawn from the grid and what is injected, what the battery takes, gives and holds, and what
each car draws while it may; what each want gets or lacks of that; and how far each month's peak goes above what is
paid. What a want lacks has a price so high that everything else comes after it, so there is always a solution. Where a
kWh earns more than it costs, or costs less than nothing, a line between the two ends keeps both directions from running
at once on paper: lib/solver/settled.py chooses one there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from lib.core.problem import Problem
from lib.solver import laws
from lib.solver.columns import Columns, columns
from lib.solver.laws import Sum
from lib.solver.lots import Lot
from lib.solver.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A program, and where in it things stand.

    Attributes:
        balances: rows by span. sums: by lot, the rows over its first draws.
        peaks: by span, the row that keeps it under its peak; None where it cannot pass.
        constant_eur: what is not in the program of what lib/core/outcome.py counts.

    """

    problem: Problem
    program: Program
    columns: Columns
    balances: Sequence[int]
    sums: Sequence[Sequence[Sum]]
    peaks: Sequence[int | None]
    constant_eur: float

    def eur(self, values: Sequence[float]) -> float:
        """What values of the columns cost, as lib/core/outcome.py counts it."""
        return self.program.cost(values) + self.constant_eur


def model(problem: Problem) -> Model:
    """The program of a problem, with all its laws."""
    program = Program()
    chosen = columns(program, problem)
    laws.one_way_through_the_meter(program, problem, chosen)
    laws.one_way_through_the_battery(program, problem, chosen)
    levels = laws.level(program, problem, chosen)
    laws.kept(program, problem, chosen)
    laws.shared(program, problem, chosen)
    laws.tiers(program, chosen)
    balances = laws.balance(program, problem, chosen)
    dues, mosts = laws.energy(program, problem, chosen), laws.at_most(program, problem, chosen)
    leeways = laws.leeway(program, problem, chosen)
    program.begins.update(_idle(problem, chosen, balances))
    program.begins.update(zip(levels, chosen.levels, strict=True))
    for lot, sums in zip(chosen.lots, dues, strict=True):
        program.begins.update(_short(lot, sums, chosen))
    return Model(
        problem=problem,
        program=program,
        columns=chosen,
        balances=balances,
        sums=[[*own] for own in map(chain, dues, mosts, leeways)],
        peaks=laws.peak(program, problem, chosen),
        constant_eur=0.0 if problem.store is None else problem.end_eur_kwh * problem.store.energy_wh / 1000,
    )


def _short(lot: Lot, sums: Sequence[Sum], chosen: Columns) -> Iterator[tuple[int, int]]:
    """By what is due what is short of it while the car draws nothing."""
    for due, (row, _) in zip(lot.dues, sums, strict=True):
        musts = [number for number in due.here if number in chosen.shorts]
        if musts:
            yield row, chosen.shorts[musts[0]]


def _idle(problem: Problem, chosen: Columns, balances: Sequence[int]) -> Iterator[tuple[int, int]]:
    """By balance what flows through the meter while neither cars nor battery do anything."""
    for span, row, drawn, sold in zip(problem.spans, balances, chosen.imports, chosen.exports, strict=True):
        yield row, drawn if span.net_w >= 0 else sold
