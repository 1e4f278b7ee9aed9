"""Feeds as the owner writes them, and what is heard of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from lib.clock import Clock
from lib.core.gauges import Gauged, GaugeEvent, Limited, Measured, Ungauged, Unlimited
from lib.feeds import Feed, open_limit, open_meter
from lib.feeds.follow import Follow
from tests.inverters.roofs import a_clock
from tests.waiting import LIMIT_S

NO_SECRETS: Mapping[str, str] = {}


def opened(kind: str, secrets: Mapping[str, str] | None, clock: Clock | None, options: Mapping[str, Any]) -> Feed:
    """The feed of these options; "from" is written as `source`."""
    told = {("from" if name == "source" else name): value for name, value in options.items()}
    opening = open_meter if kind == "meter" else open_limit
    return opening("drive", told, secrets or NO_SECRETS, clock=clock or a_clock())


@asynccontextmanager
async def a_meter(
    secrets: Mapping[str, str] | None = None, *, clock: Clock | None = None, **options: Any
) -> AsyncIterator[Feed]:
    """A meter of the circuit "drive", closed at the end."""
    feed = opened("meter", secrets, clock, options)
    try:
        yield feed
    finally:
        await feed.close()


@asynccontextmanager
async def a_limit(
    secrets: Mapping[str, str] | None = None, *, clock: Clock | None = None, **options: Any
) -> AsyncIterator[Feed]:
    """What the limit of the circuit "drive" follows, closed at the end."""
    feed = opened("limit", secrets, clock, options)
    try:
        yield feed
    finally:
        await feed.close()


async def flows(feed: Feed) -> Measured:
    """What a meter measures now, to the milliampere; None where it does not."""
    event = await feed.read()
    assert isinstance(event, Gauged)
    one, two, three = (None if current_a is None else round(current_a, 3) for current_a in event.phases_a)
    return one, two, three


async def limited(feed: Feed) -> Limited:
    """What is told now."""
    event = await feed.read()
    assert isinstance(event, Limited)
    return event


class Ear:
    """What was heard, and waits for more of it."""

    def __init__(self) -> None:
        self.events: list[GaugeEvent] = []
        self._news = asyncio.Event()

    def __call__(self, event: GaugeEvent) -> None:
        """Hear it."""
        self.events.append(event)
        self._news.set()

    async def until(self, true: Callable[[GaugeEvent], bool]) -> GaugeEvent:
        """The next event of which that is true."""
        at = len(self.events)
        async with asyncio.timeout(LIMIT_S):
            while True:
                for event in self.events[at:]:
                    if true(event):
                        return event
                at = len(self.events)
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def followed(feed: Feed, lost: type[Ungauged] | type[Unlimited] = Ungauged) -> AsyncIterator[Ear]:
    """What is heard of a feed while it is followed."""
    ear = Ear()
    running = asyncio.create_task(Follow("drive", feed, ear, lost=lost).run())
    try:
        yield ear
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
