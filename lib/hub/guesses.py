"""Wrong tokens, by the address they come from: how long the answer to the next one waits. Knows no token.

A right token is never slowed: one made by us cannot be guessed, and a phone with an old one must not shut out the
programs behind the same address. What is slowed is the noise.
"""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_network

from lib.clock import Clock
from lib.hub.visitor import address_of

FIRST_S = 0.25  # the first wrong one waits so long, each further one twice as long
LONGEST_S = 4.0
MOST = 10  # at once; then there is no answer but "too many"
FORGET_S = 10.0  # one is forgotten in so many seconds
MOST_ADDRESSES = 256  # then those that were silent longest are forgotten
LOG_S = 60.0
ROUNDING = 1e-6  # ten times a tenth is not quite one
PREFIX = 64  # one household may use as many addresses of IPv6 as it likes

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Guesser:
    count: float = 0.0
    at_s: float = 0.0
    unsaid: int = 0  # since the last line in the log
    said_s: float | None = None


class Guesses:
    """Who guesses. Bounded in memory, and in the log to a line a minute for each address."""

    def __init__(self, clock: Clock) -> None:
        """Nobody guessed yet."""
        self._clock = clock
        self._guessers: OrderedDict[str, _Guesser] = OrderedDict()

    def wrong(self, address: str) -> float | None:
        """A wrong token came: seconds until its answer, or None when there were too many."""
        now_s = self._clock.monotonic()
        name = _household(address)
        guesser = self._guessers.setdefault(name, _Guesser(at_s=now_s))
        self._guessers.move_to_end(name)
        if len(self._guessers) > MOST_ADDRESSES:
            self._guessers.popitem(last=False)
        guesser.count = max(0.0, guesser.count - (now_s - guesser.at_s) / FORGET_S)
        guesser.at_s = now_s
        self._say(guesser, name, now_s)
        if guesser.count > MOST - 1 + ROUNDING:
            return None  # and not counted: who goes on for ever is answered once in ten seconds, not never
        wait_s = float(min(LONGEST_S, FIRST_S * 2.0**guesser.count))
        guesser.count += 1
        return wait_s

    def _say(self, guesser: _Guesser, name: str, now_s: float) -> None:
        guesser.unsaid += 1
        if guesser.said_s is None or now_s - guesser.said_s >= LOG_S:
            log.warning("a wrong token from %s%s", name, f", {guesser.unsaid} times" if guesser.unsaid > 1 else "")
            guesser.said_s, guesser.unsaid = now_s, 0


def _household(address: str) -> str:
    found = address_of(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, PREFIX), strict=False))
    return str(found or "an unknown address")
