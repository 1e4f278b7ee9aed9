"""The reason of what the batteries do: whose wish it is, and what keeps them from that. Knows no sentence."""

from datetime import datetime
from typing import Final

from lib.core.battery_why import LIMITS, TAKES, Bar, BatteryWhy, Ground
from lib.core.cellar import Storage
from lib.core.claims import BATTERY
from lib.core.cost import slot_at
from lib.core.proposals import Resolved
from lib.core.states import replace
from lib.core.storing import DEAD_W, Facts

ANSWER_S = 3.0  # so long dm may take to answer a claim
GROUNDS: Final = frozenset(Ground)


def why_of(
    storage: Storage, facts: Facts, wished: Resolved, resolved: Resolved, target_w: float, *, turning: bool
) -> BatteryWhy:
    """The reason of `target_w`; wished, resolved: without and with fences; turning: they rest before they turn."""
    because, known = wished.because, facts.known
    theirs = storage.outside.get(BATTERY, ())
    source = because.source if because and because not in theirs else ""
    for one in (wished.held_by, wished.low_by):
        if one is not None and one.source in {Ground.SHAVES, Ground.HELPS, Ground.SELLS}:
            source = one.source  # neither more nor less is given for anything else
    ground = Ground(source) if source in GROUNDS else Ground.NOTHING
    if because in theirs and not source:
        ground = Ground.OUTSIDE
    full = all(cell.full for cell in storage.cells.values())
    empty = all(cell.empty for cell in storage.cells.values())
    short_w = 0.0 if facts.ceiling_w is None else facts.net_w - facts.ceiling_w
    if target_w == 0 and ground in {Ground.RESERVE, Ground.REFILLS} and empty and short_w > DEAD_W:
        ground = Ground.EMPTY
    elif target_w == 0 and ground in {Ground.COVERS, Ground.STORES, Ground.NOTHING} and not turning:
        if full and (facts.surplus_w > DEAD_W or storage.hold_sun_w is not None):
            ground = Ground.FULL
        elif empty and facts.net_w > DEAD_W:
            ground = Ground.EMPTY
        else:
            ground = Ground.NOTHING
    if ground is Ground.COVERS and storage.help is not None and facts.cars_w > 0 and -target_w > facts.base_w + DEAD_W:
        ground = Ground.HELPS
    elif target_w == 0 and ground is Ground.OUTSIDE and not turning:
        if full and wished.wish_w > 0:
            ground = Ground.FULL
        elif empty and wished.wish_w < 0:
            ground = Ground.EMPTY
    later = _later(storage, ground)
    pct = known.soc_pct if ground is not Ground.EMPTY else 100 * known.least_wh / known.capacity_wh
    why = BatteryWhy(
        ground=ground,
        power_w=target_w,
        target_w=storage.site.word.target_w,
        left_w=facts.surplus_w,
        soc_pct=pct,
        eur_kwh=facts.export_eur_kwh if ground is Ground.SELLS else facts.import_eur_kwh,
        then_eur_kwh=later[1] if later else None,
        until=later[0] if later else None,
        name=_name(storage, ground, because.source if because else ""),
    )
    disobeys = next((cell.disobeys for cell in storage.cells.values() if cell.disobeys), "")
    if disobeys:
        return replace(why, barred=Bar.REFUSED, by=disobeys)
    if turning:
        return replace(why, barred=Bar.TURNING)
    held = resolved.held_by
    if held in theirs and held is not because and ground in TAKES:
        return replace(why, barred=Bar.OUTSIDE, by=held.source)
    takes = ground in TAKES - {Ground.STORES} or (ground is Ground.OUTSIDE and wished.target_w > 0)
    if held is not None and held.source in set(LIMITS) and takes:
        bar = Bar(held.source)
        asked = storage.claimed_s is None or storage.now_s - storage.claimed_s < ANSWER_S
        if bar is Bar.PEAK and asked and storage.site.grant(BATTERY, storage.now_s) is None:
            bar = Bar.ASKED
        return replace(why, barred=bar, by="the connection" if bar is Bar.CIRCUIT else "")
    return why


def _name(storage: Storage, ground: Ground, source: str) -> str:
    """For whom it is done: a car's trip, or another program."""
    if ground is Ground.OUTSIDE:
        return source
    return storage.help.why if storage.help and ground is Ground.HELPS else ""


def _later(storage: Storage, ground: Ground) -> tuple[datetime, float | None] | None:
    """When what is in it is given, and what a kWh costs then; no price where that is lower, as for a car."""
    if ground not in {Ground.WAITS, Ground.BUYS}:
        return None
    starts = [step.start for step in storage.plan.steps if step.start > storage.at and step.power_w < -DEAD_W]
    now = slot_at(storage.prices, storage.at)
    for start in starts:
        then = slot_at(storage.prices, start)
        eur_kwh = then.import_eur_kwh if then else None
        if now is None or now.import_eur_kwh is None or (eur_kwh is not None and eur_kwh > now.import_eur_kwh):
            return start, eur_kwh
    return (starts[0], None) if starts else None
