"""dm's plan on the phone page: what an owner reads of it, on the page of each program."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.commands.picture_cars import NOW, charging
from lib.commands.picture_plan import planned
from lib.commands.picture_store import storage
from lib.core.modes import Mode
from lib.messages import House
from lib.messages.plan import Saved
from tests.hub.builders import a_house
from tests.panels.ahead import STORIES, plan_of

from .browser import Tab, needs_chromium
from .house import at, door

pytestmark = needs_chromium
PLAN = "main:not([hidden]) [aria-label=plan]"
WIDE = "document.documentElement.scrollWidth <= innerWidth"
BARS = 'document.querySelectorAll("{} svg .{}").length'


def house() -> House:
    """At the time of the plan."""
    return a_house(at=NOW, said=NOW)


async def test_the_plan_says_what_it_costs_and_who_does_what_when_and_why(tab: Tab) -> None:
    """Beside two days as a picture."""
    async with door("dm", house(), planned()) as hub:
        await tab.go(at(hub))
        for words in (
            "Plan by the solver, just now",
            "Costs € 13.87 until Sun 13:15",
            "month's peak 3.91 kW is paid, the plan stays under it",
            "until 15:30 0.061 €/kWh Blue car 2.31 kW the sun gives more than the house takes",
            "18:00 to 19:30 0.412 €/kWh battery gives 1.65 kW",
            "Sat 01:00 to 05:00 0.214 €/kWh Red car 3.32 kW, for Ardennes",
            "saved today € 0.84, in Nov 2026 € 9.19 against charging at once",
        ):
            await tab.shows(words, PLAN)
        assert await tab.value(WIDE)
        for kind in ("price", "used", "stores", "gives", "draws", "ready", "target"):
            assert await tab.value(BARS.format(PLAN, kind)), kind
        assert not await tab.value(BARS.format(PLAN, "over"))


async def test_the_next_plan_takes_its_place(tab: Tab) -> None:
    """With its peak, its trouble, and what finds no place; what is above the paid peak is another colour."""
    worse = replace(plan_of(STORIES["greedy"]()), seq=2)
    async with door("dm", house(), planned()) as hub:
        await tab.go(at(hub))
        await tab.shows("the plan stays under it", PLAN)
        hub.say(worse)
        await tab.shows("the plan goes to 3.91 kW for € 6.62", PLAN)
        await tab.shows("greedy plan: the solver gave no plan within 10 s", PLAN)
        await tab.shows("Red car for Ardennes by Sun 07:45", f"{PLAN} .short")
        assert await tab.value(BARS.format(PLAN, "draws.over"))
        assert await tab.value(BARS.format(PLAN, "late"))


@pytest.mark.parametrize("program", ["ev", "bs"])
async def test_ev_and_bs_show_dms_plan_while_they_hear_it(program: str, tab: Tab) -> None:
    """And before it, and once it is old, their own."""
    said = charging() if program == "ev" else storage(at=NOW, said=NOW)
    theirs = "Red car 3.32 kW" if program == "ev" else "battery gives 1.65 kW"
    own = "Red car 3.32 kW, at 0.2143 €/kWh, for Ardennes" if program == "ev" else "gives 1.65 kW, at 0.4120 €/kWh"
    async with door(program, said) as hub:
        await tab.go(at(hub))
        await tab.shows("dm's plan is not heard: own plan", PLAN)
        await tab.shows(own, PLAN)
        hub.say(planned())
        await tab.shows("Costs € 13.87", PLAN)
        await tab.shows(theirs, f"{PLAN} .planned")
        assert "not heard" not in await tab.text(PLAN)
        assert await tab.value(WIDE)
        if program == "ev":
            chargers = (replace(charging().chargers[0], mode=Mode.MAX), *charging().chargers[1:])
            hub.say(replace(charging(), seq=9, chargers=chargers))
            await tab.shows("garage is in max, and in no plan", PLAN)
        hub.say(planned(seq=2, blocks=()))
        await tab.shows("nothing is planned" if program == "ev" else "nothing is planned for the battery", PLAN)
        hub.say(planned(seq=3, spans=(), made=NOW - timedelta(hours=1)))
        await tab.shows("dm's plan is not heard: own plan", PLAN)


async def test_a_plan_of_other_homes_is_drawn(tab: Tab) -> None:
    """Without cars, without battery or price, with nothing to do: each in its width, and nothing breaks."""
    async with door("dm", house()) as hub:
        await tab.go(at(hub))
        await tab.shows("Grid")
        assert "" == await tab.text(PLAN)
        for seq, story in enumerate(STORIES.values(), 10):
            plan = replace(plan_of(story()), seq=seq)
            hub.say(plan)
            await tab.until(f'document.querySelector("{PLAN} svg")?.dataset.of?.endsWith(" {seq}")')
            assert await tab.value(WIDE)
        days = (Saved(day="2026-11-19", eur=4.0, naive_eur=6.26, missing=3), Saved(day="2026-11-18", missing=96))
        hub.say(planned(seq=98, saved=days))
        await tab.shows("saved on Thu 19 Nov ~€ 2.26, in Nov 2026 ~€ 2.26 against charging at once", PLAN)
        hub.say(planned(seq=99, spans=(), blocks=(), served=(), saved=()))
        await tab.shows("nothing is known of the days ahead", PLAN)
        await tab.shows("nothing is planned", PLAN)
