"""Anything that answers a GET with JSON in which a state of charge stands: Tronity, TeslaLogger, a box in the car.

In: {"from": "http", "url": …, "soc": "battery.level", …}, where each of "soc", "time", "plug", "charging", "limit" and
"range" names a part of the answer. Out: what these say. Without "time" the age of a reading is unknown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from yarl import URL

from lib.cars import CarError, CarSetupError, values
from lib.cars.options import Options
from lib.cars.values import state_of_charge
from lib.clock import Clock
from lib.core.car import CarReading
from lib.payload import at_path, contents
from lib.service import Service

FLOOR_MIN, LEAST_FLOOR_MIN = 1.0, 0.1
NOW = "now"  # for what measures when it is asked, and so needs no time of its own
LEAST_SCALE, MOST_SCALE = 0.000001, 1_000_000.0
OPTIONS = ("url", "header", "soc", "scale", "time", "plug", "charging", "limit", "range")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Which part of an answer says what, each a path; None: none does. scale: of soc and limit, to per cent."""

    soc: str
    scale: float = 1.0
    time: str | None = None
    plug: str | None = None
    charging: str | None = None
    limit: str | None = None
    range: str | None = None


def parse_answer(who: str, found: object, parts: Parts, *, now: datetime) -> CarReading:
    """What an answer says. Raises CarError when its state of charge is not there, or is none."""
    try:
        soc = at_path(found, parts.soc)
    except LookupError:
        raise CarError(f'{who} says nothing at "{parts.soc}": {contents(found)}') from None
    return CarReading(
        source=who,
        as_of=now if parts.time == NOW else values.instant(_said(found, parts.time), now),
        soc_pct=state_of_charge(who, soc, scale=parts.scale),
        limit_pct=values.percent(_said(found, parts.limit), scale=parts.scale),
        plugged=values.plug(_said(found, parts.plug)),
        charging=values.charging(_said(found, parts.charging)),
        range_km=values.km(_said(found, parts.range)),
    )


def _said(found: object, path: str | None) -> object:
    """A part that may be missing."""
    if path is None:
        return None
    try:
        return at_path(found, path)
    except LookupError:
        return None


def open_http(found: Mapping[str, object], secrets: Mapping[str, str], *, clock: Clock) -> "HttpJson":
    """The source that these options describe. Raises CarSetupError."""
    options = Options(found, secrets, OPTIONS)
    url = options.address("url", such_as="http://192.168.1.20/battery")
    others = {name: options.text(name, "") or None for name in ("time", "plug", "charging", "limit", "range")}
    return HttpJson(
        who=options.text("title", "") or url.host or "HTTP",
        url=url,
        headers=options.header(),
        parts=Parts(
            soc=options.text("soc", ""),
            scale=options.number("scale", 1.0, least=LEAST_SCALE, most=MOST_SCALE),
            **others,
        ),
        floor_s=options.floor_s(FLOOR_MIN, least_min=LEAST_FLOOR_MIN),
        sparing=not options.flag("idle", usual=True),
        clock=clock,
    )


@dataclass(slots=True, kw_only=True)
class HttpJson:
    """See the top of this file, and `CarSource`."""

    who: str
    url: URL = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    parts: Parts
    floor_s: float
    sparing: bool
    clock: Clock
    _web: Service = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._web = Service(self.who, fault=CarError)

    async def read(self) -> CarReading:
        """What the answer says now. Raises CarError."""
        answer = await self._web.ask(self.url, headers=self.headers)
        if answer.status in {401, 403}:
            raise CarSetupError(
                f'{self.who} refuses our log-in (HTTP {answer.status}): is "header" right, and its secret?'
            )
        if not answer.is_ok:
            raise answer.trouble()
        return parse_answer(self.who, answer.told(), self.parts, now=self.clock.now())

    async def close(self) -> None:
        """Hang up."""
        await self._web.close()
