"""What the batteries are told: the tactics' power → a setpoint each. Also when the plan is worked out anew.

In: the battery app's state. Out: the same with setpoints, claim, help and reason in it. Without dm's word, or without a
battery that answers, all are left to their own mode.
"""

from collections.abc import Mapping

from lib.core.arbitrage import StorePlan, planned
from lib.core.battery import Setpoint
from lib.core.battery_why import Bar, BatteryWhy, Ground, sentence
from lib.core.cell import OBEYS_W, RESTS, Cell
from lib.core.cellar import Storage, StorageRules, kept_wh, store_of
from lib.core.claims import BATTERY
from lib.core.expected import end_eur_kwh, stretches
from lib.core.followed import fresh
from lib.core.helping import helped
from lib.core.modes import StorageMode
from lib.core.motives import why_of
from lib.core.pool import Pool, pool, split
from lib.core.proposals import Resolved, resolve
from lib.core.quarter import start_of
from lib.core.states import replace
from lib.core.storing import DEAD_W, Facts, claim_of, device_of, facts_of, fences, left_w, wants

SAME_W = 50.0  # a change that small is not worth a message
SMALL_W, SMALL_S = 150.0, 3.0  # and one that small, not each second
IDLES_S = 30.0  # what flows so long after they were told to rest flows at rest
STARTS_S = 5.0  # a start first hears the house, the prices and the cars
HOLD_STEP_W = 150.0  # the sun is told anew to be held back when it differs by so much
BEGINS = frozenset({Ground.STARTING, Ground.LISTENS})
MORE_W = 300.0  # so much more sun is let through than the batteries take, while they could take more


def dispatched(storage: Storage, rules: StorageRules, *, replans: bool = True) -> Storage:
    """The state with what the batteries are told; replans: the plan may be worked out anew."""
    if replans and _is_due(storage):
        storage = _planned(storage, rules)
    known = pool(storage.cells.values())
    handed = _handed(storage, rules, known)
    if handed is not None:
        return _released(storage, handed)
    facts = facts_of(storage, rules, known)
    theirs, device = storage.outside.get(BATTERY, ()), device_of(known)
    leaves = replace(known, low_w=left_w(device, theirs))  # help that another program keeps back is not promised
    is_for_peak = storage.cars.wanted is not None and storage.cars.wanted.late  # which is what the reserve is for
    takes_all = storage.planned_help_w or is_for_peak
    least_wh = min(facts.reserve_wh, kept_wh(storage, rules)) if takes_all else facts.reserve_wh
    storage = helped(storage, leaves, max(known.least_wh, least_wh), short_w=facts.short_w, lease_s=rules.lease_s)
    wanted = [*wants(facts, storage), *theirs]
    wished = resolve(device, wanted)
    claim = claim_of(facts, wished, theirs)
    storage = replace(storage, claim=claim, device=device, put=(*wanted, *fences(storage, facts)))
    if not storage.site.is_fresh(storage.now_s):  # nothing is raised, and nobody knows what should fall
        return storage
    resolved = resolve(device, storage.put)
    flows_w = sum(cell.power_w or 0.0 for cell in storage.cells.values() if cell.able)
    idle_w = flows_w if _has_run_out(storage) else storage.idle_w
    target_w, turned_s, turning = _turned(storage, resolved.target_w, flows_w - idle_w, rules.turn_s)
    changed_s = storage.changed_s if target_w == storage.target_w else storage.now_s
    cells = _told(storage, facts, target_w)
    return replace(
        storage,
        cells=cells,
        target_w=target_w,
        turned_s=turned_s,
        changed_s=changed_s,
        idle_w=idle_w,
        claimed_s=None if claim is None else storage.now_s if storage.claimed_s is None else storage.claimed_s,
        hold_sun_w=_hold_sun_w(storage, rules, facts, wished),
        why=why_of(storage, facts, wished, resolved, target_w, turning=turning),
    )


def _handed(storage: Storage, rules: StorageRules, known: Pool) -> BatteryWhy | None:
    """Why all batteries are left to their own mode; None: they are not."""
    missed = [cell.missed.why for cell in storage.cells.values() if cell.missed]
    faults = [cell.reading.fault for cell in storage.cells.values() if cell.reading and cell.reading.fault]
    meddled = [cell.meddled for cell in storage.cells.values() if cell.meddled]
    balked = [cell.balked for cell in storage.cells.values() if cell.refuses]
    silent_s = storage.site.silent_s(storage.now_s)
    if storage.mode is StorageMode.OWN:
        return BatteryWhy(ground=Ground.OWN)
    if not known.able:
        if balked:
            return BatteryWhy(ground=Ground.OWN, barred=Bar.REFUSED, by=balked[0])
        if faults:
            return BatteryWhy(ground=Ground.FAULT, name=faults[0])
        if missed:
            return BatteryWhy(ground=Ground.SILENT, name=missed[0])
        if meddled:
            return BatteryWhy(ground=Ground.OWN, barred=Bar.MEDDLED, by=meddled[0])
        return BatteryWhy(ground=Ground.STARTING)
    if silent_s is None:
        if storage.now_s - storage.began_s < rules.lease_s:
            return BatteryWhy(ground=Ground.LISTENS)
        return BatteryWhy(ground=Ground.SAFE, name="the meter app has not been heard")
    if silent_s > rules.lease_s:
        gone = storage.site.heard_s is None or storage.now_s - storage.site.heard_s > STARTS_S
        who = "the meter app is silent" if gone else "the meter is silent"
        return BatteryWhy(ground=Ground.SAFE, name=who)
    if storage.site.base_w is None or storage.now_s - storage.began_s < STARTS_S:
        return BatteryWhy(ground=Ground.LISTENS)
    return None


def _released(storage: Storage, why: BatteryWhy) -> Storage:
    """All of them left to themselves; nothing is asked and nothing given."""
    asks = why.barred is Bar.REFUSED
    cells = {
        name: replace(cell, setpoint=RESTS if asks and cell.refuses else None) for name, cell in storage.cells.items()
    }
    refused = sentence(why) if storage.cars.wanted and why.ground not in BEGINS else ""
    return replace(
        storage,
        cells=cells,
        target_w=None,
        turned_s=storage.now_s if storage.target_w else storage.turned_s,
        help=None,
        refused=refused,
        device=None,
        put=(),
        claim=None,
        claimed_s=None,
        hold_sun_w=None,
        why=why,
    )


def _has_run_out(storage: Storage) -> bool:
    """Whether what flows is no way to turn from: its measure is off, it idles, or it obeys nobody."""
    return storage.target_w == 0 and storage.changed_s is not None and storage.now_s - storage.changed_s >= IDLES_S


def _turned(storage: Storage, target_w: float, flows_w: float, turn_s: float) -> tuple[float, float | None, bool]:
    """The power that is told now, when the direction last changed, and whether it rests before it turns.

    flows_w: beside what they measure at rest.
    """
    before_w, now_s = storage.target_w or 0.0, storage.now_s
    if abs(target_w) < DEAD_W:
        target_w = 0.0
    turned_s = storage.turned_s
    if turn_s > 0 and (target_w * before_w < 0 or (target_w * flows_w < 0 and abs(flows_w) >= OBEYS_W)):
        return 0.0, now_s, True
    if before_w == target_w == 0 and turned_s is not None and abs(flows_w) >= OBEYS_W:
        turned_s = now_s  # it runs out yet, and rests from then on
    if before_w == 0 and target_w * flows_w <= 0 and turned_s is not None and now_s - turned_s < turn_s:
        return 0.0, turned_s, target_w != 0
    if before_w != 0 and target_w == 0:
        turned_s = now_s
    if storage.target_w is not None and target_w != 0:
        change_w = abs(target_w - before_w)
        lately = storage.changed_s is not None and now_s - storage.changed_s < SMALL_S
        if change_w < SAME_W or (change_w < SMALL_W and lately):
            return before_w, turned_s, False
    return target_w, turned_s, False


def _told(storage: Storage, facts: Facts, target_w: float) -> Mapping[str, Cell]:
    """Each battery with its setpoint; what does not change stays the same."""
    parts = split(storage.cells, target_w, facts.gives_w if target_w < 0 else facts.takes_w)
    whole_w = sum(parts.values())
    cells = dict(storage.cells)
    for name, cell in cells.items():
        if name not in parts:
            cells[name] = replace(cell, setpoint=RESTS if cell.refuses else None)
            continue
        found = Setpoint(power_w=round(parts[name]), grid_w=round(facts.net_w + whole_w))
        last = cell.setpoint
        if last is None or last.power_w != found.power_w or abs(last.grid_w - found.grid_w) >= SAME_W:
            cells[name] = replace(cell, setpoint=found)
    return cells


def _hold_sun_w(storage: Storage, rules: StorageRules, facts: Facts, wished: Resolved) -> float | None:
    """To what the sun is held back while injecting costs money and the batteries cannot take it.

    wished: what they would take of it, were there more.
    """
    if not rules.holds_sun or storage.sun_w is None or facts.export_eur_kwh is None or facts.export_eur_kwh >= 0:
        return None
    before_w, takes_w = storage.hold_sun_w, max(0.0, sum(facts.known.range_w) / 2)
    most_w = min(wished.high_w or 0.0, sum(facts.takes_w.values()))
    wanted_w = max(0.0, facts.net_w + storage.sun_w + takes_w + min(MORE_W, max(0.0, most_w - takes_w)))
    if before_w is None and storage.sun_w <= wanted_w + DEAD_W:
        return None
    is_near = before_w is not None and abs(wanted_w - before_w) < HOLD_STEP_W
    return before_w if is_near else wanted_w


def _is_due(storage: Storage) -> bool:
    """Whether the plan is of another quarter, beside a plan of dm's of another hour, or something changed since."""
    if storage.planned_s is None:
        return True
    begins = start_of(storage.at)
    if fresh(storage.followed, storage.now_s):
        begins = begins.replace(minute=0)
    return (storage.at - begins).total_seconds() < storage.now_s - storage.planned_s


def _planned(storage: Storage, rules: StorageRules) -> Storage:
    word, store = storage.site.word, store_of(storage)
    storage = replace(storage, planned_s=storage.now_s)
    if not storage.prices:
        return replace(storage, plan=StorePlan())
    if store is None:
        return storage  # the last plan still tells the hours, once it is known again how full they are
    ahead = stretches(
        storage.at,
        prices=storage.prices,
        load=storage.load,
        sun=storage.sun,
        cars=storage.cars.planned,
        target_w=word.target_w if rules.peaks_cost else None,
        margin=rules.margin,
        kw_eur=word.kw_eur,
        followed=fresh(storage.followed, storage.now_s),
        reserve_set=storage.reserve_pct is not None,
    )
    return replace(storage, plan=planned(store, ahead, end_eur_kwh=end_eur_kwh(ahead, store)))
