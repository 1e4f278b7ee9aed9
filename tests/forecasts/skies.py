"""Recorded answers of forecasts of the sun, and how a test asks for them."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

from lib.core.slope import Slope
from lib.core.slots import Slot
from lib.forecasts import QUARTER, ForecastError
from lib.service import Answer
from tests.conftest import folders

BRUSSELS = (50.85, 4.35)
SOUTH = Slope(name="south", kwp=5, tilt_deg=35, facing_deg=180)
NOW = datetime(2026, 6, 20, 10, 5, tzinfo=UTC)
OWN = folders()[0] / "sun"
OPEN_METEO = (OWN / "open_meteo_forecast_minutely15_2026-06-20.json").read_bytes()
SPRING = (OWN / "forecast_solar_estimate_2026-03-29.json").read_bytes()
AUTUMN = (OWN / "forecast_solar_estimate_2026-10-25.json").read_bytes()
LIMITED = (OWN / "forecast_solar_429.json").read_bytes()


def recorded(pattern: str) -> list[Path]:
    """The answers that match, ours first."""
    places = [folder / name for folder in folders() for name in ("sun", "homes/fixtures")]
    return [path for place in places for path in sorted(place.glob(pattern))]


def day_of(path: Path) -> date:
    """The day in its name."""
    found = re.search(r"\d{4}-\d{2}-\d{2}", path.name)
    assert found
    return date.fromisoformat(found[0])


def answer(who: str, body: bytes, *, status: int = 200) -> Answer:
    """An answer as it would have come."""
    return Answer(who, ForecastError, status, {}, body)


def quarters(start: datetime, *watts: float) -> tuple[Slot, ...]:
    """So many watts in each quarter from `start` on."""
    return tuple(Slot(start + at * QUARTER, start + (at + 1) * QUARTER, value) for at, value in enumerate(watts))
