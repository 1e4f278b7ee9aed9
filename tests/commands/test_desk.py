"""The desk where dm plans: what it hears, what it says, and that nothing of it stops the meter."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from lib.clock import WallClock
from lib.commands import desk as desks
from lib.commands.desk import Desk
from lib.commands.memory import Memory
from lib.commands.planner import Planned, Planner
from lib.core import metering as core
from lib.core.arbitrage import Store
from lib.core.house import House, Raised, Rules
from lib.core.metering import Happening
from lib.core.plan import Want
from lib.core.problem import Problem
from lib.core.reading import Reading
from lib.core.slots import Series
from lib.forecasts import SunForecast
from lib.messages import Message
from lib.messages.plan import Outlook, Plan
from tests.conftest import SIMPLE, local
from tests.core.prices import index
from tests.hub.cellar import a_storage
from tests.hub.garage import a_charging
from tests.waiting import LIMIT_S, eventually

AT = local("2026-11-20 20:00:05")
HOUR = timedelta(hours=1)
RULES = Rules(tariffs=SIMPLE, connection_w=17_250.0)
WANT = Want(
    car="car_1", trip="sea", energy_wh=6_000.0, until=local("2026-11-21 07:00"), full_w=7_360.0, least_w=1_380.0
)
STORE = Store(energy_wh=5_000, least_wh=1_000, most_wh=10_000, charge_w=3_000, discharge_w=3_000)


class Room:
    """A desk, what it said, and the house that it sees."""

    def __init__(self, planner: Planner) -> None:
        self.said: list[Message] = []
        self.taken: list[Happening] = []
        self.house = House()
        self.desk = Desk(RULES, Memory(), planner, WallClock(), boot="d1", say=self.said.append, take=self.taken.append)

    def pass_to(self, second: float) -> None:
        """A telegram of that second of the story."""
        at = AT + timedelta(seconds=second)
        reading = Reading(import_w=400.0, export_w=0.0)
        self.house = core.after(self.house, core.Heard(reading=reading, received=at, now_s=second), RULES)
        self.desk.see(self.house)

    def publish(self, prices: Series) -> None:
        """The day-ahead price is known further."""
        self.house = core.after(self.house, core.Published(index=prices), RULES)
        self.desk.see(self.house)

    @property
    def plans(self) -> list[Plan]:
        """What was said of plans."""
        return [one for one in self.said if isinstance(one, Plan)]

    async def planned(self, holds: Callable[[Plan], object]) -> Plan:
        """The newest plan, once it holds."""
        await eventually(lambda: bool(self.plans and holds(self.plans[-1])))
        return self.plans[-1]


class Broken(Planner):
    """A planner with a bug."""

    async def plan(self, problem: Problem) -> Planned:
        """Never comes to a plan."""
        raise ZeroDivisionError(str(problem.at))


@asynccontextmanager
async def a_room(monkeypatch: pytest.MonkeyPatch, planner: Planner | None = None) -> AsyncIterator[Room]:
    """It works until the block ends; its solver is the real one."""
    monkeypatch.setattr(desks, "FIRST_S", 0.0)
    monkeypatch.setattr("lib.core.planning.LEAST_GAP_S", 0.0)
    room = Room(planner or Planner(WallClock(), limit_s=LIMIT_S))
    working = asyncio.create_task(room.desk.run())
    try:
        yield room
    finally:
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working


async def test_it_plans_for_what_it_heard_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the first telegram; a trip that is new has its plan soon after, and the house is told how high it may go."""
    async with a_room(monkeypatch) as room:
        room.desk.hear(a_storage(store=STORE))
        room.pass_to(0)
        first = await room.planned(lambda plan: plan.spans)
        assert ("solver", "the first plan") == (first.by, first.because)
        assert first.spans[0].battery_w is not None
        assert [AT] == [one.made for one in room.said if isinstance(one, Outlook)]
        assert isinstance(room.taken[-1], Raised)
        room.desk.hear(a_charging(wants=(WANT,)))
        room.pass_to(5)
        later = await room.planned(lambda plan: plan.served)
        assert {"car_1"} <= {one.device for one in later.blocks}
        assert all(one.why for one in later.blocks)
        assert [("car_1", "sea", 6_000.0)] == [(one.car, one.trip, one.energy_wh) for one in later.served]
        assert later.seq > first.seq


async def test_a_meter_whose_clock_goes_back_gets_its_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan in force was made for a later time; the next one takes its place, and the next quarter has another."""
    async with a_room(monkeypatch) as room:
        room.pass_to(3_600)
        await room.planned(lambda plan: plan.spans)
        room.pass_to(0)
        back = await room.planned(lambda plan: plan.spans and plan.spans[0].start <= AT)
        room.pass_to(900)
        assert (await room.planned(lambda plan: plan.seq > back.seq)).because == "a new quarter"


async def test_prices_that_are_published_make_another_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, not only with the next quarter."""
    async with a_room(monkeypatch) as room:
        room.pass_to(0)
        await room.planned(lambda plan: plan.spans)
        room.publish(index(local("2026-11-21 00:00"), *[80.0] * 96))
        await room.planned(lambda plan: plan.because == "prices were published")


async def test_a_peak_that_is_accepted_or_taken_back_makes_another_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, and the plan says that what it may draw is accepted and not paid."""
    async with a_room(monkeypatch) as room:
        room.pass_to(0)
        first = await room.planned(lambda plan: plan.spans)
        assert not first.accepted
        for seconds, peak_w, accepted in ((5, 6_000.0, True), (10, 0.0, False)):
            room.house = core.after(room.house, core.Accepted(peak_w=peak_w), RULES)
            room.pass_to(seconds)
            told = await room.planned(lambda plan, accepted=accepted: plan.accepted is accepted)  # type: ignore[misc]
            assert "the accepted peak changed" == told.because


async def test_a_forecast_of_the_sun_is_in_the_next_outlook_and_an_old_one_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two days old it tells of days that are over."""
    slots = index(local("2026-11-21 00:00"), *[500.0] * 96).slots
    now = WallClock().now()
    async with a_room(monkeypatch) as room:
        room.desk.sky(SunForecast(series=Series(slots), by="open-meteo", made=now - HOUR))
        room.pass_to(0)
        await room.planned(lambda plan: plan.spans)
        assert [("open-meteo", now - HOUR)] == [
            (one.sun_by, one.sun_made) for one in room.said if isinstance(one, Outlook)
        ]
    async with a_room(monkeypatch) as room:
        room.desk.sky(SunForecast(series=Series(slots), by="open-meteo", made=now - 49 * HOUR))
        room.pass_to(0)
        await room.planned(lambda plan: plan.spans)
        assert ["history"] == [one.sun_by for one in room.said if isinstance(one, Outlook)]


async def test_a_bug_in_planning_costs_the_plan_and_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says it; the meter goes on."""
    caplog.set_level(logging.ERROR)
    monkeypatch.setattr(desks, "AGAIN_S", 0.01)
    async with a_room(monkeypatch, Broken(WallClock())) as room:
        room.pass_to(0)
        await eventually(lambda: "planning failed" in caplog.text)
        for second in range(1, 4):
            room.pass_to(second)
        assert [] == room.plans
        assert room.house.at == AT + timedelta(seconds=3)


async def test_who_falls_silent_is_planned_for_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A minute after ev's last word its cars want nothing."""
    monkeypatch.setattr("lib.core.planning.HEARD_S", -1.0)
    async with a_room(monkeypatch) as room:
        room.desk.hear(a_charging(wants=(replace(WANT, trip="long ago"),)))
        room.pass_to(0)
        plan = await room.planned(lambda plan: plan.spans)
        assert ((), ()) == (plan.served, plan.blocks)
