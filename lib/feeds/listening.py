"""Parts of what a broker's topics say, kept as they were heard last; whoever waits is given the next word.

In: a broker, where each value is said, a clock. Out: the values with their arrivals, or why none come.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from lib.clock import Clock
from lib.feeds import FeedError, FeedSetupError
from lib.mqtt import Broker, BrokerError, LoginError, Message, Spot, Subscription
from lib.payload import NoJsonError, at_path, parse_json, shown

LONGEST_PAUSE_S: Final = 30.0  # between two tries to connect: a fuse waits for it
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Heard:
    """A value, when it came, whether the broker had kept it, and which message in a row said it."""

    value: object
    at_s: float
    is_old: bool
    count: int


class Listening:
    """Some spots of a broker, by name. Listens from the first `next` on.

    takes_old: what the broker kept counts too. quiet_s: after so long without a word that is said.
    """

    def __init__(
        self, broker: Broker, spots: Mapping[str, Spot], *, clock: Clock, takes_old: bool, quiet_s: float
    ) -> None:
        self.heard: dict[str, Heard] = {}
        self._broker = broker
        self._spots = spots
        self._clock = clock
        self._takes_old = takes_old
        self._quiet_s = quiet_s
        self._is_new = False
        self._count = 0
        self._odd: FeedError | None = None
        self._told: BrokerError | None = None
        topics = {spot.topic for spot in spots.values()}
        self._line = Subscription(broker, topics, self._hear, role="circuit", longest_pause_s=LONGEST_PAUSE_S)

    async def next(self, take: Callable[[Mapping[str, Heard]], T | None]) -> T:
        """What `take` makes of what was heard, as soon as something new was; None: more must be heard first.

        Raises FeedError: for a word that is none, once for each trouble of the connection, and when nothing comes.
        """
        self._line.begin()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._quiet_s):
                while True:
                    if (found := self._taken(take)) is not None:
                        return found
                    if self._line.trouble is not None and self._line.trouble is not self._told:
                        self._told = self._line.trouble
                        raise _fault(self._told)
                    await self._line.changed.wait()
                    self._line.changed.clear()
        if self._line.trouble is not None:
            raise _fault(self._line.trouble)
        silent = sorted({spot.topic for name, spot in self._spots.items() if name not in self.heard})
        where = ", ".join(map(repr, silent)) if silent else "any of its topics"
        raise FeedError(f"nothing comes on {where} of {self._broker}: is it the right one, and does it still send?")

    async def close(self) -> None:
        """Hang up; within two seconds."""
        await self._line.close()

    def _taken(self, take: Callable[[Mapping[str, Heard]], T | None]) -> T | None:
        """What is new. Raises FeedError."""
        is_new, self._is_new = self._is_new, False
        odd, self._odd = self._odd, None
        if odd is not None:
            raise odd
        return take(self.heard) if is_new else None

    def _hear(self, message: Message) -> None:
        """Keep what a message says. Kept by the broker, it is passed over, or counts once for the same words."""
        if message.is_old and not self._takes_old:
            return
        said: dict[str, object] = {}
        missing = ""
        for name, spot in self._spots.items():
            if spot.topic == message.topic:
                try:
                    said[name] = at_path(parse_json(message.text), spot.path) if spot.path else _plain(message.text)
                except (LookupError, NoJsonError):
                    missing = spot.path
        if message.is_old:  # it comes again after each broken connection, which does not make it newer
            said = said if any(self._differs(name, value) for name, value in said.items()) else {}
        at_s = self._clock.monotonic()
        self._count += 1
        self.heard |= {name: Heard(value, at_s, message.is_old, self._count) for name, value in said.items()}
        self._is_new = self._is_new or bool(said)
        if missing and not said and not message.is_old:
            self._odd = FeedError(f'{self._broker} says {shown(message.text)}, in which there is no "{missing}"')

    def _differs(self, name: str, value: object) -> bool:
        return name not in self.heard or self.heard[name].value != value


def _plain(text: str) -> object:
    return text.strip('"')


def _fault(trouble: BrokerError) -> FeedError:
    return (FeedSetupError if isinstance(trouble, LoginError) else FeedError)(str(trouble))
