"""The owner's orders to ev → what happens to its state, or why not, in a sentence."""

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from typing import Protocol

from lib.commands.owner import passed_on, told_to
from lib.commands.proposing import cars_known, proposed, unknown
from lib.core.car import CarReading, CarTold
from lib.core.carport import Bay, Charging
from lib.core.charging import Event, Wanted
from lib.core.circuits import Circuit
from lib.core.claims import BATTERY
from lib.core.modes import UNBOOSTED, Phases
from lib.core.plugged import Named
from lib.core.soc import TYPED
from lib.hub.client import Peer
from lib.hub.orders import Answer, Handlers
from lib.messages import Refused
from lib.messages.orders import AcceptPeak, Boost, Done, Propose, SetCar, SetMode, SetPhases, SetSoc, Withdraw


class Taker(Protocol):
    """Who has the state."""

    @property
    def charging(self) -> Charging:
        """It, as it is now."""

    def take(self, event: Event) -> None:
        """Something happened."""


def handlers(
    taker: Callable[[], Taker | None], meter: Callable[[], Peer | None], circuits: Iterable[Circuit] = ()
) -> Handlers:
    """What carries out each order that ev takes; the peak's is passed on to dm.

    taker: None while ev is just starting; meter: None where dm has no door. circuits: those of the owner, of which
    other programs may want something as they may of a charger.
    """
    names = [circuit.name for circuit in circuits]

    def propose(known: Taker, order: object) -> Answer:
        assert isinstance(order, Propose | Withdraw)
        return _propose(known, names, order)

    own, others = told_to(taker, "ev", _carry_out), told_to(taker, "ev", propose)
    return {
        **dict.fromkeys((SetMode, SetPhases, SetSoc, SetCar, Boost), own),
        **dict.fromkeys((Propose, Withdraw), others),
        AcceptPeak: passed_on(meter),
    }


def _propose(taker: Taker, circuits: Collection[str], order: Propose | Withdraw) -> Answer:
    bays = taker.charging.bays
    if order.target not in bays and order.target not in circuits:
        if order.target == BATTERY:
            return Refused(
                why="ev takes proposals for chargers and circuits: bs does for the battery, so send it there"
            )
        return unknown("charger or circuit", order.target, [*circuits, *bays])
    return proposed(order, lambda: cars_known(taker.charging), taker.take)


def _carry_out(taker: Taker, order: object) -> Answer:
    match order:
        case SetSoc(car=car, soc_pct=soc_pct):
            return _soc(taker, car, soc_pct)
        case SetMode(charger=charger) | SetPhases(charger=charger) | SetCar(charger=charger) | Boost(charger=charger):
            bay = taker.charging.bays.get(charger)
            if bay is None:
                return _unknown("charger", charger, taker.charging.bays)
            return _charger(taker, bay, order)
    raise TypeError(f"{order!r} is no order of ev's")


def _charger(taker: Taker, bay: Bay, order: object) -> Answer:
    name = bay.post.rules.name
    match order:
        case SetMode(mode=mode):
            taker.take(Wanted(charger=name, mode=mode))
            return Done(what=f"{name}: {mode}")
        case SetPhases(phases=phases):
            if not bay.post.rules.switches and phases is not Phases.AUTO:
                has = bay.post.rules.phases
                return Refused(why=f"{name} cannot switch phases, it has {has}; switches_phases in config.py says so")
            taker.take(Wanted(charger=name, phases=phases))
            return Done(what=f"{name}: phases {phases}")
        case Boost(minutes=minutes) if minutes and bay.mode in UNBOOSTED:
            return Refused(why=f"{name} is {bay.mode}, as you set it: choose auto, pv_only, pv_all or max first")
        case Boost(minutes=minutes):
            at = taker.charging.at
            taker.take(Wanted(charger=name, boost_until=at + timedelta(minutes=minutes)))
            return Done(what=f"{name}: fast for {minutes:g} minutes" if minutes else f"{name}: no longer fast")
        case SetCar(car=car):
            if car and car not in taker.charging.cars:
                return _unknown("car", car, taker.charging.cars)
            if name not in taker.charging.plugged.cables:
                return Refused(why=f"no car hangs on {name}: plug it in first")
            taker.take(Named(charger=name, car=car))
            return Done(what=f"{name}: {car or 'a guest'} is on it")
    raise TypeError(f"{order!r} is no order to a charger")


def _soc(taker: Taker, car: str, soc_pct: float) -> Answer:
    if car not in taker.charging.cars:
        return _unknown("car", car, taker.charging.cars)
    reading = CarReading(source=TYPED, as_of=taker.charging.at, soc_pct=soc_pct)
    taker.take(CarTold(car=car, reading=reading))
    return Done(what=f"{car}: {soc_pct:g} %")


def _unknown(kind: str, name: str, known: object) -> Refused:
    names = ", ".join(known) if isinstance(known, dict) and known else "none"
    return Refused(why=f"there is no {kind} {name!r}; there is {names}")
