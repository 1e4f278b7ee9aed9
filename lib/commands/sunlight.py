"""The inverters of a home, read while dm runs, and held back when bs asks for it.

What cannot work as it is set up is a trouble of the roof; the meter goes on.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from lib.clock import Clock, MeterClock
from lib.commands.beside import tell_bug
from lib.core.sun import LIMIT_S, InverterEvent, InverterMissed, Roof
from lib.inverters import InverterSetupError, open_inverter
from lib.inverters.watch import Watch
from lib.meters import is_recording
from lib.settings import Settings

log = logging.getLogger(__name__)


class Sunlight:
    """The inverters that the owner set up; nothing is opened yet. A recording has none: today's sun is not its own.

    Attributes:
        roof: all of them, before anything was heard.

    """

    def __init__(self, config: Settings, clock: Clock) -> None:
        self._places, self._clock = () if is_recording(config.source) else config.inverters, clock
        self._watches: dict[str, Watch] = {}
        self.roof = Roof(
            names=tuple(place.name for place in self._places),
            may_hold=frozenset(place.name for place in self._places if place.may_hold),
        )

    @asynccontextmanager
    async def watched(
        self, hear: Callable[[InverterEvent], None], time: Callable[[], datetime | None] = lambda: None
    ) -> AsyncIterator[None]:
        """Have each read in a task of its own meanwhile; at the end each is let go. A bug in one stops nothing else.

        time: the meter's, by which it is day or night; None while nobody knows it.
        """
        house = MeterClock(time, self._clock)
        for place in self._places:
            try:
                inverter = open_inverter(
                    place.make, place.address, name=place.name, options=place.options, clock=self._clock
                )
            except InverterSetupError as error:
                log.warning(error)
                hear(InverterMissed(inverter=place.name, why=str(error)))
                continue
            self._watches[place.name] = Watch(place.name, inverter, hear, may_hold=place.may_hold, clock=house)
        running = [asyncio.create_task(one.run(), name=f"inverter {name}") for name, one in self._watches.items()]
        for task in running:
            task.add_done_callback(tell_bug)
        try:
            yield
        finally:
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running)

    def limit(self, roof: Roof, power_w: float | None, *, for_s: float = LIMIT_S) -> None:
        """Hold all of them back to so much together, for so long; None lets them go. roof: as they are known now."""
        limits_w = {} if power_w is None else roof.limits_w(power_w)
        for name, watch in self._watches.items():
            watch.limit(limits_w.get(name), for_s=for_s)
