"""Holding the sun back: dm is told at once and again before it lapses, and once when it is over."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from lib.commands.bs_sun import SunOrder
from lib.hub.client import Peer
from lib.messages import Refused
from lib.messages.orders import Done, LimitSun
from tests.hub.builders import open_hub, url
from tests.waiting import eventually


class Roof:
    """A dm that remembers what it was told, and may refuse it."""

    def __init__(self) -> None:
        self.told: list[float | None] = []
        self.why = ""

    def take(self, order: LimitSun) -> Done | Refused:
        """An order."""
        self.told.append(order.power_w)
        return Refused(why=self.why) if self.why else Done(what="as you say")


@asynccontextmanager
async def told(roof: Roof, *, again_s: float = 60.0) -> AsyncIterator[SunOrder]:
    """Who keeps that dm told, running."""
    async with open_hub(orders={LimitSun: roof.take}) as hub:
        meter = Peer(url(hub), lambda _: None)
        order = SunOrder(lambda: meter, again_s=again_s, change_s=0.01)
        tasks = [asyncio.create_task(meter.listen()), asyncio.create_task(order.run())]
        await eventually(lambda: meter.connected)
        yield order
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def test_it_is_told_at_once_and_when_it_is_over() -> None:
    """Then not again: there is nothing to keep up."""
    roof = Roof()
    async with told(roof, again_s=0.02) as order:
        await asyncio.sleep(0.1)
        assert [] == roof.told
        order.want(1_200.0)
        await eventually(lambda: 3 <= len(roof.told))
        order.want(None)
        await eventually(lambda: roof.told[-1] is None)
        count = len(roof.told)
        assert {1_200.0, None} == set(roof.told)
        await asyncio.sleep(0.1)
        assert count == len(roof.told)
        assert "" == order.trouble


async def test_only_what_is_new_is_told_before_it_is_time() -> None:
    """However often it is wanted."""
    roof = Roof()
    async with told(roof) as order:
        for _ in range(20):
            order.want(1_200.0)
            await asyncio.sleep(0.005)
        assert [1_200.0] == roof.told
        order.want(800.0)
        await eventually(lambda: [1_200.0, 800.0] == roof.told)


async def test_a_refusal_is_a_sentence_until_it_is_taken_or_over() -> None:
    """It is tried again all the same: an inverter may come back."""
    roof = Roof()
    roof.why = "roof cannot be held back"
    async with told(roof, again_s=0.02) as order:
        order.want(0.0)
        await eventually(lambda: 3 <= len(roof.told))
        assert "the sun is not held back: roof cannot be held back" == order.trouble
        roof.why = ""
        await eventually(lambda: not order.trouble)
        roof.why = "not now"
        await eventually(lambda: bool(order.trouble))
        order.want(None)
        await eventually(lambda: not order.trouble)


async def test_without_dm_that_is_said() -> None:
    """Where it has no door, and while it is away."""

    async def troubled(meter: Callable[[], Peer | None]) -> str:
        order = SunOrder(meter)
        order.want(500.0)
        running = asyncio.create_task(order.run())
        await eventually(lambda: bool(order.trouble))
        running.cancel()
        await asyncio.wait({running})
        return order.trouble

    assert "the sun is not held back: dm cannot be reached from here" == await troubled(lambda: None)
    away = Peer("ws://127.0.0.1:9/ws", lambda _: None)
    assert (await troubled(lambda: away)).startswith("the sun is not held back: 127.0.0.1:9 does not hear us")
