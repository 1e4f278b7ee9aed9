"""A charger in memory, for stories about who tells it what and when: by the time of the loop it runs in."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from lib.chargers import ChargerError
from lib.core.charger import Accepted, ChargerReading, Found, Order, Plug


class ToyCharger:
    """It takes every order, and shows it some seconds later. A pause that it is seen to have is not written again.

    Attributes:
        told: what it was told, and when; asked_s: when it was read.
        trouble: raised by every call; hangs: no call ever answers.
        most_a: it takes no more, and says so.
        owner: what it gives back; nothing here sets it.
        cut_off: calls that were cancelled; overlaps: calls that began during another one.

    """

    step_a = 0.1
    polite_s = 0.0

    def __init__(self, *, answers_s: float = 0.05, shows_s: float = 2.0) -> None:
        self.answers_s = answers_s
        self.shows_s = shows_s
        self.current_a = 16.0
        self.paused = True
        self.phases = 3
        self.plug = Plug.CONNECTED
        self.plugins = 1
        self.most_a = 16.0
        self.owner: Found | None = None
        self.trouble: ChargerError | None = None
        self.hangs = False
        self.told: list[tuple[float, Order]] = []
        self.asked_s: list[float] = []
        self.cut_off = self.overlaps = 0
        self.closed: bool | None = None
        self._busy = False
        self._seen_paused: bool | None = None  # by who reads and tells it
        self._showing: list[tuple[float, float, bool]] = []

    async def read(self) -> ChargerReading:
        """What it shows."""
        now_s = asyncio.get_running_loop().time()
        self.asked_s.append(now_s)
        with self._alone():
            await self._answer()
        current_a, paused = self._shown(now_s)
        self._seen_paused = paused
        return ChargerReading(
            plug=self.plug, read_s=now_s, set_a=current_a, paused=paused, phases=self.phases, plugins=self.plugins
        )

    async def order(self, order: Order) -> Accepted:
        """Take it, as far as it goes."""
        now_s = asyncio.get_running_loop().time()
        self.told.append((now_s, order))
        with self._alone():
            await self._answer()
        before = self._shown(now_s)
        self.current_a = min(order.current_a, self.most_a)
        self.paused = self.paused if self._seen_paused is (not order.go) else not order.go
        self._seen_paused = not order.go
        self.phases = order.phases or self.phases
        self._showing.append((now_s + self.shows_s, *before))
        return Accepted(current_a=self.current_a, go=order.go, phases=self.phases)

    async def close(self, *, restore: bool) -> None:
        """Remember how."""
        self.closed = restore

    def by_hand(self, *, current_a: float | None = None, paused: bool | None = None) -> None:
        """Its owner sets it, which shows at once."""
        self._showing.clear()
        self.current_a = self.current_a if current_a is None else current_a
        self.paused = self.paused if paused is None else paused

    def _shown(self, now_s: float) -> tuple[float, bool]:
        """The settings that it shows: those before an order, until the order shows."""
        self._showing = [one for one in self._showing if one[0] > now_s]
        return self._showing[0][1:] if self._showing else (self.current_a, self.paused)

    async def _answer(self) -> None:
        if self.hangs:
            await asyncio.sleep(4.5)
            raise self.trouble or ChargerError("no answer")
        await asyncio.sleep(self.answers_s)
        if self.trouble:
            raise self.trouble

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self.overlaps += self._busy
        self._busy = True
        try:
            yield
        except asyncio.CancelledError:
            self.cut_off += 1
            raise
        finally:
            self._busy = False
