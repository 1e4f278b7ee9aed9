"""A box that publishes made-up day-ahead prices over HTTP, shaped as four services do.

In: a seed and a clock. Out: for any day up to today, and tomorrow from 12:55 Brussels time on, prices that look like
Belgian ones: a valley at night, peaks in the morning and evening, low or negative at a sunny noon. It knows no house.
"""

import math
from datetime import UTC, date, datetime, time, timedelta
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape

from aiohttp import web

from lib.clock import Clock
from lib.sim.brussels import HOUR, QUARTER, ZONE, local, micros
from lib.sim.noise import chance, smooth
from lib.sim.sky import sun_position

HOST = "127.0.0.1"
PUBLISHED = time(12, 55)
QUARTERS_SINCE = date(2025, 10, 1)  # before that the auction had hours
LICENCE = "made-up prices of a simulated market; nobody's data"
BELGIUM = "10YBE----------2"
MOST_DAYS = 40
CLOSING_S = 1.0
NO_CONTENT = {"detail": "no content available"}


def price_eur_mwh(seed: int, at_us: int) -> float:
    """The price of the quarter that starts at `at_us`, in EUR/MWh with two decimals.

    The same seed has its clouds where `lib.sim.sky` has its fronts, so a sunny day is a cheap one.
    """
    now = local(at_us)
    hour = now.hour + now.minute / 60
    winter = math.cos(2 * math.pi * (now.timetuple().tm_yday - 20) / 365)
    wind = smooth(seed + 40, at_us / (50 * HOUR)) - 0.5
    mean = 74 + 20 * winter - 60 * wind - (16 if now.weekday() >= 5 else 0)
    valley = -20 * _hump(hour, 3.5, 2.5)
    peaks = 34 * _hump(hour, 8, 1.4) + (48 + 16 * winter) * _hump(hour, 19, 1.9)
    height = max(0.0, math.sin(sun_position(at_us)[0]))
    cover = smooth(seed, at_us / (40 * HOUR))
    sun = -115 * math.pow(height, 1.3) * (1 - 0.75 * cover)
    step = (1.5 - now.minute // 15) * (5 if hour < 6 or hour >= 19 else -4 if 15 <= hour < 19 else 0)  # ramps
    return round(mean + valley + peaks + sun + step + 5 * (chance(seed + 41, at_us // QUARTER) - 0.5), 2)


def _hump(hour: float, middle: float, width: float) -> float:
    return math.exp(-(((hour - middle) / width) ** 2) / 2)


def midnight(day: date) -> datetime:
    """The first instant of a Brussels day, in UTC."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC)


def published(seed: int, day: date) -> list[tuple[datetime, float]]:
    """Starts and prices of one Brussels day: its quarters, or before October 2025 its hours."""
    start, end = midnight(day), midnight(day + timedelta(days=1))
    quarter = timedelta(minutes=15)
    starts = [start + place * quarter for place in range((end - start) // quarter)]
    prices = [price_eur_mwh(seed, micros(at)) for at in starts]
    if day >= QUARTERS_SINCE:
        return list(zip(starts, prices, strict=True))
    return [(starts[place], round(sum(prices[place : place + 4]) / 4, 2)) for place in range(0, len(starts), 4)]


class PriceBox:
    """Serves prices on a port of this machine between `start` and `close`, or within `async with`.

    port: 0 takes a free one. token: what ENTSO-E's shape wants; None: any.
    """

    def __init__(self, clock: Clock, *, seed: int = 1, port: int = 0, token: str | None = None) -> None:
        self._clock = clock
        self._seed = seed
        self._token = token
        self._runner: web.AppRunner | None = None
        self.port = port
        self.asked: int = 0

    @property
    def url(self) -> str:
        """What `open_prices` takes as url."""
        return f"http://{HOST}:{self.port}"

    async def start(self) -> None:
        """Open the port. Raises OSError when it is in use."""
        app = web.Application()
        app.router.add_get("/price", self._energy_charts)
        app.router.add_get("/api", self._entsoe)
        app.router.add_get("/api/DayAheadPrices", self._nordpool)
        app.router.add_get("/{path:.*}/auctionresultsqh/{day}", self._elia)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSING_S)
        await runner.setup()
        site = web.TCPSite(runner, HOST, self.port)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self.port = int(runner.addresses[0][1])

    async def close(self) -> None:
        """Close the port; more than once is harmless."""
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def known(self, first: date, last: date) -> list[tuple[datetime, float]]:
        """What is published by now of the days from `first` to `last`, at most MOST_DAYS."""
        now = self._clock.now().astimezone(ZONE)
        newest = now.date() + timedelta(days=1 if now.time() >= PUBLISHED else 0)
        count = min((min(last, newest) - first).days + 1, MOST_DAYS)
        return [point for place in range(count) for point in published(self._seed, first + timedelta(days=place))]

    async def _energy_charts(self, request: web.Request) -> web.Response:
        self.asked += 1
        try:
            first = date.fromisoformat(request.query["start"])
            last = date.fromisoformat(request.query.get("end", request.query["start"]))
        except (KeyError, ValueError):
            return web.json_response({"detail": "start and end are dates such as 2026-01-15"}, status=422)
        points = self.known(first, last) if request.query.get("bzn") == "BE" else []
        if not points:
            return web.json_response(NO_CONTENT, status=404)
        said = {
            "license_info": LICENCE,
            "unix_seconds": [int(at.timestamp()) for at, _ in points],
            "price": [price for _, price in points],
            "unit": "EUR / MWh",
            "deprecated": False,
        }
        return web.json_response(said)

    async def _elia(self, request: web.Request) -> web.Response:
        self.asked += 1
        try:
            day = date.fromisoformat(request.match_info["day"])
        except ValueError:
            return web.json_response([], status=400)
        points = self.known(day, day)
        return web.json_response([{"dateTime": _zulu(at), "price": price, "isVisible": True} for at, price in points])

    async def _nordpool(self, request: web.Request) -> web.Response:
        self.asked += 1
        asked = (request.query.get("market"), request.query.get("deliveryArea"), request.query.get("currency"))
        try:
            day = date.fromisoformat(request.query["date"])
        except (KeyError, ValueError):
            return web.json_response({"title": "date is such as 2026-01-15"}, status=400)
        if asked != ("DayAhead", "BE", "EUR"):
            return web.json_response({"title": "only DayAhead of BE in EUR is made up here"}, status=400)
        points = self.known(day, day)
        if not points:
            return web.Response(status=204)
        step = timedelta(minutes=15 if day >= QUARTERS_SINCE else 60)
        entries = [
            {"deliveryStart": _zulu(at), "deliveryEnd": _zulu(at + step), "entryPerArea": {"BE": price}}
            for at, price in points
        ]
        said = {
            "deliveryDateCET": f"{day}",
            "deliveryAreas": ["BE"],
            "market": "DayAhead",
            "multiAreaEntries": entries,
            "currency": "EUR",
            "exchangeRate": 1,
            "areaStates": [{"state": "Final", "areas": ["BE"]}],
        }
        return web.json_response(said)

    async def _entsoe(self, request: web.Request) -> web.Response:
        self.asked += 1
        token = request.query.get("securityToken")
        if not token or self._token not in {None, token}:
            return _xml(_acknowledgement("Authentication failed: the security token is not valid"), status=401)
        try:
            start, end = (
                datetime.strptime(request.query[side], "%Y%m%d%H%M").replace(tzinfo=UTC)
                for side in ("periodStart", "periodEnd")
            )
        except (KeyError, ValueError):
            return _xml(_acknowledgement("periodStart and periodEnd are such as 202601142300"), status=400)
        first, last = start.astimezone(ZONE).date(), (end - timedelta(minutes=1)).astimezone(ZONE).date()
        days = [first + timedelta(days=place) for place in range(min((last - first).days + 1, MOST_DAYS))]
        series = [_series(day, points) for day in days if (points := self.known(day, day))]
        if request.query.get("in_Domain") != BELGIUM or not series:
            return _xml(_acknowledgement("No matching data found for Data item ENERGY_PRICES [12.1.D]"))
        return _xml(_publication(series))


def _zulu(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _xml(text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/xml")


def _acknowledgement(why: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Acknowledgement_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-1:acknowledgementdocument:7:0">'
        f"<Reason><code>999</code><text>{escape(why)}</text></Reason></Acknowledgement_MarketDocument>"
    )


def _publication(series: list[str]) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Publication_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:3">'
        f"<type>A44</type>{''.join(series)}</Publication_MarketDocument>"
    )


def _series(day: date, points: list[tuple[datetime, float]]) -> str:
    """One day with curve type A03: a price like the one before it is left out."""
    start, end = midnight(day), midnight(day + timedelta(days=1))
    resolution = "PT15M" if day >= QUARTERS_SINCE else "PT60M"
    rows = [
        f"<Point><position>{place + 1}</position><price.amount>{price}</price.amount></Point>"
        for place, (_, price) in enumerate(points)
        if place == 0 or points[place - 1][1] != price
    ]
    return (
        "<TimeSeries><auction.type>A01</auction.type>"
        f'<in_Domain.mRID codingScheme="A01">{BELGIUM}</in_Domain.mRID>'
        f'<out_Domain.mRID codingScheme="A01">{BELGIUM}</out_Domain.mRID>'
        "<contract_MarketAgreement.type>A01</contract_MarketAgreement.type>"
        "<currency_Unit.name>EUR</currency_Unit.name><price_Measure_Unit.name>MWH</price_Measure_Unit.name>"
        f"<curveType>A03</curveType><Period><timeInterval><start>{start:%Y-%m-%dT%H:%MZ}</start>"
        f"<end>{end:%Y-%m-%dT%H:%MZ}</end></timeInterval><resolution>{resolution}</resolution>"
        f"{''.join(rows)}</Period></TimeSeries>"
    )
