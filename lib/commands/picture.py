"""`python -m lib.commands.picture FILE`: the README's pictures of the dashboards, drawn by the programs as SVG.

dm: a simulated evening in virtual time with the oven on, at Flemish rates; its plan is made up. With `--program ev`: a
noon at the chargers, with `--program bs`: an evening with a battery, both made up. All are the same each time.
"""

import argparse
import asyncio
import json
import sys
from collections import deque
from datetime import timedelta
from pathlib import Path

from lib import settings
from lib.commands import picture_store
from lib.commands.attach import TITLES
from lib.commands.picture_cars import noon
from lib.commands.picture_plan import planned
from lib.core import metering as core
from lib.core.events import Event
from lib.core.house import House, Rules, paid_w
from lib.core.p1 import Framer
from lib.core.rates import parse_rates
from lib.core.reading import Parser
from lib.core.stamp import parse_stamp
from lib.messages import Message, Refused
from lib.messages.counted import say_bill, say_usage
from lib.messages.dm import say_events, say_house, say_rates, say_telegram
from lib.messages.orders import Done, Order
from lib.panels.bs import bs_panels
from lib.panels.ev import ev_panels
from lib.panels.picture import picture
from lib.sim.telegram import telegram
from lib.sim.world import World

START = "261117170000W"
RATES = "docs/rates/flanders_day_night.json"
EVENTS = 20
SIZE, CARS_SIZE, STORE_SIZE = (132, 44), (132, 34), (132, 34)
MINUTES = 3 * 24 * 60 + 66


def evening(rules: Rules) -> list[Message]:
    """What dm says after some simulated days, at 18:06 with the oven on, and a plan that is made up."""
    start = parse_stamp(START).at
    assert start is not None
    world, framer, parser, house, last = World(seed=3, start=start), Framer(), Parser(), House(), b""
    happened: deque[Event] = deque(maxlen=EVENTS)
    for minute in range(MINUTES):
        slow = minute < MINUTES - 15
        if minute == MINUTES - 5:
            world.switch_on("oven")
            world.switch_on("induction")
        for _ in range(6 if slow else 60):
            world.step(timedelta(seconds=10 if slow else 1))
            for last in framer.feed(telegram(world.show())):
                house = core.after(house, core.Heard(reading=parser.parse(last), received=world.at), rules)
                happened.extendleft(house.events)
    return [
        say_rates(house, rules, now=world.at),
        say_house(house, rules, boot="picture", seq=1, now=world.at, demo=True),
        say_usage(house, rules),
        say_bill(house, rules),
        say_events(happened),
        say_telegram(last, world.at),
        planned(world.at, paid_w=paid_w(house, rules)),
    ]


async def house() -> str:
    """The dashboard of dm."""
    tariffs = parse_rates(json.loads((settings.CHECKOUT / RATES).read_text("utf-8")))
    rules = Rules(tariffs=tariffs, connection_w=settings.load({}).rules.connection_w)
    return await picture(evening(rules), SIZE)


async def cars() -> str:
    """The dashboard of ev, with its keys."""
    return await picture([*noon(), planned()], CARS_SIZE, title=TITLES["ev"], panels=ev_panels(), orders=_no_order)


async def store() -> str:
    """The dashboard of bs, with its keys."""
    told = [*picture_store.evening(), planned(picture_store.NOW)]
    return await picture(told, STORE_SIZE, title=TITLES["bs"], panels=bs_panels(), orders=_no_order)


async def _no_order(order: Order) -> Done | Refused:
    return Refused(why=f"a picture takes no {order.type}")


def main() -> int:
    """Write the picture; the exit code."""
    options = argparse.ArgumentParser(prog="python -m lib.commands.picture")
    options.add_argument("file", type=Path)
    options.add_argument("--program", choices=tuple(TITLES), default="dm", help="whose dashboard")
    asked = options.parse_args()
    draw = {"dm": house, "ev": cars, "bs": store}[asked.program]
    asked.file.write_text(asyncio.run(draw()), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
