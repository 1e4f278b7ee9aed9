"""The orders that a screen gives: one at a time on its way, and what became of the last. Knows no widget."""

from collections.abc import Awaitable, Callable

from lib.messages import Refused
from lib.messages.orders import Done, Order
from lib.panels.head import Notice, Role

STANDS_S = 8.0  # an answer can be read for so long
Give = Callable[[Order], Awaitable[Done | Refused]]


class Errands:
    """Where a screen's orders go to, and the answer to read."""

    def __init__(self, give: Give, elapsed_s: Callable[[], float]) -> None:
        """give: carries an order out and answers within some seconds; elapsed_s: seconds that only ever grow."""
        self._give = give
        self._elapsed_s = elapsed_s
        self._busy = False
        self._said: tuple[float, Notice] | None = None

    @property
    def said(self) -> Notice | None:
        """What became of the last order, for as long as it is to be read."""
        if self._said is None:
            return None
        at_s, notice = self._said
        return notice if self._busy or self._elapsed_s() - at_s < STANDS_S else None

    def say(self, text: str, role: Role = "warn") -> None:
        """Something to read now."""
        self._said = self._elapsed_s(), (text, role)

    def begin(self) -> bool:
        """Whether an order may go now: one at a time, and none waits behind it."""
        if self._busy:
            self.say("the last order has no answer yet: try again in a moment")
            return False
        self._busy = True
        self.say("the order is on its way", "text")
        return True

    async def run(self, order: Order) -> None:
        """Give the order that has begun, and keep its answer."""
        try:
            answer = await self._give(order)
        finally:
            self._busy = False
        if isinstance(answer, Done):
            self.say(answer.what, "good")
        else:
            self.say(answer.why)
