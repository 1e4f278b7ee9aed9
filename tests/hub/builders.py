"""A house at noon, and hubs and clients that really talk on this machine."""

import asyncio
import socket
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from email.message import Message as HttpHeaders
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from lib.core.cost import Costs
from lib.core.counters import Amounts
from lib.core.link import Link, LinkState
from lib.core.peaks import MonthPeak
from lib.core.reading import Reading
from lib.hub.server import Hub
from lib.messages import Band, Column, House, Line, MonthPeaks, QuarterNow, Rates, Telegram, Usage
from tests.waiting import LIMIT_S

NOON = datetime(2026, 6, 17, 10, 5, tzinfo=UTC)  # a Wednesday, 12:05 in Brussels
GOOD = Link(state=LinkState.GOOD, since=NOON - timedelta(hours=1), telegrams=3600, rejected=2)


def a_quarter(**changes: Any) -> QuarterNow:
    """The quarter from noon after five minutes, well under its target."""
    told: dict[str, Any] = {
        "start": NOON - timedelta(minutes=5),
        "at": NOON,
        "left_s": 600.0,
        "target_w": 3910.0,
        "used_wh": 105.0,
        "average_w": 420.0,
        "forecast_w": 1440.0,
        "gap_w": 2470.0,
    }
    return QuarterNow(**told | changes)


def a_house(**changes: Any) -> House:
    """A house at noon that draws 1.53 kW."""
    told: dict[str, Any] = {
        "boot": "b1",
        "seq": 1,
        "said": NOON,
        "link": GOOD,
        "at": NOON,
        "reading": Reading(ident="FLU5", tariff=1, import_w=1530.0, export_w=0.0),
        "grid_w": 1530.0,
        "register": "1",
        "band": "Day",
        "next_band": "Night",
        "next_change": NOON + timedelta(hours=9, minutes=55),
        "quarter": a_quarter(),
        "months": MonthPeaks(
            month=date(2026, 6, 1),
            running=MonthPeak(date(2026, 6, 1), 3910.0, datetime(2026, 6, 12, 16, 15, tzinfo=UTC)),
            past=(MonthPeak(date(2026, 5, 1), 4100.0),),
            mean_w=4010.0,
            months_known=2,
            kw_eur=4.78775,
        ),
    }
    return House(**told | changes)


RATES = Rates(
    bands=(
        Band(name="Day", import_eur_kwh=0.4, export_eur_kwh=0.1),
        Band(name="Night", import_eur_kwh=0.3, export_eur_kwh=0.1),
    ),
    gas_eur_m3=1.576,
    gas_kwh_m3=11.51,
    water_eur_m3=6.1,
)
USAGE = Usage(
    columns=(
        Column(name="day-1", start=date(2026, 6, 16)),
        Column(
            name="today",
            start=date(2026, 6, 17),
            since=NOON - timedelta(hours=1),
            amounts=Amounts(import_wh={"1": 1500, "2": 250}, export_wh={"1": 500}, gas_l=120),
            costs=Costs(import_eur={"1": 0.6, "2": 0.075}, export_eur={"1": 0.05}, gas_eur=0.19),
        ),
        Column(
            name="year",
            start=date(2026, 1, 1),
            since=datetime(2025, 12, 31, 23, 0, tzinfo=UTC),
            complete=True,
            amounts=Amounts(import_wh={"1": 1_234_567}, export_wh={}, gas_l=812_345, water_l=45_678),
            costs=Costs(import_eur={"1": 493.83}, export_eur={}, gas_eur=1280.26, water_eur=278.64),
        ),
    )
)
TELEGRAM = Telegram(
    ident="/FLU5\\253769484_A",
    received=NOON,
    lines=(
        Line(code="0-0:1.0.0", name="Clock of the meter", value="260617120500S"),
        Line(code="1-0:1.7.0", name="Power taken", value="01.530", unit="kW"),
        Line(code="0-0:99.1.1", name="", value=" ".join(["260617120500S"] * 8)),
    ),
)


@asynccontextmanager
async def open_hub(**changes: Any) -> AsyncIterator[Hub]:
    """A hub of dm on a free port."""
    options: dict[str, Any] = {"boot": "b1", "host": "127.0.0.1", "port": 0}
    hub = Hub("dm", **options | changes)
    await hub.start()
    try:
        yield hub
    finally:
        await hub.close()


@asynccontextmanager
async def listening(hub: Hub, *, where: str | None = None, **options: Any) -> AsyncIterator[ClientConnection]:
    """A websocket client of a hub; where: its address, if it is another one."""
    async with connect(where or url(hub), compression=None, proxy=None, **options) as ws:
        yield ws


def a_narrow_socket(hub: Hub) -> socket.socket:
    """A connection to a hub that takes little at a time, as one over a bad radio link does."""
    sock = socket.socket()
    for way in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        sock.setsockopt(socket.SOL_SOCKET, way, 4096)
    sock.connect(("127.0.0.1", hub.port))
    return sock


def url(hub: Hub) -> str:
    """Where a hub listens."""
    return f"ws://127.0.0.1:{hub.port}/ws"


async def recv(ws: ClientConnection) -> str:
    """The next text frame."""
    async with asyncio.timeout(LIMIT_S):
        frame = await ws.recv()
    assert isinstance(frame, str)
    return frame


async def get(hub: Hub, path: str) -> tuple[int, HttpHeaders, bytes]:
    """What GET answers: status, headers, body."""

    def ask() -> tuple[int, HttpHeaders, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{hub.port}{path}", timeout=LIMIT_S) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    return await asyncio.to_thread(ask)
