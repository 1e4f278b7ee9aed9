"""What the three programs say to one another in a year: core state → core words, without wire and without screens.

The same as lib/messages says, of what the cores take from it; tests/sim/year/test_words.py holds both side by side.
"""

from collections.abc import Iterator

from lib.core import house as dm
from lib.core.asking import asked
from lib.core.carport import BatteryWord, Charging, ChargingRules
from lib.core.cellar import CarsWord, Storage, StorageRules, Wanted, reserve_wh
from lib.core.charger import Plug
from lib.core.claims import BATTERY, Claim, Drawn
from lib.core.followed import Expected, Followed, Served, fills
from lib.core.helping import KEEPS
from lib.core.in_force import InForce
from lib.core.link import LinkState
from lib.core.outcome import cars_w, counts_w
from lib.core.pool import Pool, pool
from lib.core.site import Word, phases_a
from lib.core.storing import device_of, left_w


def house_word(house: dm.House, rules: dm.Rules, *, kw_eur: float | None, now_s: float) -> Word:
    """What dm says of the house; kw_eur: what 1 kW above what this month counts costs."""
    reading, running = house.reading, house.quarter
    good = house.link.state is LinkState.GOOD
    peaks = house.peaks
    tariff = rules.capacity(peaks.month) if peaks else None
    peak_w = None
    if peaks is not None and tariff is not None:
        peak_w = max(tariff.floor_w, peaks.running.peak_w) if peaks.running else tariff.floor_w
    return Word(
        at=house.at,
        good=good,
        grid_w=reading.grid_w if reading else None,
        phases_a=phases_a(reading) if reading else None,
        target_w=dm.target_w(house, rules) if running else None,
        left_s=running.left_s if running else None,
        average_w=running.average_w if running else None,
        peak_w=peak_w,
        kw_eur=kw_eur,
        register=str(reading.tariff) if reading and reading.tariff is not None else None,
        grants=house.ledger.grants if good else (),
        drawn=house.ledger.drawn(now_s),
        sun_w=house.roof.power_w(now_s),
        period_s=house.link.period_s,
        why=house.link.why,
    )


def cars_drawn(charging: Charging) -> tuple[Drawn, ...]:
    """What ev says that its cars draw."""
    found: list[Drawn] = []
    for name, bay in charging.bays.items():
        low_w, high_w = bay.post.range_w
        if high_w > 0 or bay.post.plug is not Plug.EMPTY:
            found.append(Drawn(who=name, low_w=low_w, high_w=high_w, controlled=bay.post.missed is None))
    return tuple(found)


def cars_claims(charging: Charging) -> tuple[Claim, ...]:
    """What ev asks of the quarter."""
    return tuple(bay.claim for bay in charging.bays.values() if bay.claim is not None)


def cars_word(charging: Charging, rules: ChargingRules, drawn: tuple[Drawn, ...], *, heard_s: float) -> CarsWord:
    """What ev says to bs."""
    ask = asked(charging, rules)
    return CarsWord(
        wanted=None
        if ask is None
        else Wanted(power_w=ask.power_w, until=ask.until, why=ask.why, bridge=ask.bridge, late=ask.late),
        drawn=drawn,
        planned=tuple((block.start, block.end, block.power_w) for block in charging.plan.blocks),
        heard_s=heard_s,
    )


def store_drawn(known: Pool) -> tuple[Drawn, ...]:
    """What bs says that its batteries draw."""
    if not known.able:
        return (Drawn(who=BATTERY, low_w=0.0, high_w=0.0, controlled=False),)
    return (Drawn(who=BATTERY, low_w=known.range_w[0], high_w=known.range_w[1]),)


def store_word(storage: Storage, rules: StorageRules, known: Pool, *, heard_s: float) -> BatteryWord:
    """What bs says to ev."""
    capacity_wh = sum(battery.capacity_wh for battery in rules.batteries.values())
    floor_wh = sum(battery.capacity_wh * battery.least_pct / 100 for battery in rules.batteries.values())
    kept_pct = 100 * reserve_wh(storage, rules, capacity_wh=capacity_wh, least_wh=floor_wh) / capacity_wh
    is_kept = storage.mode in KEEPS or known.soc_pct is None or known.soc_pct <= kept_pct
    can_w = 0.0
    if storage.target_w is not None and not is_kept:
        can_w = max(0.0, -left_w(device_of(known), storage.outside.get(BATTERY, ())))
    return BatteryWord(
        heard_s=heard_s,
        soc_pct=known.soc_pct,
        help_w=storage.help.power_w if storage.help else 0.0,
        can_w=can_w,
        spare_wh=0.0 if known.energy_wh is None else max(0.0, known.energy_wh - capacity_wh * kept_pct / 100),
        refused=storage.refused,
    )


def pool_of(storage: Storage) -> Pool:
    """All batteries as one."""
    return pool(storage.cells.values())


def followed(plan: InForce, *, until_s: float) -> Followed:
    """The plan of dm as ev and bs follow it; until_s: by our clock, when it is stale."""
    problem, outcome = plan.problem, plan.outcome
    return Followed(
        until_s=until_s,
        made=problem.at,
        blocks=plan.schedule.blocks,
        served=tuple(
            Served(car=want.car, trip=want.trip, until=want.until, short_wh=short_wh)
            for want, short_wh in zip(problem.wants, outcome.short_wh, strict=True)
        ),
        stretches=tuple(_stretches(plan)),
    )


def _stretches(plan: InForce) -> Iterator[Expected]:
    problem, outcome = plan.problem, plan.outcome
    counted = counts_w(problem, outcome.grid_w)
    cars = cars_w(problem, plan.schedule.blocks)
    for place, span in enumerate(problem.spans):
        paid_w = problem.peaks[span.peak].paid_w
        battery_w = outcome.store_w[place] if problem.store else 0.0
        yield Expected(
            start=span.start,
            end=span.end,
            load_w=span.load_w,
            sun_w=span.sun_w,
            cars_w=cars[place],
            battery_w=battery_w,
            target_w=outcome.peaks_w[span.peak] if counted[place] > paid_w + 1 else paid_w,
            fills=fills(cars_w=cars[place], battery_w=battery_w, counts_w=counted[place], paid_w=paid_w),
            keep_wh=outcome.keep_wh[place],
            import_eur_kwh=span.import_eur_kwh,
            export_eur_kwh=span.export_eur_kwh,
        )
