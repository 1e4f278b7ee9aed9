"""Why the battery does what it does: a small value, and the one function that makes a sentence of it.

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


class Ground(StrEnum):
    """What decides about the battery."""

    STARTING = "starting"
    LISTENS = "listens"
    SILENT = "battery silent"
    FAULT = "fault"
    SAFE = "safe"
    OWN = "own mode"
    OFF = "off"
    FILL = "fill up"
    HOLD = "hold"
    SHAVES = "shaves the peak"
    HELPS = "helps the cars"
    REFILLS = "refills its reserve"
    RESERVE = "keeps its reserve"
    BUYS = "buys cheap"
    PAID = "is paid to take"
    COVERS = "covers the house"
    WAITS = "keeps for a dearer hour"
    STORES = "stores the sun"
    EXPORTS = "leaves the sun to the grid"
    SELLS = "sells"
    OUTSIDE = "another program"
    FULL = "full"
    EMPTY = "empty"
    NOTHING = "nothing to do"


class Bar(StrEnum):
    """What keeps the battery from doing what its ground wants."""

    PEAK = "peak"
    ASKED = "asked"
    CIRCUIT = "circuit"
    OUTSIDE = "another program"
    TURNING = "turning"
    REFUSED = "refused"
    MEDDLED = "meddled"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryWhy:
    """A ground with its numbers; what it does not need is None.

    Attributes:
        barred: what keeps the battery from what `ground` wants; by: the circuit, or who says no.
        power_w: what it takes (+) or gives; target_w: what the quarter may count; left_w: what the sun leaves over.
        eur_kwh: what a kWh costs now; then_eur_kwh: what it is kept or bought for.
        until: when that is; name: of a car's trip, a fault, or another program.

    """

    ground: Ground
    barred: Bar | None = None
    power_w: float | None = None
    target_w: float | None = None
    left_w: float | None = None
    soc_pct: float | None = None
    eur_kwh: float | None = None
    then_eur_kwh: float | None = None
    until: datetime | None = None
    name: str = ""
    by: str = ""


ENGLISH: Final[Mapping[Ground, str]] = MappingProxyType(
    {
        Ground.STARTING: "the battery has not been read yet",
        Ground.LISTENS: "waits for the first word of the meter app",
        Ground.SILENT: "the battery does not answer: {name}",
        Ground.FAULT: "the battery reports a fault: {name}",
        Ground.SAFE: "handed back to its own mode: {name}",
        Ground.OWN: "left to its own mode, as you set it",
        Ground.OFF: "rests, as you set it",
        Ground.FILL: "{does}: you asked for it full",
        Ground.HOLD: "keeps {charge}, as you set it",
        Ground.SHAVES: "{does} to keep the quarter under {target}",
        Ground.HELPS: "{does} for the cars{name_for}",
        Ground.REFILLS: "{does} until its reserve is back",
        Ground.RESERVE: "keeps {charge} in reserve for the month's peak",
        Ground.BUYS: "{does}{at_price}, for {later}",
        Ground.PAID: "{does}: a kWh costs {price} now",
        Ground.COVERS: "{does} in place of the grid{at_price}",
        Ground.WAITS: "keeps {charge} for {later}",
        Ground.STORES: "{does} from the sun",
        Ground.EXPORTS: "leaves the sun to the grid now, and stores it when that earns less",
        Ground.SELLS: "{does}, more than the house draws: a kWh in the grid earns {price}",
        Ground.OUTSIDE: "{does}, as {name} wants",
        Ground.FULL: "full",
        Ground.EMPTY: "empty: it is kept above {soc}",
        Ground.NOTHING: "nothing to do",
    }
)
BARRED: Final[Mapping[Bar, str]] = MappingProxyType(
    {
        Bar.PEAK: "{held} under the month's peak",
        Bar.ASKED: "asks the meter app for room under the month's peak",
        Bar.CIRCUIT: "{by} leaves it {room}",
        Bar.OUTSIDE: "{by} leaves it {room}",
        Bar.TURNING: "turns round in a moment",
        Bar.REFUSED: "the battery does not do as it is told: {by}",
        Bar.MEDDLED: "another program steers it: {by}",
    }
)


TAKES: Final = frozenset({Ground.FILL, Ground.REFILLS, Ground.BUYS, Ground.PAID, Ground.STORES})
LIMITS: Final = frozenset({Bar.PEAK, Bar.ASKED, Bar.CIRCUIT})  # of what is taken
GIVES: Final = frozenset({Ground.SHAVES, Ground.HELPS, Ground.COVERS, Ground.SELLS})


def sentence(
    why: BatteryWhy,
    *,
    at: datetime | None = None,
    grounds: Mapping[Ground, str] = ENGLISH,
    barred: Mapping[Bar, str] = BARRED,
) -> str:
    """The sentence of a ground as it is said at `at`; times in Brussels, with the weekday when that is far."""
    power_w = why.power_w or 0.0
    takes = why.ground in TAKES or (why.ground is Ground.OUTSIDE and why.barred in LIMITS)
    waits = "is to store" if takes else "is to give" if why.ground in GIVES else "rests"
    power = f"{abs(power_w) / 1000:.1f} kW"
    words = {
        "does": f"stores {power}" if power_w > 0 else f"gives {power}" if power_w < 0 else waits,
        "power": power,
        "held": f"held to {power}" if power_w else "nothing is left for it",
        "room": power if power_w else "nothing",
        "target": _kw(why.target_w),
        "left": _kw(why.left_w),
        "soc": UNKNOWN if why.soc_pct is None else f"{why.soc_pct:.0f} %",
        "charge": "what it has" if why.soc_pct is None else f"its {why.soc_pct:.0f} %",
        "price": _eur(why.eur_kwh),
        "at_price": "" if why.eur_kwh is None else f" at {_eur(why.eur_kwh)}",
        "later": _later(why, at),
        "name": why.name or UNKNOWN,
        "name_for": f", {why.name}" if why.name else "",
        "by": why.by or UNKNOWN,
    }
    said = grounds[why.ground].format_map(words)
    if why.barred is None:
        return said
    bar = barred[why.barred].format_map(words)
    return bar if why.ground is Ground.OWN else f"{said}; {bar}"  # that it is left to itself its owner did not set


def _later(why: BatteryWhy, at: datetime | None) -> str:
    """The hour for which it is kept or bought, as far as that is known."""
    if why.until is None:
        return "a dearer hour"
    costs = "" if why.then_eur_kwh is None else f", when a kWh costs {_eur(why.then_eur_kwh)}"
    return f"{clock(why.until, at)}{costs}"


def _kw(power_w: float | None) -> str:
    return UNKNOWN if power_w is None else f"{power_w / 1000:.1f} kW"


def _eur(eur_kwh: float | None) -> str:
    return UNKNOWN if eur_kwh is None else f"€ {eur_kwh:.3f}"
