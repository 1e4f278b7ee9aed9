"""A home's year, quarter by quarter: what house and roof did, what the market cost, when the car was away.

Energies at the wall, AC. Knows no file, no tariff and no strategy.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.power import PHASE_V
from lib.core.quarter import QUARTER

LEFT = 0.2  # of a car's battery is left after each trip; what is less is short
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A trip of the car; energy_wh: what refilling it takes, booked when it is back. Away is not plugged in."""

    departs: datetime
    returns: datetime
    energy_wh: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CarSpec:
    """The car with its charger; capacity_wh: as AC energy, so charging it loses nothing more."""

    name: str
    capacity_wh: float
    charger_w: float
    phases: int = 1

    @property
    def most_a(self) -> int:
        """The most amperes per phase: 7.4 kW are 32 A on one phase, 11 kW 16 A on three."""
        return round(self.charger_w / PHASE_V / self.phases)

    @property
    def left_wh(self) -> float:
        """What must be left after each trip."""
        return LEFT * self.capacity_wh


@dataclass(frozen=True, slots=True, kw_only=True)
class BatterySpec:
    """The home battery, AC; way: what is kept on each way; start_wh: what it holds at the start, and at the end."""

    capacity_wh: float = 10_000.0
    power_w: float = 5_000.0
    way: float = 0.95
    start_wh: float = 5_000.0


@dataclass(frozen=True, kw_only=True)
class Home:
    """One home over one period, all lists by quarter from `start` on (UTC, half-open, without holes).

    Attributes:
        load_wh: of the house without car, roof and battery. sun_w: what the roof makes, mean of the quarter;
            sun_foreseen_w: what a forecast said of it, the day before.
        index: the day-ahead price in €/MWh.
        journeys: in order of time, without overlap; a car is at home, full, at the start.

    """

    name: str
    start: datetime
    load_wh: Sequence[float]
    sun_w: Sequence[float]
    sun_foreseen_w: Sequence[float]
    index: Sequence[float]
    journeys: tuple[Journey, ...] = ()
    car: CarSpec | None = None
    battery: BatterySpec = BatterySpec()

    @property
    def quarters(self) -> int:
        """How many the period has."""
        return len(self.load_wh)

    @property
    def end(self) -> datetime:
        """The instant after the last quarter."""
        return self.at(self.quarters)

    @property
    def has_sun(self) -> bool:
        """Whether there is a roof with panels."""
        return any(self.sun_w)

    def at(self, quarter: int) -> datetime:
        """The start of a quarter."""
        return self.start + quarter * QUARTER

    def quarter(self, at: datetime) -> int:
        """The number of the quarter that holds an instant; below 0 and from `quarters` on outside of the period."""
        return (at - self.start) // QUARTER

    @cached_property
    def months(self) -> tuple[date, ...]:
        """By quarter, the first day of the calendar month in which it starts, by local time."""
        found: list[date] = []
        at = self.start
        while len(found) < self.quarters:
            day = local_day(at)
            until = midnight(day + DAY)
            found += [day.replace(day=1)] * ((until - at) // QUARTER)
            at = until
        return tuple(found[: self.quarters])

    def first(self, days: int, *, skip: int = 0) -> "Home":
        """The same home for so many local days, after leaving out some; a journey that is under way then goes on."""
        begin = midnight(local_day(self.start) + skip * DAY)
        end = min(self.end, midnight(local_day(begin) + days * DAY))
        one, two = max(0, self.quarter(begin)), self.quarter(end)
        return replace(
            self,
            start=self.at(one),
            load_wh=self.load_wh[one:two],
            sun_w=self.sun_w[one:two],
            sun_foreseen_w=self.sun_foreseen_w[one:two],
            index=self.index[one:two],
            journeys=tuple(
                trip for trip in self.journeys if trip.departs < self.at(two) and trip.returns > self.at(one)
            ),
        )
