"""The sunlight of the next days from api.open-meteo.com, by quarters: no key, free where nobody earns by it; CC BY 4.0.

In: an instant. Out: watts. `parse` is pure. Radiation is the mean of the quarter that ends at its stamp.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from yarl import URL

from lib.core.daylight import position_deg
from lib.core.slope import Slope
from lib.core.slots import Slot
from lib.forecasts import AHEAD, HIGHEST_W_M2, QUARTER, ForecastError, Place, Watts, from_south_deg, summed
from lib.payload import number, shown
from lib.service import Answer, Service

NAME = "open-meteo"
HOME = "https://api.open-meteo.com"
PATIENCE_S = 15.0
LEFT_ALONE_S = 3600.0  # after a 429, which says only in words whether a minute, an hour or a day is meant
TILTED, FLAT, DIFFUSE, OUTDOORS = (
    "global_tilted_irradiance",
    "shortwave_radiation",
    "diffuse_radiation",
    "temperature_2m",
)
LIGHT, HEAT = ("W/m²", HIGHEST_W_M2), ("°C", 60.0)  # in what it is told, and no more than that
KINDS = MappingProxyType({TILTED: LIGHT, FLAT: LIGHT, DIFFUSE: LIGHT, OUTDOORS: HEAT})
NEARLY_NONE_W_M2 = -10.0  # at dusk tilted light falls a little below zero; further below it is a fault of theirs
USUAL_C = 10.0
MOST_QUARTERS = 2000


class OpenMeteo:
    """The roof by open-meteo: one question for each slope."""

    name = NAME
    every_s = 3600.0

    def __init__(self, place: Place, slopes: Sequence[Slope], *, url: str | None = None) -> None:
        self._place = place
        self._slopes = tuple(slopes)
        self._url = URL(url or HOME) / "v1" / "forecast"
        self._service = Service(NAME, fault=ForecastError, patience_s=PATIENCE_S)

    async def fetch(self, now: datetime) -> tuple[Slot, ...]:
        """See SunSource."""
        roofs = []
        for slope in self._slopes:
            query = {
                "latitude": f"{self._place[0]:.2f}",
                "longitude": f"{self._place[1]:.2f}",
                "minutely_15": ",".join(KINDS),
                "tilt": f"{slope.tilt_deg:.0f}",
                "azimuth": f"{from_south_deg(slope.facing_deg)}",
                "timezone": "UTC",
                "forecast_days": f"{AHEAD.days + 1}",
            }
            roofs.append(parse(await self._service.ask(self._url.with_query(query)), slope, self._place))
        return summed(NAME, roofs, now)

    async def close(self) -> None:
        """See SunSource."""
        await self._service.close()


def parse(answer: Answer, slope: Slope, place: Place) -> Watts:
    """What the slope makes in each quarter of the answer. Raises ForecastError."""
    if not answer.is_ok:
        raise _refusal(answer)
    match answer.told():
        case {"minutely_15": {"time": list(stamps), **columns}, **rest} if len(stamps) <= MOST_QUARTERS:
            pass
        case _:
            raise ForecastError(f"{NAME}: minutely_15 with its times is missing")
    units = rest.get("minutely_15_units")
    offset_s = number(rest.get("utc_offset_seconds", 0))
    if offset_s is None or abs(offset_s) > 86_400:
        raise ForecastError(f"{NAME}: {shown(rest.get('utc_offset_seconds'))} is no offset from UTC in seconds")
    values = {name: _column(name, columns.get(name), len(stamps), units) for name in KINDS}
    watts: Watts = {}
    for at, stamp in enumerate(stamps):
        start = _end(stamp, offset_s) - QUARTER
        sunlight = _sunlight(slope, place, start, values[TILTED][at], values[FLAT][at], values[DIFFUSE][at])
        if sunlight is not None:
            outdoors_c = values[OUTDOORS][at]
            watts[start] = slope.power_w(sunlight, USUAL_C if outdoors_c is None else outdoors_c)
    return watts


def _refusal(answer: Answer) -> Exception:
    """Why there is no forecast, in its own words where it has some."""
    if answer.status == 429:
        again_s = LEFT_ALONE_S if answer.again_s is None else answer.again_s
        return ForecastError(f"{NAME} was asked too often", again_s=again_s)
    try:
        said = answer.told()
    except ForecastError:
        return answer.trouble()
    match said:
        case {"reason": str(reason)}:
            return ForecastError(f"{NAME} refuses the question: {shown(reason)}")
        case _:
            return answer.trouble()


def _column(name: str, said: object, count: int, units: object) -> list[float | None]:
    """The values of one quantity; None are holes. Raises ForecastError."""
    if said is None:
        return [None] * count
    unit = units.get(name) if isinstance(units, dict) else None
    usual, highest = KINDS[name]
    if unit not in {None, usual}:
        raise ForecastError(f"{NAME}: {name} is in {shown(unit)}, not in {usual}")
    if not isinstance(said, list) or len(said) != count:
        raise ForecastError(f"{NAME}: {name} has not one value for each of the {count} times")
    found: list[float | None] = []
    for value in said:
        known = number(value) if not isinstance(value, str) else None
        if value is not None and (known is None or abs(known) > highest):
            raise ForecastError(f"{NAME}: {shown(value)} stands where {name} should, in {usual}")
        found.append(known)
    return found


def _end(stamp: object, offset_s: float) -> datetime:
    """The instant of a local stamp without a zone. Raises ForecastError."""
    try:
        at = datetime.fromisoformat(stamp)  # type: ignore[arg-type]  # what it is not, it refuses
        end = at.replace(tzinfo=UTC) - timedelta(seconds=offset_s)
    except (ValueError, TypeError, OverflowError):
        raise ForecastError(f"{NAME}: {shown(stamp)} is no time") from None
    if (
        at.tzinfo is not None
        or not 2000 < end.year < 2100
        or (end.minute % 15, end.second, end.microsecond) != (0,) * 3
    ):
        raise ForecastError(f"{NAME}: {shown(stamp)} is no quarter of an hour without its zone")
    return end


def _sunlight(
    slope: Slope, place: Place, start: datetime, tilted: float | None, flat: float | None, diffuse: float | None
) -> float | None:
    """What falls on the slope in a quarter, in W/m²; worked out from flat ground where the service does not say it."""
    if tilted is not None and tilted >= NEARLY_NONE_W_M2:
        return max(0.0, tilted)
    if flat is None:
        return None
    sun = position_deg(start + QUARTER / 2, north_deg=place[0], east_deg=place[1])
    return slope.sunlight_w_m2(max(0.0, flat), sun, None if diffuse is None else max(0.0, diffuse))
