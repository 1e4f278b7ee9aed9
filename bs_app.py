"""The home battery: what batteries, dm and ev say in; setpoints to the batteries, claims to dm and help to ev out."""

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
from lib.commands.batteries import Batteries, opened
from lib.commands.beside import beside
from lib.commands.bs_arguments import instead, parser
from lib.commands.bs_memory import Memory, remembered
from lib.commands.bs_orders import handlers
from lib.commands.bs_rules import storage_rules
from lib.commands.bs_sun import SunOrder
from lib.commands.bs_teller import Teller
from lib.commands.peers import heard, trouble
from lib.core import storage as core
from lib.core.cellar import StorageRules
from lib.core.dispatch import dispatched
from lib.core.storage import Event
from lib.hub.client import Peer
from lib.messages.charging import Charging
from lib.messages.following import followed_of
from lib.messages.heard import cars_word, house_word
from lib.messages.plan import Plan
from lib.secrets import SecretsError, load_secrets

TICK_S = 1.0
TIME_S = 4.0  # so long dm's first word is waited for: it has the meter's time
log = logging.getLogger("bs")


class Cellar:
    """The loop: an event → core → remember → order → tell. It knows no socket, no disk and no screen."""

    def __init__(self, rules: StorageRules, memory: Memory, teller: Teller, sun: SunOrder, clock: Clock) -> None:
        self.storage = memory.storage
        self._rules, self._memory, self._teller, self._sun, self._clock = rules, memory, teller, sun, clock
        self._batteries: Batteries | None = None
        self._timed = asyncio.Event()

    async def know_the_time(self) -> None:
        """Until dm told the meter's time, or nobody did: what is seen before is stamped by this machine's clock."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TIME_S):
                await self._timed.wait()

    async def run(self, batteries: Batteries) -> None:
        """Until cancelled: time passes, also when nobody speaks."""
        self._batteries = batteries
        while True:
            self.take(core.Ticked())
            await asyncio.sleep(TICK_S)

    def hear(self, message: messages.Message) -> None:
        """A word of dm or ev."""
        match message:
            case messages.House():
                self.take(core.Heard(word=house_word(message)))
                if message.at is not None:
                    self._timed.set()
            case messages.Rates():
                self.take(core.Priced(prices=message.slots))
            case Plan():
                self.take(core.Planned(followed=followed_of(message, now_s=self._clock.monotonic())))
                self._teller.relay(message)
            case Charging():
                self.take(core.CarsTold(word=cars_word(message, heard_s=self._clock.monotonic())))

    def take(self, event: Event) -> None:
        """Something happened: what follows is told at once, a cut first of all; a new plan can wait a second."""
        now_s, now = self._clock.monotonic(), self._clock.now()
        storage = core.after(self.storage, event, self._rules, now_s=now_s, now=now)
        self.storage = dispatched(storage, self._rules, replans=not isinstance(event, core.Heard))
        if self._batteries:
            if isinstance(event, core.Chosen):
                self._batteries.take_back()
            self._batteries.follow(self.storage)
        self._sun.want(self.storage.hold_sun_w)
        for line in self.storage.said:
            log.info(line)
        self._memory.take(self.storage)
        self._teller.tell(self.storage)


def main() -> int:
    """Run the battery, or one of its commands; the exit code."""
    asked = parser().parse_args()
    try:
        code = instead(asked)
        if code is not None:
            return code
        config = settings.load(os.environ, demo=asked.demo)
        secrets, rules = load_secrets(config.secrets), storage_rules(config)
    except (settings.SettingsError, SecretsError) as error:
        print(f"bs: {error}", file=sys.stderr)
        return SLIP
    from lib.commands.run import run, stand
    from lib.hub.orders import Orders
    from lib.hub.questions import STORE
    from lib.hub.states import STORE_STATES

    boot, clock = uuid4().hex[:8], WallClock()
    cellar: Cellar | None = None
    meter: Peer | None = None

    async def work(say: messages.Say) -> None:
        nonlocal cellar, meter
        async with remembered(config, rules, clock) as memory:
            makes = {place.rules.name: place.make for place in config.batteries}
            teller = Teller(say, rules, memory, boot=boot, clock=clock, makes=makes, demo=config.demo)
            sun = SunOrder(lambda: meter)
            cellar = Cellar(rules, memory, teller, sun, clock)
            dm = heard(config, "dm", cellar.hear, clock, vital=True)
            async with dm as meter, heard(config, "ev", cellar.hear, clock, vital=True) as cars:
                teller.around = {"dm": partial(trouble, meter, "dm"), "sun": lambda: sun.trouble}
                if config.chargers:
                    teller.around |= {"ev": partial(trouble, cars, "ev")}
                if meter:
                    await cellar.know_the_time()
                with contextlib.closing(teller):
                    async with opened(config, secrets, cellar.take, clock) as batteries, beside({"sun": sun.run()}):
                        await cellar.run(batteries)

    orders = handlers(lambda: cellar, lambda: meter, rules)
    screen = None
    if not asked.headless and sys.stdout.isatty() and sys.stdin.isatty():
        from lib.panels.bs import bs_panels
        from lib.panels.dashboard import Dashboard

        screen = partial(Dashboard, "Digital Meter: battery", bs_panels(), orders=Orders("bs", orders).carry_out)
    standing = partial(
        stand,
        "bs",
        config,
        work,
        boot=boot,
        screen=screen,
        words={},
        orders=orders,
        questions=STORE,
        states=STORE_STATES,
    )
    return run("bs", config, standing)


if __name__ == "__main__":
    sys.exit(main())
