"""One battery's care: it is read, told what is wanted, told again before its watchdog ends, and handed back.

In: a battery of any make, and the newest setpoint whenever there is one. Out: events, in their order. A setpoint goes
out at once: it takes the place of a read that does not answer at once, which then is hung up on. There is never more
than one call to the battery. It does not know why anybody wants anything.
"""

import asyncio
import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from lib.batteries import Battery, BatteryError, UnreachableError
from lib.batteries.pace import Pace
from lib.clock import Clock
from lib.core.battery import (
    BatteryBalked,
    BatteryEvent,
    BatteryMeddled,
    BatteryMissed,
    BatteryReading,
    BatteryTold,
    BatteryTook,
    Setpoint,
)

LEASE_S = 30.0  # a setpoint that is not wanted again for so long is handed back
CLOSING_S = 10.0
READS, ORDERS, STEERING = "reads", "orders", "steering"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What the battery is held to. known False: nobody knows; setpoint None: it is left to its own mode."""

    known: bool = False
    setpoint: Setpoint | None = None
    power_w: float = 0.0
    told_s: float = -math.inf


class Keeper:
    """The care of the battery `name`. hear: is told each event at once; it may call `want`."""

    def __init__(
        self,
        name: str,
        battery: Battery,
        hear: Callable[[BatteryEvent], None],
        *,
        clock: Clock,
        pace: Pace | None = None,
    ) -> None:
        self.name = name
        self._battery = battery
        self._hear = hear
        self._clock = clock
        self._pace = pace or Pace()
        self._wake = asyncio.Event()
        self._wanted: Setpoint | None = None
        self._lease_s = -math.inf  # until then what is wanted holds
        self._begun = self._ends = False
        self._handed = False  # it was handed back once, as the last run may have died
        self._held = _Held()
        self._asked_s = self._called_s = -math.inf  # the last read, the last call of any kind
        self._answered_s = clock.monotonic()  # the last read that it answered
        self._usual_s = 0.0  # how long its last read took
        self._silent_s: float | None = None  # since when it does not answer
        self._missed = False  # and that was said
        self._misses = self._balks = self._hung_up = 0  # in a row
        self._read_again_s = self._try_again_s = -math.inf
        self._left_until_s: float | None = None  # so long it is left to whoever else steers it
        self._retaken_s = -math.inf  # when control that it dropped was last taken again
        self._said: dict[str, str] = {}  # the troubles that the log has, until they are over

    def want(self, setpoint: Setpoint | None) -> None:
        """Have the battery do `setpoint`, for LEASE_S from now unless it is wanted again; None: hand it back.

        Once `run` ends nothing is taken any more: who hears how the hand-back goes may still want something.
        """
        if self._ends:
            return
        if setpoint is None and self._wanted is not None:
            self._balks, self._try_again_s = 0, -math.inf
        self._wanted = setpoint
        self._lease_s = self._clock.monotonic() + LEASE_S
        self._wake.set()

    def take_back(self) -> None:
        """By its owner's hand: steer it again, whoever else did."""
        self._left_until_s = None
        self._said.pop(STEERING, None)
        self._wake.set()

    async def run(self) -> None:
        """Read and tell until it is cancelled; then hand it back, within 10 s."""
        self._begun = True
        try:
            while True:
                self._wake.clear()
                now_s = self._clock.monotonic()
                tell_s, read_s = self._tell_s(), self._read_s()
                if tell_s <= now_s:
                    await self._tell()
                elif read_s <= now_s:
                    await self._ask()
                else:
                    await self._rest(min(tell_s, read_s) - now_s)
        finally:
            await self._hand_back()

    async def close(self) -> None:
        """Hand it back where `run` could not, and let it go; after `run` has ended. Raises nothing; within 10 s."""
        await self._hand_back()
        try:
            async with asyncio.timeout(CLOSING_S):
                await self._battery.close()
        except TimeoutError:
            log.warning("%s: it does not let go within %.0f s", self.name, CLOSING_S)

    def _aim(self) -> Setpoint | None:
        """What it shall do now."""
        return self._wanted if self._handed and self._clock.monotonic() < self._lease_s else None

    def _tell_s(self) -> float:
        """When it is to be told something next."""
        now_s, held, aim = self._clock.monotonic(), self._held, self._aim()
        if self._left_until_s is not None:
            if now_s < self._left_until_s:
                return self._left_until_s
            self.take_back()
        if self._missed and aim is not None:
            return self._lease_s  # when it answers again; to hand it back is tried all the same
        if not held.known:
            return self._try_again_s
        if aim is None:
            return math.inf if held.setpoint is None else self._try_again_s
        if not self._fits(aim):
            return max(self._try_again_s, held.told_s + self._pace.stored_s * self._rises(aim))
        watchdog_s = self._battery.watchdog_s
        again_s = math.inf if watchdog_s is None else held.told_s + watchdog_s / 3
        return max(self._try_again_s, min(again_s, self._lease_s))

    def _fits(self, aim: Setpoint) -> bool:
        """Whether it is held to that already, or as good as that."""
        if self._held.setpoint is None:
            return False
        held_w, aim_w = self._watts(self._held.setpoint), self._watts(aim)
        if self._battery.stored and (held_w == 0) is (aim_w == 0):
            return abs(held_w - aim_w) < self._pace.stored_w
        return held_w == aim_w

    def _rises(self, aim: Setpoint) -> bool:
        """Whether more is drawn then, by a battery that keeps it in flash; what draws less cannot wait."""
        held = self._held.setpoint
        return self._battery.stored and (held is None or self._watts(aim) > self._watts(held))

    def _watts(self, setpoint: Setpoint) -> int:
        """What of it is written."""
        return round(setpoint.grid_w if self._battery.by_grid else setpoint.power_w)

    def _read_s(self) -> float:
        """When it is to be read next."""
        if self._silent_s is not None:
            return self._read_again_s
        polite_s = self._battery.polite_s
        each_s = max(self._pace.read_s, polite_s)
        calm_s, late_s = self._called_s + polite_s, self._answered_s + 2 * each_s
        return max(self._asked_s + each_s, min(calm_s, late_s))  # one that is told all the time is read too

    async def _rest(self, for_s: float) -> None:
        """Until something new is wanted, at most so long."""
        try:
            async with asyncio.timeout(for_s if for_s < math.inf else None):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _ask(self) -> None:
        self._asked_s = self._called_s = asked_s = self._clock.monotonic()
        try:
            reading = await self._call(asked_s)
        except BatteryError as error:
            self._hung_up = 0
            self._miss(error, asked_s)
            return
        if reading is None:
            self._hung_up += 1
            self._asked_s = -math.inf  # a setpoint took its place: ask again after it
            return
        was_silent = self._silent_s is not None
        self._answered_s, self._usual_s = asked_s, self._clock.monotonic() - asked_s
        self._hung_up, self._misses, self._silent_s, self._missed = 0, 0, None, False
        self._over(READS, "answers again")
        self._follow(reading, was_silent=was_silent)

    async def _call(self, asked_s: float) -> BatteryReading | None:
        """What it says; None when a setpoint took its place, and then it is hung up on."""
        task = asyncio.create_task(self._battery.read())
        task.add_done_callback(lambda _: self._wake.set())
        try:
            while not task.done():
                self._wake.clear()
                now_s = self._clock.monotonic()
                tell_s = self._tell_s() if self._hung_up < self._pace.hang_ups else math.inf
                if tell_s <= now_s:
                    await asyncio.wait({task}, timeout=max(0.0, asked_s + self._pace.wait_s(self._usual_s) - now_s))
                    break
                await self._rest(tell_s - now_s)
            if task.done():
                return task.result()
        finally:
            task.cancel()
            await asyncio.wait({task})
            error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, BatteryError):
            raise error
        return None

    def _follow(self, reading: BatteryReading, *, was_silent: bool) -> None:
        """Take what it says; notice where it is no longer as it was told.

        `ours` is heard as False only while somebody else steers it.
        """
        what = self._meddling(reading, was_silent=was_silent)
        if what:
            self._left_until_s = self._clock.monotonic() + self._pace.meddled_s
            self._held = _Held(known=reading.ours is False)
        if self._left_until_s is not None:
            reading = replace(reading, ours=False)
        elif reading.ours is False and (not self._held.known or self._held.setpoint is None):
            reading = replace(reading, ours=None)
        self._hear(BatteryTold(battery=self.name, reading=reading))
        if what:
            self._say(STEERING, what)
            self._hear(BatteryMeddled(battery=self.name, what=what))

    def _meddling(self, reading: BatteryReading, *, was_silent: bool) -> str:
        """Who else steers it, in a sentence; "" when nobody does.

        After a silence it may have been switched off and on, and some makes drop control by themselves. Neither is
        meddling, and it is told again.
        """
        held, now_s = self._held, self._clock.monotonic()
        if not held.known or held.setpoint is None:
            return ""
        what, age_s = self._strange(reading), reading.read_s - held.told_s
        if was_silent:
            says = reading.ours is not None or reading.set_w is not None
            self._held = replace(held, known=says and not what)
            return ""
        drops = reading.ours is False and self._battery.retake_s > 0
        if drops and now_s - self._retaken_s >= self._battery.retake_s:
            self._retaken_s = now_s
            self._held = replace(held, known=False)
            self._say(STEERING, what)
            return ""
        if age_s <= self._pace.shows_s and not drops:
            return ""
        if not what:
            self._over(STEERING, "does as it is told again")
        return what

    def _strange(self, reading: BatteryReading) -> str:
        """In what it differs from what it was told, in a sentence; "" when in nothing."""
        if reading.ours is False:
            return reading.warning or "its control was taken by its owner, another program or a mode of its own"
        if reading.set_w is not None and abs(reading.set_w - self._held.power_w) > self._pace.same_w:
            return f"it was set to {reading.set_w:.0f} W by somebody else; it had been told {self._held.power_w:.0f} W"
        return ""

    async def _tell(self) -> None:
        """The setpoint that is wanted, or hand it back."""
        setpoint, sent_s = self._aim(), self._clock.monotonic()
        if setpoint is None and self._wanted is not None and self._handed:
            log.warning("%s: nobody wants its setpoint any more: it is handed back", self.name)
            self._wanted = None
        self._called_s = sent_s
        self._held = _Held(told_s=sent_s)
        power_w: float | None = None
        try:
            if setpoint is None:
                await self._battery.release()
            else:
                power_w = await self._battery.order(setpoint)
        except BatteryError as error:
            self._balk(setpoint, error, sent_s)
            return
        self._handed = True
        self._balks, self._try_again_s = 0, -math.inf
        self._read_again_s = -math.inf  # it answers
        self._held = _Held(known=True, setpoint=setpoint, power_w=power_w or 0.0, told_s=sent_s)
        self._over(ORDERS, "takes orders again")
        grid_w = setpoint.grid_w if setpoint and self._battery.by_grid else None
        self._hear(
            BatteryTook(battery=self.name, setpoint=setpoint, power_w=power_w, sent_s=sent_s, grid_w=grid_w),
        )

    def _miss(self, error: BatteryError, asked_s: float) -> None:
        self._misses += 1
        self._silent_s = asked_s if self._silent_s is None else self._silent_s
        now_s = self._clock.monotonic()
        self._read_again_s = now_s + self._pace.pause_s(self._misses)
        self._say(READS, str(error))
        if self._misses >= self._pace.misses or now_s - self._silent_s >= self._pace.missed_s:
            self._missed = True
            self._hear(
                BatteryMissed(battery=self.name, why=str(error), since_s=self._silent_s, count=self._misses),
            )

    def _balk(self, setpoint: Setpoint | None, error: BatteryError, sent_s: float) -> None:
        answered = not isinstance(error, UnreachableError)
        self._handed = self._handed or answered
        self._balks += 1
        self._try_again_s = self._clock.monotonic() + self._pace.pause_s(self._balks)
        self._hear(
            BatteryBalked(battery=self.name, setpoint=setpoint, why=str(error), sent_s=sent_s, answered=answered),
        )
        if answered:
            self._say(ORDERS, str(error))
        else:
            self._miss(error, sent_s)

    async def _hand_back(self) -> None:
        """Where it may still do what it was told: as often as 10 s allow; once where it is silent."""
        self._ends = True
        if not self._begun or (self._held.known and self._held.setpoint is None):
            return
        try:
            async with asyncio.timeout(CLOSING_S):
                self._wanted = None
                await self._tell()
                while not (self._held.known or self._missed):
                    await asyncio.sleep(self._pace.first_s)
                    await self._tell()
        except TimeoutError:
            pass
        if not self._held.known:
            self._begun = False  # once is enough
            log.warning("%s: it could not be handed back, and may go on as it was told last", self.name)

    def _say(self, what: str, why: str) -> None:
        """Each trouble once, until it is over."""
        is_news = why not in self._said.values()
        self._said[what] = why
        if is_news:
            log.warning("%s: %s", self.name, why)

    def _over(self, what: str, how: str) -> None:
        """A trouble is over: that is said once, too."""
        if self._said.pop(what, None):
            log.info("%s: %s", self.name, how)
