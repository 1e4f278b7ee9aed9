"""A feed is read again and again, more and more seldom while it does not answer."""

import asyncio
from collections.abc import Iterator

import pytest

from lib.core.gauges import Gauged, Limited, Ungauged
from lib.feeds import FeedError, FeedSetupError
from lib.feeds.follow import Follow
from lib.sim.http_box import Trouble
from lib.sim.shelly_box import open_shelly_box
from tests.waiting import LIMIT_S

from .builders import Ear, a_meter, followed


class Toy:
    """A feed that says what is in the list, and then the last of it for ever."""

    def __init__(self, *says: float | FeedError, every_s: float = 0.06) -> None:
        self.every_s = every_s
        self.read_s: list[float] = []
        self.closed = 0
        self._says: Iterator[float | FeedError] = iter(says)
        self._last: float | FeedError = FeedError("it says nothing")

    async def read(self) -> Gauged | Limited:
        """The next of them."""
        self.read_s.append(asyncio.get_running_loop().time())
        self._last = next(self._says, self._last)
        if isinstance(self._last, FeedError):
            raise self._last
        return Gauged(circuit="drive", phases_a=(self._last, 0.0, 0.0), read_s=0.0)

    async def close(self) -> None:
        """Count it."""
        self.closed += 1


async def pauses(feed: Toy, count: int) -> list[float]:
    """Seconds between so many readings."""
    async with followed(feed), asyncio.timeout(LIMIT_S):
        while len(feed.read_s) <= count:  # noqa: ASYNC110 - a toy has no event
            await asyncio.sleep(0.01)
    return [later - earlier for earlier, later in zip(feed.read_s, feed.read_s[1:], strict=False)][:count]


async def test_it_is_read_at_its_pace_and_closed_at_the_end() -> None:
    """Once in each period."""
    feed = Toy(6.0)
    assert [0.06, 0.06, 0.06] == pytest.approx(await pauses(feed, 3), abs=0.04)
    assert 1 == feed.closed


async def test_each_failure_doubles_the_pause() -> None:
    """Up to a bound; the first good word ends that."""
    feed = Toy(FeedError("a"), FeedError("b"), FeedError("c"), 6.0)
    assert [0.06, 0.12, 0.24, 0.06] == pytest.approx(await pauses(feed, 4), abs=0.05)


async def test_the_longest_pause_is_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after what only its owner can mend; he may mend it any second."""
    monkeypatch.setattr("lib.feeds.follow.LONGEST_S", 0.2)
    assert [0.2, 0.2] == pytest.approx(await pauses(Toy(FeedSetupError("no")), 2), abs=0.05)


async def test_who_asks_for_a_pause_gets_it() -> None:
    """As HTTP 429 does."""
    assert [0.3] == pytest.approx(await pauses(Toy(FeedError("too often", again_s=0.3), 6.0), 1), abs=0.06)


async def test_each_failure_is_told_and_the_first_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """And that it tells again."""
    caplog.set_level("INFO")
    async with followed(Toy(FeedError("a"), FeedError("b"), 6.0)) as ear:
        await ear.until(lambda event: isinstance(event, Gauged))
    assert [Ungauged(circuit="drive", why="a"), Ungauged(circuit="drive", why="b")] == ear.events[:2]
    assert ["drive: a", "drive: it tells again"] == [record.message for record in caplog.records]


async def test_a_bug_is_no_weather() -> None:
    """It ends the task, so that the program hears of it; the feed is let go all the same."""

    class Buggy(Toy):
        async def read(self) -> Gauged | Limited:
            raise ZeroDivisionError

    feed = Buggy()
    with pytest.raises(ZeroDivisionError):
        await Follow("drive", feed, Ear(), lost=Ungauged).run()
    assert 1 == feed.closed


async def test_one_question_at_a_time_over_a_real_socket() -> None:
    """Slow answers do not pile up, a box that goes and comes is followed, and nothing is left open."""
    box = await open_shelly_box(lambda: (6.0, 0.0, 0.0))
    box.delay_s = 0.3
    try:
        async with a_meter(source="shelly", url=box.url, every_s=0.5) as meter, followed(meter) as ear:
            for _ in range(2):
                await ear.until(lambda event: isinstance(event, Gauged))
            box.trouble = Trouble.GONE
            await ear.until(lambda event: isinstance(event, Ungauged))
            box.trouble, box.delay_s = Trouble.WELL, 0.0
            await ear.until(lambda event: isinstance(event, Gauged))
        assert 0 == box.overlaps
    finally:
        await box.close()
