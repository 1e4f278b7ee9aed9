"""Core state → the words of bs: batteries, flow, help, plan, what it brought. Knows no wire."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from math import fsum
from typing import Final

from lib.core.arbitrage import Step
from lib.core.battery_why import sentence
from lib.core.cell import Cell
from lib.core.cellar import Storage, StorageRules, insured_wh, lent, reserve_wh
from lib.core.circuits import conductors
from lib.core.claims import BATTERY, LEASE_S, Drawn
from lib.core.cost import PriceSlot
from lib.core.gains import Gains
from lib.core.helping import KEEPS
from lib.core.pool import Pool, pool
from lib.core.storing import device_of, left_w
from lib.messages.storage import BatteryNow, Flow, GainsNow, HelpGiven, StoreBlock
from lib.messages.storage import Storage as Said

IDLE_W = 50.0  # less is neither storing nor giving
LEFT: Final = Drawn(who=BATTERY, low_w=0.0, high_w=0.0, controlled=False)  # to itself


def say_storage(
    storage: Storage,
    rules: StorageRules,
    *,
    boot: str,
    seq: int,
    now: datetime,
    makes: Mapping[str, str],
    notices: Mapping[str, str] | None = None,
    demo: bool = False,
) -> Said:
    """The state as bs says it at `now` (the machine's time); makes: of the batteries, by name."""
    known = pool(storage.cells.values())
    capacity_wh = sum(battery.capacity_wh for battery in rules.batteries.values())
    lowest_pct = floor_pct(rules)
    kept_wh = reserve_wh(storage, rules, capacity_wh=capacity_wh, least_wh=lowest_pct * capacity_wh / 100)
    reserve = 100 * kept_wh / capacity_wh if capacity_wh else 0.0
    grant = storage.site.grant(BATTERY, storage.now_s)
    help_ = storage.help
    return Said(
        boot=boot,
        seq=seq,
        said=now,
        at=storage.at,
        mode=storage.mode,
        because=storage.why,
        why=sentence(storage.why, at=storage.at),
        batteries=tuple(_battery(name, cell, storage, makes) for name, cell in storage.cells.items()),
        soc_pct=known.soc_pct,
        energy_wh=known.energy_wh,
        capacity_wh=capacity_wh,
        power_w=_power_w(storage.cells.values()),
        target_w=storage.target_w,
        reserve_pct=reserve,
        reserve_set=rules.peaks_cost and storage.reserve_pct is not None,
        reserve_learned=rules.peaks_cost and insured_wh(storage) is not None,
        floor_pct=lowest_pct,
        can_help_w=_can_help_w(storage, known, reserve),
        help=None
        if help_ is None
        else HelpGiven(
            power_w=help_.power_w, energy_wh=help_.energy_wh, until=help_.until, why=help_.why, for_s=LEASE_S
        ),
        refused=storage.refused,
        granted_w=grant.power_w if grant else None,
        quarter_w=storage.site.word.target_w,
        capacity_tariff=rules.peaks_cost,
        hold_sun_w=storage.hold_sun_w,
        flow=_flow(storage),
        plan=tuple(_blocks(storage, capacity_wh)),
        today=_gains(storage.booked.today, storage, rules, capacity_wh),
        month=_gains(storage.booked.month, storage, rules, capacity_wh),
        store=lent(storage, rules),
        phases=tuple(sorted({phase for cell in storage.cells.values() for phase in _phases(cell)})),
        claims=(storage.claim,) if storage.claim else (),
        drawn=_drawn(known, rules),
        help_w=help_.power_w if help_ else 0.0,
        notices=dict(notices or {}),
        demo=demo,
    )


def _phases(cell: Cell) -> tuple[int, ...]:
    """The meter's that it is on."""
    return conductors(cell.rules.wired, cell.rules.phases)


def _battery(name: str, cell: Cell, storage: Storage, makes: Mapping[str, str]) -> BatteryNow:
    reading = cell.reading
    gives_w, takes_w = cell.limits_w
    return BatteryNow(
        name=name,
        make=makes.get(name, ""),
        capacity_wh=cell.rules.capacity_wh,
        soc_pct=cell.soc_pct,
        power_w=reading.power_w if reading else None,
        charge_w=takes_w,
        discharge_w=-gives_w,
        set_w=cell.setpoint.power_w if cell.setpoint else None,
        ours=cell.able and cell.setpoint is not None and not cell.handed and not cell.balked,
        least_pct=cell.rules.least_pct,
        silent_s=None if cell.missed is None else storage.now_s - cell.missed.since_s,
        fault=reading.fault if reading else "",
        warning=" · ".join(one for one in (reading.warning if reading else "", cell.disobeys, cell.meddled) if one),
    )


def floor_pct(rules: StorageRules) -> float:
    """How full all of them are at the least, by what the owner set."""
    capacity_wh = sum(battery.capacity_wh for battery in rules.batteries.values())
    if not capacity_wh:
        return 0.0
    return sum(battery.capacity_wh * battery.least_pct for battery in rules.batteries.values()) / capacity_wh


def _power_w(cells: Iterable[Cell]) -> float | None:
    """What flows into all of them; None while one does not say."""
    powers = [None if cell.missed else cell.power_w for cell in cells]
    return None if not powers or None in powers else sum(power_w or 0.0 for power_w in powers)


def _drawn(known: Pool, rules: StorageRules) -> tuple[Drawn, ...]:
    """Nothing where there is no battery; of one that nobody can tell anything only that it is there."""
    if not rules.batteries:
        return ()
    return (Drawn(who=BATTERY, low_w=known.range_w[0], high_w=known.range_w[1]) if known.able else LEFT,)


def _can_help_w(storage: Storage, known: Pool, reserve: float) -> float:
    if storage.target_w is None or storage.mode in KEEPS or known.soc_pct is None or known.soc_pct <= reserve:
        return 0.0
    return max(0.0, -left_w(device_of(known), storage.outside.get(BATTERY, ())))


def _flow(storage: Storage) -> Flow:
    """What the meter, the inverters, the cars and the batteries say, so that it adds up."""
    word = storage.site.word
    battery_w = _power_w(storage.cells.values())
    grid_w = cars_w = None
    if storage.site.is_fresh(storage.now_s):  # what an old telegram said does not add up with what flows now
        grid_w, cars_w = word.grid_w, _cars_w(word.drawn)
    sun_w, measured = storage.sun_w, storage.sun_w is not None
    if grid_w is None or battery_w is None or cars_w is None:
        return Flow(grid_w=grid_w, cars_w=cars_w, battery_w=battery_w, sun_w=sun_w, measured=measured)
    house_w = grid_w - cars_w - battery_w + (sun_w or 0.0)
    if sun_w is None:
        sun_w, house_w = max(0.0, -house_w), max(0.0, house_w)
    return Flow(grid_w=grid_w, house_w=house_w, cars_w=cars_w, battery_w=battery_w, sun_w=sun_w, measured=measured)


def _cars_w(drawn: Iterable[Drawn]) -> float | None:
    """What all cars draw; None while nobody controls one of them: it may draw nothing or all that it can."""
    cars = [one for one in drawn if one.who != BATTERY]
    return sum((one.low_w + one.high_w) / 2 for one in cars) if all(one.controlled for one in cars) else None


def _blocks(storage: Storage, capacity_wh: float) -> Iterator[StoreBlock]:
    """The plan from now on, what is alike joined."""
    ahead = [step for step in storage.plan.steps if step.end > storage.at]
    starts = [slot.start for slot in storage.prices]
    for _, group in groupby(ahead, key=lambda step: _way(step.power_w)):
        steps = list(group)
        seconds = sum((step.end - step.start).total_seconds() for step in steps)
        energy_ws = sum(step.power_w * (step.end - step.start).total_seconds() for step in steps)
        yield StoreBlock(
            start=steps[0].start,
            end=steps[-1].end,
            power_w=energy_ws / seconds,
            soc_pct=100 * steps[-1].energy_wh / capacity_wh if capacity_wh else 0.0,
            eur_kwh=_eur_kwh(steps, storage.prices, starts),
        )


def _way(power_w: float) -> int:
    return 0 if abs(power_w) < IDLE_W else 1 if power_w > 0 else -1


def _eur_kwh(steps: Iterable[Step], slots: Sequence[PriceSlot], starts: Sequence[datetime]) -> float | None:
    """What a kWh from the grid costs meanwhile, in the mean; None while it is not known of each of them.

    starts: of the slots, which are in order of time.
    """
    prices = []
    for step in steps:
        place = bisect_right(starts, step.start) - 1
        slot = slots[place] if place >= 0 else None
        if slot is None or slot.import_eur_kwh is None or step.start >= slot.end:
            return None
        prices.append(slot.import_eur_kwh)
    return fsum(prices) / len(prices)


def _gains(gains: Gains, storage: Storage, rules: StorageRules, capacity_wh: float) -> GainsNow:
    """peak_eur: what the battery kept from becoming the month's peak costs over the next 12 bills."""
    word = storage.site.word
    peak_eur = None
    if rules.peaks_cost and word.kw_eur is not None and word.peak_w is not None and gains.without_w is not None:
        peak_eur = max(0.0, gains.without_w - word.peak_w) / 1000 * word.kw_eur
    wear_eur_kwh = (
        sum(one.capacity_wh * one.wear_eur_kwh for one in rules.batteries.values()) / capacity_wh
        if capacity_wh
        else 0.0
    )
    return GainsNow(
        since=gains.since,
        charged_wh=gains.charged_wh,
        discharged_wh=gains.discharged_wh,
        cycles=gains.discharged_wh / capacity_wh if capacity_wh else 0.0,
        losses_wh=gains.losses_wh,
        arbitrage_eur=gains.saved_eur,
        wear_eur=gains.discharged_wh / 1000 * wear_eur_kwh,
        peak_w=gains.peak_w,
        without_w=gains.without_w,
        peak_eur=peak_eur,
        unpriced_wh=gains.unpriced_wh,
    )
