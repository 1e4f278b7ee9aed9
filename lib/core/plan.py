"""When each car charges: the cheapest quarters under the target. Always there, by itself good. Knows no charger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarters:
    """A stretch of time with one price.

    Attributes:
        eur_kwh: what a kWh from the grid costs; None: not published yet.
        room_w: what cars may draw in it so that the quarters end at the target.

    """

    start: datetime
    end: datetime
    eur_kwh: float | None
    room_w: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A car charges with `power_w` from `start` until `end`; trip: the title of what it is for, "" for every day."""

    car: str
    start: datetime
    end: datetime
    power_w: float
    eur_kwh: float | None = None
    trip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Blocks in order of time, and what of each car's energy finds no place, in Wh by car."""

    blocks: tuple[Block, ...] = ()
    short_wh: Mapping[str, float] = field(default_factory=dict)

    def now(self, car: str, at: datetime) -> Block | None:
        """The block of a car that holds `at`."""
        return next((one for one in self.blocks if one.car == car and one.start <= at < one.end), None)

    def next(self, car: str, at: datetime) -> Block | None:
        """The next block of a car that begins after `at`."""
        return next((one for one in self.blocks if one.car == car and one.start > at), None)
