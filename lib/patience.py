"""How a service on the internet is treated: left alone for a while after a failure, each trouble logged once.

In: that it answered, or failed. Out: when it may be asked again. It knows no service and asks nobody.
"""

from collections.abc import Callable
from logging import Logger

from lib.clock import Clock

FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 1800.0
DOUBLINGS = 20
JITTER = 0.1
MOST_SAID = 16
MOVED_S = 60.0


def pause_s(failures: int, *, longest_s: float, chance: float) -> float:
    """Seconds after so many failures: 60, 120, 240 … `longest_s`, up to a tenth more or less. chance: 0 up to 1."""
    doubled_s = FIRST_PAUSE_S * 2.0 ** min(failures - 1, DOUBLINGS)
    return jittered_s(min(longest_s, doubled_s), chance)


def jittered_s(seconds: float, chance: float) -> float:
    """`seconds`, up to a tenth more or less, so that houses do not ask in step. chance: 0 up to 1."""
    return seconds * (1 + JITTER * (2 * chance - 1))


class Patience:
    """With the service `name`; what: what it is asked for, the first word of each line of `log`.

    chance: gives numbers from 0 up to 1.
    """

    def __init__(self, name: str, what: str, *, log: Logger, clock: Clock, chance: Callable[[], float]) -> None:
        self._name = name
        self._what = what
        self._log = log
        self._clock = clock
        self._chance = chance
        self._failures = 0  # in a row
        self._until_s = clock.monotonic()
        self._is_told = False  # whether the service itself said how long to wait
        self._trouble = ""
        self._said: set[str] = set()  # failures that the log has, since it last answered

    @property
    def rests_until_s(self) -> float:
        """It is not asked before then, in seconds of the clock."""
        return self._until_s

    @property
    def trouble(self) -> str:
        """Why it rests; "" since it last answered."""
        return self._trouble

    def wake(self) -> None:
        """Forget a rest, but for one that the service asked for."""
        if not self._is_told:
            self._until_s = self._clock.monotonic()
            self._failures = 0

    def failed(self, why: str, *, again_s: float | None) -> None:
        """Rest; the first time of each trouble is worth a line. again_s: what the service itself said."""
        self._failures += 1
        self._trouble = why
        own_s = pause_s(self._failures, longest_s=LONGEST_PAUSE_S, chance=self._chance())
        self._is_told = again_s is not None
        self._until_s = self._clock.monotonic() + max(own_s, again_s or 0.0)
        if why not in self._said and len(self._said) < MOST_SAID:
            self._said.add(why)
            self._log.warning("%s: %s", self._what, why)

    def answered(self) -> None:
        """All is well again."""
        if self._said:
            self._log.info("%s: %s answers again", self._what, self._name)
        self._said.clear()
        self._failures, self._is_told, self._trouble = 0, False, ""


class Leap:
    """Notices when the clock was set or the machine slept: back-offs of another time mean nothing then."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen, self._seen_s = clock.now(), clock.monotonic()

    def moved_s(self) -> float:
        """So far the time of day went ahead since the last look, beside the seconds that passed; 0 for a trifle."""
        now, now_s = self._clock.now(), self._clock.monotonic()
        moved_s = (now - self._seen).total_seconds() - (now_s - self._seen_s)
        self._seen, self._seen_s = now, now_s
        return moved_s if abs(moved_s) > MOVED_S else 0.0
