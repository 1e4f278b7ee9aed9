"""What flowed in each quarter of a period: how rules and limits say what they would do. Knows no price.

All in Wh, by quarter; stored_wh is what the battery holds when the quarter is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lib.sim.year.home import Home


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Drawn and given at the meter, by car and battery; at the wall, AC."""

    import_wh: Sequence[float]
    export_wh: Sequence[float]
    car_wh: Sequence[float]
    charged_wh: Sequence[float]
    discharged_wh: Sequence[float]
    stored_wh: Sequence[float]

    def cycles(self, capacity_wh: float) -> float:
        """How often the battery was emptied in full."""
        return sum(self.discharged_wh) / capacity_wh


def net_wh(home: Home) -> list[float]:
    """What the house draws less what the roof makes, by quarter."""
    return [load - sun_w / 4 for load, sun_w in zip(home.load_wh, home.sun_w, strict=True)]
