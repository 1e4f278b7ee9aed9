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
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]  # it has types only in part
        for name, value in (*OPTIONS, ("time_limit", limit_s)):
            self._highs.setOptionValue(name, value)
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(program.costs), len(program.names)
        lp.col_cost_ = np.array(program.costs) + np.array(program.ties)
        lp.col_lower_, lp.col_upper_ = np.array(program.lows), np.array(program.highs)
        lp.row_lower_, lp.row_upper_ = np.array(program.row_lows), np.array(program.row_highs)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(program.starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(program.columns, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(program.factors, dtype=np.float64)
        if self._highs.passModel(lp) == highspy.HighsStatus.kError:
            raise UnsolvedError("HiGHS does not take this program: a number in it is not finite")

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
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise UnsolvedError(f"HiGHS found no optimum: {self._highs.modelStatusToString(status)}")
        found = self._highs.getSolution()
        return Solution(values=list(found.col_value), prices=list(found.row_dual))
