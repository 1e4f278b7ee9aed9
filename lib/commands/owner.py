"""The owner's orders on their way: to who has the state, or on to dm. Knows no order's meaning but the peak's."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from lib.hub.client import Peer
from lib.hub.orders import Answer
from lib.messages import Refused
from lib.messages.orders import AcceptPeak

T = TypeVar("T")


def told_to(
    taker: Callable[[], T | None], program: str, carry_out: Callable[[T, object], Answer]
) -> Callable[[object], Answer]:
    """What carries an order out, as soon as there is somebody who has the state of `program`."""

    def handle(order: object) -> Answer:
        known = taker()
        if known is None:
            return Refused(why=f"{program} is just starting: try again in a second")
        return carry_out(known, order)

    return handle


def passed_on(meter: Callable[[], Peer | None]) -> Callable[[AcceptPeak], Awaitable[Answer]]:
    """The peak is dm's to accept; meter: None where dm has no door."""

    async def accept(order: AcceptPeak) -> Answer:
        known = meter()
        return Refused(why="dm cannot be reached from here") if known is None else await known.ask(order)

    return accept
