"""What the battery shall do: its facts, the wishes of each source, what fences them, and what is asked of dm.

In: the battery app's state. Out: proposals for lib/core/proposals.py, the highest first as docs/BATTERY.md lists them.
Knows no battery of a make and no order.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from lib.core import claims
from lib.core.battery_why import Bar, Ground
from lib.core.cellar import Storage, StorageRules, insured_wh, reserve_wh
from lib.core.circuits import conductors
from lib.core.claims import BATTERY, Claim
from lib.core.cost import slot_at
from lib.core.modes import StorageMode
from lib.core.pool import Pool
from lib.core.power import PHASE_V
from lib.core.proposals import Default, Device, Proposal, Resolved, report
from lib.core.quarter import QUARTER, QUARTER_S, start_of

DEAD_W = 50.0  # less is nothing: an inverter at that power only loses
SHAVE, KEEP = 120, 110  # beside lib/core/claims.py: to keep the peak, and the reserve
FENCE = 4_100  # nobody's wish, of whatever program, empties it into the grid, or into a car that got no help
REFILL_H = 3.0  # a reserve that is missing is back after so long
REFILL_W = 300.0
LEAST_GAIN_EUR = 0.002  # a kWh is not moved for less


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the tactics know of this instant. Powers in W.

    Attributes:
        base_w: the house less its sun, without cars and batteries; cars_w: the cars; net_w: both.
        ceiling_w: what may come from the grid until the quarter ends; None: nobody knows. At its reserve the battery
            goes by where dm said that the quarter ends: the rest is kept for what comes on top of that.
        value_eur_kwh: what one kWh more in the batteries is worth; None: nothing is planned.
        may_sell: whether the owner lets them be emptied into the grid.
        reserve_wh: kept for the peak; insured: dm's plan sees to it that it comes back.
        takes_w, gives_w: what the connection leaves each battery to take and to give.

    """

    known: Pool
    base_w: float
    cars_w: float
    net_w: float
    ceiling_w: float | None
    reserve_wh: float
    insured: bool
    import_eur_kwh: float | None
    export_eur_kwh: float | None
    value_eur_kwh: float | None
    may_sell: bool
    planned_w: float
    takes_w: Mapping[str, float]
    gives_w: Mapping[str, float]

    @property
    def surplus_w(self) -> float:
        """What the sun leaves over beside house and cars."""
        return max(0.0, -self.net_w)

    @property
    def sells(self) -> bool:
        """Whether a kWh out of them earns more in the grid than it is worth later."""
        known, sells, value = self.known, self.export_eur_kwh, self.value_eur_kwh
        if not self.may_sell or sells is None or value is None or (known.energy_wh or 0.0) <= self.reserve_wh:
            return False
        return (sells - known.wear_eur_kwh) * sqrt(known.efficiency) > value + LEAST_GAIN_EUR

    @property
    def short_w(self) -> float:
        """What the house alone, without cars and batteries, draws above what may come from the grid."""
        return 0.0 if self.ceiling_w is None else max(0.0, self.base_w - self.ceiling_w)


def facts_of(storage: Storage, rules: StorageRules, known: Pool) -> Facts:
    """What is known at this instant."""
    site, slot = storage.site, slot_at(storage.prices, storage.at)
    word, base_w = site.word, site.base_w or 0.0
    low_w, high_w = known.range_w if storage.is_metered else storage.metered_w
    net_w = (word.grid_w or 0.0) - min(max((word.grid_w or 0.0) - base_w - _cars_w(storage), low_w), high_w)
    kept_wh = reserve_wh(storage, rules, capacity_wh=known.capacity_wh, least_wh=known.least_wh)
    keeps = known.energy_wh is not None and known.energy_wh <= kept_wh
    step = storage.plan.at(storage.at)
    return Facts(
        known=known,
        base_w=base_w,
        cars_w=max(0.0, net_w - base_w),
        net_w=net_w,
        ceiling_w=_ceiling_w(storage, rules, _over_w(storage) if keeps else 0.0),
        reserve_wh=kept_wh,
        insured=insured_wh(storage) is not None,
        import_eur_kwh=slot.import_eur_kwh if slot else None,
        export_eur_kwh=slot.export_eur_kwh if slot else None,
        value_eur_kwh=None if known.energy_wh is None else storage.plan.value_eur_kwh(storage.at, known.energy_wh),
        may_sell=known.sells and storage.mode is StorageMode.AUTO,
        planned_w=step.power_w if step else 0.0,
        takes_w=rooms_w(storage, rules),
        gives_w=rooms_w(storage, rules, giving=True),
    )


def _cars_w(storage: Storage) -> float:
    """What the cars draw, as dm heard it, and those that nobody controls as they seem to."""
    cars = [one for one in storage.site.word.drawn if one.who != BATTERY and one.controlled]
    return sum((one.low_w + one.high_w) / 2 for one in cars) + storage.loose_w


def _over_w(storage: Storage) -> float:
    """How far above its target dm lets the quarter end."""
    grants = [lease.grant for lease in storage.site.leases.values() if storage.now_s < lease.until_s]
    return max((grant.over_w for grant in grants), default=0.0)


def _ceiling_w(storage: Storage, rules: StorageRules, over_w: float) -> float | None:
    """What may come from the grid until the quarter ends, so that it ends at its target or `over_w` above it."""
    word, at = storage.site.word, storage.at
    if word.target_w is None:
        return None
    kept_w = word.target_w * (1 - rules.margin) + over_w
    left_s = (start_of(at) + QUARTER - at).total_seconds()
    if word.average_w is None or left_s <= 0:
        return kept_w  # nobody watched its start
    if word.at is None or start_of(word.at) != start_of(at):
        return kept_w  # what the last one counted says nothing of this one, of which no telegram came yet
    return max(0.0, (kept_w - word.average_w) * QUARTER_S / left_s)


def wants(facts: Facts, storage: Storage) -> Iterator[Proposal]:
    """What shall be done, as if the peak did not limit what is taken."""
    now_s, known = storage.now_s, facts.known
    sun_w = facts.surplus_w

    def proposal(
        ground: Ground,
        priority: int,
        *,
        wish_w: float | None = None,
        low_w: float | None = None,
        high_w: float | None = None,
    ) -> Proposal:
        return Proposal(source=ground, priority=priority, at_s=now_s, wish_w=wish_w, low_w=low_w, high_w=high_w)

    if storage.mode is StorageMode.OFF:
        yield proposal(Ground.OFF, claims.OWNER, low_w=0.0, high_w=0.0)
        return
    if storage.mode is StorageMode.HOLD:
        yield proposal(Ground.HOLD, claims.OWNER, low_w=0.0)
    if storage.mode is StorageMode.FILL:
        yield proposal(Ground.FILL if known.high_w > 0 else Ground.FULL, claims.PLAN, low_w=known.high_w)
    give_w = _given_w(facts, storage)
    shave_w = 0.0 if facts.ceiling_w is None else min(facts.net_w - facts.ceiling_w, give_w)
    missing_wh = 0.0 if known.energy_wh is None else facts.reserve_wh - known.energy_wh
    keeps = known.energy_wh is not None and missing_wh >= 0
    if shave_w > DEAD_W / 2 and known.low_w < 0:
        is_help = storage.help is not None and facts.ceiling_w is not None and facts.base_w < facts.ceiling_w
        ground = Ground.HELPS if is_help else Ground.SHAVES
        yield proposal(ground, SHAVE, low_w=-shave_w if keeps else None, high_w=-shave_w)
    elif keeps:
        yield proposal(Ground.RESERVE, KEEP, low_w=0.0)
        if (
            missing_wh > known.capacity_wh / 100
            and known.high_w > 0
            and not facts.insured
            and not _is_bought_soon(storage, facts)
        ):
            refill_w = max(REFILL_W, missing_wh / REFILL_H)
            yield proposal(Ground.REFILLS, claims.STORED_RESERVE, low_w=min(known.high_w, refill_w))
    yield from _priced(facts, storage)
    if facts.net_w < 0:
        yield proposal(Ground.STORES, claims.SURPLUS, wish_w=sun_w)
    else:
        first_w = 0.0
        if storage.help is not None:
            first_w = storage.help.power_w if storage.help.bridge else storage.planned_help_w
        yield proposal(Ground.COVERS, claims.SURPLUS, wish_w=-min(give_w, _drawn_w(facts, first_w)))


def _priced(facts: Facts, storage: Storage) -> Iterator[Proposal]:
    """What the prices say: buy, wait for a dearer hour, leave the sun to the grid for now, or sell."""
    known, value = facts.known, facts.value_eur_kwh
    if value is None or known.efficiency <= 0:
        return
    way = sqrt(known.efficiency)
    buys, sells = facts.import_eur_kwh, facts.export_eur_kwh
    if buys is not None and buys / way + LEAST_GAIN_EUR <= value and known.high_w > 0:
        power_w = facts.planned_w if facts.planned_w > DEAD_W else known.high_w
        ground = Ground.PAID if buys < 0 else Ground.BUYS
        yield Proposal(
            source=ground, priority=claims.NIGHT, at_s=storage.now_s, low_w=min(known.high_w, power_w + facts.surplus_w)
        )
    elif buys is not None and (buys - known.wear_eur_kwh) * way < value:
        yield Proposal(source=Ground.WAITS, priority=claims.NIGHT, at_s=storage.now_s, low_w=0.0)
    if sells is not None and sells / way > value + LEAST_GAIN_EUR and facts.surplus_w > 0:
        yield Proposal(source=Ground.EXPORTS, priority=claims.NIGHT, at_s=storage.now_s, high_w=0.0)
    if facts.sells:
        power_w = -facts.planned_w if facts.planned_w < -DEAD_W else -known.low_w
        yield Proposal(source=Ground.SELLS, priority=claims.NIGHT, at_s=storage.now_s, high_w=-power_w)


def _is_bought_soon(storage: Storage, facts: Facts) -> bool:
    """Whether the plan fills it within some hours anyway."""
    soon = storage.at + timedelta(hours=2 * REFILL_H)
    return any(
        step.power_w > DEAD_W and step.start <= soon and step.energy_wh >= facts.reserve_wh * 0.99
        for step in storage.plan.steps
    )


def _given_w(facts: Facts, storage: Storage) -> float:
    """The most that may be given: to the house, and to the cars what they were granted; all while that is sold.

    Help that is over is still there to keep the peak in its quarter: a car takes a while to fall. What may be a car's
    that nobody controls is kept under the peak as the house is.
    """
    if facts.sells:
        return -facts.known.low_w
    granted, last = storage.help, storage.helped
    if granted is None and last is not None and last.quarter == start_of(storage.at):
        granted = last
    above_w = 0.0 if facts.ceiling_w is None else facts.net_w - facts.ceiling_w
    granted_w = max(0.0 if granted is None else granted.power_w, min(above_w, storage.loose_w))
    return _drawn_w(facts, min(granted_w, facts.cars_w))


def _drawn_w(facts: Facts, cars_w: float = 0.0) -> float:
    """What the house draws beside its sun, and so much of the cars; no more than the meter would show without it."""
    return min(max(0.0, facts.net_w), max(0.0, facts.base_w) + cars_w)


def fences(storage: Storage, facts: Facts) -> Iterator[Proposal]:
    """What keeps it from more than it may."""
    now_s = storage.now_s
    grant = storage.site.grant(BATTERY, now_s)
    granted_w = max(grant.power_w if grant else 0.0, facts.surplus_w)
    low_w, high_w = -sum(facts.gives_w.values()), sum(facts.takes_w.values())
    yield Proposal(source=Bar.CIRCUIT, priority=claims.GUARD, at_s=now_s, low_w=low_w, high_w=high_w)
    yield Proposal(source=Bar.PEAK, priority=claims.BUDGET, at_s=now_s, high_w=granted_w)
    yield Proposal(source="cars", priority=FENCE, at_s=now_s, low_w=-_given_w(facts, storage))


def rooms_w(storage: Storage, rules: StorageRules, *, giving: bool = False) -> dict[str, float]:
    """What the connection leaves each battery that can be told something; those on one phase share what it carries.

    giving: of what they give, which may pass the limit the other way where the sun already does on a phase.
    """
    limits, margin = (rules.circuits[0].limits_a, rules.circuits[0].margin) if rules.circuits else ((None,) * 3, 1.0)
    base_a, way = storage.site.base_a or (0.0, 0.0, 0.0), -1 if giving else 1
    wires = {name: conductors(one.rules.wired, one.rules.phases) for name, one in storage.cells.items() if one.able}
    shares = [sum(phase in loads for loads in wires.values()) for phase in range(4)]
    rooms = {}
    for name, loads in wires.items():
        cell = storage.cells[name].rules
        left = [
            (limit_a * margin - way * base_a[phase - 1]) / shares[phase]
            for phase in loads
            if (limit_a := limits[phase - 1]) is not None
        ]
        most_w = cell.discharge_w if giving else cell.charge_w
        rooms[name] = max(0.0, min(left)) * PHASE_V * cell.phases if left else most_w
    return rooms


def device_of(known: Pool) -> Device:
    """What all batteries together can do now."""
    return Device(low_w=known.low_w, high_w=known.high_w, default=Default.ZERO)


def left_w(device: Device, theirs: Collection[Proposal]) -> float:
    """How far down other programs let it go to keep the peak and to help: the most it may give, as a power below 0."""
    return (report(device, theirs, SHAVE - 1).low_w if theirs else device.low_w) or 0.0


def claim_of(facts: Facts, wished: Resolved, theirs: Collection[Proposal] = ()) -> Claim | None:
    """What is asked of dm: what it would take from the grid.

    wished: what all wants come to without fences. theirs: of those what other programs want; they are asked for no
    higher than the plan, whatever their priority is among the wishes.
    """
    because = wished.because
    if because is None or wished.target_w <= facts.surplus_w + DEAD_W or because.source == Ground.STORES:
        return None
    low_w, high_w = facts.known.range_w
    return Claim(
        who=BATTERY,
        priority=min(because.priority, claims.PLAN) if because in theirs else because.priority,
        wish_w=wished.target_w,
        runs=(low_w + high_w) / 2 > DEAD_W,
    )
