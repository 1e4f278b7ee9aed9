"""One charge point's care: it is read, and told what is wanted, until somebody ends it.

In: a charger of any make, and the newest order whenever there is one. Out: events, in their order. What draws less goes
out at once: it takes the place of a question that waits for its answer, which then is hung up on. All else waits its
turn. There is never more than one call to the charger. It does not know why anybody wants anything.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from lib.chargers import Charger, ChargerError, DeniedError, RefusedError
from lib.chargers.holding import Holding, read, refused, sent, taken
from lib.clock import Clock, WallClock
from lib.core.charger import (
    Balked,
    ChargerEvent,
    ChargerReading,
    Found,
    Meddled,
    Missed,
    Order,
    Plug,
    Told,
    Took,
)

CLOSING_S = 10.0
OVERTAKEN = "a cut took its place before it answered"
READS, ORDERS = "reads", "orders"

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often, in seconds.

    Attributes:
        plugged_s, empty_s: between two reads with a car, or what may be one, and without.
        look_s: between two reads for `looks_s` after an order.
        raise_s: between two orders that are no cut.
        first_s, longest_s: the pauses after failures: 1, 2, 4 … 30.
        cut_s: the longest pause before a cut is tried again; the first five are as short as the first.
        denied_s: after it did not let us in.
        patience_s: so long an order that is on its way is waited for when a cut wants its place.

    """

    plugged_s: float = 5.0
    empty_s: float = 20.0
    look_s: float = 2.0
    looks_s: float = 15.0
    raise_s: float = 5.0
    first_s: float = 1.0
    longest_s: float = 30.0
    cut_s: float = 5.0
    denied_s: float = 300.0
    patience_s: float = 0.3

    def pause_s(self, failures: int) -> float:
        """After so many failures in a row."""
        return min(self.longest_s, self.first_s * 2.0 ** min(failures - 1, 20))

    def cut_pause_s(self, failures: int) -> float:
        """After so many failures in a row of what cannot wait."""
        return min(self.cut_s, self.pause_s(max(1, failures - 4)))


class Point:
    """The charge point `name`. hear: is told each event at once; it may call `want`."""

    def __init__(
        self,
        name: str,
        charger: Charger,
        hear: Callable[[ChargerEvent], None],
        *,
        clock: Clock | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.name = name
        self._charger = charger
        self._hear = hear
        self._clock = clock or WallClock()
        self._pace = pace or Pace()
        self._wake = asyncio.Event()
        self._wanted: Order | None = None
        self._doing: Order | None = None  # on its way
        self._holding = Holding()
        self._reading: ChargerReading | None = None
        self._asked_s = self._called_s = -math.inf  # the last read, the last call of any kind
        self._silent_s: float | None = None  # since when it does not answer
        self._misses = self._balks = 0  # in a row
        self._read_again_s = self._try_again_s = -math.inf
        self._locked_by = ""  # READS or ORDERS, of which it let us in for none
        self._meddled = 0  # in this plug-in
        self._said: dict[str, str] = {}  # the trouble with reads and with orders that the log has

    @property
    def owner(self) -> Found | None:
        """What the charger was set to when we first came, until that was given back; see Charger.owner."""
        return self._charger.owner

    def want(self, order: Order | None) -> None:
        """Have the charger do `order` from now on; None: leave it as it is, and forget who meddled with it."""
        if order is None:
            self._meddled = 0
        if order != self._wanted:
            self._wanted = order
            if not self._locked_by:
                self._balks, self._try_again_s = 0, -math.inf
            self._wake.set()

    async def run(self) -> None:
        """Read and tell until it is cancelled."""
        while True:
            self._wake.clear()
            now_s = self._clock.monotonic()
            order, order_s = self._wanted, self._order_s()
            if order is not None and order_s <= now_s:
                await self._tell(order)
            elif self._read_s() <= now_s:
                await self._ask()
            else:
                await self._rest(min(order_s, self._read_s()) - now_s)

    async def close(self, *, restore: bool) -> None:
        """Let the charger go, after `run` has ended; see Charger.close."""
        try:
            async with asyncio.timeout(CLOSING_S):
                await self._charger.close(restore=restore)
        except TimeoutError:
            log.warning("%s: it does not let go within %.0f s; it is left as it is", self.name, CLOSING_S)

    def _read_s(self) -> float:
        """When it is to be read next."""
        if self._silent_s is not None:
            return self._read_again_s
        told_s, polite_s = self._holding.told_s, self._charger.polite_s
        if self._asked_s - told_s < self._pace.looks_s and told_s > -math.inf:
            return max(self._asked_s, told_s) + max(self._pace.look_s, polite_s)
        is_empty = self._reading is not None and self._reading.plug is Plug.EMPTY
        period_s = self._pace.empty_s if is_empty else self._pace.plugged_s
        return max(self._asked_s + period_s, self._called_s + polite_s)

    def _order_s(self) -> float:
        """When the order that is wanted is to go out; never where it holds already."""
        order = self._wanted
        if order is None or self._holding.fits(order):
            return math.inf
        if self._holding.is_cut(order):
            return self._try_again_s
        if self._meddled > 1 or self._silent_s is not None:
            return math.inf
        polite_s = self._called_s + self._charger.polite_s
        return max(self._try_again_s, self._holding.told_s + self._pace.raise_s, polite_s)

    def _is_pressing(self) -> bool:
        """Whether a cut waits that is not the order on its way."""
        order = self._wanted
        if order is None or order == self._doing or self._try_again_s > self._clock.monotonic():
            return False
        return not self._holding.fits(order) and self._holding.is_cut(order)

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
            reading = await self._call(self._charger.read(), patience_s=0.0)
        except ChargerError as error:
            self._miss(error, asked_s)
            return
        if reading is None:
            self._asked_s = -math.inf  # a cut took its place: ask again after it
            return
        was_silent, self._silent_s, self._misses = self._silent_s is not None, None, 0
        if self._locked_by == READS:  # who may read may not be let write
            self._locked_by, self._try_again_s = "", -math.inf
        if self._said.pop(READS, None):
            log.info("%s: answers again", self.name)
        self._follow(reading, was_silent=was_silent)

    def _follow(self, reading: ChargerReading, *, was_silent: bool) -> None:
        """Take what it says; notice where it is no longer as it was told.

        After a silence it may have been switched off and on, and after a plug-in some forget: neither is meddling. What
        is wanted may be newer than what it was told, which still was to hold.
        """
        before, is_fresh = self._holding, was_silent or self._is_new_plugin(reading)
        if reading.plug is Plug.EMPTY or self._is_new_plugin(reading):
            self._meddled = 0
        self._reading = reading
        self._holding = read(before, reading, fresh=is_fresh)
        order, after = self._wanted, self._holding
        is_ours = is_fresh or order is None or after.fits(order)
        was_so = any(before.fits(one) and not after.fits(one) for one in (order, before.told) if one)
        what = "" if is_ours or not was_so else _meddling(before, after)
        if not what:
            self._hear(Told(charger=self.name, reading=reading))
            return
        self._meddled += 1
        log.warning("%s: %s", self.name, what)
        self._hear(Told(charger=self.name, reading=reading))
        self._hear(Meddled(charger=self.name, what=what, left=self._meddled > 1))

    def _is_new_plugin(self, reading: ChargerReading) -> bool:
        """Whether a car was plugged in since the last reading, also when nobody saw it."""
        last = self._reading
        if last is None:
            return False
        counts = {last.plugins, reading.plugins} - {None}
        return len(counts) > 1 or (last.plug is Plug.EMPTY and reading.plug.is_car)

    async def _tell(self, order: Order) -> None:
        sent_s = self._called_s = self._clock.monotonic()
        self._holding, self._doing, self._locked_by = sent(self._holding, order, sent_s), order, ""
        try:
            accepted = await self._call(self._charger.order(order), patience_s=self._pace.patience_s)
        except ChargerError as error:
            self._balk(order, error, sent_s)
            return
        finally:
            self._doing = None
        if accepted is None:
            self._hear(Balked(charger=self.name, order=order, why=OVERTAKEN, sent_s=sent_s, answered=False))
            return
        self._balks, self._try_again_s = 0, -math.inf
        self._said.pop(ORDERS, None)
        self._holding = taken(self._holding, order, accepted)
        self._hear(Took(charger=self.name, order=order, accepted=accepted, sent_s=sent_s))

    async def _call(self, work: Coroutine[Any, Any, T], *, patience_s: float) -> T | None:
        """What the charger answers; None when a cut took its place, and then it is hung up on."""
        task = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._wake.set())
        try:
            while not task.done():
                self._wake.clear()
                if self._is_pressing():
                    await asyncio.wait({task}, timeout=patience_s)
                    break
                await self._rest(max(0.0, self._try_again_s - self._clock.monotonic()) or math.inf)
            if task.done():
                return await task
        finally:
            task.cancel()
            await asyncio.wait({task})
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, ChargerError):
            raise error
        return None

    def _miss(self, error: ChargerError, asked_s: float) -> None:
        self._misses += 1
        self._silent_s = asked_s if self._silent_s is None else self._silent_s
        pause_s = self._pace.denied_s if isinstance(error, DeniedError) else self._pace.pause_s(self._misses)
        self._read_again_s = self._clock.monotonic() + pause_s
        self._lock(error, READS)
        self._say(READS, str(error))
        self._hear(Missed(charger=self.name, why=str(error), since_s=self._silent_s))

    def _balk(self, order: Order, error: ChargerError, sent_s: float) -> None:
        is_refused = isinstance(error, RefusedError | DeniedError)
        if is_refused:
            self._holding = refused(self._holding, order)
        self._balks += 1
        is_cut = self._holding.is_cut(order)
        pause_s = self._pace.cut_pause_s(self._balks) if is_cut else self._pace.pause_s(self._balks)
        self._try_again_s = self._clock.monotonic() + pause_s
        self._lock(error, ORDERS)
        self._say(ORDERS, str(error))
        if not is_refused and self._silent_s is None:  # cuts that are tried again leave no read its time
            self._silent_s, self._read_again_s = sent_s, -math.inf
            self._hear(Missed(charger=self.name, why=str(error), since_s=sent_s))
        self._hear(Balked(charger=self.name, order=order, why=str(error), sent_s=sent_s, answered=is_refused))

    def _lock(self, error: ChargerError, what: str) -> None:
        """What only its owner can mend is not tried again soon, whatever is wanted."""
        if isinstance(error, DeniedError):
            self._locked_by = what
            self._try_again_s = self._clock.monotonic() + self._pace.denied_s

    def _say(self, what: str, why: str) -> None:
        """Each trouble once, until it is over."""
        is_news = why not in self._said.values()
        self._said[what] = why
        if is_news:
            log.warning("%s: %s", self.name, why)


def _meddling(before: Holding, after: Holding) -> str:
    """In what it is no longer as it was told, in a sentence; "" when neither in amperes nor in the pause."""
    by = "by its owner, or by a mode of its own"
    if after.go is None:
        return f"it was left to itself {by}; it had been told what to do"
    if after.go is not before.go:
        return f"it was {'let go on' if after.go else 'paused'} {by}; it had been told otherwise"
    if after.current_a is not None and before.current_a is not None and after.current_a != before.current_a:
        return f"it was set to {after.current_a:g} A {by}; it had been told {before.current_a:g} A"
    return ""
