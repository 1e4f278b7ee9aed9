"""The cars: what chargers, cars, calendars and dm say in; orders to the chargers and claims to dm out."""

import asyncio
import contextlib
import logging
import os
import sys
from functools import partial
from uuid import uuid4

from lib import messages, settings
from lib.clock import Clock, WallClock
from lib.commands import SLIP
from lib.commands.devices import Devices, opened
from lib.commands.ev_arguments import instead, parser
from lib.commands.ev_memory import Memory, remembered
from lib.commands.ev_orders import handlers
from lib.commands.ev_rules import charging_rules
from lib.commands.ev_teller import Teller
from lib.commands.peers import heard, trouble
from lib.core import charging as core
from lib.core.carport import ChargingRules
from lib.core.charging import Event
from lib.core.steering import steered
from lib.hub.client import Peer
from lib.messages.ev import battery_of, word_of
from lib.messages.storage import Storage
from lib.secrets import SecretsError, load_secrets

TICK_S = 1.0
TIME_S = 4.0  # so long dm's first word is waited for: it has the meter's time
log = logging.getLogger("ev")


class Cars:
    """The loop: an event → core → remember → order → tell. It knows no socket, no disk and no screen."""

    def __init__(self, rules: ChargingRules, memory: Memory, teller: Teller, clock: Clock) -> None:
        self.charging = memory.charging
        self._rules, self._memory, self._teller, self._clock = rules, memory, teller, clock
        self._devices: Devices | None = None
        self._timed = asyncio.Event()

    async def know_the_time(self) -> None:
        """Until dm told the meter's time, or nobody did: what is seen before is stamped by this machine's clock."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TIME_S):
                await self._timed.wait()

    async def run(self, devices: Devices) -> None:
        """Until cancelled: time passes, also when nobody speaks."""
        self._devices = devices
        self._teller.trouble |= devices.troubles
        self.charging = self._memory.forget_calendars(devices.calendars)
        while True:
            self.take(core.Ticked())
            await asyncio.sleep(TICK_S)

    def hear(self, message: messages.Message) -> None:
        """A word of dm, or of bs."""
        match message:
            case messages.House():
                self.take(core.Heard(word=word_of(message)))
                if message.at is not None:
                    self._timed.set()
            case messages.Rates():
                self.take(core.Priced(prices=message.slots))
            case Storage():
                self.take(core.Stored(word=battery_of(message, heard_s=self._clock.monotonic())))

    def take(self, event: Event) -> None:
        """Something happened: what follows is told at once, a cut first of all; a new plan can wait a second."""
        now_s, now = self._clock.monotonic(), self._clock.now()
        charging = core.after(self.charging, event, self._rules, now_s=now_s, now=now)
        self.charging = steered(charging, self._rules, replans=not isinstance(event, core.Heard))
        if self._devices:
            self._devices.follow(self.charging)
        for line in self.charging.said:
            log.info(line)
        self._memory.take(self.charging)
        self._teller.tell(self.charging)


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
    from lib.hub.rest import CAR_STATES

    boot, clock = uuid4().hex[:8], WallClock()
    cars: Cars | None = None
    meter: Peer | None = None

    async def work(say: messages.Say) -> None:
        nonlocal cars, meter
        async with remembered(config, rules, clock) as memory:
            makes = {place.rules.name: place.make for place in config.chargers}
            teller = Teller(say, rules, memory, boot=boot, clock=clock, makes=makes, demo=config.demo)
            cars = Cars(rules, memory, teller, clock)
            dm = heard(config, secrets, "dm", cars.hear, clock, vital=True)
            async with dm as meter, heard(config, secrets, "bs", cars.hear, clock):
                teller.unheard = partial(trouble, meter, "dm")
                if meter:
                    await cars.know_the_time()
                async with opened(config, secrets, cars.take, clock, memory) as devices:
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
