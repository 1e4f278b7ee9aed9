"""A linear program as it is written down: columns with a price, rows with a name. Knows no solver and no house.

In: columns one by one, then rows over them. Out: lists that lib/solver/highs.py hands over as they are. All of it is to
cost as little as possible.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from operator import mul

Term = tuple[int, float]  # a column, and what of it counts


@dataclass(frozen=True, slots=True)
class Program:
    """Columns between a low and a high, rows of which the sum lies between a low and a high.

    Attributes:
        costs: what one of a column costs, in €; ties: what is added to that so that of equals the earlier wins.
        names: of the rows, such as "level 12".
        starts: where the terms of each row begin in columns and factors.
        begins: by row, the column by which it holds where a solver may begin; a good beginning halves its work.

    """

    costs: list[float] = field(default_factory=list)
    ties: list[float] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    row_lows: list[float] = field(default_factory=list)
    row_highs: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    columns: list[int] = field(default_factory=list)
    factors: list[float] = field(default_factory=list)
    begins: dict[int, int] = field(default_factory=dict)

    def column(self, low: float = 0.0, high: float = inf, *, cost: float = 0.0, tie: float = 0.0) -> int:
        """One more unknown; its place."""
        self.costs.append(cost)
        self.ties.append(tie)
        self.lows.append(low)
        self.highs.append(high)
        return len(self.costs) - 1

    def row(self, name: str, terms: Iterable[Term], *, low: float = -inf, high: float = inf) -> int:
        """One more constraint; its place."""
        columns, factors = self.columns, self.factors
        for column, factor in terms:
            columns.append(column)
            factors.append(factor)
        self.starts.append(len(columns))
        self.names.append(name)
        self.row_lows.append(low)
        self.row_highs.append(high)
        return len(self.names) - 1

    def cost(self, values: Iterable[float]) -> float:
        """What values cost, without what breaks ties."""
        total: float = sum(map(mul, self.costs, values))
        return total
