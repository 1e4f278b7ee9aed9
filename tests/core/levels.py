"""A car that stands at a charger, and what is said of how full it is."""

from datetime import datetime, timedelta

from lib.core.arrival import plugged_in
from lib.core.car import CarReading, CarRules
from lib.core.soc import Soc, opened, read
from tests.conftest import NOON

CAR = CarRules(name="car_1", capacity_wh=77_000, wh_km=180)
START_WH = 12_345_000.0
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def says(pct: float | None, as_of: datetime | None = NOON, source: str = "cloud") -> CarReading:
    """A reading."""
    return CarReading(source=source, as_of=as_of, soc_pct=pct)


def at_home(pct: float | None = 50.0, car: CarRules = CAR) -> Soc:
    """A car that was plugged in at noon, and read then."""
    return read(plugged_in(opened(car), "garage", START_WH, NOON, 7), says(pct), NOON)
