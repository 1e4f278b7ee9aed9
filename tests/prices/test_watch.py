"""The watch over prices, in virtual time: it begins on a Wednesday at 12:00 in Brussels."""

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from lib.core.slots import Series, Slot
from lib.prices import AnswerError, PriceError
from lib.prices.day import QUARTER, bounds, whole
from lib.prices.watch import PriceState, Watch
from tests.conftest import local
from tests.meters.virtual import LoopClock, in_virtual_time
from tests.prices.days import THURSDAY, WEDNESDAY, Say, Told, a_day, hours

MINUTE, HOUR = 60.0, 3600.0
FRIDAY = date(2025, 1, 17)
AT_12_45, AT_12_57, AT_MIDNIGHT = 45 * MINUTE, 57 * MINUTE, 12 * HOUR
LOG = "lib.prices"


class SetClock(LoopClock):
    """A clock of the loop that can be set, as NTP or a sleep of the machine does."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        """The instant, as far ahead as it was set."""
        return super().now() + self.ahead


class Home:
    """A watch with its listeners; to be made within the story, as its clock is the loop's."""

    def __init__(
        self,
        *answers: Callable[[date], Say],
        known: tuple[Slot, ...] = (),
        needed: Collection[date] = (),
        chance: float = 0.5,
    ) -> None:
        self.clock = SetClock()
        self.start_s = self.clock.monotonic()
        names = ("first", "second", "third")
        self.sources = [
            Told(answer, name=name, seconds=self.seconds) for name, answer in zip(names, answers, strict=False)
        ]
        self.kept: list[tuple[str, tuple[Slot, ...]]] = []
        self.heard: list[Series] = []
        self.needed = list(needed)
        self.watch = Watch(
            self.sources,
            clock=self.clock,
            known=Series(known),
            needed=lambda: self.needed,
            keep=lambda name, slots: self.kept.append((name, slots)),
            hear=self.heard.append,
            chance=lambda: chance,
        )

    def seconds(self) -> float:
        """Since 12:00."""
        return self.clock.monotonic() - self.start_s

    async def run(self, until_s: float) -> PriceState:
        """Let the watch run until then; its state."""
        running = asyncio.create_task(self.watch.run())
        await asyncio.sleep(until_s - self.seconds())
        assert not running.done()
        running.cancel()
        await asyncio.wait({running})
        return self.watch.state

    def knows(self, day: date) -> bool:
        """Whether the watch knows all of `day`."""
        return whole(day, self.watch.known.between(*bounds(day)))


def market(home: list[Home], opens_s: float = AT_12_57) -> Callable[[date], Say]:
    """A source that has today, and the next day when `opens_s` have passed since noon, and so each day."""

    def answer(day: date) -> Say:
        days = (day - WEDNESDAY).days
        return a_day(day) if home[0].seconds() >= opens_s + (days - 1) * 24 * HOUR else ()

    return answer


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log says of prices."""
    return [record.message.removeprefix("prices: ") for record in caplog.records if record.name.startswith(LOG)]


def test_a_usual_week(caplog: pytest.LogCaptureFixture) -> None:
    """Today at once, tomorrow from 12:45 with growing pauses until it is there, then silence until the next noon."""

    async def story() -> None:
        homes: list[Home] = []
        home = Home(market(homes))
        homes.append(home)
        state = await home.run(20 * MINUTE)
        assert ("prices known until Thu 00:00", True) == (state.why, state.whole)
        assert local("2025-01-16 00:00") == state.until
        state = await home.run(AT_12_45 + 2 * MINUTE)
        assert ("tomorrow is not published yet", False) == (state.why, state.whole)
        assert local("2025-01-16 00:00") == state.until
        state = await home.run(2 * HOUR)
        assert ("prices known until Fri 00:00", True) == (state.why, state.whole)
        await home.run(3 * 24 * HOUR)
        assert [0.0] == home.sources[0].times(WEDNESDAY)
        begun = AT_12_45 + 30
        assert [begun + MINUTE * at for at in (0, 1, 3, 7, 15)] == home.sources[0].times(THURSDAY)
        assert 5 == len(home.sources[0].times(FRIDAY))
        assert 4 == len(home.kept) == len(home.heard)
        assert ("first", a_day(WEDNESDAY)) == home.kept[0]

    with caplog.at_level(logging.INFO, LOG):
        in_virtual_time(story())
    assert [
        "2025-01-15 is known from first",
        "prices known until Thu 00:00",
        "tomorrow is not published yet",
        "2025-01-16 is known from first",
        "prices known until Fri 00:00",
    ] == messages(caplog)[:5]
    assert 11 == len(messages(caplog))


def test_a_day_that_comes_late_or_never() -> None:
    """Pauses grow to half an hour and stay there, over midnight too; unknown stays unknown."""

    async def story() -> None:
        homes: list[Home] = []
        home = Home(market(homes, opens_s=20 * HOUR))
        homes.append(home)
        state = await home.run(AT_MIDNIGHT - MINUTE)
        assert ("tomorrow is not published yet", local("2025-01-16 00:00")) == (state.why, state.until)
        state = await home.run(AT_MIDNIGHT + 3 * MINUTE)
        assert ("today is not published yet", None) == (state.why, state.until)
        assert home.watch.known.at(local("2025-01-16 00:01")) is None
        state = await home.run(21 * HOUR)
        assert "prices known until Fri 00:00" == state.why
        times = home.sources[0].times(THURSDAY)
        pauses = [later - earlier for earlier, later in pairwise(times)]
        assert [60.0, 120.0, 240.0, 480.0, 960.0] == pauses[:5]
        assert {1800.0} == set(pauses[5:])

    in_virtual_time(story())


def test_houses_do_not_ask_in_step() -> None:
    """Chance moves the first question by up to a minute and each pause by up to a tenth."""

    async def story(chance: float) -> list[float]:
        home = Home(lambda day: a_day(day) if day == WEDNESDAY else (), chance=chance)
        await home.run(2 * HOUR)
        return home.sources[0].times(THURSDAY)

    early, late = (in_virtual_time(story(chance)) for chance in (0.0, 0.99))
    assert [AT_12_45, AT_12_45 + 54] == early[:2]
    assert AT_12_45 + 59 == late[0]
    assert late[1] - late[0] == pytest.approx(66, abs=1)


def test_a_restart_asks_for_nothing_that_is_known() -> None:
    """What the cache held counts; only tomorrow is asked for, when it is time."""

    async def story() -> None:
        home = Home(a_day, known=a_day(WEDNESDAY))
        assert "prices known until Thu 00:00" == home.watch.state.why
        await home.run(AT_12_45)
        assert [] == home.sources[0].asked
        await home.run(HOUR)
        assert {THURSDAY} == {day for _, day in home.sources[0].asked}
        assert [("first", a_day(THURSDAY))] == home.kept
        assert a_day(WEDNESDAY) + a_day(THURSDAY) == home.heard[-1].slots

    in_virtual_time(story())


def test_the_next_source_is_asked_when_one_fails_or_has_nothing() -> None:
    """In the owner's order, and only as long as the day is not whole."""

    async def story() -> None:
        home = Home(lambda _: PriceError("first is away"), lambda _: (), a_day)
        state = await home.run(MINUTE)
        assert "prices known until Thu 00:00" == state.why
        assert [1, 1, 1] == [len(source.asked) for source in home.sources]
        assert ["third"] == [name for name, _ in home.kept]
        good = Home(a_day, a_day)
        await good.run(2 * HOUR)
        assert [] == good.sources[1].asked

    in_virtual_time(story())


def test_a_source_that_fails_is_left_alone_for_longer_each_time(caplog: pytest.LogCaptureFixture) -> None:
    """1, 2, 4 … 30 min; one line when it fails, one when it is back, whatever the number of tries."""

    async def story() -> None:
        home = Home(lambda day: a_day(day) if home.seconds() > 5 * HOUR else PriceError("first cannot be reached"))
        state = await home.run(HOUR)
        assert ("first cannot be reached", None, False) == (state.why, state.until, state.whole)
        assert local("2025-01-15 12:00") == state.since
        await home.run(6 * HOUR)
        times = sorted({round(at) for at, _ in home.sources[0].asked})
        assert [0, 60, 180, 420, 900, 1860, 3660, 5460] == times[:8]
        assert home.knows(WEDNESDAY)
        assert home.knows(THURSDAY)

    with caplog.at_level(logging.INFO, LOG):
        in_virtual_time(story())
    assert ["first cannot be reached", "first answers again"] == [
        message for message in messages(caplog) if message.startswith("first")
    ]


def test_a_new_day_does_not_hide_why_the_sources_rest() -> None:
    """At 12:45 nobody can be asked: the owner still reads the reason, not that nobody was asked."""

    async def story() -> None:
        home = Home(lambda _: PriceError("first was asked too often", again_s=3 * HOUR), known=a_day(WEDNESDAY))
        home.needed = [WEDNESDAY - timedelta(days=1)]
        assert "prices known until Thu 00:00" == (await home.run(AT_12_45)).why
        assert "first was asked too often" == (await home.run(AT_12_45 + 5 * MINUTE)).why
        assert [] == home.sources[0].times(THURSDAY)

    in_virtual_time(story())


def test_a_source_that_wants_peace_gets_it(caplog: pytest.LogCaptureFixture) -> None:
    """A 429 with its seconds is kept, also when the clock is set; the other source is asked meanwhile."""

    async def story() -> None:
        home = Home(lambda _: PriceError("first was asked too often", again_s=4000), lambda _: ())
        await home.run(20 * MINUTE)
        home.clock.ahead = timedelta(minutes=5)
        state = await home.run(HOUR)
        assert [0.0] == home.sources[0].times(WEDNESDAY)
        assert "today is not published yet" == state.why
        assert len(home.sources[1].asked) > 5
        await home.run(100 * MINUTE)  # its rest ends after 67 minutes; then it is asked with the next question
        assert 2 == len({round(at) for at, _ in home.sources[0].asked})

    with caplog.at_level(logging.INFO, LOG):
        in_virtual_time(story())
    assert 1 == messages(caplog).count("first was asked too often")


def test_a_source_that_hangs_holds_nothing_up_for_long() -> None:
    """After 20 s it has failed, and the next one is asked."""

    class Hangs(Told):
        async def fetch(self, day: date) -> tuple[Slot, ...]:
            await super().fetch(day)
            await asyncio.sleep(1e6)
            return ()

    async def story() -> None:
        home = Home(a_day)
        hangs = Hangs(a_day, name="hangs", seconds=home.seconds)
        watch = Watch(
            [hangs, home.sources[0]],
            clock=home.clock,
            known=Series(),
            needed=tuple,
            keep=lambda *_: None,
            hear=lambda _: None,
        )
        running = asyncio.create_task(watch.run())
        await asyncio.sleep(19)
        assert "not asked yet" == watch.state.why
        await asyncio.sleep(2)
        assert "prices known until Thu 00:00" == watch.state.why
        assert [20.0] == home.sources[0].times(WEDNESDAY)
        running.cancel()
        await asyncio.wait({running})

    in_virtual_time(story())


def test_a_part_is_heard_at_once_and_the_rest_later() -> None:
    """Half of tomorrow is better than none; it is asked again until it is whole, and said only when it is more."""

    async def story() -> None:
        home = Home(lambda day: a_day(day, of=96 if day == WEDNESDAY or home.seconds() > 2 * HOUR else 40))
        state = await home.run(HOUR)
        assert ("tomorrow is published in part", False) == (state.why, state.whole)
        assert local("2025-01-16 10:00") == state.until
        assert 40 == len(home.heard[-1].between(*bounds(THURSDAY)))
        assert 2 == len(home.kept)
        state = await home.run(3 * HOUR)
        assert "prices known until Fri 00:00" == state.why
        assert 3 == len(home.kept)

    in_virtual_time(story())


def test_a_second_source_fills_the_holes_of_the_first() -> None:
    """Quarters of the one and hours of the other make a whole day; the first is trusted where both speak."""

    async def story() -> None:
        home = Home(lambda day: a_day(day, of=42), hours)
        await home.run(MINUTE)
        known = home.watch.known.between(*bounds(WEDNESDAY))
        assert whole(WEDNESDAY, known)
        assert a_day(WEDNESDAY, of=42) == known[:42]
        assert 2 * QUARTER == known[42].end - known[42].start
        assert hours(WEDNESDAY)[11:] == known[43:]
        assert ["first", "second"] == [name for name, _ in home.kept]

    in_virtual_time(story())


def test_past_days_with_energy_are_asked_for_a_few_at_a_time() -> None:
    """After a month away the newest come first, three a minute, behind today."""

    async def story() -> None:
        past = [WEDNESDAY - timedelta(days=back) for back in range(1, 11)]
        home = Home(a_day, needed=past)
        await home.run(30)
        assert [WEDNESDAY, *past[:3]] == [day for _, day in home.sources[0].asked]
        await home.run(5 * MINUTE)
        assert all(home.knows(day) for day in past)
        assert 11 == len(home.sources[0].asked)
        slots = home.watch.known.slots
        assert list(slots) == sorted(slots, key=lambda slot: slot.start)
        assert 11 * 96 == len(slots)

    in_virtual_time(story())


def test_a_past_day_that_nobody_has_does_not_stand_in_the_way(caplog: pytest.LogCaptureFixture) -> None:
    """It is asked for less and less often; the others get their turn, and what is wrong is said once."""

    async def story() -> None:
        lost = WEDNESDAY - timedelta(days=1)
        home = Home(
            lambda day: AnswerError(f"first: {day} is broken") if day == lost else a_day(day),
            needed=[lost, WEDNESDAY - timedelta(days=2), THURSDAY],
        )
        state = await home.run(7 * 24 * HOUR)
        assert state.whole
        assert home.knows(WEDNESDAY - timedelta(days=2))
        assert [0.0, 60.0, 180.0] == home.sources[0].times(lost)[:3]
        assert 10 < len(home.sources[0].times(lost)) < 30

    with caplog.at_level(logging.INFO, LOG):
        in_virtual_time(story())
    assert 1 == messages(caplog).count("first: 2025-01-14 is broken")


def test_a_refused_answer_is_the_reason_and_no_rest() -> None:
    """An answer that cannot be used says why on the dashboard; the source is still asked for other days."""

    async def story() -> None:
        home = Home(lambda day: AnswerError("first: the unit is ct/kWh") if day == WEDNESDAY else a_day(day))
        home.needed = [WEDNESDAY - timedelta(days=1)]
        state = await home.run(30)
        assert ("first: the unit is ct/kWh", None) == (state.why, state.until)
        assert home.knows(WEDNESDAY - timedelta(days=1))

    in_virtual_time(story())


@pytest.mark.parametrize("ahead", [timedelta(hours=20), timedelta(hours=-20), timedelta(days=400)])
def test_a_clock_that_was_set_is_noticed(ahead: timedelta) -> None:
    """NTP at last, or a machine that slept: within two minutes the new today is asked for."""

    async def story() -> None:
        home = Home(a_day)
        await home.run(10 * MINUTE)
        home.clock.ahead = ahead
        today = home.clock.now().date()
        await home.run(12 * MINUTE + 1)
        assert home.knows(today)

    in_virtual_time(story())


def test_a_machine_that_slept_does_not_wait_out_an_old_pause() -> None:
    """The pause of half an hour belongs to another time."""

    async def story() -> None:
        home = Home(lambda _: PriceError("first is away"))
        await home.run(4 * HOUR)
        before = len(home.sources[0].asked)
        await home.run(4 * HOUR + 60)
        assert before == len(home.sources[0].asked)
        home.clock.ahead = timedelta(hours=3)
        await home.run(4 * HOUR + 100)
        assert before + 1 == len(home.sources[0].asked)

    in_virtual_time(story())


@pytest.mark.parametrize(("day", "quarters"), [(date(2025, 3, 30), 92), (date(2025, 10, 26), 100)])
def test_days_of_the_clock_change(day: date, quarters: int) -> None:
    """The day before, at 12:45 summer or winter time, the short or long day is fetched whole, and once."""

    async def story() -> None:
        home = Home(a_day)
        home.clock.ahead = local(f"{day - timedelta(days=1)} 12:40") - home.clock.now()
        await home.run(4 * MINUTE)
        assert not home.knows(day)
        await home.run(8 * MINUTE)
        assert quarters == len(home.watch.known.between(*bounds(day)))
        await home.run(30 * HOUR)
        assert 1 == len(home.sources[0].times(day))

    in_virtual_time(story())


def test_without_sources_it_waits_and_says_so() -> None:
    """No source is no error: prices are just not known."""

    async def story() -> None:
        home = Home()
        state = await home.run(2 * HOUR)
        assert ("no source is set", None, False) == (state.why, state.until, state.whole)

    in_virtual_time(story())
