"""The meter: telegrams and claims in, the house and its grants out, to the disk, to the sockets and to the screen."""

import os
import sys
from dataclasses import replace
from functools import partial
from uuid import uuid4

from lib import messages, settings
from lib.clock import WallClock
from lib.commands import SLIP
from lib.commands.arguments import instead, parser
from lib.commands.desk import Desk
from lib.commands.dm_loop import Meter
from lib.commands.dm_orders import claimants, handlers
from lib.commands.market import watched
from lib.commands.memory import remembered
from lib.commands.planner import Planner
from lib.commands.sunlight import Sunlight
from lib.commands.teller import Teller
from lib.meters import open_meter
from lib.meters.line import Line
from lib.secrets import SecretsError, load_secrets


def main() -> int:
    """Run the meter, or one of its commands; the exit code."""
    asked = parser().parse_args()
    try:
        code = instead(asked)
        if code is not None:
            return code
        config = settings.load(os.environ, demo=asked.demo, source=asked.source)
        secrets = load_secrets(config.secrets)
    except (settings.SettingsError, SecretsError) as error:
        print(f"dm: {error}", file=sys.stderr)
        return SLIP
    from lib.commands.past import history_of
    from lib.commands.run import run, stand
    from lib.commands.sim_word import sim_words
    from lib.hub.orders import Orders

    boot, clock = uuid4().hex[:8], WallClock()
    sunlight = Sunlight(config, clock)
    meter: Meter | None = None

    async def work(say: messages.Say) -> None:
        nonlocal meter
        line = Line(config.source, speed=asked.speed, opener=partial(open_meter, secrets=secrets.others))
        async with remembered(config, clock) as memory:
            teller = Teller(say, config.rules, memory, boot=boot, clock=clock, demo=config.demo)
            memory.house = replace(memory.house, roof=sunlight.roof)
            meter = here = Meter(line, config.rules, memory, teller, clock)
            market = watched(
                config,
                secrets,
                clock,
                known=meter.house.index,
                needed=meter.unpriced,
                keep=memory.take_prices,
                hear=meter.publish,
            )
            desk = Desk(config.rules, memory, Planner(clock), clock, boot=boot, say=say, take=meter.take)
            meter.see = desk.see
            others = claimants(config, meter, clock, desk.hear)
            sun = sunlight.watched(meter.take, lambda: here.house.at)
            async with market as teller.market, others, sun, desk.working(config):
                await meter.run()

    screen, orders = None, handlers(lambda: meter, config.rules, sunlight.limit)
    if not asked.headless and sys.stdout.isatty() and sys.stdin.isatty():  # keys come from stdin, or nothing does
        from lib.panels.dashboard import Dashboard
        from lib.panels.dm import dm_panels

        screen = partial(Dashboard, "Digital Meter", dm_panels(), orders=Orders("dm", orders).carry_out)
    door = partial(stand, "dm", config, work, boot=boot, words=sim_words(config.sim_lines), orders=orders)
    return run("dm", config, partial(door, screen=screen, history=history_of(config.database("dm"))))


if __name__ == "__main__":
    sys.exit(main())
