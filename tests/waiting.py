"""How a test waits for what surely comes."""

import asyncio
from collections.abc import Callable

LIMIT_S = 200.0  # only what hangs takes so long; a machine that does much else at the same time does not


async def eventually(true: Callable[[], bool]) -> None:
    """Wait until `true()`."""
    async with asyncio.timeout(LIMIT_S):
        while not true():  # noqa: ASYNC110 - what is waited for has no event, it lies outside the loop
            await asyncio.sleep(0.01)
