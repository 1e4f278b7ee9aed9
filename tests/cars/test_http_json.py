"""Any JSON over HTTP, from the owner's paths to a reading."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from lib.cars import CarError, CarSetupError
from lib.core.car import CarReading
from tests.prices.stranger import http, stranger
from tests.waiting import LIMIT_S

from .builders import NOW, source

FULL = {
    "data": {
        "battery": {"level": 0.63, "target": 0.8, "at": "2026-11-20T06:01:00Z"},
        "plug": "CONNECTED",
        "charging": True,
        "range": 244,
    }
}
PATHS: dict[str, Any] = {
    "soc": "data.battery.level",
    "scale": 100,
    "time": "data.battery.at",
    "plug": "data.plug",
    "charging": "data.charging",
    "limit": "data.battery.target",
    "range": "data.range",
}


def body(found: object) -> bytes:
    """As it comes over the wire."""
    return json.dumps(found).encode()


async def test_every_part_of_an_answer_is_read() -> None:
    """With fractions, and the time at which the car measured."""
    async with stranger(http(200, body(FULL))) as box, source(source="http", url=f"{box.url}/v1/car", **PATHS) as car:
        expected = CarReading(
            source="127.0.0.1",
            as_of=NOW - timedelta(minutes=14),
            soc_pct=63.0,
            limit_pct=80.0,
            plugged=True,
            charging=True,
            range_km=244.0,
        )
        assert expected == await car.read()
        assert ["/v1/car"] == box.asked


async def test_without_a_time_the_age_is_unknown() -> None:
    """Unless the owner says that the box measures when it is asked."""
    async with stranger(http(200, b"57")) as box:
        async with source(source="http", url=box.url, title="OBD") as car:
            assert CarReading(source="OBD", soc_pct=57.0) == await car.read()
        async with source(source="http", url=box.url, title="OBD", time="now") as car:
            assert CarReading(source="OBD", soc_pct=57.0, as_of=NOW) == await car.read()


async def test_a_part_that_is_missing_is_unknown_but_the_state_of_charge() -> None:
    """The owner is told what the answer has instead."""
    async with stranger(http(200, b'{"soc": null, "x": 1}')) as box:
        async with source(source="http", url=box.url, soc="soc", plug="plug", range="x.y") as car:
            assert CarReading(source="127.0.0.1") == await car.read()
        async with source(source="http", url=box.url, soc="battery") as car:
            with pytest.raises(CarError, match=r'127\.0\.0\.1 says nothing at "battery": it has soc, x'):
                await car.read()
    async with stranger(http(200, b"[1, 2]")) as box, source(source="http", url=box.url, soc="2") as car:
        with pytest.raises(CarError, match='says nothing at "2": it is a list of 2; the first is 0'):
            await car.read()


async def test_secrets_are_filled_in_and_never_told() -> None:
    """In the header and in the address; a refusal names the option and not the secret."""
    lines: list[str] = []

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.extend((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n"))
        await http(403)(reader, writer)
        writer.close()

    server = await asyncio.start_server(say, "127.0.0.1", 0)
    async with server, asyncio.timeout(LIMIT_S):
        options: dict[str, Any] = {
            "url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/soc?key={{secret:box}}",
            "header": "X-Token:  Bearer {secret:tronity}",
        }
        async with source({"box": "hush-1", "tronity": "hush-2"}, source="http", **options) as car:
            with pytest.raises(CarSetupError) as raised:
                await car.read()
            assert "hush" not in str(raised.value) + repr(car)
            assert 'refuses our log-in (HTTP 403): is "header" right' in str(raised.value)
    assert "GET /soc?key=hush-1 HTTP/1.1" == lines[0]
    assert "X-Token: Bearer hush-2" in lines


async def test_a_secret_that_would_break_the_header_is_refused() -> None:
    """A line end in it would be a second header."""
    with pytest.raises(CarSetupError, match='"header" holds letters that no header may hold'):
        async with source({"t": "a\r\nX: y"}, source="http", url="http://h", header="A: {secret:t}"):
            pass
