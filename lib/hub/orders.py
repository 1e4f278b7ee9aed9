"""One router for orders, whichever way they come: as a frame at /ws, over REST, or typed.

In: an order, or a frame that is meant as one, and whether the control token was shown. Out: Done or Refused, always,
within five seconds. What an order does its program's handler knows.
"""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from lib.messages import Refused
from lib.messages.orders import (
    AcceptPeak,
    Done,
    LimitSun,
    Order,
    OrderError,
    Propose,
    SetReserve,
    SetStorage,
    Withdraw,
    needs_token,
    order_name,
    parse_order,
)

ORDER_S = 4.0  # who asks waits a second longer, and so hears what became of it

Answer = Done | Refused
Handler = Callable[[Any], Answer | Awaitable[Answer]]  # one order of its kind → what became of it
Handlers = Mapping[type[Order], Handler]
NO_HANDLERS: Final[Handlers] = MappingProxyType({})
TAKERS: Final[Mapping[type[Order], str]] = MappingProxyType(
    {AcceptPeak: "dm", LimitSun: "dm", SetStorage: "bs", SetReserve: "bs"}
)  # all others ev takes

BOTH = "ev does for chargers and circuits, and bs for the battery"
SHOW = (
    'above priority 100 the control token is needed, also on this machine: show it as "Authorization: Bearer TOKEN" or '
    "as ?token=TOKEN; secrets.json of the machine you ask has it. Where it has none, write "
    '"door": {"view": "…", "control": "…"} there, 32 letters or more each, and start again'
)

log = logging.getLogger(__name__)


def is_order(frame: str) -> bool:
    """Whether a text frame is meant as JSON rather than as a line of a person."""
    return frame.lstrip().startswith("{")


class Orders:
    """The orders that a program takes."""

    def __init__(self, program: str, handlers: Handlers) -> None:
        """handlers: for each kind of order that it takes, what carries it out; one that waits has 4 s."""
        self.program = program
        self._handlers = dict(handlers)

    def takes(self, kind: type[Order]) -> bool:
        """Whether there is a handler."""
        return kind in self._handlers

    async def frame(self, frame: str | bytes, *, may_change: bool, by_token: bool = False) -> Answer:
        """What becomes of a frame; by_token: of somebody who showed a token, and not only asks from this machine."""
        if not may_change:
            return Refused(why="this token may only look: an order needs the control token")
        if isinstance(frame, bytes):
            return Refused(why="a binary frame is no order and no word: send JSON or a typed line as a text frame")
        try:
            order = parse_order(frame)
        except OrderError as error:
            return Refused(why=str(error))
        return await self.carry_out(order, by_token=by_token)

    async def carry_out(self, order: Order, *, by_token: bool = False) -> Answer:
        """What becomes of an order; never raises. by_token: the control token was shown for it."""
        name, handler = order_name(type(order)), self._handlers.get(type(order))
        if handler is None:
            taker = TAKERS.get(type(order), "ev")
            who = BOTH if isinstance(order, Propose | Withdraw) else f"{taker} does"
            where = "now" if taker == self.program else f"here: {who}, so send it there"
            return Refused(why=f"{self.program} takes no {name} {where}")
        if needs_token(order) and not by_token:
            return Refused(why=SHOW)
        try:
            async with asyncio.timeout(ORDER_S):
                answer = handler(order)
                return await answer if inspect.isawaitable(answer) else answer
        except TimeoutError:
            return Refused(why=f"{name}: no answer within {ORDER_S:g} s, so nobody knows whether it was carried out")
        except Exception as error:
            log.exception("the order %s failed", name)
            return Refused(why=f"{name} failed with {type(error).__name__}; the log has the whole of it")
