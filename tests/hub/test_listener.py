"""What waits for one client."""

import asyncio
import contextlib

from lib.hub.listener import MOST_WAITING, TOO_FAST, Listener
from tests.waiting import LIMIT_S


async def all_of(listener: Listener) -> list[str]:
    """Everything that waits, in the order in which it would be sent."""
    sent: list[str] = []
    with contextlib.suppress(TimeoutError):
        while True:
            async with asyncio.timeout(0.01):
                sent.append(await listener.next())
    return sent


async def test_a_newer_state_takes_the_place_of_the_one_that_waits() -> None:
    """A slow client gets the newest of each type, and nothing piles up."""
    listener = Listener({})
    for seq in range(10_000):
        listener.offer("house", f"house {seq}")
    listener.offer("rates", "rates")
    assert ["house 9999", "rates"] == await all_of(listener)


async def test_a_frequent_type_does_not_crowd_out_a_rare_one() -> None:
    """A type that is said again and again keeps its turn and does not get another before the rest had theirs."""
    listener = Listener({"hello": "hello"})
    listener.offer("house", "house 1")
    listener.offer("rates", "rates 1")
    sent: list[str] = []
    for seq in range(2, 6):
        listener.offer("house", f"house {seq}")
        sent.append(await listener.next())
    assert ["hello", "house 3", "rates 1", "house 5"] == sent


async def test_after_stop_there_are_only_answers_until_follow() -> None:
    """Who types wants to read; states that waited are gone, and come back with `follow`."""
    listener = Listener({"house": "house 1"})
    listener.stop()
    listener.offer("house", "house 2")
    listener.answer(["one", "two"])
    assert ["one", "two"] == await all_of(listener)
    listener.follow({"house": "house 3"})
    listener.offer("rates", "rates")
    assert ["house 3", "rates"] == await all_of(listener)


async def test_answers_that_nobody_reads_are_bounded_and_one_sentence_says_so() -> None:
    """A client may type fast; an answer comes whole or not at all, and after reading there is room again."""
    listener = Listener({})
    for _ in range(1000):
        listener.answer(["a", "b", "c"])
    sent = await all_of(listener)
    assert ["a", "b", "c"] * (MOST_WAITING // 3) + [TOO_FAST] == sent
    listener.answer(["again"])
    assert ["again"] == await all_of(listener)


async def test_who_waits_is_woken_by_a_state() -> None:
    """The sending task sleeps as long as there is nothing to send."""
    listener = Listener({})
    waiting = asyncio.create_task(listener.next())
    await asyncio.sleep(0)
    listener.offer("house", "house 1")
    async with asyncio.timeout(LIMIT_S):
        assert "house 1" == await waiting
