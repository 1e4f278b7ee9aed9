"""When cars would have charged if each had begun at once, at full power: the same energy in other quarters.

In: quarters with what cars took in each, and what chargers told of their plug-ins. Out: what cars would have taken in
each. Knows no price, no battery and no day.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from lib.core.quarter import QUARTER

HOUR = timedelta(hours=1)
NOTHING_WH = 1e-3

Key = tuple[str, datetime]  # a charger, and since when a car hangs on it


class PlugIn(NamedTuple):
    """A car on a cable, as its charger tells of it; full_w: what both can do. energy_wh: since the plug-in."""

    charger: str
    since: datetime
    energy_wh: float
    full_w: float


class Quarter(NamedTuple):
    """What is known of one; None: nothing yet.

    house_wh: house less sun. plug_ins: as they were heard last in it, of those that have charged something.
    """

    start: datetime
    house_wh: float | None = None
    cars_wh: float = 0.0
    battery_wh: float = 0.0
    import_eur_kwh: float | None = None
    export_eur_kwh: float | None = None
    plug_ins: tuple[PlugIn, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether its energy and its prices are known; it counts for neither day else."""
        return None not in {self.house_wh, self.import_eur_kwh, self.export_eur_kwh}

    def eur(self, net_wh: float) -> float:
        """What it costs to draw so much, below 0 what it earns."""
        price = self.import_eur_kwh if net_wh > 0 else self.export_eur_kwh
        return net_wh * (price or 0.0) / 1000


class Ahead(NamedTuple):
    """A plug-in at the end of a day: by how much more it would have had than it really had; told_wh: what it told."""

    charger: str
    since: datetime
    energy_wh: float
    told_wh: float


class Naive:
    """Every car at full power from its plug-in on, until it has what it really took, and never later than that.

    What cars took is shared out by what their plug-ins gained meanwhile, so in all it is what dm saw; what no charger
    tells of stays where it was.
    """

    def __init__(self, before: Iterable[Ahead], quarters: Sequence[Quarter]) -> None:
        """quarters: in order of time; before: the plug-ins as they stood then."""
        self._told_wh = {(one.charger, one.since): one.told_wh for one in before}
        known = {(one.charger, one.since): one.energy_wh for one in before}
        self._full_w: dict[Key, float] = {}
        for one in (plug for quarter in quarters for plug in quarter.plug_ins):
            key = one.charger, one.since
            self._full_w[key] = max(one.full_w, self._full_w.get(key, 0.0))
        self._ahead_wh = {key: known.get(key, 0.0) for key in self._full_w}
        self._real_wh = self._shared(quarters)
        self._left_wh = {key: -wh for key, wh in self._ahead_wh.items()}
        for key, wh in (one for real_wh in self._real_wh.values() for one in real_wh.items()):
            self._left_wh[key] += wh
        self._coming = sorted(self._full_w, key=lambda key: key[1], reverse=True)
        self._charging: list[Key] = []

    @property
    def ahead(self) -> tuple[Ahead, ...]:
        """The plug-ins as they stand."""
        return tuple(sorted(Ahead(*key, wh, self._told_wh.get(key, 0.0)) for key, wh in self._ahead_wh.items()))

    def cars_wh(self, quarter: Quarter) -> float:
        """What cars would have taken in the next of the quarters."""
        for one in quarter.plug_ins:
            self._told_wh[one.charger, one.since] = one.energy_wh
        if not quarter.counts:
            return 0.0
        end = quarter.start + QUARTER
        while self._coming and self._coming[-1][1] < end:
            self._charging.append(self._coming.pop())
        real_wh = self._real_wh[quarter.start]
        for key, wh in real_wh.items():
            self._ahead_wh[key] -= wh
        taken_wh = 0.0 if real_wh else quarter.cars_wh
        for key in self._charging:
            hours = min(QUARTER, end - key[1]) / HOUR
            wh = max(0.0, min(self._left_wh[key], max(-self._ahead_wh[key], self._full_w[key] * hours)))
            self._left_wh[key] -= wh
            self._ahead_wh[key] += wh
            taken_wh += wh
        self._charging = [key for key in self._charging if self._left_wh[key] > NOTHING_WH]
        return taken_wh

    def _shared(self, quarters: Iterable[Quarter]) -> dict[datetime, dict[Key, float]]:
        """What each plug-in took, by quarter that counts; empty where none tells that it took anything."""
        found: dict[datetime, dict[Key, float]] = {}
        told_wh = dict(self._told_wh)
        for quarter in quarters:
            gained: dict[Key, float] = {}
            for one in quarter.plug_ins:
                key = one.charger, one.since
                gained[key] = max(0.0, one.energy_wh - told_wh.get(key, 0.0))
                told_wh[key] = one.energy_wh
            all_wh = sum(gained.values())
            if quarter.counts:
                found[quarter.start] = {key: quarter.cars_wh * wh / all_wh for key, wh in gained.items() if wh}
        return found
