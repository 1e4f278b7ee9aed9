"""A problem as a linear program: what may be chosen, and the laws that hold. Knows no solver and rounds nothing.

In: a problem. Out: its program, with the place of each unknown in it. Power in kW, energy in kWh, cost in €.

Chosen are, by span: what is drawn from the grid and what is injected, what the battery takes, gives and holds, and what
each car draws for each want while it may; and how far each month's peak goes above what is paid. What a want lacks has
a price so high that everything else comes after it, so there is always a solution. Where a kWh earns more than it
costs, or costs less than nothing, a line between the two ends keeps both directions from running at once on paper:
lib/solver/settled.py chooses one there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.core.problem import Problem
from lib.solver import laws
from lib.solver.columns import Columns, columns
from lib.solver.program import Program


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A program, and where in it things stand.

    Attributes:
        balances: rows by span; energies: rows by want.
        peaks: by span, the row that keeps it under its peak; None where it cannot pass.
        constant_eur: what is not in the program of what lib/core/outcome.py counts.

    """

    problem: Problem
    program: Program
    columns: Columns
    balances: Sequence[int]
    energies: Sequence[int]
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
    laws.level(program, problem, chosen)
    laws.shared(program, problem, chosen)
    laws.one_car(program, problem, chosen)
    laws.late(program, problem, chosen)
    return Model(
        problem=problem,
        program=program,
        columns=chosen,
        balances=laws.balance(program, problem, chosen),
        energies=laws.energy(program, problem, chosen),
        peaks=laws.peak(program, problem, chosen),
        constant_eur=0.0 if problem.store is None else problem.end_eur_kwh * problem.store.energy_wh / 1000,
    )
