"""Work beside a block: it ends with the block, and the block with its bugs."""

import asyncio

import pytest

from lib.commands.beside import beside
from tests.waiting import LIMIT_S


class BugError(Exception):
    """One of ours."""


async def work(done: list[str], name: str, bug_after_s: float | None = None) -> None:
    """Go on until cancelled, or until a bug."""
    try:
        async with asyncio.timeout(bug_after_s):
            await asyncio.Event().wait()
    except TimeoutError:
        raise BugError(name) from None
    finally:
        done.append(name)


async def test_it_runs_until_the_block_ends() -> None:
    """All of it, and nothing is left."""
    done: list[str] = []
    async with beside({"one": work(done, "one"), "two": work(done, "two")}):
        await asyncio.sleep(0)
        assert {"one", "two"} <= {task.get_name() for task in asyncio.all_tasks()}
        assert [] == done
    assert {"one", "two"} == set(done)


async def test_a_bug_ends_the_block_with_it() -> None:
    """At once, and the others' work too: who is left half alive is worse than who is started again."""
    done: list[str] = []
    with pytest.raises(BugError, match="two"):
        async with (
            beside({"one": work(done, "one"), "two": work(done, "two", bug_after_s=0.01)}),
            asyncio.timeout(LIMIT_S),
        ):
            await asyncio.Event().wait()
    assert {"one", "two"} == set(done)
    task = asyncio.current_task()
    assert task
    assert not task.cancelled()


async def test_what_the_block_raises_is_raised() -> None:
    """As it is, not in a group: who runs the program knows it by its kind."""
    done: list[str] = []

    async def whole() -> None:
        async with beside({"one": work(done, "one")}):
            await asyncio.sleep(0)
            raise ValueError("the owner's slip")

    with pytest.raises(ValueError, match="the owner's slip"):
        await whole()
    assert ["one"] == done


async def test_there_may_be_none() -> None:
    """A house without chargers."""
    async with beside({}):
        await asyncio.sleep(0)


async def test_who_cancels_the_block_is_obeyed() -> None:
    """As at a shutdown."""
    done: list[str] = []

    async def whole() -> None:
        async with beside({"one": work(done, "one")}):
            await asyncio.Event().wait()

    running = asyncio.create_task(whole())
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ["one"] == done
