"""When a battery stores and gives, by price: what a stored kWh is worth in each quarter ahead. Knows no device.

In: a battery, prices, and what the house will draw. Out: watts by quarter, and the value of one more stored kWh at each
state of charge, by which whoever runs the battery decides when things come otherwise.

Source: dynamic programming over the state of charge; the plan is optimal on its grid for what is expected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A battery, or a car that may give back.

    Attributes:
        energy_wh: in it now; least_wh, most_wh: between which it is kept.
        charge_w, discharge_w: on its AC side; 0: it cannot.
        efficiency: of a round trip; half of the loss is on each way.
        wear_eur_kwh: of each kWh that it gives, on its AC side.

    """

    energy_wh: float
    least_wh: float
    most_wh: float
    charge_w: float
    discharge_w: float
    efficiency: float = 0.9
    wear_eur_kwh: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What is expected of a quarter, or of a longer stretch with one price.

    Attributes:
        import_eur_kwh, export_eur_kwh: what a kWh costs, and earns; None: not known, then neither bought nor given.
        load_w: of the house and its cars less its sun, without this store; negative is left over.
        room_w: what may be drawn from the grid under the target; above it a kWh costs over_eur_kwh more.
        present: False while a car is away. floor_wh: what it must hold at the end of this stretch, as before a trip.
        may_export: whether the store may be emptied into the grid.

    """

    start: datetime
    end: datetime
    import_eur_kwh: float | None
    export_eur_kwh: float | None
    load_w: float
    room_w: float
    over_eur_kwh: float = 0.0
    present: bool = True
    floor_wh: float = 0.0
    may_export: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the store does in a stretch, + stores, and what is in it at the end.

    values_eur_kwh: what one kWh more in it is worth at the end, by equal steps of its energy from least_wh to most_wh.
    """

    start: datetime
    end: datetime
    power_w: float
    energy_wh: float
    values_eur_kwh: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StorePlan:
    """The steps in order of time; cost_eur: of grid, wear and peak, idle_eur: of the store left alone."""

    least_wh: float = 0.0
    most_wh: float = 0.0
    steps: tuple[Step, ...] = ()
    cost_eur: float = 0.0
    idle_eur: float = 0.0

    def at(self, at: datetime) -> Step | None:
        """The step that holds `at`."""
        return next((step for step in self.steps if step.start <= at < step.end), None)

    def value_eur_kwh(self, at: datetime, energy_wh: float) -> float | None:
        """What one kWh more in the store is worth when it holds so much; None: nothing is planned for `at`."""
        step = self.at(at)
        if step is None:
            return None
        values, span_wh = step.values_eur_kwh, self.most_wh - self.least_wh
        if len(values) < 2 or span_wh <= 0:
            return values[0] if values else None
        place = min(max(0.0, (energy_wh - self.least_wh) / span_wh), 1.0) * (len(values) - 1)
        low = min(int(place), len(values) - 2)
        return values[low] + (values[low + 1] - values[low]) * (place - low)


def planned(store: Store, stretches: Sequence[Stretch], *, end_eur_kwh: float) -> StorePlan:
    """The plan that costs least; end_eur_kwh: what a kWh left at the end is worth."""
    raise NotImplementedError
