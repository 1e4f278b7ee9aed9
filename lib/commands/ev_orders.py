"""The owner's orders to ev → what happens to its state, or why not, in a sentence."""

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol

from lib.commands.owner import passed_on, told_to
from lib.core.car import CarReading, CarTold
from lib.core.carport import Bay, Charging
from lib.core.charging import Event, Wanted
from lib.core.modes import Phases
from lib.core.plugged import Named
from lib.core.soc import TYPED
from lib.hub.client import Peer
from lib.hub.orders import Answer, Handlers
from lib.messages import Refused
from lib.messages.orders import AcceptPeak, Boost, Done, SetCar, SetMode, SetPhases, SetSoc


class Taker(Protocol):
    """Who has the state."""

    @property
    def charging(self) -> Charging:
        """It, as it is now."""

    def take(self, event: Event) -> None:
        """Something happened."""


def handlers(taker: Callable[[], Taker | None], meter: Callable[[], Peer | None]) -> Handlers:
    """What carries out each order that ev takes; the peak's is passed on to dm.

    taker: None while ev is just starting; meter: None where dm has no door.
    """
    own = told_to(taker, "ev", _carry_out)
    return {SetMode: own, SetPhases: own, SetSoc: own, SetCar: own, Boost: own, AcceptPeak: passed_on(meter)}


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
