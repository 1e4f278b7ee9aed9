"""What happens → the battery app's state: `after(storage, event, rules) -> Storage`.

What is done about it stands in lib/core/dispatch.py. It knows no message, no socket and no clock: each step brings our
monotonic seconds, and the machine's time for as long as dm has not told the meter's.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from lib.core import cell, gains, outside, site, usual
from lib.core.battery import (
    BatteryBalked,
    BatteryEvent,
    BatteryMeddled,
    BatteryMissed,
    BatteryTold,
    BatteryTook,
)
from lib.core.cellar import CarsWord, Storage, StorageRules
from lib.core.circuits import Amps
from lib.core.claims import BATTERY, Drawn
from lib.core.cost import PriceSlot, slot_at
from lib.core.followed import Followed, aged
from lib.core.modes import StorageMode
from lib.core.outside import Proposed
from lib.core.pool import Pool, pool
from lib.core.site import Word
from lib.core.stamp import BRUSSELS
from lib.core.states import replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """dm said something."""

    word: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """dm said what a kWh costs and earns."""

    prices: tuple[PriceSlot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CarsTold:
    """ev said something."""

    word: CarsWord


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """dm said its plan."""

    followed: Followed


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """Time passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The owner wants another mode; what is None stays."""

    mode: StorageMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """The owner wants so much kept for the peak; None: as dm learned, else by the time of day."""

    reserve_pct: float | None


Event = Heard | Priced | CarsTold | Planned | Ticked | Chosen | Reserved | Proposed | BatteryEvent


def opened(rules: StorageRules, *, at: datetime, now_s: float, booked: gains.Booked | None = None) -> Storage:
    """The state before anything was heard; booked: what was kept of today and the month."""
    return Storage(
        at=at,
        now_s=now_s,
        began_s=now_s,
        booked=booked or gains.opened(at.astimezone(BRUSSELS).date()),
        cells={name: cell.opened(battery) for name, battery in rules.batteries.items()},
        mode=rules.mode,
        reserve_pct=rules.reserve_pct,
    )


def after(storage: Storage, event: Event, rules: StorageRules, *, now_s: float, now: datetime) -> Storage:
    """The state as `event` leaves it; now_s: our monotonic seconds, now: the machine's time.

    Nothing else changes it, live or replayed. What is to be done about it is lib/core/dispatch.py's.
    """
    at = storage.site.at(now_s) or now
    storage = replace(storage, at=at, now_s=now_s, outside=outside.lasting(storage.outside, now_s), said=())
    match event:
        case Heard(word=word):
            return _heard(storage, word, rules)
        case Priced(prices=prices):
            return replace(storage, prices=prices, planned_s=None)
        case CarsTold(word=word):
            is_new = word.planned != storage.cars.planned
            return replace(storage, cars=word, planned_s=None if is_new else storage.planned_s)
        case Planned(followed=followed):
            return replace(storage, followed=aged(followed, at), planned_s=None)
        case Ticked():
            return storage
        case Chosen(mode=mode):
            said = (f"battery: {mode}, as you set it",) if mode is not storage.mode else ()
            return replace(storage, mode=mode, said=said, planned_s=None)
        case Reserved(reserve_pct=reserve_pct):
            kept = "auto" if reserve_pct is None else f"{reserve_pct:g} %"
            said = (f"battery: its reserve is {kept}, as you set it",) if reserve_pct != storage.reserve_pct else ()
            return replace(storage, reserve_pct=reserve_pct, said=said, planned_s=None)
        case Proposed(proposal=proposal):
            event = replace(event, proposal=replace(proposal, at_s=now_s))
            return replace(storage, outside=outside.after(storage.outside, event))
        case BatteryTold() | BatteryTook() | BatteryBalked() | BatteryMissed() | BatteryMeddled():
            return _told(storage, event)


def drawn(storage: Storage) -> tuple[tuple[float, float], tuple[Amps, Amps]]:
    """The least and the most that batteries and cars draw just now, by power and by phase.

    Of the cars what dm heard: a step of the meter within that is nobody else's, so that no car is taken for the house.
    """
    return _drawn(pool(storage.cells.values()), storage.site.word)


def _drawn(known: Pool, word: Word) -> tuple[tuple[float, float], tuple[Amps, Amps]]:
    low_w, high_w = known.range_w
    for one in word.drawn:
        if one.who != BATTERY:
            low_w, high_w = low_w + one.low_w, high_w + one.high_w
    return (low_w, high_w), known.range_a


def _heard(storage: Storage, word: Word, rules: StorageRules) -> Storage:
    untold = _untold(storage, word, rules.lease_s)
    drawn = tuple(map(_may_draw, (*word.drawn, *untold)))
    word = word if drawn == word.drawn else replace(word, drawn=drawn)
    known = pool(storage.cells.values())
    heard = site.heard(storage.site, word, *_drawn(known, word), storage.now_s, lease_s=rules.lease_s)
    at = heard.at(storage.now_s) or storage.at
    storage = replace(storage, site=heard, at=at, metered_w=known.range_w if word.good else storage.metered_w)
    storage = replace(storage, loose_w=_loose_w(storage))
    if not word.good or heard.base_w is None or word.grid_w is None:
        return storage
    storage = _watched(storage, word.grid_w)
    low_w, high_w = known.range_w
    sun_w = word.sun_w
    knows_load = sun_w is not None or not rules.has_sun  # without its inverters the house would seem to draw less
    return replace(
        storage,
        load=usual.after(storage.load, at, heard.base_w + (sun_w or 0.0)) if knows_load else storage.load,
        sun=storage.sun if sun_w is None else usual.after(storage.sun, at, sun_w),
        booked=gains.after(
            storage.booked,
            at,
            grid_w=word.grid_w,
            battery_w=(low_w + high_w) / 2,
            stored_wh=known.energy_wh if all(one.able for one in storage.cells.values()) else None,
            slot=slot_at(storage.prices, at),
        ),
    )


def _untold(storage: Storage, word: Word, lease_s: float) -> Collection[Drawn]:
    """The cars that ev tells of and dm does not know: it has just begun. They are not the house, which gets all."""
    cars, told = storage.cars, {one.who for one in word.drawn}
    if cars.heard_s is None or storage.now_s - cars.heard_s > lease_s:
        return ()
    return [one for one in cars.drawn if one.who not in told]


def _may_draw(one: Drawn) -> Drawn:
    """A car that nobody controls draws what was heard of it last, or nothing: it may have left meanwhile."""
    return one if one.controlled or one.who == BATTERY else replace(one, low_w=min(one.low_w, 0.0))


def _loose_w(storage: Storage) -> float:
    """What cars that nobody controls seem to draw: what the meter shows beside all else, once that is known."""
    site, (low_w, high_w) = storage.site, storage.metered_w
    cars = [one for one in site.word.drawn if one.who != BATTERY]
    most_w = sum(one.high_w for one in cars if not one.controlled)
    if not most_w or high_w > low_w or site.word.grid_w is None or site.base_w is None:
        return min(storage.loose_w, most_w)
    others_w = sum((one.low_w + one.high_w) / 2 for one in cars if one.controlled)
    return min(max(0.0, site.word.grid_w - site.base_w - low_w - others_w), most_w)


def _told(storage: Storage, event: BatteryEvent) -> Storage:
    name = event.battery
    before = storage.cells[name]
    now = cell.after(before, event)
    said = []
    if before.missed is not None and now.missed is None:
        said.append(f"{name}: the battery answers again")
    elif now.missed is not None and before.missed is None:
        said.append(f"{name}: the battery does not answer: {now.missed.why}")
    said += _obeys(name, before, now)
    if now.meddled and now.meddled != before.meddled:
        said.append(f"{name}: {now.meddled}")
    if now.reading and now.reading.fault and (before.reading is None or before.reading.fault != now.reading.fault):
        said.append(f"{name}: fault: {now.reading.fault}")
    first = before.reading is None and now.reading is not None
    storage = replace(storage, cells={**storage.cells, name: now}, said=tuple(said))
    if first:  # until now it was taken for the house's own
        return replace(_beside(storage), planned_s=None)
    is_told = isinstance(event, BatteryTold) and all(one.has_followed for one in storage.cells.values())
    # before it is told anything anew: what it is known to do now is not open any more by the next telegram
    return _beside(storage) if is_told and storage.is_metered else storage


def _watched(storage: Storage, grid_w: float) -> Storage:
    """With what a telegram shows of batteries that take orders and give nothing."""
    cells, said = dict(storage.cells), [*storage.said]
    for name, before in storage.cells.items():
        if before.setpoint is not None:
            now = cells[name] = cell.watched(before, grid_w - before.setpoint.grid_w)
            said += _obeys(name, before, now)
    return replace(storage, cells=cells, said=tuple(said))


def _obeys(name: str, before: cell.Cell, now: cell.Cell) -> Iterator[str]:
    """A line when a battery no longer does as it is told, for another reason, and when it does again."""
    if now.disobeys and now.disobeys != before.disobeys:
        yield f"{name}: the battery does not do as it is told: {now.disobeys}"
    elif before.disobeys and not now.disobeys:
        yield f"{name}: the battery does as it is told again"


def _beside(storage: Storage) -> Storage:
    """With the house found anew in dm's last telegram, by what is known of the batteries now."""
    known = pool(storage.cells.values())
    found = site.beside(storage.site, *_drawn(known, storage.site.word))
    return replace(storage, site=found, metered_w=known.range_w)
