"""The loop of ev: an event → core → orders → memory → tell. It knows no socket, no disk and no screen.

What dm or the owner says is acted upon at once. What chargers and the meters of circuits say is gathered for a moment
where there is much of it.
"""

import asyncio
import contextlib
import logging
from datetime import datetime
from math import inf

from lib import messages
from lib.clock import Clock
from lib.commands.devices import Devices
from lib.commands.ev_memory import Memory
from lib.commands.ev_teller import Teller
from lib.core import charging as core
from lib.core.carport import ChargingRules
from lib.core.charger import Balked, Meddled, Missed, Told, Took
from lib.core.charging import Event
from lib.core.gauges import Gauged, Ungauged
from lib.core.steering import steered
from lib.messages.following import followed_of
from lib.messages.heard import battery_word, house_word
from lib.messages.plan import Plan
from lib.messages.storage import Storage

TICK_S = 1.0
GATHERS_S = 0.2  # so long the hundred things that chargers say in a second wait for one another
RESTS = 3.0  # and so many times as long as it takes to act upon them: a slow machine has time for its chargers too
TIME_S = 4.0  # so long dm's first word is waited for: it has the meter's time
log = logging.getLogger("ev")


class Cars:
    """Who has the state, and makes the next one of it."""

    def __init__(self, rules: ChargingRules, memory: Memory, teller: Teller, clock: Clock) -> None:
        self.charging = memory.charging
        self._rules, self._memory, self._teller, self._clock = rules, memory, teller, clock
        self._devices: Devices | None = None
        self._timed = asyncio.Event()
        self._waits = asyncio.Event()  # something was heard that nothing was made of yet
        self._again_s = -inf  # what may wait does until then

    async def know_the_time(self) -> None:
        """Until dm told the meter's time, or nobody did: what is seen before is stamped by this machine's clock."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TIME_S):
                await self._timed.wait()

    def time(self) -> datetime | None:
        """The meter's time now; None before dm told it."""
        return self.charging.site.at(self._clock.monotonic())

    async def run(self, devices: Devices) -> None:
        """Until cancelled: time passes, also when nobody speaks."""
        self._devices = devices
        self._teller.trouble |= devices.troubles
        self.charging = self._memory.forget_calendars(devices.calendars)
        while True:
            self.take(core.Ticked())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await self._gathered()

    async def _gathered(self) -> None:
        """Until what was heard has waited long enough."""
        while True:
            await self._waits.wait()
            left_s = self._again_s - self._clock.monotonic()
            if left_s <= 0:
                return
            await asyncio.sleep(left_s)

    def hear(self, message: messages.Message) -> None:
        """A word of dm, or of bs."""
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
            case Storage():
                self.take(core.Stored(word=battery_word(message, heard_s=self._clock.monotonic())))

    def take(self, event: Event) -> None:
        """Something happened: what follows is told at once, a cut first of all; a new plan can wait a second.

        What chargers say of themselves is known at once; what follows from it is told for all of them together.
        """
        now_s, now = self._clock.monotonic(), self._clock.now()
        self.charging = core.after(self.charging, event, self._rules, now_s=now_s, now=now)
        if _may_wait(event) and not self.charging.closed and now_s < self._again_s:
            self._waits.set()
        else:
            self._act(replans=not isinstance(event, core.Heard))
        for line in self.charging.said:
            log.info(line)

    def _act(self, *, replans: bool) -> None:
        """What follows from the state as it is now."""
        began_s = self._clock.monotonic()
        self._waits.clear()
        self.charging = steered(self.charging, self._rules, replans=replans)
        if self._devices:
            self._devices.follow(self.charging)
        self._memory.take(self.charging)
        self._teller.tell(self.charging)
        ended_s = self._clock.monotonic()
        self._again_s = ended_s + max(GATHERS_S, RESTS * (ended_s - began_s))


def _may_wait(event: Event) -> bool:
    """Whether nothing is lost where it is acted upon a moment later: what chargers and circuits say of themselves."""
    match event:
        case Told() | Took() | Missed() | Meddled() | Gauged() | Ungauged():
            return True
        case Balked(answered=answered):
            return not answered
        case _:
            return False
