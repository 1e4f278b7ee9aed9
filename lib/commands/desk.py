"""The desk where dm plans: what the programs want and the sky will bring → the plan in force, said and kept to.

It joins the core of the plan, the planner and the memory. The meter goes on whatever happens here.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from lib import messages
from lib.clock import Clock
from lib.commands.beside import tell_bug
from lib.commands.memory import Memory
from lib.commands.planner import Planned, Planner, SupersededError
from lib.commands.sky import foreseen_sky
from lib.core import habits, planning, saved
from lib.core.books import local_day
from lib.core.given import given
from lib.core.habits import Habits
from lib.core.house import House, Raised, Rules, accepted_w
from lib.core.in_force import Found
from lib.core.metering import Happening
from lib.core.outlook import foreseen, noted
from lib.core.planning import Planning
from lib.core.problem import Problem
from lib.core.saved import Saving
from lib.core.supposed import DAYS_BACK, Supposed
from lib.core.terms import prices_ahead
from lib.forecasts import SunForecast
from lib.forecasts.watch import Watch
from lib.messages.charging import Charging
from lib.messages.dm_plan import battery_of, cars_of, plug_ins_of, say_outlook, say_plan
from lib.messages.storage import Storage
from lib.settings import Settings

LOOK_S = 1.0
OLDEST_SKY = timedelta(hours=48)  # a forecast that old tells of days that are over
AGAIN_S = 60.0  # after a bug
HOLDS = timedelta(minutes=35)  # two quarters and a little: a plan that nobody renews ends
FIRST_S = 5.0  # ev and bs are waited for that long before the first plan
log = logging.getLogger("plan")


class Desk:
    """The plan, from what is known now."""

    def __init__(
        self,
        rules: Rules,
        memory: Memory,
        planner: Planner,
        clock: Clock,
        *,
        boot: str,
        say: messages.Say,
        take: Callable[[Happening], None],
    ) -> None:
        """say: takes each message; take: takes what the plan lets the house do."""
        self._rules, self._memory, self._planner, self._clock = rules, memory, planner, clock
        self._boot, self._say, self._take = boot, say, take
        self._planning = Planning()
        self._habits: Habits = memory.habits
        self._saving: Saving = memory.saving
        self._house: House = memory.house
        self._sky: SunForecast | None = None
        self._watch: Watch | None = None
        self._index: object = None
        self._news = asyncio.Event()
        self._seq = 0
        self._begun = self._followed = 0  # plans are numbered: times go back where a meter's clock does
        self._rests_until_s = clock.monotonic() + FIRST_S

    def hear(self, message: messages.Message) -> None:
        """A word of ev or bs."""
        now_s = self._clock.monotonic()
        match message:
            case Charging():
                self._planning = planning.cars_heard(self._planning, cars_of(message, heard_s=now_s))
                if self._house.at is not None:
                    self._saving = saved.heard(self._saving, plug_ins_of(message), self._house.at)
            case Storage():
                self._planning = planning.battery_heard(self._planning, battery_of(message, heard_s=now_s))
        self._look()

    def sky(self, forecast: SunForecast) -> None:
        """Another forecast of the sun; it counts from the next quarter on."""
        self._sky = forecast

    def see(self, house: House) -> None:
        """The house after a telegram, or after the price became known further."""
        if self._house.at is not None and accepted_w(house) != accepted_w(self._house):
            self._planning = replace(self._planning, news="the accepted peak changed")
        self._house = house
        if house.parts is not None:
            self._habits = habits.after(self._habits, house.parts)
            self._saving = saved.after(self._saving, house.parts, prices_ahead(house, self._rules, days_back=2))
            self._memory.take_saving(self._saving)
        if house.index is not self._index:
            if self._index is not None:
                self._planning = replace(self._planning, news="prices were published")
            self._index = house.index
        running = house.quarter
        if running is not None and house.at is not None:
            now_s = self._clock.monotonic()
            self._planning = planning.measured(self._planning, running.base_w, house.at, now_s)
        self._look()

    def _look(self) -> None:
        at, now_s = self._house.at, self._clock.monotonic()
        if at is not None and planning.due(self._planning, at, now_s):
            self._news.set()

    @asynccontextmanager
    async def working(self, config: Settings) -> AsyncIterator[None]:
        """Plan meanwhile, and hear of the sky."""
        async with foreseen_sky(config, self._clock, self.sky) as self._watch:
            working = asyncio.create_task(self.run(), name="plan")
            working.add_done_callback(tell_bug)
            try:
                yield
            finally:
                working.cancel()
                await asyncio.wait({working})

    async def run(self) -> None:
        """Until cancelled: plan when it is due; what is new while a planner works takes its place."""
        plans: set[asyncio.Task[None]] = set()
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_S):
                        await self._news.wait()
                self._news.clear()
                at, now_s = self._house.at, self._clock.monotonic()
                because = planning.due(self._planning, at, now_s) if at is not None else ""
                if because and now_s >= self._rests_until_s:
                    self._planning = planning.begun(self._planning, now_s)
                    self._begun += 1
                    plan = asyncio.create_task(self._plan(because, self._begun), name="a plan")
                    plans.add(plan)
                    plan.add_done_callback(plans.discard)
        finally:
            for plan in plans:
                plan.cancel()
            if plans:
                await asyncio.wait(plans)

    async def _plan(self, because: str, number: int) -> None:
        try:
            given = await self._problem(self._clock.monotonic())
            if given is None:
                self._planning = planning.failed(self._planning, because)
                return
            await self._follow(given, await self._planner.plan(given), because, number)
        except SupersededError:
            return
        except Exception:  # a bug of the plan costs the plan; the meter goes on, and so do grants
            log.exception("planning failed; it is tried again in a minute")
            self._planning = planning.failed(self._planning, because)
            self._rests_until_s = self._clock.monotonic() + AGAIN_S

    async def _follow(self, given: Problem, planned: Planned, because: str, number: int) -> None:
        """Take the plan into force, and say it. What takes its time is done beside the meter's loop."""
        before = self._planning.in_force
        new = Found(problem=given, schedule=planned.schedule, trouble=planned.trouble, because=because)
        found = await asyncio.to_thread(planning.found, self._planning, new)
        plan = found.in_force
        assert plan is not None
        if number < self._followed:
            return  # a later one was quicker
        self._followed = number
        self._planning = replace(self._planning, in_force=plan, works=number < self._begun)
        if before is None or before.trouble != plan.trouble:
            level = logging.WARNING if plan.trouble else logging.INFO
            log.log(level, "it is the %s's%s", plan.schedule.by, f": {plan.trouble}" if plan.trouble else "")
        today = local_day(given.at)
        if before is not None and local_day(before.problem.at) < today:  # what was said of the day before it began
            eur = saved.planned_eur(before.problem, before.outcome, today)
            self._saving = self._saving if eur is None else saved.planned(self._saving, today, eur)
        self._take(Raised(peak_w=plan.target_w, quarters=plan.quarters, until=given.at + HOLDS))
        self._seq += 1
        cars, battery = self._planning.cars, self._planning.battery
        said = await asyncio.to_thread(
            say_plan,
            plan,
            self._saving,
            boot=self._boot,
            seq=self._seq,
            peaks_cost=self._rules.capacity_tariff,
            accepted_w=accepted_w(self._house),
            titles=cars.titles if cars else {},
            capacity_wh=battery.capacity_wh if battery else 0.0,
            for_s=HOLDS.total_seconds(),
        )
        self._say(said)

    async def _problem(self, now_s: float) -> Problem | None:
        """All that is known now; None before the first telegram."""
        house, at = self._house, self._house.at
        if at is None:
            return None
        sky = self._sky if self._sky and self._clock.now() - self._sky.made < OLDEST_SKY else None
        outlook = foreseen(
            self._habits,
            at,
            now_w=_load_w(house, self._habits, now_s),
            sun=sky.series if sky else None,
            sun_by=sky.by if sky else "",
            sun_made=sky.made if sky else None,
        )
        note = noted(outlook, sky.series if sky else None)
        self._habits = habits.after(self._habits, note)
        self._memory.take_note(note)
        self._say(say_outlook(outlook, trouble=self._watch.trouble if self._watch else ""))
        return given(
            house,
            self._rules,
            at,
            planning=self._planning,
            habits=self._habits,
            prices=Supposed(await asyncio.to_thread(prices_ahead, house, self._rules, days_back=DAYS_BACK)),
            outlook=outlook,
            now_s=now_s,
        )


def _load_w(house: House, known: Habits, now_s: float) -> float | None:
    """What the house draws now, as its history counts it; None while that is not known."""
    net_w = house.quarter.base_w if house.quarter else None
    if not known.has_sun or net_w is None:
        return net_w
    sun_w = house.roof.power_w(now_s)
    return None if sun_w is None else max(0.0, net_w + sun_w)
