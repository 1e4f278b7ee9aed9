"""What dm says: each state of the house, and the rest when it changed. It knows no socket, only whom to tell."""

import logging
from collections import deque
from collections.abc import Iterable

from lib import messages
from lib.clock import Clock
from lib.commands.memory import Memory
from lib.core.books import Books
from lib.core.events import Event
from lib.core.house import House, Rules
from lib.core.slots import Series
from lib.messages.counted import say_bill, say_usage
from lib.messages.dm import say_events, say_house, say_rates, say_telegram
from lib.prices.watch import Watch

EVENTS = 50  # the last ones are told
log = logging.getLogger(__name__)


class Teller:
    """Tells what a house is, from core state to messages."""

    def __init__(
        self, say: messages.Say, rules: Rules, memory: Memory, *, boot: str, clock: Clock, demo: bool = False
    ) -> None:
        """`say` takes each message and never waits; boot: which start of the program this is."""
        self.market: Watch | None = None
        self._say, self._rules, self._memory = say, rules, memory
        self._boot, self._clock, self._demo = boot, clock, demo
        self._events = deque(memory.events, EVENTS)
        self._seq = 0
        self._rated: tuple[object, ...] | None = None
        self._index: Series | None = None
        self._books: Books | None = None
        self._usage: messages.Usage | None = None
        self._bill: messages.Bill | None = None
        self._say(say_events(self._events))
        for warning in rules.tariffs.warnings:
            log.warning("rates.json: %s", warning)

    def tell(self, house: House, telegram: bytes | None = None) -> None:
        """The house as it is now, and by which telegram; prices, usage and bill when they changed."""
        self._seq += 1
        market = self.market.state if self.market else None
        why = "" if market is None or market.whole else market.why
        notices = {key: text for key, text in (("store", self._memory.trouble), ("prices", why)) if text}
        said = say_house(
            house,
            self._rules,
            boot=self._boot,
            seq=self._seq,
            now=self._clock.now(),
            now_s=self._clock.monotonic(),
            fresh=telegram is not None,
            demo=self._demo,
            notices=notices,
        )
        self._say(said)
        rated = (why, said.quarter and said.quarter.start, said.band)
        if rated != self._rated or house.index is not self._index:
            self._rated, self._index = rated, house.index
            self._say(say_rates(house, self._rules, now=self._clock.now(), trouble=why))
        if house.books is not None and house.books is not self._books:
            self._books = house.books
            self._tell_books(house)
        if telegram is not None:
            self._say(say_telegram(telegram, self._clock.now()))

    def _tell_books(self, house: House) -> None:
        usage, bill = say_usage(house, self._rules), say_bill(house, self._rules)
        if usage != self._usage:
            self._usage = usage
            self._say(usage)
        if bill != self._bill:
            self._bill = bill
            self._say(bill)

    def tell_events(self, happened: Iterable[Event]) -> None:
        """What happened, among the last things that did."""
        for event in happened:
            self._events.appendleft(event)
        self._say(say_events(self._events))
