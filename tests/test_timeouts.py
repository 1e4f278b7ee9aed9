"""A time limit holds while a task that was cancelled tidies up, in each Python that we run on."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from lib.timeouts import Timeout
from tests.meters.virtual import in_virtual_time

Limit = Callable[[float], asyncio.Timeout]


def ours(seconds: float) -> asyncio.Timeout:
    """The limit that older Pythons get."""
    return Timeout(asyncio.get_running_loop().time() + seconds)


LIMITS = pytest.mark.parametrize("limit", [asyncio.timeout, ours], ids=["asyncio", "ours"])


async def cancelled(task: asyncio.Task[None], after_s: float) -> bool:
    """Whether it ends as one that was cancelled."""
    await asyncio.sleep(after_s)
    task.cancel()
    await asyncio.wait({task})
    return task.cancelled()


@LIMITS
def test_a_cleanup_hears_that_its_time_is_over(limit: Limit) -> None:
    """Twice in a row, also from a limit within another; and then the task ends as cancelled."""
    heard: list[float] = []

    async def tidies_up() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            for _ in range(2):
                try:
                    async with limit(10):
                        with suppress(TimeoutError):
                            async with limit(2):
                                await asyncio.sleep(60)
                        await asyncio.sleep(60)
                except TimeoutError:
                    heard.append(asyncio.get_running_loop().time())

    async def story() -> bool:
        return await cancelled(asyncio.create_task(tidies_up()), 1)

    assert in_virtual_time(story())
    assert [11.0, 21.0] == heard


@LIMITS
def test_who_is_cancelled_within_a_limit_is_not_told_that_time_is_over(limit: Limit) -> None:
    """Neither before it is over, nor while what it ended tidies up."""
    heard: list[BaseException] = []

    async def waits(tidies_s: float) -> None:
        try:
            async with limit(10):
                try:
                    await asyncio.sleep(60)
                finally:
                    await asyncio.sleep(tidies_s)
        except TimeoutError as error:
            heard.append(error)

    async def story() -> list[bool]:
        return [
            await cancelled(asyncio.create_task(waits(tidies_s)), after_s)
            for tidies_s, after_s in ((0.0, 5), (20.0, 15))
        ]

    assert [True, True] == in_virtual_time(story())
    assert not heard


@LIMITS
def test_what_is_in_time_passes(limit: Limit) -> None:
    """Its errors too."""

    async def story() -> None:
        async with limit(10):
            await asyncio.sleep(9)
        with pytest.raises(ValueError, match="mine"):
            async with limit(10):
                raise ValueError("mine")
        with pytest.raises(TimeoutError):
            async with limit(10):
                await asyncio.sleep(11)

    in_virtual_time(story())
