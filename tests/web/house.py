"""Whose page it is: doors of programs that say what a test wants, and an owner who carries orders out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from lib.core.modes import Mode
from lib.hub.gate import Role
from lib.hub.server import Hub
from lib.hub.states import CAR_STATES, STORE_STATES
from lib.messages import Refused
from lib.messages.orders import ORDERS, AcceptPeak, Boost, Done, Order, SetMode, SetReserve, SetSoc, SetStorage

LOOK, STEER = "look-" + "a" * 40, "steer-" + "b/+ü" * 10
QUOTED = "steer-" + "b%2F%2B%C3%BC" * 10  # STEER in an address
TOKENS = {Role.VIEW: LOOK, Role.CONTROL: STEER}
GARAGE, CARPORT = "#chargers > :nth-child(1)", "#chargers > :nth-child(2)"
FIRST_CAR, ACCEPT = "#cars > :nth-child(1)", "#accept"


class Owner:
    """Who carries out the orders of the page: all but those for what is not there."""

    def __init__(self) -> None:
        self.told: list[Order] = []

    def take(self, order: Order) -> Done | Refused:
        """What becomes of an order."""
        self.told.append(order)
        match order:
            case SetMode(charger=name, mode=mode) if mode is not Mode.MANUAL:
                return Done(what=f"{name}: {mode}")
            case SetSoc(car=name, soc_pct=pct):
                return Done(what=f"{name}: {pct:g} %")
            case Boost(charger=name, minutes=minutes):
                return Done(what=f"{name}: fast for {minutes:g} minutes")
            case AcceptPeak(peak_w=peak_w):
                return Done(what=f"{peak_w:g} W are accepted")
            case SetStorage(mode=mode):
                return Done(what=f"battery: {mode}")
            case SetReserve(reserve_pct=None):
                return Done(what="reserve by the time of day")
            case SetReserve(reserve_pct=pct):
                return Done(what=f"reserve {pct:g} %")
        return Refused(why="this house has no such thing")


@asynccontextmanager
async def door(program: str, *said: Any, owner: Owner | None = None, **options: Any) -> AsyncIterator[Hub]:
    """The door of a program that said all this."""
    orders = dict.fromkeys(ORDERS.values(), owner.take) if owner else {}
    states = {"ev": {"states": CAR_STATES}, "bs": {"states": STORE_STATES}}.get(program, {})
    usual: dict[str, Any] = {"boot": "b1", "host": "127.0.0.1", "port": 0, "orders": orders}
    hub = Hub(program, **usual | states | options)
    await hub.start()
    for message in said:
        hub.say(message)
    try:
        yield hub
    finally:
        await hub.close()


def at(hub: Hub, name: str = "127.0.0.1", query: str = "") -> str:
    """Where the page is."""
    return f"http://{name}:{hub.port}/phone{query}"
