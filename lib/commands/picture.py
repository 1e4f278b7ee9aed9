"""`python -m lib.commands.picture FILE`: the README's picture of the dashboard, drawn by the program itself as SVG.

A simulated evening in virtual time with the oven on, at Flemish rates, so the picture is the same each time.
"""

import asyncio
import json
import sys
from collections import deque
from datetime import timedelta
from pathlib import Path

from lib import settings
from lib.core import house as core
from lib.core.events import Event
from lib.core.p1 import Framer
from lib.core.rates import parse_rates
from lib.core.reading import Parser
from lib.core.stamp import parse_stamp
from lib.messages import Message
from lib.messages.counted import say_bill, say_usage
from lib.messages.dm import say_events, say_house, say_rates, say_telegram
from lib.panels.picture import picture
from lib.sim.telegram import telegram
from lib.sim.world import World

START = "261117170000W"
RATES = "docs/rates/flanders_day_night.json"
EVENTS = 20
SIZE = (132, 44)
MINUTES = 3 * 24 * 60 + 66


def evening(rules: core.Rules) -> list[Message]:
    """What dm says after some simulated days, at 18:06 with the oven on."""
    start = parse_stamp(START).at
    assert start is not None
    world, framer, parser, house, last = World(seed=3, start=start), Framer(), Parser(), core.House(), b""
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
    ]


def main() -> int:
    """Write the picture; the exit code."""
    if len(sys.argv) != 2:
        print("usage: python -m lib.commands.picture FILE", file=sys.stderr)
        return 2
    tariffs = parse_rates(json.loads((settings.CHECKOUT / RATES).read_text("utf-8")))
    rules = core.Rules(tariffs=tariffs, connection_w=settings.load({}).rules.connection_w)
    drawn = asyncio.run(picture(evening(rules), SIZE))
    Path(sys.argv[1]).write_text(drawn, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
