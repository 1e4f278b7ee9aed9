"""HiGHS solves a program; the only importer of highspy. In: a program. Out: values and prices. Knows no house.

A second solve after some bounds were changed begins at the last optimum, and takes a fraction of the time.
Source: highspy 1.15; its values mean nothing unless the status says optimal, and all solvers of one process must use
the same count of threads: one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.solver.errors import MissingError, UnsolvedError
from lib.solver.program import Program

try:
    import highspy
    import numpy as np
except ImportError as error:
    raise MissingError(
        "highspy is not installed here: the greedy plan stands; pip install highspy brings the other"
    ) from error

OPTIONS = (("output_flag", False), ("threads", 1), ("random_seed", 1), ("presolve", "off"))  # our programs are tight
CORNER = (("simplex_dual_edge_weight_strategy", 1),)  # devex: programs so small are not worth dearer weights
INTERIOR = (("solver", "ipx"), ("run_crossover", "off"))  # to a corner would take longer than all the rest


@dataclass(frozen=True, slots=True)
class Solution:
    """An optimum.

    Attributes:
        values: of the columns. prices: of the rows: what one more on its right side adds to the cost.

    """

    values: list[float]
    prices: list[float]


class Solver:
    """One program in HiGHS, whose bounds can be changed between two solves; solves: how many there were."""

    def __init__(self, program: Program, *, limit_s: float) -> None:
        """limit_s: for each solve. Raises UnsolvedError for a program with a number that is none."""
        self.solves = 0
        self._highs = _opened(program, (*OPTIONS, *CORNER, ("time_limit", limit_s)))
        if program.begins:
            self._begin(program)

    def _begin(self, program: Program) -> None:
        """Where the columns say by which rows hold; the others hold by what is left of them."""
        basic, lower = highspy.HighsBasisStatus.kBasic, highspy.HighsBasisStatus.kLower
        columns, rows = [lower] * len(program.costs), [basic] * len(program.names)
        for row, column in program.begins.items():
            columns[column], rows[row] = basic, lower
        basis = highspy.HighsBasis()
        basis.col_status, basis.row_status, basis.valid = columns, rows, True
        self._highs.setBasis(basis)

    def bound(self, columns: Sequence[int], lows: Sequence[float], highs: Sequence[float]) -> None:
        """Other bounds for these columns."""
        if columns:
            places = np.array(columns, dtype=np.int32)
            status = self._highs.changeColsBounds(len(columns), places, np.array(lows), np.array(highs))
            if status == highspy.HighsStatus.kError:  # it changes nothing, and says nothing
                raise UnsolvedError("HiGHS does not take these bounds: each column once, none of them turned round")

    def solve(self) -> Solution:
        """The optimum. Raises UnsolvedError when there is none, or not in time."""
        self.solves += 1
        self._highs.run()
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kUnknown:  # it lost its way from where it began
            self._highs.clearSolver()
            self._highs.run()
        return _solution(self._highs)


def interior(program: Program, *, limit_s: float) -> Solution:
    """The optimum of a big program, from within: of equal optima their middle, not a corner.

    Values and cost are exact to some millionths. Raises UnsolvedError when there is none, or not in time, in s.
    """
    highs = _opened(program, (*OPTIONS, *INTERIOR, ("time_limit", limit_s)))
    highs.run()
    return _solution(highs)


def _opened(program: Program, options: Sequence[tuple[str, str | float]]) -> highspy.Highs:
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # it has types only in part
    for name, value in options:
        highs.setOptionValue(name, value)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.costs), len(program.names)
    lp.col_cost_ = np.array(program.costs) + np.array(program.ties)
    lp.col_lower_, lp.col_upper_ = np.array(program.lows), np.array(program.highs)
    lp.row_lower_, lp.row_upper_ = np.array(program.row_lows), np.array(program.row_highs)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(program.starts, dtype=np.int32)
    lp.a_matrix_.index_ = np.array(program.columns, dtype=np.int32)
    lp.a_matrix_.value_ = np.array(program.factors, dtype=np.float64)
    if highs.passModel(lp) == highspy.HighsStatus.kError:
        raise UnsolvedError("HiGHS does not take this program: a number in it is not finite")
    return highs


def _solution(highs: highspy.Highs) -> Solution:
    status = highs.getModelStatus()
    if status != highspy.HighsModelStatus.kOptimal:
        raise UnsolvedError(f"HiGHS found no optimum: {highs.modelStatusToString(status)}")
    found = highs.getSolution()
    return Solution(values=list(found.col_value), prices=list(found.row_dual))
