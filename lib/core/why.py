"""Why a charger does what it does: a small value, and the one function that makes a sentence of it.

English; another language is one more table. The same sentence stands on the screen, in the log and on the wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from lib.core.stamp import BRUSSELS

UNKNOWN = "?"


class Reason(StrEnum):
    """What decides about a charger, or what holds it down."""

    NO_CAR = "no car"
    FAULT = "fault"
    SILENT = "charger silent"
    STARTING = "starting"
    OFF = "off"
    MANUAL = "manual"
    MAX = "max"
    BOOST = "boost"
    TARGET = "target reached"
    CAR_ENDED = "car ended"
    ASLEEP = "car asleep"
    RESERVE = "reserve"
    LATE_TRIP = "late trip"
    UNREACHABLE = "unreachable"
    TRIP = "trip"
    PLANNED = "planned"
    WAITS = "waits for its hour"
    NIGHT = "cheap hours"
    SURPLUS = "surplus"
    NO_SUN = "no sun"
    CLOUD = "cloud"
    ASK_SOC = "state of charge unknown"
    NOTHING = "nothing to do"
    PEAK = "peak"
    NO_ROOM = "no room under the peak"
    ROW = "circuit"
    WAITING = "waiting"
    RESTING = "resting"
    SWITCHING = "switching phases"
    SLOW_CAR = "slow car"
    PACE = "pace"
    SOON = "soon"
    SAFE = "safe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """A reason with its numbers; what it does not need is None.

    Attributes:
        held: what keeps the charger below what `reason` wants; row: the circuit and phase, or the sources, that do.
        name: of a trip, a fault, or who is lost; count: a place in a line, or tries.

    """

    reason: Reason
    held: Reason | None = None
    power_w: float | None = None
    current_a: float | None = None
    soc_pct: float | None = None
    until: datetime | None = None
    eur: float | None = None
    eur_kwh: float | None = None
    name: str = ""
    row: str = ""
    count: int | None = None


ENGLISH: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.NO_CAR: "no car on the cable",
        Reason.FAULT: "the charger reports a fault: {name}",
        Reason.SILENT: "the charger does not answer: {name}",
        Reason.STARTING: "the charger has not been read yet",
        Reason.OFF: "off, as you set it",
        Reason.MANUAL: "manual: left as it is",
        Reason.MAX: "{does}, all it can, as you set it{peak}",
        Reason.BOOST: "{does} until {until}: you asked for it fast{peak}",
        Reason.TARGET: "has its {soc}: nothing to charge",
        Reason.CAR_ENDED: "the car has stopped by itself: full, or at its own limit",
        Reason.ASLEEP: "offers {current}, but the car takes nothing: is its own timer on?",
        Reason.RESERVE: "{does}: the battery is at {soc}, below its reserve{peak}",
        Reason.LATE_TRIP: "{does} to be ready for {name} at {until}, above the paid peak{peak}",
        Reason.UNREACHABLE: "{does}, but cannot be ready for {name} at {until}: it will have {soc}{peak}",
        Reason.TRIP: "{does} for {name} at {until}: the time is short, so at any price under the peak",
        Reason.PLANNED: "{does} as planned{price}{trip}",
        Reason.WAITS: "waits for its hour: starts at {until}{price}{trip}",
        Reason.NIGHT: "{does} in the cheap hours, up to {soc}{price}",
        Reason.SURPLUS: "{does} from the sun",
        Reason.NO_SUN: "waits for the sun: {power} is left over, it needs more",
        Reason.ASK_SOC: "how full is the car? Type its state of charge, so that it can be planned",
        Reason.NOTHING: "nothing to do: {soc} is enough for every day{trip}",
    }
)
HELD: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.PEAK: "held to {current} under the month's peak",
        Reason.NO_ROOM: "paused: no room is left under the month's peak in this quarter",
        Reason.ROW: "held to {current} by {row}",
        Reason.WAITING: "waits, place {count}: {row} has no room for one more",
        Reason.RESTING: "rests until {until}, as a car wants after a stop",
        Reason.SWITCHING: "switches phases",
        Reason.SLOW_CAR: "the car takes no more than {current}",
        Reason.SOON: "starts in a moment, if that lasts",
        Reason.PACE: "at {current}, going up slowly",
        Reason.CLOUD: "holds {current} while the sun is away for a moment",
        Reason.STARTING: "left as it was found until the meter app answers",
        Reason.SAFE: "at its safe setting ({current}): {name} is silent",
        Reason.ASLEEP: "the car takes nothing: is its own timer on?",
    }
)


def sentence(why: Why, *, reasons: Mapping[Reason, str] = ENGLISH, held: Mapping[Reason, str] = HELD) -> str:
    """The sentence of a reason; times in Brussels."""
    power = UNKNOWN if why.power_w is None else f"{why.power_w / 1000:.1f} kW"
    words = {
        "does": f"charges at {power}" if why.current_a else "is to charge",
        "power": power,
        "current": UNKNOWN if why.current_a is None else "nothing" if why.current_a == 0 else f"{why.current_a:g} A",
        "soc": UNKNOWN if why.soc_pct is None else f"{why.soc_pct:.0f} %",
        "until": UNKNOWN if why.until is None else f"{why.until.astimezone(BRUSSELS):%H:%M}",
        "peak": "" if why.eur is None else f"; the new peak costs € {why.eur:.2f} over the next 12 bills",
        "price": "" if why.eur_kwh is None else f" at € {why.eur_kwh:.3f}/kWh",
        "trip": f", for {why.name}" if why.name else "",
        "name": why.name or UNKNOWN,
        "row": why.row or UNKNOWN,
        "count": UNKNOWN if why.count is None else str(why.count),
    }
    said = reasons[why.reason].format_map(words)
    return said if why.held is None else f"{said}; {held[why.held].format_map(words)}"
