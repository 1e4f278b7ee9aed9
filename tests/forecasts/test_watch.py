"""The watch over forecasts, in virtual time: it begins on a Wednesday in January at 12:00 in Brussels."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from lib.core.slots import Series, Slot
from lib.forecasts import ForecastError, SunForecast
from lib.forecasts.watch import Watch
from tests.forecasts.skies import quarters
from tests.meters.virtual import LoopClock, in_virtual_time

MINUTE, HOUR = 60.0, 3600.0
DAY = 24 * HOUR
LOG = "lib.forecasts"

Say = tuple[Slot, ...] | ForecastError


class SetClock(LoopClock):
    """A clock of the loop that can be set."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        """The instant, as far ahead as it was set."""
        return super().now() + self.ahead


class Told:
    """A source that answers as it is told, by the hours since noon, and remembers when it was asked."""

    def __init__(self, name: str, every_s: float, answer: Callable[[float], Say]) -> None:
        self.name = name
        self.every_s = every_s
        self.answer = answer
        self.asked_h: list[float] = []
        self.start_s = asyncio.get_running_loop().time()

    async def fetch(self, now: datetime) -> tuple[Slot, ...]:
        """What it was told to say."""
        assert now.tzinfo
        hours = (asyncio.get_running_loop().time() - self.start_s) / HOUR
        self.asked_h.append(round(hours, 2))
        said = self.answer(hours)
        if isinstance(said, ForecastError):
            raise said
        return said

    async def close(self) -> None:
        """Nothing to hang up."""


class Home:
    """A watch with its listener; to be made within the story, as its clock is the loop's."""

    def __init__(self, *answers: Callable[[float], Say], known: SunForecast | None = None) -> None:
        self.clock = SetClock()
        kinds = (("open-meteo", HOUR), ("forecast-solar", 2 * HOUR))
        self.sources = [Told(*kind, answer) for kind, answer in zip(kinds, answers, strict=False)]
        self.heard: list[SunForecast] = []
        self.watch = Watch(self.sources, clock=self.clock, known=known, hear=self.heard.append, chance=lambda: 0.5)

    async def run(self, hours: float) -> None:
        """Let the watch run for so long."""
        running = asyncio.create_task(self.watch.run())
        await asyncio.sleep(hours * HOUR)
        assert not running.done()
        running.cancel()
        await asyncio.wait({running})


def good(hours: float) -> Say:
    """A forecast that says when it was made."""
    return quarters(LoopClock().now(), hours)


def lost(hours: float) -> Say:
    """No house is online."""
    return ForecastError("open-meteo is not found: is the name right, and this house online?")


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of the sun."""
    return [record.message.removeprefix("sun: ") for record in caplog.records if record.name.startswith(LOG)]


def test_a_usual_day(caplog: pytest.LogCaptureFixture) -> None:
    """Each hour while the sun is up, which it is until 17:03, then every two; the second source is not asked."""

    async def story() -> None:
        home = Home(good, good)
        await home.run(10)
        assert [0, 1, 2, 3, 4, 5, 7, 9] == [round(at) for at in home.sources[0].asked_h]
        assert [] == home.sources[1].asked_h
        assert 8 == len(home.heard)
        assert ("open-meteo", "") == (home.heard[-1].by, home.watch.trouble)
        assert home.heard[-1] is home.watch.last

    with caplog.at_level(logging.INFO, LOG):
        in_virtual_time(story())
    assert ["foreseen by open-meteo"] == messages(caplog)


def test_the_second_steps_in(caplog: pytest.LogCaptureFixture) -> None:
    """At most every two hours, while the first is tried again and again; then the first is trusted again."""

    async def story() -> None:
        home = Home(lambda hours: good(hours) if hours >= 3 else lost(hours), good)
        await home.run(3.9)
        assert [0, 2] == [round(at, 1) for at in home.sources[1].asked_h]
        assert 5 < len(home.sources[0].asked_h) < 14
        assert ["forecast-solar", "forecast-solar", "open-meteo"] == [one.by for one in home.heard]
        assert "" == home.watch.trouble

    with caplog.at_level(logging.INFO, LOG):
        in_virtual_time(story())
    assert [
        "open-meteo is not found: is the name right, and this house online?",
        "foreseen by forecast-solar",
        "open-meteo answers again",
        "foreseen by open-meteo",
    ] == messages(caplog)


def test_a_week_offline(caplog: pytest.LogCaptureFixture) -> None:
    """The last forecast stays, with its age; the trouble is told once, and shown when the forecast is old."""

    async def story() -> None:
        home = Home(lambda hours: good(hours) if hours < 1 or hours > 7 * 24 else lost(hours))
        await home.run(3)
        assert "" == home.watch.trouble
        await home.run(2)
        assert home.watch.trouble.startswith("open-meteo is not found")
        await home.run(7 * 24 - 6)
        assert home.watch.last
        assert {home.watch.last.made} == {one.made for one in home.heard}
        assert len(home.sources[0].asked_h) < 7 * 24 * 2.5
        await home.run(2)
        assert 2 == len({one.made for one in home.heard})
        assert "" == home.watch.trouble

    with caplog.at_level(logging.INFO, LOG):
        in_virtual_time(story())
    assert 1 == sum("is not found" in line for line in messages(caplog))
    assert 1 == messages(caplog).count("open-meteo answers again")


def test_a_service_that_asks_for_rest_gets_it() -> None:
    """Also when the clock is set meanwhile; for a silent one, a clock that was set ends the pause."""

    async def story() -> None:
        home = Home(lambda hours: ForecastError("open-meteo was asked too often", again_s=5 * HOUR), lost)
        running = asyncio.create_task(home.watch.run())
        await asyncio.sleep(HOUR + 1)
        before = len(home.sources[1].asked_h)
        home.clock.ahead = timedelta(hours=3)
        await asyncio.sleep(2 * MINUTE)
        assert before + 1 <= len(home.sources[1].asked_h)
        await asyncio.sleep(5 * HOUR)
        assert [0.0, 5.0] == [round(at, 1) for at in home.sources[0].asked_h]
        running.cancel()
        await asyncio.wait({running})

    in_virtual_time(story())


def test_a_source_that_hangs_is_left_alone() -> None:
    """Within a minute, and the next one is asked."""

    class Hanging(Told):
        async def fetch(self, now: datetime) -> tuple[Slot, ...]:
            await super().fetch(now)
            await asyncio.sleep(DAY)
            raise AssertionError

    async def story() -> None:
        home = Home(good, good)
        hanging = Hanging("open-meteo", HOUR, good)
        watch = Watch([hanging, home.sources[1]], clock=home.clock, hear=home.heard.append, chance=lambda: 0.5)
        running = asyncio.create_task(watch.run())
        await asyncio.sleep(2 * MINUTE)
        assert ["forecast-solar"] == [one.by for one in home.heard]
        running.cancel()
        await asyncio.wait({running})

    in_virtual_time(story())


def test_a_restart_goes_on_with_what_was_kept() -> None:
    """It is heard at once, and its source is asked when it has news; an old one is told with its trouble."""

    async def story() -> None:
        now = LoopClock().now()
        kept = SunForecast(series=Series(quarters(now, 7.0)), by="open-meteo", made=now - timedelta(minutes=20))
        home = Home(good, known=kept)
        await home.run(1)
        assert kept is home.heard[0]
        assert [pytest.approx(2 / 3, abs=0.01)] == home.sources[0].asked_h
        old = SunForecast(series=kept.series, by="open-meteo", made=now - timedelta(days=2))
        home = Home(lost, known=old)
        await home.run(0.1)
        assert 0 == home.sources[0].asked_h[0]
        assert home.watch.trouble.startswith("open-meteo is not found")

    in_virtual_time(story())


def test_nobody_to_ask() -> None:
    """It sleeps."""

    async def story() -> None:
        home = Home()
        await home.run(5)
        assert [] == home.heard

    in_virtual_time(story())
