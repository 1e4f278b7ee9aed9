"""The owner's orders to bs → what happens to its state, or why not, in a sentence."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from lib.commands.owner import passed_on, told_to
from lib.commands.proposing import battery_known, proposed
from lib.core.cellar import Storage, StorageRules
from lib.core.claims import BATTERY
from lib.core.modes import StorageMode
from lib.core.storage import Chosen, Event, Reserved
from lib.hub.client import Peer
from lib.hub.orders import Answer, Handlers
from lib.messages import Refused
from lib.messages.bs import floor_pct
from lib.messages.orders import AcceptPeak, Done, Propose, SetReserve, SetStorage, Withdraw

MEANS: Final[Mapping[StorageMode, str]] = MappingProxyType(
    {
        StorageMode.AUTO: "by price, peak and sun",
        StorageMode.FILL: "is filled, under the month's peak",
        StorageMode.HOLD: "gives nothing, and stores what the sun leaves over",
        StorageMode.OFF: "neither takes nor gives",
        StorageMode.OWN: "is left to its maker's mode",
    }
)
EV = "and ev for chargers and circuits: send it there"


class Taker(Protocol):
    """Who has the state."""

    @property
    def storage(self) -> Storage:
        """It, as it is now."""

    def take(self, event: Event) -> None:
        """Something happened."""


def handlers(taker: Callable[[], Taker | None], meter: Callable[[], Peer | None], rules: StorageRules) -> Handlers:
    """What carries out each order that bs takes; the peak's is passed on to dm.

    taker: None while bs is just starting; meter: None where dm has no door.
    """

    def carry_out(known: Taker, order: object) -> Answer:
        if not rules.batteries:
            return Refused(why="there is no battery: batteries in config.py names none")
        match order:
            case SetStorage(mode=mode):
                known.take(Chosen(mode=mode))
                return Done(what=f"battery {mode}: {MEANS[mode]}")
            case SetReserve(reserve_pct=reserve_pct):
                return _reserve(known, rules, reserve_pct)
            case Propose() | Withdraw():
                if order.target != BATTERY:
                    return Refused(why=f"{order.target!r} is not the battery: bs takes proposals for {BATTERY!r}, {EV}")
                return proposed(order, lambda: battery_known(known.storage), known.take)
        raise TypeError(f"{order!r} is no order of bs's")

    own = told_to(taker, "bs", carry_out)
    kinds = (SetStorage, SetReserve, Propose, Withdraw)
    return {**dict.fromkeys(kinds, own), AcceptPeak: passed_on(meter)}


def _reserve(taker: Taker, rules: StorageRules, reserve_pct: float | None) -> Answer:
    if not rules.peaks_cost:
        return Refused(why="peaks cost nothing here, so nothing is kept for them")
    if reserve_pct is None:
        taker.take(Reserved(reserve_pct=None))
        return Done(what="the reserve is as the last weeks needed, and by the time of day while that is not known")
    most_pct, lowest_pct = min(battery.most_pct for battery in rules.batteries.values()), floor_pct(rules)
    if reserve_pct > most_pct:
        return Refused(why=f"the battery is filled to {most_pct:g} % at most: {reserve_pct:g} % cannot be kept")
    taker.take(Reserved(reserve_pct=max(reserve_pct, lowest_pct)))
    if reserve_pct <= lowest_pct:
        return Done(what=f"nothing is kept for the month's peak: its floor is {lowest_pct:.0f} % anyway")
    return Done(what=f"{reserve_pct:g} % are kept for the month's peak")
