"""A box that foresees the simulated sky over HTTP, shaped as Open-Meteo and forecast.solar do.

In: a seed and a clock. Out: sunlight and temperature by quarters, or watts by hours, from today on. As with a real
one, the single cloud is not in it, and it errs the more the further it looks ahead. It knows no house.
"""

import asyncio
import math
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta

from aiohttp import web

from lib.clock import Clock
from lib.sim.brussels import HOUR, MINUTE, QUARTER, ZONE, instant, local, micros
from lib.sim.http_box import HttpBox
from lib.sim.noise import smooth
from lib.sim.sky import Sky, sun_position

GLANCES_US = (-25 * MINUTE, -9 * MINUTE, 9 * MINUTE, 25 * MINUTE)  # about an instant: what it says is smooth
MOST_DAYS = 16
FREE, PERIOD_S = 12, 3600  # questions to forecast.solar
SOLAR_DAYS = 2
YIELD = 0.82  # of what falls on the panels, what comes out of the inverter
LIGHT = "W/m²"


class SunBox(HttpBox):
    """Foresees the sky of `seed`; its buttons are pressed after the forecast was made."""

    def __init__(self, clock: Clock, *, seed: int = 1) -> None:
        super().__init__()
        self._clock = clock
        self._seed = seed
        self._sky = Sky(seed)
        self._free_s: deque[float] = deque(maxlen=FREE)

    def routes(self) -> Iterable[web.RouteDef]:
        """Those of both services."""
        return (web.get("/v1/forecast", self._open_meteo), web.get("/estimate/{all:.*}", self._forecast_solar))

    def foreseen_w_m2(self, at_us: int, *, tilt: float, azimuth: float, now_us: int) -> float:
        """Sunlight about an instant on a slope as of sky.py, as it is foreseen at `now_us`."""
        glances = [self._sky.sunlight_w_m2(at_us + by_us, tilt=tilt, azimuth=azimuth) for by_us in GLANCES_US]
        ahead = min(1.0, max(0.0, (at_us - now_us) / (48 * HOUR)))
        wrong = (smooth(self._seed + 50, at_us / (9 * HOUR)) - 0.5) * (0.1 + 0.6 * ahead)
        return sum(glances) / len(glances) * (1 + wrong) if sun_position(at_us)[0] > 0 else 0.0

    async def _open_meteo(self, request: web.Request) -> web.Response:
        try:
            names = request.query["minutely_15"].split(",")
            tilt, azimuth = float(request.query.get("tilt", "0")), float(request.query.get("azimuth", "0"))
            days = int(request.query.get("forecast_days", "7"))
        except (KeyError, ValueError):
            return _refused("minutely_15 is missing, or tilt, azimuth or forecast_days is no number")
        if not (0 <= tilt <= 90 and -180 <= azimuth <= 180 and 1 <= days <= MOST_DAYS):
            return _refused("tilt goes from 0 to 90, azimuth from -180 to 180, forecast_days from 1 to 16")
        slopes = {
            "global_tilted_irradiance": (math.radians(tilt), math.radians(180 + azimuth)),
            "shortwave_radiation": (0.0, 0.0),
        }
        now_us = micros(self._clock.now())
        begin_us = now_us // (24 * HOUR) * (24 * HOUR)
        stamps_us = [begin_us + place * QUARTER for place in range(days * 96)]

        def looked() -> dict[str, list[float]]:
            said = {
                name: [
                    round(self.foreseen_w_m2(at - QUARTER // 2, tilt=slope[0], azimuth=slope[1], now_us=now_us), 1)
                    for at in stamps_us
                ]
                for name, slope in slopes.items()
                if name in names
            }
            return said | {"temperature_2m": [round(self._sky.outdoors_c(at), 1) for at in stamps_us]}

        said = await asyncio.to_thread(looked)  # a tenth of a second on a small computer
        stamps = [f"{instant(at):%Y-%m-%dT%H:%M}" for at in stamps_us]
        units = {"time": "iso8601", **dict.fromkeys(said, LIGHT), "temperature_2m": "°C"}
        place = {"latitude": 50.86, "longitude": 4.36, "utc_offset_seconds": 0, "timezone": "UTC"}
        return web.json_response({**place, "minutely_15_units": units, "minutely_15": {"time": stamps, **said}})

    async def _forecast_solar(self, request: web.Request) -> web.Response:
        now_s, now = self._clock.monotonic(), self._clock.now()
        if len(self._free_s) == FREE and now_s - self._free_s[0] < PERIOD_S:
            again = now + timedelta(seconds=PERIOD_S - (now_s - self._free_s[0]))
            limit = {"period": PERIOD_S, "limit": FREE, "retry-at": again.isoformat(timespec="seconds")}
            return _told(None, 429, "Too many questions this hour", limit)
        try:
            tilt, azimuth, kwp = (float(word) for word in request.match_info["all"].split("/")[2:])
        except ValueError:
            return _told(None, 400, "It is /estimate/LATITUDE/LONGITUDE/TILT/AZIMUTH/KWP", {})
        self._free_s.append(now_s)
        slope = (math.radians(tilt), math.radians(180 + azimuth))
        watts: dict[str, int] = {}
        periods: dict[str, int] = {}
        for day in range(SOLAR_DAYS):
            noon = datetime.combine(now.astimezone(ZONE).date() + timedelta(days=day), time(12), ZONE)
            before_us, before_w = 0, 0
            for at_us in _bright(micros(noon.astimezone(UTC))):
                light = self.foreseen_w_m2(at_us, tilt=slope[0], azimuth=slope[1], now_us=micros(now))
                power_w = round(kwp * light * YIELD) if at_us % HOUR == 0 else 0
                stamp = f"{local(at_us):%Y-%m-%d %H:%M:%S}"
                if request.query.get("time") == "utc":
                    stamp = instant(at_us).isoformat(timespec="seconds")
                watts[stamp] = power_w
                periods[stamp] = round((before_w + power_w) / 2 * (at_us - before_us) / HOUR) if before_us else 0
                before_us, before_w = at_us, power_w
        left = {"period": PERIOD_S, "limit": FREE, "remaining": FREE - len(self._free_s)}
        return _told({"watts": watts, "watt_hours_period": periods}, 0, "", left)


def _bright(noon_us: int) -> list[int]:
    """The minutes of sunrise and sunset of a day, and the full hours between them."""
    minutes = [noon_us + minute * MINUTE for minute in range(-12 * 60, 12 * 60)]
    up = [at for at in minutes if sun_position(at)[0] > 0]
    return sorted({up[0], *(at for at in up if at % HOUR == 0), up[-1]})


def _refused(why: str) -> web.Response:
    return web.json_response({"error": True, "reason": why}, status=400)


def _told(result: object, code: int, text: str, limit: Mapping[str, object]) -> web.Response:
    kind = "error" if code else "success"
    about = {"code": code, "type": kind, "text": text, "info": {"timezone": "Europe/Brussels"}, "ratelimit": limit}
    return web.json_response({"result": result, "message": about}, status=code or 200)
