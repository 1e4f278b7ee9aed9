"""A battery in memory, for stories about who tells it what and when: by the time of the loop it runs in."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from lib.batteries import BatteryError
from lib.core.battery import BatteryReading, Setpoint


class ToyBattery:
    """It takes every setpoint at once.

    Attributes:
        told: what it was told, and when, None: it was handed back; asked_s: when it was read.
        set_w: the watts that it is set to; None: it is in its own mode.
        trouble: raised by every call; refusal: by every order and release; hangs: no call ever answers.
        most_w: it takes and gives no more, and says so.
        cut_off: calls that were cancelled; overlaps: calls that began during another one.

    """

    def __init__(
        self,
        *,
        answers_s: float = 0.005,
        watchdog_s: float | None = None,
        stored: bool = False,
        by_grid: bool = False,
        retake_s: float = 0.0,
        polite_s: float = 0.0,
    ) -> None:
        self.answers_s = answers_s
        self.watchdog_s = watchdog_s
        self.stored = stored
        self.by_grid = by_grid
        self.retake_s = retake_s
        self.polite_s = polite_s
        self.set_w: float | None = None
        self.most_w = 5_000.0
        self.trouble: BatteryError | None = None
        self.refusal: BatteryError | None = None
        self.hangs = False
        self.told: list[tuple[float, Setpoint | None]] = []
        self.asked_s: list[float] = []
        self.cut_off = self.overlaps = 0
        self.closed = False
        self._busy = False

    async def read(self) -> BatteryReading:
        """What it shows."""
        now_s = asyncio.get_running_loop().time()
        self.asked_s.append(now_s)
        with self._alone():
            await self._answer()
        return BatteryReading(
            read_s=now_s, soc_pct=50.0, power_w=self.set_w or 0.0, set_w=self.set_w, ours=self.set_w is not None
        )

    async def order(self, setpoint: Setpoint) -> float:
        """Take it, as far as it goes."""
        self.told.append((asyncio.get_running_loop().time(), setpoint))
        with self._alone():
            await self._answer()
            if self.refusal:
                raise self.refusal
        self.set_w = min(self.most_w, max(-self.most_w, setpoint.power_w))
        return self.set_w

    async def release(self) -> None:
        """Back to its own mode."""
        self.told.append((asyncio.get_running_loop().time(), None))
        with self._alone():
            await self._answer()
            if self.refusal:
                raise self.refusal
        self.set_w = None

    async def close(self) -> None:
        """Remember it."""
        self.closed = True

    async def _answer(self) -> None:
        if self.hangs:
            await asyncio.sleep(4.5)
            raise self.trouble or BatteryError("no answer")
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
