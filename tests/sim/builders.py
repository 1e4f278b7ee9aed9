"""Instants and waits for the tests of the toy world."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

NOON = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)  # a Wednesday in June, 12:00 in Brussels


async def eventually(true: Callable[[], bool], within_s: float = 10) -> None:
    """Wait until `true()`; fails after `within_s`."""
    async with asyncio.timeout(within_s):
        while not true():  # noqa: ASYNC110 - what is waited for has no event, it lies outside the loop
            await asyncio.sleep(0.01)
