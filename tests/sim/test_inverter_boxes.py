"""The boxes of inverters answer as the real ones are documented to do, whoever asks."""

import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from pymodbus.client import AsyncModbusTcpClient

from lib.sim.fronius_box import PATH, open_fronius_box
from lib.sim.kostal_box import AC_W, ORDER, open_kostal_box
from lib.sim.modbus_box import HOST, ModbusBox
from lib.sim.sunspec_inverter_box import ENABLED, LIMIT, SUNS, TIMER, open_sunspec_inverter_box
from lib.sim.world import World
from tests.inverters.roofs import ToyPanels
from tests.waiting import eventually


@asynccontextmanager
async def asking(box: ModbusBox) -> AsyncIterator[AsyncModbusTcpClient]:
    """Somebody who asks a box over Modbus."""
    client = AsyncModbusTcpClient(HOST, port=box.port, timeout=2, retries=0)
    assert await client.connect()
    try:
        yield client
    finally:
        client.close()


async def test_the_solar_api_tells_the_houses_own_roof(house: World) -> None:
    """Power of the panels, null without, and what a GEN24 does not count is null."""
    box = await open_fronius_box(house.inverter)
    try:
        async with aiohttp.ClientSession() as http, http.get(f"{box.url}{PATH}") as answer:
            said = await answer.json()
        site = said["Body"]["Data"]["Site"]
        assert (0, float(house.sun_w), None) == (said["Head"]["Status"]["Code"], site["P_PV"], site["E_Day"])
    finally:
        await box.close()


async def test_a_fronius_that_is_not_opened_answers_404() -> None:
    """And one with another status has no numbers."""
    box = await open_fronius_box(ToyPanels())
    try:
        async with aiohttp.ClientSession() as http:
            box.code = 8
            async with http.get(f"{box.url}{PATH}") as answer:
                assert {} == (await answer.json())["Body"]["Data"]
            box.enabled = False
            async with http.get(f"{box.url}{PATH}") as answer:
                assert 404 == answer.status
    finally:
        await box.close()


@pytest.mark.parametrize("high_first", [False, True])
async def test_a_kostal_puts_its_words_in_the_order_that_it_tells(high_first: bool) -> None:
    """Register 5 says 0 for the low word first, 1 for the high one."""
    box = await open_kostal_box(ToyPanels(1_234.5))
    box.high_first = high_first
    try:
        async with asking(box) as client:
            [order] = (await client.read_holding_registers(ORDER, count=1, device_id=71)).registers
            words = (await client.read_holding_registers(AC_W, count=2, device_id=71)).registers
        assert int(high_first) == order
        high, low = words if high_first else reversed(words)
        assert (1_234.5,) == struct.unpack(">f", struct.pack(">2H", high, low))
    finally:
        await box.close()


async def test_a_sunspec_walk_ends_where_it_should() -> None:
    """Block after block by its length, until 0xFFFF."""
    box = await open_sunspec_inverter_box(ToyPanels(), has_battery=True)
    try:
        async with asking(box) as client:
            assert [*SUNS] == (await client.read_holding_registers(40_000, count=2)).registers
            at, numbers = 40_002, []
            while (block := (await client.read_holding_registers(at, count=2)).registers)[0] != 0xFFFF:
                numbers.append(block[0])
                at += 2 + block[1]
        assert [1, 103, 120, 121, 123, 124, 160] == numbers
    finally:
        await box.close()


async def test_its_timer_lets_the_roof_go() -> None:
    """So long after the last word; a word before its end winds it up again."""
    panels = ToyPanels(3_000.0)
    box = await open_sunspec_inverter_box(panels)
    box.speed = 100.0
    at = box.models[123]
    try:
        async with asking(box) as client:
            for offset, word in ((TIMER, 60), (LIMIT, 2_000), (ENABLED, 1)):
                assert not (await client.write_register(at + offset, word)).isError()
            assert (1_000.0, 1_000.0) == (box.limit_w, panels.power_w)
            await eventually(lambda: box.limit_w is None)
            assert 3_000.0 == panels.power_w
            assert [0] == (await client.read_holding_registers(at + ENABLED, count=1)).registers
            assert 1 == box.expired
    finally:
        await box.close()
        box.unplug()


async def test_a_word_that_is_refused_changes_nothing() -> None:
    """More than all of it, and what its owner does not allow."""
    box = await open_sunspec_inverter_box(ToyPanels())
    at = box.models[123]
    try:
        async with asking(box) as client:
            assert (await client.write_register(at + LIMIT, 10_001)).isError()
            box.allowed = False
            assert (await client.write_register(at + ENABLED, 1)).isError()
            assert [10_000, 0xFFFF, 0, 0xFFFF, 0] == (
                await client.read_holding_registers(at + LIMIT, count=5)
            ).registers
    finally:
        await box.close()
