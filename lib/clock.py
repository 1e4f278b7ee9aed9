"""The only reader of wall time, the meter's time in its place, and a clock that tests can turn."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

if sys.version_info < (3, 11, 3):
    from lib import timeouts

    timeouts.mend()  # here, since whoever waits has a clock, and who only computes is spared asyncio


YEARS: Final = range(2000, 2100)  # that can be asked for; at the ends of the calendar a day more is none


class Clock(Protocol):
    """Tells the time of day, and seconds that only go forward."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds since some start; never steps back, whatever the time of day does."""


class WallClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the one place that asks

    def monotonic(self) -> float:
        """Seconds since the machine started."""
        return time.monotonic()


class MeterClock:
    """The meter's time, while it is known; else the machine's, which may be days off after a start."""

    def __init__(self, meter: Callable[[], datetime | None], machine: Clock) -> None:
        """meter: its time now; None: nobody told it yet."""
        self._meter, self._machine = meter, machine

    def now(self) -> datetime:
        """The instant, aware, in UTC."""
        return self._meter() or self._machine.now()

    def monotonic(self) -> float:
        """Seconds since the machine started."""
        return self._machine.monotonic()


class TurnedClock:
    """A clock that stands still until it is turned."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._monotonic_s = 0.0

    def now(self) -> datetime:
        """The instant it was turned to."""
        return self._now

    def monotonic(self) -> float:
        """Seconds it was turned forward in all."""
        return self._monotonic_s

    def turn(self, seconds: float) -> None:
        """Let `seconds` pass (0 or more)."""
        self._now += timedelta(seconds=seconds)
        self._monotonic_s += seconds

    def set(self, now: datetime) -> None:
        """Set the time of day, as a person or NTP does; the seconds that passed stay the same."""
        self._now = now
