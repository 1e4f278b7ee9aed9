"""What happens → the battery app's state: `after(storage, event, rules) -> Storage`.

What is done about it stands in lib/core/dispatch.py. It knows no message, no socket and no clock: each step brings our
monotonic seconds, and the machine's time for as long as dm has not told the meter's.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lib.core import gains
from lib.core.battery import BatteryEvent
from lib.core.cellar import CarsWord, Cell, Storage, StorageRules
from lib.core.cost import PriceSlot
from lib.core.modes import StorageMode
from lib.core.quarter import start_of
from lib.core.site import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """dm said something; sun_w: what its inverters give, None where nobody measures it."""

    word: Word
    sun_w: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """dm said what a kWh costs and earns."""

    prices: tuple[PriceSlot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarsTold:
    """ev said something."""

    word: CarsWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """Time passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The owner wants another mode; what is None stays."""

    mode: StorageMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The owner wants so much kept for the peak; None: by the time of day."""

    reserve_pct: float | None


Event = Heard | Priced | CarsTold | Ticked | Chosen | Reserved | BatteryEvent


def opened(rules: StorageRules, *, at: datetime, now_s: float, booked: Iterable[gains.Booked] = ()) -> Storage:
    """The state before anything was heard; booked: what was kept of today and the month."""
    kept = next(iter(booked), None)
    return Storage(
        at=at,
        now_s=now_s,
        began_s=now_s,
        booked=kept or gains.opened(start_of(at).date()),
        cells={name: Cell(rules=battery) for name, battery in rules.batteries.items()},
        mode=rules.mode,
        reserve_pct=rules.reserve_pct,
    )


def after(storage: Storage, event: Event, rules: StorageRules, *, now_s: float, now: datetime) -> Storage:
    """The state as `event` leaves it; now_s: our monotonic seconds, now: the machine's time."""
    raise NotImplementedError
