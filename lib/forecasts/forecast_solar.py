"""What a roof will make, from api.forecast.solar: no key for twelve questions an hour; its own losses, not ours.

In: an instant. Out: watts. `parse` is pure. `watts` holds powers at instants, between which it goes in a straight
line, and `watt_hours_period` the energy up to each. Where both are the same numbers, as with some answers by whole
hours, they are means of the hour that begins at the stamp.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from yarl import URL

from lib.core.bands import midnight
from lib.core.books import local_day
from lib.core.slope import Slope
from lib.core.slots import Slot
from lib.core.stamp import BRUSSELS
from lib.forecasts import HIGHEST_W_M2, QUARTER, ForecastError, Place, Watts, from_south_deg, summed
from lib.payload import moment, number, shown
from lib.service import Answer, Service

NAME = "forecast-solar"
HOME = "https://api.forecast.solar"
PATIENCE_S = 15.0
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONGEST_GAP = 3 * HOUR  # within a day
LONGEST_REST_S = DAY.total_seconds()
MOST_STAMPS, MOST_DAYS = 2000, 10

Point = tuple[datetime, float]


class Stretch(NamedTuple):
    """Power that goes from `first_w` to `last_w` in a straight line."""

    start: datetime
    end: datetime
    first_w: float
    last_w: float

    def energy(self, start: datetime, end: datetime) -> float:
        """Watt-hours from `start` to `end`, as far as it reaches."""
        start, end = max(start, self.start), min(end, self.end)
        if end <= start:
            return 0.0
        middle = ((start - self.start) + (end - self.start)) / 2 / (self.end - self.start)
        return (self.first_w + (self.last_w - self.first_w) * middle) * ((end - start) / HOUR)


class ForecastSolar:
    """The roof by forecast.solar: one question for each slope."""

    name = NAME
    every_s = 7200.0

    def __init__(self, place: Place, slopes: Sequence[Slope], *, url: str | None = None) -> None:
        self._place = place
        self._slopes = tuple(slopes)
        self._url = URL(url or HOME) / "estimate"
        self._service = Service(NAME, fault=ForecastError, patience_s=PATIENCE_S)

    async def fetch(self, now: datetime) -> tuple[Slot, ...]:
        """See SunSource."""
        roofs = []
        for slope in self._slopes:
            north, east = (f"{degrees:.2f}" for degrees in self._place)
            facing, tilt = f"{from_south_deg(slope.facing_deg)}", f"{slope.tilt_deg:.0f}"
            url = self._url / north / east / tilt / facing / f"{slope.kwp:g}"
            roofs.append(parse(await self._service.ask(url.with_query(time="utc")), slope, now))
        return summed(NAME, roofs, now)

    async def close(self) -> None:
        """See SunSource."""
        await self._service.close()


def parse(answer: Answer, slope: Slope, now: datetime) -> Watts:
    """What the slope makes in each quarter of the days in the answer; 0 before their first stamp and after the last.

    now: for how long it wants to be left alone. Raises ForecastError.
    """
    if not answer.is_ok:
        raise _refusal(answer, now)
    match answer.told():
        case {"result": {"watts": dict(said), **rest}, **about} if 0 < len(said) <= MOST_STAMPS:
            pass
        case _:
            raise ForecastError(f"{NAME}: result with its watts is missing")
    zone = _zone(about.get("message"))
    points = _points("watts", said, zone, slope.kwp * HIGHEST_W_M2)
    if points[-1][0] - points[0][0] > MOST_DAYS * DAY:
        raise ForecastError(f"{NAME}: from {points[0][0]:%Y-%m-%d} to {points[-1][0]:%Y-%m-%d} is no forecast")
    periods = rest.get("watt_hours_period")
    energies = _points("watt_hours_period", periods, zone, slope.kwp * HIGHEST_W_M2 * 24) if periods else []
    return _by_quarters(points, _stretches(points, dict(energies)))


def _refusal(answer: Answer, now: datetime) -> Exception:
    """Why there is no forecast; when it was asked too often, with the time until it may be asked again."""
    try:
        said = answer.told()
    except ForecastError:
        return answer.trouble()
    match said:
        case {"message": {"ratelimit": {**limit}}} if answer.status == 429:
            again, period_s = moment(limit.get("retry-at")), number(limit.get("period"))
            rest_s = period_s if again is None else (again - now).total_seconds()
            rest_s = None if rest_s is None else min(LONGEST_REST_S, max(0.0, rest_s))
            return ForecastError(f"{NAME} was asked too often", again_s=answer.again_s if rest_s is None else rest_s)
        case {"message": {"text": str(text)}} if answer.status < 429:
            return ForecastError(f"{NAME} refuses the question: {shown(text)}")
        case _:
            return answer.trouble()


def _zone(message: object) -> ZoneInfo:
    """In which the stamps without one are written."""
    match message:
        case {"info": {"timezone": str(name)}}:
            try:
                return ZoneInfo(name)
            except (KeyError, ValueError, OSError):  # no such zone, or a folder of them
                raise ForecastError(f"{NAME}: {shown(name)} is no time zone") from None
        case _:
            return BRUSSELS


def _points(name: str, said: object, zone: ZoneInfo, highest: float) -> list[Point]:
    """Instants and numbers, in order. Raises ForecastError."""
    if not isinstance(said, Mapping):
        raise ForecastError(f"{NAME}: {name} is {shown(said)}, not a value for each of some times")
    found: list[Point] = []
    for stamp, value in said.items():
        try:
            at = datetime.fromisoformat(stamp)
            at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ForecastError(f"{NAME}: {shown(stamp)} is no time") from None
        known = None if isinstance(value, str) else number(value)
        if known is None or not 0 <= known <= highest or not 2000 < at.year < 2100:
            raise ForecastError(f"{NAME}: {shown(value)} at {shown(stamp)} stands where {name} should")
        found.append((at, known))
    return sorted(found)


def _stretches(points: list[Point], energies_wh: Mapping[datetime, float]) -> list[Stretch]:
    """The power between the stamps, by whichever reading of them gives the energies in the answer."""
    lines = [
        Stretch(*start, *rest)
        for start, rest in (
            ((one[0], two[0]), (one[1], two[1])) for one, two in pairwise(points) if two[0] - one[0] <= LONGEST_GAP
        )
    ]
    for (before, _), (after, _) in pairwise(points):
        if after - before > LONGEST_GAP and local_day(before) == local_day(after):
            raise ForecastError(f"{NAME}: nothing is said from {before:%Y-%m-%d %H:%M}Z to {after:%H:%M}Z")
    off_wh = sum(abs(line.energy(line.start, line.end) - energies_wh.get(line.end, 0.0)) for line in lines)
    off_hours = sum(abs(watts - energies_wh.get(at, 0.0)) for at, watts in points)
    if not energies_wh or off_wh <= off_hours:
        return lines
    return [Stretch(at, at + HOUR, watts, watts) for at, watts in points]


def _by_quarters(points: list[Point], stretches: list[Stretch]) -> Watts:
    start = midnight(local_day(points[0][0]))
    end = midnight(local_day(points[-1][0]) + DAY)
    watts = {start + at * QUARTER: 0.0 for at in range((end - start) // QUARTER)}
    for stretch in stretches:
        quarter = start + (stretch.start - start) // QUARTER * QUARTER
        while quarter < stretch.end:
            if quarter in watts:
                watts[quarter] += stretch.energy(quarter, quarter + QUARTER) * (HOUR / QUARTER)
            quarter += QUARTER
    return watts
