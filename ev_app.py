"""The cars: what chargers, cars, calendars and dm say in; orders to the chargers and claims to dm out."""

import os
import sys
from functools import partial
from uuid import uuid4

from lib import messages, settings
from lib.clock import WallClock
from lib.commands import SLIP
from lib.commands.devices import opened
from lib.commands.ev_arguments import instead, parser
from lib.commands.ev_loop import Cars
from lib.commands.ev_memory import remembered
from lib.commands.ev_orders import handlers
from lib.commands.ev_rules import charging_rules
from lib.commands.ev_teller import Teller
from lib.commands.peers import heard, trouble
from lib.hub.client import Peer
from lib.secrets import SecretsError, load_secrets


def main() -> int:
    """Run the cars, or one of their commands; the exit code."""
    asked = parser().parse_args()
    try:
        code = instead(asked)
        if code is not None:
            return code
        config = settings.load(os.environ, demo=asked.demo)
        secrets, rules = load_secrets(config.secrets), charging_rules(config)
    except (settings.SettingsError, SecretsError) as error:
        print(f"ev: {error}", file=sys.stderr)
        return SLIP
    from lib.commands.run import run, stand
    from lib.hub.orders import Orders
    from lib.hub.questions import CARS
    from lib.hub.states import CAR_STATES

    boot, clock = uuid4().hex[:8], WallClock()
    cars: Cars | None = None
    meter: Peer | None = None

    async def work(say: messages.Say) -> None:
        nonlocal cars, meter
        async with remembered(config, rules, clock) as memory:
            makes = {place.rules.name: place.make for place in config.chargers}
            peaks_cost = config.rules.capacity_tariff
            teller = Teller(
                say, rules, memory, boot=boot, clock=clock, makes=makes, peaks_cost=peaks_cost, demo=config.demo
            )
            cars = Cars(rules, memory, teller, clock)
            dm = heard(config, "dm", cars.hear, clock, vital=True)
            async with dm as meter, heard(config, "bs", cars.hear, clock):
                teller.unheard = partial(trouble, meter, "dm")
                if meter:
                    await cars.know_the_time()
                async with opened(config, secrets, cars.take, clock, memory, time=cars.time) as devices:
                    await cars.run(devices)

    orders = handlers(lambda: cars, lambda: meter, rules.circuits)
    screen = None
    if not asked.headless and sys.stdout.isatty() and sys.stdin.isatty():
        from lib.panels.dashboard import Dashboard
        from lib.panels.ev import ev_panels

        screen = partial(Dashboard, "Digital Meter: cars", ev_panels(), orders=Orders("ev", orders).carry_out)
    standing = partial(
        stand,
        "ev",
        config,
        work,
        boot=boot,
        screen=screen,
        words={},
        orders=orders,
        questions=CARS,
        states=CAR_STATES,
    )
    return run("ev", config, standing)


if __name__ == "__main__":
    sys.exit(main())
