"""What an evcc knows of the car on one of its load points.

In: {"from": "evcc", "url": "http://HOST:7070", "loadpoint": 1}. Out: state of charge, plug, whether it charges, range.
evcc tells no time with them, so their age is unknown. Only for an evcc that does not regulate the same charger.
Source: evcc's REST interface, /api/state; older versions wrap it in "result".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from yarl import URL

from lib.cars import CarError, values
from lib.cars.http_json import FLOOR_MIN, LEAST_FLOOR_MIN, NOW
from lib.cars.options import Options
from lib.cars.values import state_of_charge
from lib.clock import Clock
from lib.core.car import CarReading
from lib.payload import at_path
from lib.service import Service

OPTIONS = ("url", "header", "loadpoint", "vehicle", "time")
MOST_LOADPOINTS = 50


def parse_state(
    who: str, found: object, *, loadpoint: int, vehicle: str = "", as_of: datetime | None = None
) -> CarReading:
    """What the answer to /api/state says. Raises CarError.

    loadpoint: from 1; vehicle: what evcc must call the car for its values to count, "" for any. A state of charge of 0
    is how evcc says that it knows none.
    """
    points = _loadpoints(found)
    if points is None:
        raise CarError(f"{who} answers without load points: is it an evcc?")
    if loadpoint > len(points):
        raise CarError(f'{who} has no load point {loadpoint}: "loadpoint" is 1 to {len(points)}')
    point = points[loadpoint - 1]
    if not isinstance(point, dict):
        raise CarError(f"{who} says nothing about load point {loadpoint}")
    if vehicle and vehicle not in {point.get("vehicleName"), point.get("vehicleTitle")}:
        return CarReading(source=who)
    soc = state_of_charge(who, point.get("vehicleSoc"))
    return CarReading(
        source=who,
        as_of=as_of if soc else None,
        soc_pct=soc or None,
        limit_pct=values.percent(point.get("vehicleLimitSoc")) or None,
        plugged=values.plug(point.get("connected")),
        charging=values.charging(point.get("charging")),
        range_km=values.km(point.get("vehicleRange")) or None,
    )


def _loadpoints(found: object) -> list[object] | None:
    for path in ("loadpoints", "result.loadpoints"):
        try:
            points = at_path(found, path)
        except LookupError:
            continue
        if isinstance(points, list):
            return points
    return None


def open_evcc(found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock) -> "Evcc":
    """The source that these options describe. Raises CarSetupError."""
    options = Options(found, secrets, OPTIONS)
    loadpoint = options.number("loadpoint", 1, least=1, most=MOST_LOADPOINTS)
    if loadpoint != int(loadpoint):
        raise options.wrong(f'"loadpoint" is {loadpoint:g}; allowed is a whole number, the first one is 1')
    return Evcc(
        who=options.text("title", "evcc"),
        url=options.address("url", such_as="http://192.168.1.20:7070"),
        headers=options.header(),
        loadpoint=int(loadpoint),
        vehicle=options.text("vehicle", ""),
        is_now=bool(options.text("time", "") and options.one_of("time", (NOW,))),
        floor_s=options.floor_s(FLOOR_MIN, least_min=LEAST_FLOOR_MIN),
        sparing=not options.flag("idle", usual=True),
        clock=clock,
    )


@dataclass(slots=True, kw_only=True)
class Evcc:
    """See the top of this file, and `CarSource`. is_now: the owner takes what evcc says for measured at that moment."""

    who: str
    url: URL
    headers: Mapping[str, str] = field(repr=False)
    loadpoint: int
    vehicle: str
    is_now: bool
    floor_s: float
    sparing: bool
    clock: Clock
    _web: Service = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._web = Service(self.who, fault=CarError)

    async def read(self) -> CarReading:
        """What evcc says now. Raises CarError."""
        answer = await self._web.ask(self.url / "api/state", headers=self.headers)
        if not answer.is_ok:
            raise answer.trouble()
        return parse_state(
            self.who,
            answer.told(),
            loadpoint=self.loadpoint,
            vehicle=self.vehicle,
            as_of=self.clock.now() if self.is_now else None,
        )

    async def close(self) -> None:
        """Hang up."""
        await self._web.close()
