"""Orders as people type them: what stands behind a word → the order. Knows no socket and carries nothing out.

A name may be left out where there is but one, and is found however it is capitalised; numbers may have a comma and
their unit.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from lib.hub.newest import Newest
from lib.messages.charging import Charging
from lib.messages.orders import (
    LONGEST_SHOWN,
    AcceptPeak,
    Boost,
    Order,
    OrderError,
    Propose,
    SetCar,
    SetMode,
    SetPhases,
    SetReserve,
    SetSoc,
    SetStorage,
    Withdraw,
    order_of,
)
from lib.messages.proposals import Proposals

NUMBER: Final = re.compile(r"\d{1,6}(?:[.,]\d{1,3})?")
UNIT: Final = re.compile(r"(?<=\d)\s*(?:%|min|kW)$", re.IGNORECASE)
OFF, AUTO = "off", "auto"
BATTERY = "battery"
GUEST = "guest"
MOST_KW, MOST_PCT, MOST_MIN = 100.0, 100.0, 1440.0
PEAK_IS = f"a peak is a number of kW from 0 to {MOST_KW:g}, or {OFF}"
RESERVE_IS = f"a reserve is a number of percent from 0 to {MOST_PCT:g}, or {AUTO}"
SOC_IS = f"a state of charge is a number of percent from 0 to {MOST_PCT:g}"
BOOST_IS = f"a boost is a number of minutes from 0 to {MOST_MIN:g}, or {OFF}"
LONGEST_NUMBER = 4  # of a priority
MOST_WORDS = 40  # that a name can have
AMOUNT: Final = re.compile(r"(?P<number>[-+]?\d{1,7}(?:[.,]\d{1,3})?)(?P<unit>kw|w|s)?", re.IGNORECASE)
THOUSAND = 3  # digits behind a point that may part thousands
LOOSE: Final = re.compile(r"(?<=\d)\s+(?=(?:kw|w|s)\b)", re.IGNORECASE)  # what parts an amount from its unit
PAUSE, FOR = "pause", "for"
FIELDS: Final = MappingProxyType({"wish": "wish_w", "low": "low_w", "high": "high_w", FOR: "for_s"})


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
    return order_of(SetSoc, {"car": _named(names, _cars(newest), "car"), "soc_pct": _to(MOST_PCT, SOC_IS, soc)})


def _car(rest: str, newest: Newest) -> Order:
    *names, car = rest.split()
    found = "" if car.casefold() == GUEST else _spelt(car, _cars(newest))
    return order_of(SetCar, {"charger": _charger(names, newest), "car": found})


def _boost(rest: str, newest: Newest) -> Order:
    names, minutes = UNIT.sub("", rest).split(), {}
    last = names[-1].casefold()
    if last == OFF or NUMBER.fullmatch(last) or len(names) > 1:
        names.pop()
        minutes = {"minutes": 0.0 if last == OFF else _to(MOST_MIN, BOOST_IS, last)}
    return order_of(Boost, {"charger": _charger(names, newest), **minutes})


def _peak(rest: str, _: Newest) -> Order:
    peak_kw = 0.0 if rest.casefold() == OFF else _to(MOST_KW, PEAK_IS, rest)
    return order_of(AcceptPeak, {"peak_w": round(peak_kw * 1000, 3)})


def _storage(rest: str, _: Newest) -> Order:
    *names, mode = rest.split()
    if names and [name.casefold() for name in names] != [BATTERY]:
        raise OrderError("all batteries have one mode together, so none is named")
    return order_of(SetStorage, {"mode": mode.casefold()})


def _reserve(rest: str, _: Newest) -> Order:
    if rest.casefold() == AUTO:
        return SetReserve(reserve_pct=None)
    return order_of(SetReserve, {"reserve_pct": _to(MOST_PCT, RESERVE_IS, rest)})


def _propose(rest: str, newest: Newest) -> Order:
    words, by, source = LOOSE.sub("", rest).rpartition(" by ")
    said, (*name, asks, time) = words.split(), ("", "", *source.split())
    if asks.casefold() == FOR and AMOUNT.fullmatch(time):  # how long, behind the name
        said, source = [*said, asks, time], " ".join(name)
    first = next((at for at, word in enumerate(said) if at > 1 and word.casefold() in {PAUSE, *FIELDS}), None)
    if not by or first is None:
        raise OrderError("a proposal names target and priority, then wish, low, high or pause, and by whom")
    put = _put(" ".join(said[: first - 1]), said[first - 1], source, newest)
    if [word.casefold() for word in said[first:]] == [PAUSE]:
        return order_of(Propose, put | {"low_w": 0.0, "high_w": 0.0})
    names, amounts = [word.casefold() for word in said[first::2]], said[first + 1 :: 2]
    if len(names) != len(amounts) or len(set(names)) < len(names) or not FIELDS.keys() >= set(names):
        raise OrderError("behind the priority stand wish, low, high and for, each once with its number, or pause alone")
    return order_of(
        Propose, put | {FIELDS[name]: _amount(name, said) for name, said in zip(names, amounts, strict=True)}
    )


def _amount(name: str, said: str) -> float | str:
    """Watts or seconds; else the text, which no order takes for them.

    Raises OrderError for one with three decimals that are no kW's: 6.000 may well be meant as 6000.
    """
    found = AMOUNT.fullmatch(said)
    unit = (found["unit"] or "").casefold() if found else ""
    if found is None or (unit != "" and (unit == "s") != (name == FOR)):
        return said
    whole, point, thousandths = found["number"].replace(",", ".").partition(".")
    if unit != "kw" and len(thousandths) == THOUSAND:
        raise OrderError(f"{said} may be {whole} or {whole}{thousandths}: write it without {said[len(whole)]}")
    return float(f"{whole}{point}{thousandths}") * (1000.0 if unit == "kw" else 1.0)


def _withdraw(rest: str, newest: Newest) -> Order:
    words, known = rest.split(), {name.casefold() for name in _targets(newest)}
    numbers = [at for at, word in enumerate(words[:-1][:MOST_WORDS]) if at and word.isdecimal()]
    if not numbers:
        raise OrderError("what is withdrawn has a target, a priority and a source")
    named = (at for at in numbers if " ".join(words[:at]).casefold() in known)  # a name may hold a number, too
    at = next(named, numbers[0])
    source = words[at + 2 :] if words[at + 1].casefold() == "by" and len(words) > at + 2 else words[at + 1 :]
    return order_of(Withdraw, _put(" ".join(words[:at]), words[at], " ".join(source), newest))


def _put(target: str, priority: str, source: str, newest: Newest) -> dict[str, object]:
    """What stands at every proposal: of what, how high, by whom."""
    number = int(priority) if priority.isdecimal() and len(priority) <= LONGEST_NUMBER else priority
    return {"target": _spelt(target, _targets(newest)), "source": source.strip(), "priority": number}


def _targets(newest: Newest) -> list[str]:
    """What can be proposed for, as far as that was said."""
    charging, proposals = newest.message(Charging), newest.message(Proposals)
    known = [one.name for one in proposals.targets] if proposals else []
    if charging:
        known += [one.name for one in charging.chargers] + [one.name for one in charging.circuits]
    return known


MODE: Final = Spoken(kind=SetMode, such_as="mode garage pv_only", parse=_mode)
PHASES: Final = Spoken(kind=SetPhases, such_as="phases garage 1", parse=_phases)
SOC: Final = Spoken(kind=SetSoc, such_as="soc car_1 63", parse=_soc)
CAR: Final = Spoken(kind=SetCar, such_as="car garage car_2", parse=_car)
BOOST: Final = Spoken(kind=Boost, such_as="boost garage 90, boost off", parse=_boost)
PEAK: Final = Spoken(kind=AcceptPeak, such_as="peak 4.5, peak off", parse=_peak)
STORAGE: Final = Spoken(kind=SetStorage, such_as="mode auto, mode hold", parse=_storage)
RESERVE: Final = Spoken(kind=SetReserve, such_as="reserve 30, reserve auto", parse=_reserve)
PROPOSE: Final = Spoken(
    kind=Propose, such_as="propose garage 40 wish 6000 high 7400 by me, propose garage 70 pause by me", parse=_propose
)
WITHDRAW: Final = Spoken(kind=Withdraw, such_as="withdraw garage 40 me", parse=_withdraw)
STORE_PROPOSE: Final = replace(PROPOSE, such_as="propose battery 40 wish -2000 by me, propose battery 70 pause by me")
STORE_WITHDRAW: Final = replace(WITHDRAW, such_as="withdraw battery 40 me")


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
    raise OrderError(f"which {what}: {' or '.join(known)}" if known else f"name the {what}: none is known yet")


def _spelt(name: str, known: Sequence[str]) -> str:
    """A name as it is written in config.py."""
    return next((one for one in known if one.casefold() == name.casefold()), name)


def _to(most: float, what: str, said: str) -> float:
    """A number from 0 to `most`; raises OrderError in the words that are typed, not those of the wire."""
    number = _number(UNIT.sub("", said))
    if isinstance(number, str) or number > most:
        raise OrderError(f"{what}, and not {repr(said)[:LONGEST_SHOWN]}")
    return number


def _number(text: str) -> float | str:
    """A number; else the text, which no order takes for one."""
    return float(text.replace(",", ".")) if NUMBER.fullmatch(text) else text
