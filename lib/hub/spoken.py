"""Orders as people type them: what stands behind a word → the order. Knows no socket and carries nothing out.

A name may be left out where there is but one, and is found however it is capitalised; numbers may have a comma and
their unit.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from lib.hub.newest import Newest
from lib.messages.charging import Charging
from lib.messages.orders import (
    LONGEST_SHOWN,
    AcceptPeak,
    Boost,
    Order,
    OrderError,
    SetCar,
    SetMode,
    SetPhases,
    SetReserve,
    SetSoc,
    SetStorage,
    order_of,
)

NUMBER: Final = re.compile(r"\d{1,6}(?:[.,]\d{1,3})?")
UNIT: Final = re.compile(r"(?<=\d)\s*(?:%|min|kW)$", re.IGNORECASE)
OFF, AUTO = "off", "auto"
BATTERY = "battery"
GUEST = "guest"
MOST_KW = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How an order is typed: `parse` takes what stands behind the word, which is something, and raises OrderError.

    such_as: whole lines that do.
    """

    kind: type[Order]
    such_as: str
    parse: Callable[[str, Newest], Order]


def _mode(rest: str, newest: Newest) -> Order:
    *names, mode = rest.split()
    return order_of(SetMode, {"charger": _charger(names, newest), "mode": mode.casefold().replace("-", "_")})


def _phases(rest: str, newest: Newest) -> Order:
    *names, phases = rest.split()
    return order_of(SetPhases, {"charger": _charger(names, newest), "phases": phases.casefold()})


def _soc(rest: str, newest: Newest) -> Order:
    *names, soc = UNIT.sub("", rest).split()
    return order_of(SetSoc, {"car": _named(names, _cars(newest), "car"), "soc_pct": _number(soc)})


def _car(rest: str, newest: Newest) -> Order:
    *names, car = rest.split()
    found = "" if car.casefold() == GUEST else _spelt(car, _cars(newest))
    return order_of(SetCar, {"charger": _charger(names, newest), "car": found})


def _boost(rest: str, newest: Newest) -> Order:
    names, minutes = UNIT.sub("", rest).split(), {}
    last = names[-1].casefold()
    if last == OFF or NUMBER.fullmatch(last) or len(names) > 1:
        names.pop()
        minutes = {"minutes": 0.0 if last == OFF else _number(last)}
    return order_of(Boost, {"charger": _charger(names, newest), **minutes})


def _peak(rest: str, _: Newest) -> Order:
    number = 0.0 if rest.casefold() == OFF else _number(UNIT.sub("", rest))
    if isinstance(number, str) or number > MOST_KW:
        shown = repr(rest)[:LONGEST_SHOWN]
        raise OrderError(f"a peak is a number of kW from 0 to {MOST_KW:g}, or {OFF}, and not {shown}")
    return order_of(AcceptPeak, {"peak_w": round(number * 1000, 3)})


def _storage(rest: str, _: Newest) -> Order:
    *names, mode = rest.split()
    if names and [name.casefold() for name in names] != [BATTERY]:
        raise OrderError("all batteries have one mode together, so none is named")
    return order_of(SetStorage, {"mode": mode.casefold()})


def _reserve(rest: str, _: Newest) -> Order:
    if rest.casefold() == AUTO:
        return SetReserve(reserve_pct=None)
    return order_of(SetReserve, {"reserve_pct": _number(UNIT.sub("", rest))})


MODE: Final = Spoken(kind=SetMode, such_as="mode garage pv_only", parse=_mode)
PHASES: Final = Spoken(kind=SetPhases, such_as="phases garage 1", parse=_phases)
SOC: Final = Spoken(kind=SetSoc, such_as="soc car_1 63", parse=_soc)
CAR: Final = Spoken(kind=SetCar, such_as="car garage car_2", parse=_car)
BOOST: Final = Spoken(kind=Boost, such_as="boost garage 90, boost off", parse=_boost)
PEAK: Final = Spoken(kind=AcceptPeak, such_as="peak 4.5, peak off", parse=_peak)
STORAGE: Final = Spoken(kind=SetStorage, such_as="mode auto, mode hold", parse=_storage)
RESERVE: Final = Spoken(kind=SetReserve, such_as="reserve 30, reserve auto", parse=_reserve)


def _charger(names: Sequence[str], newest: Newest) -> str:
    said = newest.message(Charging)
    return _named(names, [charger.name for charger in said.chargers] if said else [], "charger")


def _cars(newest: Newest) -> list[str]:
    said = newest.message(Charging)
    return [car.name for car in said.cars] if said else []


def _named(names: Sequence[str], known: Sequence[str], what: str) -> str:
    """The one that was meant. Whether it is there who carries the order out knows."""
    if names:
        return _spelt(" ".join(names), known)
    if len(known) == 1:
        return known[0]
    raise OrderError(f"which {what}: {' or '.join(known)}?" if known else f"name the {what}: none is known yet")


def _spelt(name: str, known: Sequence[str]) -> str:
    """A name as it is written in config.py."""
    return next((one for one in known if one.casefold() == name.casefold()), name)


def _number(text: str) -> float | str:
    """A number; else the text, which no order takes for one."""
    return float(text.replace(",", ".")) if NUMBER.fullmatch(text) else text
