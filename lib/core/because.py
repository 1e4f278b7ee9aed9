"""Why a block of a plan stands where it stands: a small value, and the one function that makes a sentence of it.

English; another language is one more table. Knows no plan: lib/core/reasons.py finds which it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from lib.core.stamp import clock

UNKNOWN = "?"
SAME_EUR = 0.001  # prices that differ by less are the same
SAME_W = 25.0  # and so is the power of two blocks


class Cause(StrEnum):
    """What decides where a block stands."""

    SHORT = "cannot be met"
    NO_TIME = "no time to choose"
    RAISES = "raises the peak"
    PAID = "price below zero"
    SUN = "sun"
    RUNS = "runs already"
    CHEAPEST = "cheapest quarters"
    FULL = "cheaper quarters are taken"
    FITS = "elsewhere saves too little"
    EARLY = "early enough for a bad day"
    EQUAL = "one price"
    WORTH = "cheap enough"
    STORES_SUN = "battery stores sun"
    STORES = "battery stores for dear hours"
    READY = "battery stores against the peak"
    KEEPS = "battery stores its reserve"
    SHAVES = "battery holds the house"
    ROOM = "battery makes room for cars"
    INSTEAD = "battery gives instead of buying"


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """A reason with its numbers; what it does not need is None.

    Attributes:
        device: a car, or "battery"; power_w: its mean from start until end, + goes into it.
        trip, until: what it is for, and by when.
        eur_kwh: what a kWh costs meanwhile, from the sun what it would have earned; mean_eur_kwh: what it costs over
            all the time in which it could be; sun_eur_kwh: what the sun would earn.
        then_start, then_end, then_eur_kwh: for which hours a battery stores, and what a kWh costs then.
        target_w: what a quarter may count; eur: what that costs, where it is raised.
        lacks_wh: what the want is short of.
        flat: held down by the target; helped: by the battery; supposed: its price is not published yet.
        cars: which the battery makes room for.

    """

    cause: Cause
    device: str
    start: datetime
    end: datetime
    power_w: float
    trip: str = ""
    until: datetime | None = None
    eur_kwh: float | None = None
    mean_eur_kwh: float | None = None
    sun_eur_kwh: float | None = None
    then_start: datetime | None = None
    then_end: datetime | None = None
    then_eur_kwh: float | None = None
    target_w: float | None = None
    eur: float | None = None
    lacks_wh: float = 0.0
    flat: bool = False
    helped: bool = False
    supposed: bool = False
    cars: tuple[str, ...] = ()


# What is true of each quarter of a run is said: its own price, which is another in each, stands beside the sentence.
ENGLISH: Final[Mapping[Cause, str]] = MappingProxyType(
    {
        Cause.SHORT: "all the time until {until} is too short: {lacks} will be missing",
        Cause.NO_TIME: "it takes all the time until {until}",
        Cause.RAISES: "raises the month's peak to {target}{costs}: no cheaper way to be ready at {until}",
        Cause.PAID: "a kWh costs less than nothing: whoever takes it is paid",
        Cause.SUN: "sun, at what it would earn in the grid",
        Cause.RUNS: "charges already: to stop and start once more saves too little",
        Cause.CHEAPEST: "the cheapest before {until}; until then a kWh costs {mean} on the mean",
        Cause.FULL: "the cheaper hours before {until} are taken",
        Cause.FITS: "another hour before {until} would save too little",
        Cause.EARLY: "early: before {until} the house may draw as much as on its worst day",
        Cause.EQUAL: "no hour before {until} is cheaper",
        Cause.WORTH: "cheap enough to take what may not be needed: a kWh costs {mean} on the mean",
        Cause.STORES_SUN: "stores sun that would earn {sun} in the grid, for {then}",
        Cause.STORES: "stores at {price} a kWh for {then}",
        Cause.READY: "stores so that it can hold the quarters of {hours} under {target}",
        Cause.KEEPS: "stores what it keeps for the month's peak",
        Cause.SHAVES: "holds the house under {target}",
        Cause.ROOM: "makes room for {cars} under {target}",
        Cause.INSTEAD: "gives in place of buying at {price} a kWh",
    }
)
FLAT, HELPED, SUPPOSED = "spread out flat under {target}", "with the battery's help", "its price is not published yet"


def joined(reasons: Iterable[Because]) -> list[Because]:
    """Neighbours in time of one cause and nearly the same power as one, at the mean of their prices.

    Those of each device come in order of time.
    """
    found: list[Because] = []
    last: dict[str, int] = {}
    for one in reasons:
        place = last.get(one.device)
        if place is not None and _is_next(found[place], one):
            found[place] = _as_one(found[place], one)
        else:
            last[one.device] = len(found)
            found.append(one)
    return found


def _is_next(one: Because, other: Because) -> bool:
    is_same = (one.trip, one.until, one.cause) == (other.trip, other.until, other.cause)
    return is_same and one.end == other.start and abs(one.power_w - other.power_w) <= SAME_W


def _as_one(one: Because, other: Because) -> Because:
    """The two, `other` right after `one`."""
    part = (one.end - one.start) / (other.end - one.start)

    def mean(first: float | None, then: float | None) -> float | None:
        return None if first is None or then is None else part * first + (1 - part) * then

    return replace(
        one,
        end=other.end,
        power_w=part * one.power_w + (1 - part) * other.power_w,
        eur_kwh=mean(one.eur_kwh, other.eur_kwh),
        sun_eur_kwh=mean(one.sun_eur_kwh, other.sun_eur_kwh),
        flat=one.flat and other.flat,
        helped=one.helped or other.helped,
        supposed=one.supposed or other.supposed,
    )


def sentence(
    because: Because,
    *,
    at: datetime | None = None,
    titles: Mapping[str, str] | None = None,
    causes: Mapping[Cause, str] = ENGLISH,
) -> str:
    """The sentence of a reason as it is said at `at`; times in Brussels, with the weekday when that is far.

    titles: what cars are called.
    """
    names = [(titles or {}).get(car, car) for car in because.cars]
    hours = "later"
    if because.then_start is not None and because.then_end is not None:
        hours = f"{clock(because.then_start, at)}–{clock(because.then_end)}"
    then = "the days after" if because.then_start is None else hours
    if because.then_start is not None and because.then_eur_kwh is not None:
        then = f"{hours}, when it costs {_eur(because.then_eur_kwh)}"
    words = {
        "until": "then" if because.until is None else clock(because.until, at),
        "lacks": f"{because.lacks_wh / 1000:.1f} kWh",
        "target": "the peak" if because.target_w is None else f"{because.target_w / 1000:.1f} kW",
        "costs": "" if because.eur is None else f" for € {because.eur:.2f}",
        "price": _eur(because.eur_kwh),
        "mean": _eur(because.mean_eur_kwh),
        "sun": "nothing" if (because.sun_eur_kwh or 0.0) < SAME_EUR else f"{_eur(because.sun_eur_kwh)} a kWh",
        "hours": hours,
        "then": then,
        "cars": " and ".join(names) or "the cars",
    }
    clauses = [causes[because.cause]]
    clauses += [FLAT] * because.flat + [HELPED] * because.helped + [SUPPOSED] * because.supposed
    return "; ".join(clauses).format_map(words)


def _eur(eur_kwh: float | None) -> str:
    return UNKNOWN if eur_kwh is None else f"€ {eur_kwh:.3f}"
