"""A car as the house knows it: what the owner wrote down, and what somebody said about its battery.

Units: Wh of the battery for its capacity, % for its state of charge. Knows no source and no charger.
"""

from dataclasses import dataclass, field
from datetime import datetime

FULL_PCT = 100.0
FIRST_EFFICIENCY = 0.85  # from the wall into the battery, until it is learned
LEAST_EFFICIENCY, MOST_EFFICIENCY = 0.70, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a trip wants, as the owner wrote it: one of the three.

    km: driving, the way back included where it is said; soc_pct: at departure; energy_wh: on top of what must be left
    on arrival.
    """

    km: float | None = None
    soc_pct: float | None = None
    energy_wh: float | None = None


FULL = Ask(soc_pct=FULL_PCT)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarRules:
    """What the owner set for one car.

    Attributes:
        name: as the calendar and orders call it, `@car_1@`; title: as screens call it.
        capacity_wh: usable; wh_km: from the battery, per km.
        phases, current_a: what its charger on board takes at most, alternating current.
        everyday_pct: charged no further than this without a trip; night_pct: in cheap hours without a trip.
        arrival_pct: what must be left when a trip is over; reserve_pct: below it the car charges at once.
        trip_default: the need of a trip that says none.
        at_least_pct: reached every morning, trip or not; None: only by sun and cheap hours.
        limit_pct: where the car itself ends a charge, as it was set in the car; None: nobody said.
        reserve_over_peak: the reserve may charge at full power above the paid peak.
        table: what it takes by state of charge: from %, to %, W; the stretches touch, from 0 to 100. (): not known.

    """

    name: str
    title: str = ""
    capacity_wh: float
    wh_km: float = 180.0
    phases: int = 3
    current_a: float = 16.0
    everyday_pct: float = 80.0
    night_pct: float = 60.0
    arrival_pct: float = 20.0
    reserve_pct: float = 20.0
    trip_default: Ask = field(default_factory=lambda: FULL)
    at_least_pct: float | None = None
    limit_pct: float | None = None
    reserve_over_peak: bool = False
    table: tuple[tuple[float, float, float], ...] = ()

    def driven_wh(self, ask: Ask) -> float | None:
        """What a trip takes from the battery; None: it asks for a state of charge, and says not what it takes."""
        return ask.energy_wh if ask.km is None else ask.km * self.wh_km

    @property
    def wall_wh_pct(self) -> float:
        """Wall Wh for 1 % of the battery, until it is learned."""
        return self.capacity_wh / 100 / FIRST_EFFICIENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class CarReading:
    """What a source says about a car. None: it does not say; unknown is never 0.

    Attributes:
        source: who says it, in words for the screen: "typed", "Home Assistant", "Smartcar".
        as_of: when the car measured it, UTC; None: of unknown age.
        soc_pct: 0 to 100; limit_pct: where the car itself stops.
        plugged, charging: by the car; range_km: as it shows.

    """

    source: str
    as_of: datetime | None = None
    soc_pct: float | None = None
    limit_pct: float | None = None
    plugged: bool | None = None
    charging: bool | None = None
    range_km: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarTold:
    """A source was asked and told this; a reading without a state of charge is one too."""

    car: str
    reading: CarReading


@dataclass(frozen=True, slots=True, kw_only=True)
class CarMissed:
    """A source was asked and could not tell.

    Attributes:
        why: a sentence for the owner.
        since_s: how long ago it last told something, or was first to be asked.

    """

    car: str
    why: str
    since_s: float
