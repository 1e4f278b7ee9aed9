"""What the battery shall do: the wishes by mode, reserve, peak and price, and the fences that none of them passes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lib.core import claims, storage
from lib.core.arbitrage import Step, StorePlan
from lib.core.battery import BatteryReading, BatteryRules, BatteryTold
from lib.core.battery_why import Bar, BatteryWhy, Ground, sentence
from lib.core.cellar import Help, Storage, StorageRules, lent
from lib.core.circuits import Circuit
from lib.core.claims import BATTERY, Claim, Grant
from lib.core.cost import PriceSlot
from lib.core.followed import Expected, Followed
from lib.core.modes import StorageMode
from lib.core.motives import why_of
from lib.core.pool import pool
from lib.core.proposals import Resolved, resolve
from lib.core.site import Lease, Site, Word
from lib.core.storing import claim_of, device_of, facts_of, fences, rooms_w, wants
from tests.conftest import local

NOON = local("2026-11-20 12:00")  # 25 % are kept
EVENING = local("2026-11-20 17:00")  # 40 %
RULES = StorageRules(
    batteries={"cellar": BatteryRules(name="cellar", capacity_wh=10_000.0)},
    circuits=(Circuit(name="connection", limits_a=(25.0, 25.0, 25.0)),),
)


def a_storage(
    base_w: float = 400.0,
    *,
    at: datetime = NOON,
    cars_w: float = 0.0,
    soc_pct: float | None = 50.0,
    average_w: float | None = None,
    target_w: float | None = 2500.0,
    granted_w: float | None = None,
    prices: tuple[float, float] | None = None,
    value_eur_kwh: float | None = None,
    planned_w: float = 0.0,
    rules: StorageRules = RULES,
    **more: Any,
) -> Storage:
    """A house, a car and a battery at rest, at one instant.

    prices: what a kWh costs and earns; value_eur_kwh: what one more in the battery is worth, by the plan.
    """
    known = storage.opened(rules, at=at, now_s=100.0)
    told = BatteryTold(battery="cellar", reading=BatteryReading(read_s=100.0, soc_pct=soc_pct, power_w=0.0))
    known = storage.after(known, told, rules, now_s=100.0, now=at)
    word = Word(at=at, good=True, grid_w=base_w + cars_w, target_w=target_w, average_w=average_w)
    leases = {}
    if granted_w is not None:
        leases[BATTERY] = Lease(grant=Grant(who=BATTERY, power_w=granted_w), until_s=130.0)
    drawn = (claims.Drawn(who="garage", low_w=cars_w, high_w=cars_w),) if cars_w else ()
    site = Site(word=replace(word, drawn=drawn), heard_s=100.0, telegram_s=100.0, base_w=base_w, leases=leases)
    hour = timedelta(hours=1)
    slots = () if prices is None else (PriceSlot(at, at + hour, *prices),)
    plan = StorePlan()
    if value_eur_kwh is not None:
        step = Step(start=at, end=at + hour, power_w=planned_w, energy_wh=5000.0, values_eur_kwh=(value_eur_kwh,) * 2)
        plan = StorePlan(least_wh=1000.0, most_wh=10_000.0, steps=(step,))
    return replace(known, site=site, prices=slots, plan=plan, **more)


def resolved(known: Storage, rules: StorageRules = RULES) -> tuple[Resolved, Resolved, Claim | None]:
    """What is done, what would be without fences, and what is asked of dm."""
    whole = pool(known.cells.values())
    facts = facts_of(known, rules, whole)
    wanted, device = list(wants(facts, known)), device_of(whole)
    wished = resolve(device, wanted)
    return resolve(device, [*wanted, *fences(known, facts)]), wished, claim_of(facts, wished)


def done(known: Storage, rules: StorageRules = RULES) -> tuple[float, str]:
    """The power, and whose wish it is."""
    return round(resolved(known, rules)[0].target_w), why(known, rules).ground


def why(known: Storage, rules: StorageRules = RULES) -> BatteryWhy:
    """The reason of what is done."""
    found, wished, _ = resolved(known, rules)
    facts = facts_of(known, rules, pool(known.cells.values()))
    return why_of(known, facts, wished, found, found.target_w, turning=False)


def a_help(power_w: float, *, bridge: bool = False) -> Help:
    """What the cars were granted."""
    return Help(power_w=power_w, energy_wh=1000.0, until=NOON + timedelta(minutes=5), why="late", bridge=bridge)


def test_the_house_is_covered_and_the_sun_is_stored() -> None:
    """All of it, and neither a car nor the grid gets anything."""
    assert (-400, Ground.COVERS) == done(a_storage(400.0))
    assert (-400, Ground.COVERS) == done(a_storage(400.0, cars_w=3680.0, target_w=None))
    assert (3000, Ground.STORES) == done(a_storage(-3000.0))
    assert (1320, Ground.STORES) == done(a_storage(-5000.0, cars_w=3680.0))
    assert (0, Ground.NOTHING) == done(a_storage(-2000.0, cars_w=3680.0))


@pytest.mark.parametrize(
    ("mode", "draws", "left"),
    [
        (StorageMode.OFF, (0, Ground.OFF), (0, Ground.OFF)),
        (StorageMode.HOLD, (0, Ground.HOLD), (3000, Ground.STORES)),
        (StorageMode.FILL, (0, Ground.FILL), (3000, Ground.FILL)),
        (StorageMode.AUTO, (-400, Ground.COVERS), (3000, Ground.STORES)),
    ],
)
def test_the_owner_decides_what_it_may(mode: StorageMode, draws: tuple[int, str], left: tuple[int, str]) -> None:
    """While the house draws, and while the sun leaves something over; fill takes no more than it was granted."""
    assert draws == done(a_storage(400.0, mode=mode))
    assert left == done(a_storage(-3000.0, mode=mode))


def test_what_it_would_take_from_the_grid_is_asked_of_dm() -> None:
    """And done as far as it is granted, never further; the sun needs no grant."""
    found, _, claim = resolved(a_storage(400.0, mode=StorageMode.FILL))
    assert claim
    assert (0.0, 5000.0, claims.PLAN) == (found.target_w, claim.wish_w, claim.priority)
    assert 1700.0 == resolved(a_storage(400.0, mode=StorageMode.FILL, granted_w=1700.0))[0].target_w
    assert 3000.0 == resolved(a_storage(-3000.0, mode=StorageMode.FILL, granted_w=1700.0))[0].target_w
    assert resolved(a_storage(-3000.0))[2] is None
    assert resolved(a_storage(400.0))[2] is None


def test_the_quarter_is_kept_under_its_target_from_the_reserve_too() -> None:
    """4.5 kW of 2.5, less the margin of 4 %: 2.1 kW, and no more while it is at its reserve."""
    assert (-2100, Ground.SHAVES) == done(a_storage(4500.0, at=EVENING, soc_pct=30.0))
    assert (0, Ground.RESERVE) == done(a_storage(2300.0, at=EVENING, soc_pct=40.0))
    assert (-4500, Ground.COVERS) == done(a_storage(4500.0, at=EVENING, soc_pct=60.0))
    assert (0, Ground.RESERVE) == done(a_storage(4500.0, at=EVENING, soc_pct=39.5, target_w=None))


def test_what_the_quarter_already_counts_counts() -> None:
    """After five calm minutes there is room for a while; after five dear ones there is less."""
    at = EVENING + timedelta(minutes=5)
    assert (-450, Ground.SHAVES) == done(a_storage(4000.0, at=at, soc_pct=30.0, average_w=100.0 / 3))
    assert (-2500, Ground.SHAVES) == done(a_storage(4000.0, at=at, soc_pct=30.0, average_w=1400.0))
    assert (-3850, Ground.SHAVES) == done(a_storage(4000.0, at=at, soc_pct=30.0, average_w=2300.0))


def test_what_the_last_quarter_counted_says_nothing_of_the_next() -> None:
    """Its last telegram said 2380 of 2500 W; in the next one, before the first telegram there, 2400 W may be drawn."""
    known = a_storage(500.0, at=EVENING + timedelta(minutes=14, seconds=59), average_w=2380.0)
    assert facts_of(known, RULES, pool(known.cells.values())).ceiling_w == pytest.approx(18_000.0)
    for more_s in (2, 9):
        late = replace(known, at=known.at + timedelta(seconds=more_s), mode=StorageMode.FILL)
        late = replace(
            late,
            site=replace(late.site, leases={BATTERY: Lease(grant=Grant(who=BATTERY, power_w=1_880.0), until_s=130.0)}),
        )
        assert 2_400.0 == facts_of(late, RULES, pool(late.cells.values())).ceiling_w
        assert (1_880, Ground.FILL) == done(late)


def test_where_dm_said_that_a_quarter_ends_it_ends() -> None:
    """A late trip was granted 1 kW above the target: the reserve is kept for what comes on top of that."""
    known = a_storage(400.0, cars_w=2900.0, at=EVENING, soc_pct=39.5)
    assert (-400, Ground.SHAVES) == done(known)
    over = Lease(grant=Grant(who="garage", power_w=3000.0, over_w=1000.0), until_s=130.0)
    granted = replace(known.site, leases={"garage": over})
    assert (0, Ground.RESERVE) == done(replace(known, site=granted))


def test_a_reserve_that_is_missing_is_asked_for_within_three_hours() -> None:
    """1.5 kWh under the 40 % of a winter evening: 500 W, before what is only cheap; a little less is left as it is."""
    known = a_storage(400.0, at=EVENING, soc_pct=25.0, granted_w=900.0)
    assert (500, Ground.REFILLS) == done(known)
    _, _, claim = resolved(known)
    assert claim
    assert (500.0, claims.STORED_RESERVE) == (claim.wish_w, claim.priority)
    assert (0, Ground.RESERVE) == done(a_storage(400.0, at=EVENING, soc_pct=39.5))
    assert (-400, Ground.COVERS) == done(a_storage(400.0, at=EVENING, soc_pct=25.0, reserve_pct=20.0))


def insured(keep_wh: float | None, *, at: datetime = EVENING, until_s: float = 200.0) -> Followed:
    """A plan of dm that says what should be held for the peak."""
    stretch = Expected(start=at, end=at + timedelta(minutes=15), load_w=400.0, keep_wh=keep_wh)
    return Followed(until_s=until_s, stretches=(stretch,))


def test_what_dm_learned_is_kept_in_place_of_what_the_time_of_day_says() -> None:
    """3 kWh where 40 % are usual: at 35 % the house is covered, at 30 % the rest is for the peak.

    It comes back as dm plans it. A stale plan, or one that does not know, changes nothing; the owner's word wins.
    """
    for soc_pct, expected in ((35.0, (-400, Ground.COVERS)), (30.0, (0, Ground.RESERVE)), (15.0, (0, Ground.RESERVE))):
        known = a_storage(400.0, at=EVENING, soc_pct=soc_pct, granted_w=900.0)
        assert expected == done(replace(known, followed=insured(3_000.0)))
    known = a_storage(400.0, at=EVENING, soc_pct=25.0, granted_w=900.0)
    for unknown in (None, insured(None), insured(1_000.0, until_s=50.0), insured(1_000.0, at=NOON)):
        assert (500, Ground.REFILLS) == done(replace(known, followed=unknown))
    assert (-400, Ground.COVERS) == done(replace(known, followed=insured(9_000.0), reserve_pct=20.0))
    peak = a_storage(4_500.0, at=EVENING, soc_pct=30.0, followed=insured(5_000.0))
    assert (-2_100, Ground.SHAVES) == done(peak)


def test_nothing_is_kept_while_a_kwh_is_dearer_than_a_peak() -> None:
    """At € 4.50 the house has what was kept for an oven, and nothing is bought to keep it; the owner's word wins."""
    dear: dict[str, Any] = {
        "at": EVENING,
        "soc_pct": 25.0,
        "prices": (4.5, 0.05),
        "value_eur_kwh": 0.3,
        "granted_w": 900.0,
    }
    known = a_storage(400.0, **dear)
    assert (-400, Ground.COVERS) == done(known)
    assert (-400, Ground.COVERS) == done(replace(known, followed=insured(3_000.0)))
    assert (500, Ground.REFILLS) == done(a_storage(400.0, **{**dear, "prices": (0.9, 0.05)}))
    assert (0, Ground.RESERVE) == done(replace(known, reserve_pct=25.0))


def test_a_plan_that_knows_what_the_peak_needs_may_use_all_of_it() -> None:
    """It keeps that itself, quarter by quarter; never what is never emptied."""
    lends = replace(a_storage(at=EVENING), target_w=0.0, followed=insured(4_000.0))
    store = lent(lends, RULES)
    assert store
    assert pool(lends.cells.values()).least_wh == store.least_wh
    owner = lent(replace(lends, reserve_pct=30.0), RULES)
    assert owner
    assert 3_000.0 == owner.least_wh


def test_no_reserve_is_kept_where_peaks_cost_nothing() -> None:
    """Down to where the battery is never emptied further."""
    free = replace(RULES, peaks_cost=False)
    assert (-400, Ground.COVERS) == done(a_storage(400.0, at=EVENING, soc_pct=15.0, rules=free), free)


def test_it_buys_what_is_worth_more_later_and_waits_with_what_is() -> None:
    """10 ct for 30: bought; 28 for 30: neither bought, for the losses, nor given, for the wear; 50 for 30: given."""
    free: dict[str, Any] = {"value_eur_kwh": 0.30, "granted_w": 5000.0}
    assert (5000, Ground.BUYS) == done(a_storage(400.0, prices=(0.10, 0.05), **free))
    assert (1200, Ground.BUYS) == done(a_storage(400.0, prices=(0.10, 0.05), planned_w=1200.0, **free))
    assert (0, Ground.WAITS) == done(a_storage(400.0, prices=(0.29, 0.05), **free))
    assert (-400, Ground.COVERS) == done(a_storage(400.0, prices=(0.50, 0.05), **free))
    assert (5000, Ground.PAID) == done(a_storage(400.0, prices=(-0.10, -0.20), **free))


def test_what_it_is_kept_for_is_a_dearer_hour_or_none_is_named() -> None:
    """It gives at 12:15, as for a car, where a kWh costs less than now, and at 13:00, where it costs more."""
    quarter, value = timedelta(minutes=15), (0.4, 0.4)
    times = [NOON + place * quarter for place in range(6)]
    steps = tuple(
        Step(start=start, end=start + quarter, power_w=power_w, energy_wh=5000.0, values_eur_kwh=value)
        for start, power_w in zip(times, (0.0, -1000.0, 0.0, 0.0, -400.0), strict=False)
    )
    slots = tuple(
        PriceSlot(times[first], times[last], eur, 0.03)
        for first, last, eur in ((0, 1, 0.20), (1, 4, 0.15), (4, 5, 0.35))
    )
    plan = StorePlan(least_wh=1000.0, most_wh=10_000.0, steps=steps)
    known = replace(a_storage(400.0, value_eur_kwh=0.4), prices=slots, plan=plan)

    def kept_for(known: Storage) -> tuple[datetime | None, float | None]:
        found, wished, _ = resolved(known)
        why = why_of(known, facts_of(known, RULES, pool(known.cells.values())), wished, found, 0.0, turning=False)
        assert why.ground in {Ground.WAITS, Ground.BUYS}
        return why.until, why.then_eur_kwh

    assert (times[4], 0.35) == kept_for(known)
    assert (times[1], None) == kept_for(replace(known, prices=slots[:2]))


def test_the_sun_is_left_to_the_grid_while_that_earns_more() -> None:
    """8 ct now, and what is worth 5 later."""
    assert (0, Ground.EXPORTS) == done(a_storage(-3000.0, prices=(0.30, 0.08), value_eur_kwh=0.05))
    assert (3000, Ground.STORES) == done(a_storage(-3000.0, prices=(0.30, 0.04), value_eur_kwh=0.05))


SELLING = replace(RULES, batteries={"cellar": BatteryRules(name="cellar", capacity_wh=10_000.0, sells=True)})


@pytest.mark.parametrize("base_w", [-1000.0, 400.0])
def test_what_is_worth_less_later_is_sold_where_the_owner_lets_it(base_w: float) -> None:
    """14 ct now, and what is worth 3 later, beside 5 of wear: with all its power, or as planned."""
    now: dict[str, Any] = {"prices": (0.30, 0.14), "value_eur_kwh": 0.03}
    known = a_storage(base_w, rules=SELLING, **now)
    assert (-5000, Ground.SELLS) == done(known, SELLING)
    assert (-2000, Ground.SELLS) == done(a_storage(base_w, planned_w=-2000.0, rules=SELLING, **now), SELLING)
    kept = Ground.COVERS if base_w > 0 else Ground.EXPORTS
    assert (min(0.0, -base_w), kept) == done(a_storage(base_w, **now))
    assert "gives 5.0 kW, more than the house draws: a kWh in the grid earns € 0.140" == sentence(why(known, SELLING))


def test_nothing_is_sold_of_a_reserve_or_for_wear_and_losses() -> None:
    """Nor by one that rests; what is asked of dm is nothing, for nothing is drawn."""
    now: dict[str, Any] = {"prices": (0.30, 0.14), "rules": SELLING}
    worth: dict[str, Any] = {"value_eur_kwh": 0.03}
    assert (0, Ground.RESERVE) == done(a_storage(soc_pct=25.0, **now, **worth), SELLING)
    assert (-400, Ground.COVERS) == done(a_storage(value_eur_kwh=0.09, **now), SELLING)
    assert (0, Ground.HOLD) == done(a_storage(mode=StorageMode.HOLD, **now, **worth), SELLING)
    assert resolved(a_storage(**now, **worth), SELLING)[2] is None


def test_help_goes_above_the_ceiling_and_a_bridge_before_the_grid() -> None:
    """2 kW for a car of 3.7 on a house of 0.4: 1.7 kW are above the ceiling; behind a cloud all of it is given."""
    assert (-400, Ground.COVERS) == done(a_storage(400.0, cars_w=1380.0))
    assert (-1680, Ground.HELPS) == done(a_storage(400.0, cars_w=3680.0, help=a_help(2000.0)))
    assert (-1780, Ground.HELPS) == done(a_storage(400.0, cars_w=1380.0, help=a_help(1500.0, bridge=True)))
    assert (-900, Ground.HELPS) == done(a_storage(400.0, cars_w=1380.0, help=a_help(500.0, bridge=True)))


def test_what_was_helped_in_a_quarter_makes_no_peak_in_it() -> None:
    """A new plan has no help any more, and the car of 3.7 kW still draws: it is shaved for, and no more than that."""
    over = replace(a_help(2000.0), quarter=NOON)
    known = a_storage(400.0, cars_w=3680.0, helped=over)
    assert (-1680, Ground.SHAVES) == done(known)
    assert (-400, Ground.COVERS) == done(replace(known, helped=replace(over, quarter=NOON - timedelta(minutes=15))))
    assert (-400, Ground.COVERS) == done(a_storage(400.0, cars_w=1380.0, helped=over))


def test_help_that_dm_planned_comes_before_the_grid_too() -> None:
    """Where the plan has it give for a car, it does so because a kWh costs more now than later."""
    known = a_storage(400.0, cars_w=1380.0, help=a_help(1700.0))
    expected = Expected(start=NOON, end=NOON + timedelta(minutes=15), load_w=400.0, cars_w=1380.0, battery_w=-1780.0)
    planned = Followed(until_s=200.0, stretches=(expected,))
    assert (-1780, Ground.HELPS) == done(replace(known, followed=planned))
    assert (-400, Ground.COVERS) == done(replace(known, followed=replace(planned, until_s=50.0)))


def test_what_a_plan_may_use_is_above_what_is_kept_for_the_peak() -> None:
    """By the hour, but no 40 % for cooking; or the owner's number; nothing where he says so, or peaks cost nothing."""
    known = a_storage(target_w=2500.0)
    lends = replace(known, target_w=0.0)

    def found(**more: Any) -> tuple[float, float] | None:
        store = lent(replace(lends, **more), RULES)
        return None if store is None else (store.least_wh, store.discharge_w)

    full_w = RULES.batteries["cellar"].discharge_w
    assert (2500.0, full_w) == found() == found(at=EVENING)
    assert (1500.0, full_w) == found(at=EVENING + timedelta(hours=6))
    assert (3000.0, full_w) == found(reserve_pct=30.0)
    assert (5000.0, full_w) == found(reserve_pct=60.0)
    assert (2500.0, 0.0) == found(mode=StorageMode.HOLD)
    assert found(mode=StorageMode.OFF) is None
    assert found(target_w=None) is None
    free = lent(lends, replace(RULES, peaks_cost=False))
    assert free
    assert free.least_wh < 1500.0


def test_the_connection_leaves_it_what_its_phase_has_left() -> None:
    """15 A of 25 are drawn on L1: 10 A are left for a battery there."""
    known = a_storage(3450.0, mode=StorageMode.FILL, granted_w=9000.0, target_w=9000.0)
    known = replace(known, site=replace(known.site, base_a=(15.0, 0.0, 0.0)))
    assert {"cellar": 2300.0} == rooms_w(known, RULES)
    found, _, _ = resolved(known)
    assert found.held_by
    assert (2300.0, Bar.CIRCUIT) == (found.target_w, found.held_by.source)


def test_no_phase_is_fed_more_than_it_carries() -> None:
    """The sun feeds 18 A into L1 while an oven draws on L2: of 4 kW that are wanted L1 carries 1.6 kW more."""
    known = a_storage(4000.0)
    known = replace(known, site=replace(known.site, base_a=(-18.0, 20.0, 16.0)))
    assert {"cellar": 1610.0} == rooms_w(known, RULES, giving=True)
    found, _, _ = resolved(known)
    assert -1610.0 == found.target_w


def test_batteries_on_one_phase_share_it() -> None:
    """Each may take 5 kW, and both together no more than what L1 carries."""
    both = {name: BatteryRules(name=name, capacity_wh=10_000.0) for name in ("cellar", "shed")}
    rules = replace(RULES, batteries=both)
    known = a_storage(rules=rules)
    told = BatteryTold(battery="shed", reading=BatteryReading(read_s=100.0, soc_pct=50.0, power_w=0.0))
    known = storage.after(known, told, rules, now_s=100.0, now=NOON)
    known = replace(known, site=replace(known.site, base_a=(15.0, 0.0, 0.0)))
    assert {"cellar": 1150.0, "shed": 1150.0} == rooms_w(known, rules)


@settings(max_examples=300)
@given(
    base_w=some.floats(-10_000, 15_000),
    cars_w=some.floats(0, 11_000),
    soc_pct=some.one_of(some.none(), some.floats(0, 100)),
    average_w=some.one_of(some.none(), some.floats(0, 5000)),
    second=some.integers(0, 3599),
    help_w=some.one_of(some.none(), some.floats(100, 8000)),
    granted_w=some.one_of(some.none(), some.floats(0, 8000)),
    prices=some.one_of(some.none(), some.tuples(some.floats(-0.2, 0.6), some.floats(-0.3, 0.3))),
    value_eur_kwh=some.one_of(some.none(), some.floats(-0.1, 0.6)),
    mode=some.sampled_from([one for one in StorageMode if one is not StorageMode.OWN]),
)
def test_no_wish_passes_the_fences(
    base_w: float,
    cars_w: float,
    soc_pct: float | None,
    average_w: float | None,
    second: int,
    help_w: float | None,
    granted_w: float | None,
    prices: tuple[float, float] | None,
    value_eur_kwh: float | None,
    mode: StorageMode,
) -> None:
    """Nothing to the grid, nothing to a car beyond its help, nothing from the grid beyond the grant."""
    known = a_storage(
        base_w,
        cars_w=cars_w,
        at=NOON + timedelta(seconds=second),
        soc_pct=soc_pct,
        average_w=average_w,
        granted_w=granted_w,
        prices=prices,
        value_eur_kwh=value_eur_kwh,
        mode=mode,
        help=None if help_w is None else a_help(help_w),
    )
    found, _, claim = resolved(known)
    net_w = base_w + cars_w
    most_w = max(0.0, min(net_w, max(0.0, base_w) + (help_w or 0.0)))
    assert -most_w - 1e-6 <= found.target_w <= max(granted_w or 0.0, -net_w, 0.0) + 1e-6
    assert -5000 <= found.target_w <= 5000
    if mode is StorageMode.OFF:
        assert 0 == found.target_w
    elif mode is StorageMode.HOLD:
        assert found.target_w >= 0
    assert claim is None or claim.wish_w > 0
    assert found.because is None or found.because.source in {*Ground, *Bar, "cars"}
