"""What the roof will make: who can be asked for it.

In: the owner's word for a source, a place and the slopes of a roof. Out: a `SunSource`, which gives watts by quarter.
It keeps nothing and asks nobody by itself: `lib.forecasts.watch` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from lib.core.slope import Slope
from lib.core.slots import Series, Slot

ALLOWED = "open-meteo or forecast-solar"
AHEAD = timedelta(days=3)
QUARTER = timedelta(minutes=15)
HIGHEST_W_M2 = 1600.0  # at the edge of a cloud a slope gets more than the clear sky gives

Place = tuple[float, float]  # degrees north and east
Watts = dict[datetime, float]  # by the start of a quarter, UTC


class ForecastError(Exception):
    """A source cannot be asked, or its answer is no forecast; the text is one sentence for the owner.

    again_s: the source wants to be left alone for so many seconds; None when it said nothing of the kind.
    """

    def __init__(self, why: str, *, again_s: float | None = None) -> None:
        super().__init__(why)
        self.again_s = again_s


@dataclass(frozen=True, slots=True, kw_only=True)
class SunForecast:
    """What all slopes together will give, in W out of the inverter, by quarters; by: the source; made: when it said so.

    The owner of a plan judges its age: after half a day it is worth less, after two days nothing.
    """

    series: Series
    by: str
    made: datetime


class SunSource(Protocol):
    """One service that foresees what a roof makes."""

    @property
    def name(self) -> str:
        """The service as the owner knows it."""

    @property
    def every_s(self) -> float:
        """It has news about as often; it is not asked sooner after an answer."""

    async def fetch(self, now: datetime) -> tuple[Slot, ...]:
        """Watts of all slopes together by quarters, from the running one on, for at most AHEAD. Raises ForecastError.

        Quarters that are not known are missing; at least the running one or the next is there.
        """

    async def close(self) -> None:
        """Hang up; more than once is harmless."""


def open_forecast(word: str, place: Place, slopes: Sequence[Slope], *, url: str | None = None) -> SunSource:
    """The source that `word` names, which is one of ALLOWED; url: scheme and host instead of the service's own.

    The service learns the place to a hundredth of a degree, a kilometre; weather has no finer grain.
    Raises ForecastError when `word` is none of these. Nothing is asked yet.
    """
    match word:
        case "open-meteo":
            from lib.forecasts.open_meteo import OpenMeteo

            return OpenMeteo(place, slopes, url=url)
        case "forecast-solar":
            from lib.forecasts.forecast_solar import ForecastSolar

            return ForecastSolar(place, slopes, url=url)
        case _:
            raise ForecastError(f"{word!r} foresees no sun; it can be {ALLOWED}")


def summed(name: str, roofs: Sequence[Watts], now: datetime) -> tuple[Slot, ...]:
    """The quarters from the running one on that are known for each of `roofs`. Raises ForecastError when none is."""
    known = set.intersection(*(set(watts) for watts in roofs))
    starts = sorted(start for start in known if now - QUARTER < start < now + AHEAD)
    if not starts or starts[0] > now + QUARTER:
        said = f"begins at {min(known):%Y-%m-%d %H:%M}Z" if known else "holds nothing"
        raise ForecastError(f"{name}: its answer {said}, which does not help at {now:%Y-%m-%d %H:%M}Z")
    return tuple(Slot(start, start + QUARTER, sum(watts[start] for watts in roofs)) for start in starts)


def from_south_deg(facing_deg: float) -> int:
    """A direction by the compass as both services count it: 0 is south, -90 east, 90 west."""
    return round(facing_deg) % 360 - 180
