"""Why a charger does what it does: a small value, and the one function that makes a sentence of it.

English; another language is one more table. The same sentence stands on the screen, in the log and on the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from lib.core.stamp import clock

UNKNOWN = "?"


class Reason(StrEnum):
    """What decides about a charger."""

    NO_CAR = "no car"
    FAULT = "fault"
    SILENT = "charger silent"
    STARTING = "starting"
    FOUND = "found"
    OFF = "off"
    MANUAL = "manual"
    MAX = "max"
    BOOST = "boost"
    TARGET = "target reached"
    CAR_ENDED = "car ended"
    ASLEEP = "car asleep"
    BARRED = "charger bars"
    RESERVE = "reserve"
    RESERVE_GUESS = "reserve, by a guess"
    LATE_TRIP = "late trip"
    HELPED = "late trip, helped"
    UNREACHABLE = "unreachable"
    TRIP = "trip"
    PLANNED = "planned"
    PLANNED_SUN = "planned, sun"
    WAITS = "waits for its hour"
    NIGHT = "cheap hours"
    SURPLUS = "surplus"
    NO_SUN = "no sun"
    ASK_SOC = "state of charge unknown"
    NOTHING = "nothing to do"
    OUTSIDE = "another program"
    OUTSIDE_OFF = "paused by another program"


class Hold(StrEnum):
    """What keeps a charger from doing what its reason wants."""

    PEAK = "peak"
    NO_ROOM = "no room under the peak"
    ASKED = "asked"
    REFUSED = "refused"
    STUBBORN = "stubborn"
    ROW = "circuit"
    WAITING = "waiting"
    RESTING = "resting"
    SWITCHING = "switching phases"
    SLOW_CAR = "slow car"
    SOON = "soon"
    STAYS = "stays"
    PACE = "pace"
    CLOUD = "cloud"
    STARTING = "starting"
    SAFE = "safe"


@dataclass(frozen=True, kw_only=True)  # no slots, see lib/core/states.py
class Why:
    """A reason with its numbers; what it does not need is None.

    Attributes:
        held: what keeps the charger from what `reason` wants, and held_until: how long at least; by: the circuit and
            phase that does, or who is silent.
        power_w: what it charges with; sun_w: what the sun leaves over.
        name: of a trip, or a fault, or why a charger bars its car; count: a place in a line.

    """

    reason: Reason
    held: Hold | None = None
    power_w: float | None = None
    current_a: float | None = None
    sun_w: float | None = None
    soc_pct: float | None = None
    until: datetime | None = None
    held_until: datetime | None = None
    eur: float | None = None
    eur_kwh: float | None = None
    name: str = ""
    by: str = ""
    count: int | None = None


ENGLISH: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.NO_CAR: "no car on the cable",
        Reason.FAULT: "the charger reports a fault: {name}",
        Reason.SILENT: "the charger does not answer: {name}",
        Reason.STARTING: "the charger has not been read yet",
        Reason.FOUND: "{does}, as it was found: the program has just begun",
        Reason.OFF: "off, as you set it",
        Reason.MANUAL: "manual: left as it is",
        Reason.MAX: "{does}, all it can, as you set it{peak}",
        Reason.BOOST: "{does} until {until}: you asked for it fast{peak}",
        Reason.TARGET: "has its {soc}: nothing to charge",
        Reason.CAR_ENDED: "the car has stopped by itself: full, or at its own limit",
        Reason.ASLEEP: "offers {current}, but the car takes nothing: is its own timer on?",
        Reason.BARRED: "offers {current}, but the charger lets its car take nothing: {name}",
        Reason.RESERVE: "{does}: the battery is at {soc}, below its reserve{peak}",
        Reason.RESERVE_GUESS: "{does}: the battery may be at {soc}, below its reserve",
        Reason.LATE_TRIP: "{does} to be ready for {name} at {until}, above the paid peak{peak}",
        Reason.HELPED: "{does} to be ready for {name} at {until}, with the home battery's help",
        Reason.UNREACHABLE: "{does}, but cannot be ready for {name} at {until}: it will have {soc}{peak}",
        Reason.TRIP: "{does} for {name} at {until}: the time is short, so at any price under the peak",
        Reason.PLANNED: "{does} as planned{price}{trip}",
        Reason.PLANNED_SUN: "{does} from the sun as planned{trip}",
        Reason.WAITS: "waits for its hour: starts at {until}{price}{trip}",
        Reason.NIGHT: "{does} in the cheap hours, up to {soc}{price}",
        Reason.SURPLUS: "{does} from the sun",
        Reason.NO_SUN: "waits for the sun: {sun} is left over, it needs more",
        Reason.ASK_SOC: "how full is the car? Type its state of charge, so that it can be planned",
        Reason.OUTSIDE: "{does}, as {name} wants",
        Reason.OUTSIDE_OFF: "paused, as {name} wants",
        Reason.NOTHING: "nothing to do: {soc} is enough for every day{trip}",
    }
)
HELD: Final[Mapping[Hold, str]] = MappingProxyType(
    {
        Hold.PEAK: "held to {current} under the month's peak",
        Hold.NO_ROOM: "paused: no room is left under the month's peak in this quarter",
        Hold.ASKED: "asks the meter app for room under the month's peak",
        Hold.REFUSED: "the charger does not do as it is told: {by}",
        Hold.STUBBORN: "the car takes {current} whatever it is offered",
        Hold.ROW: "held to {current} by {by}",
        Hold.WAITING: "waits, place {count}: {by} has no room for one more",
        Hold.RESTING: "rests until {held_until}, as a car wants after a stop",
        Hold.SWITCHING: "switches phases",
        Hold.SLOW_CAR: "offers {current}, for the car takes no more",
        Hold.SOON: "starts in a moment, if that lasts",
        Hold.STAYS: "goes on with {current} until {held_until}, so as not to stop the car too often",
        Hold.PACE: "at {current}, going up slowly",
        Hold.CLOUD: "holds {current} while the sun is away for a moment",
        Hold.STARTING: "left as it was found until the meter app answers",
        Hold.SAFE: "at its safe setting ({current}): {by}",
    }
)


def sentence(
    why: Why,
    *,
    at: datetime | None = None,
    reasons: Mapping[Reason, str] = ENGLISH,
    held: Mapping[Hold, str] = HELD,
) -> str:
    """The sentence of a reason as it is said at `at`; times in Brussels, with the weekday when that is far."""
    power = UNKNOWN if why.power_w is None else f"{why.power_w / 1000:.1f} kW"
    current = UNKNOWN if why.current_a is None else "nothing" if why.current_a == 0 else f"{why.current_a:g} A"
    words = {
        "does": "is to charge" if not why.current_a else f"charges at {power}" if why.power_w else f"offers {current}",
        "power": power,
        "current": current,
        "sun": UNKNOWN if why.sun_w is None else f"{why.sun_w / 1000:.1f} kW",
        "soc": UNKNOWN if why.soc_pct is None else f"{why.soc_pct:.0f} %",
        "until": UNKNOWN if why.until is None else clock(why.until, at),
        "held_until": UNKNOWN if why.held_until is None else clock(why.held_until, at),
        "peak": "" if why.eur is None else f"; the new peak costs € {why.eur:.2f} over the next 12 bills",
        "price": "" if why.eur_kwh is None else f" at € {why.eur_kwh:.3f}/kWh",
        "trip": f", for {why.name}" if why.name else "",
        "name": why.name or UNKNOWN,
        "by": why.by or UNKNOWN,
        "count": UNKNOWN if why.count is None else str(why.count),
    }
    said = reasons[why.reason].format_map(words)
    return said if why.held is None else f"{said}; {held[why.held].format_map(words)}"
