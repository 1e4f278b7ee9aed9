"""What the batteries are told, where no story shows it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.core import storage
from lib.core.battery import BatteryReading, BatteryRules, BatteryTold, BatteryTook
from lib.core.cellar import TURN_S, CarsWord, Storage, StorageRules, Wanted
from lib.core.dispatch import dispatched
from lib.core.followed import Expected, Followed
from lib.core.modes import StorageMode
from lib.core.site import Word
from tests.conftest import NOON

RULES = StorageRules(batteries={"cellar": BatteryRules(name="cellar", capacity_wh=10_000.0)})


def second(
    known: Storage, grid_w: float, *happened: storage.Event, rules: StorageRules = RULES, power_w: float = 0.0
) -> Storage:
    """One second later: these, a reading of a battery at rest, a word of dm, and what follows."""
    reading = BatteryReading(read_s=known.now_s, soc_pct=60.0, power_w=power_w)
    word = Word(at=known.at + timedelta(seconds=1), good=True, grid_w=grid_w, target_w=2_500.0)
    now_s = known.now_s + 1
    for event in (*happened, BatteryTold(battery="cellar", reading=reading), storage.Heard(word=word)):
        known = dispatched(storage.after(known, event, rules, now_s=now_s, now=NOON), rules)
    return known


def test_where_steps_are_long_it_need_not_rest() -> None:
    """A step of a minute is no moment: the owner's rule may let it turn at once."""
    known, rules = storage.opened(RULES, at=NOON, now_s=0.0), replace(RULES, turn_s=0.0)
    for _ in range(10):
        known = second(known, 1_500.0, rules=rules)
    assert (known.target_w or 0.0) < 0
    assert (second(known, -1_500.0, rules=rules).target_w or 0.0) > 0


def test_one_that_was_handed_back_meanwhile_rests_before_it_turns_too() -> None:
    """It gave until its owner took it for a second; when the sun is out then it takes nothing for 5 s."""
    known = storage.opened(RULES, at=NOON, now_s=0.0)
    for _ in range(10):
        known = second(known, 1_500.0)
    assert known.target_w is not None
    assert known.target_w < 0
    known = second(known, -1_500.0, storage.Chosen(mode=StorageMode.OWN))
    assert known.target_w is None
    known = second(known, -1_500.0, storage.Chosen(mode=StorageMode.AUTO))
    told = [known := second(known, -1_500.0) for _ in range(8)]
    rests = [one.target_w for one in told if one.now_s - 11 < TURN_S]
    assert [0.0] * 3 == rests
    assert (told[-1].target_w or 0.0) > 0


@pytest.mark.parametrize(("idle_w", "house_w"), [(-120.0, -3_000.0), (130.0, 2_500.0)])
def test_what_it_measures_at_rest_is_no_direction(idle_w: float, house_w: float) -> None:
    """Three inverters that idle keep it from turning for half a minute, and after the next cloud no longer than 5 s."""
    known, power_w = storage.opened(RULES, at=NOON, now_s=0.0), idle_w
    told = []
    for n in range(90):
        left_w = 0.0 if 60 <= n < 70 else house_w
        known = second(known, left_w + power_w, power_w=power_w)
        wanted = known.cells["cellar"].setpoint
        if wanted is not None:
            took = BatteryTook(battery="cellar", setpoint=wanted, power_w=wanted.power_w, sent_s=known.now_s)
            known = dispatched(storage.after(known, took, RULES, now_s=known.now_s, now=NOON), RULES)
            power_w = wanted.power_w or idle_w
        told.append((known.target_w or 0.0) * house_w)
    assert not any(told[:30])
    assert all(way < 0 for way in told[45:60])
    assert not any(told[65:70])
    assert all(way < 0 for way in told[75:])


def told_w(period_s: float, *, first_s: float, lag_s: float, loads_w: dict[int, float]) -> list[float]:
    """What a battery is told in ten minutes, read each second, that follows after a lag; a telegram comes seldom."""
    known, told, power_w = storage.opened(RULES, at=NOON, now_s=0.0), [0.0], 0.0
    orders: list[tuple[float, float]] = []
    for tenth in range(6_000):
        now_s = tenth / 10
        power_w = next((order_w for at_s, order_w in reversed(orders) if at_s + lag_s <= now_s), 0.0)
        happened: list[storage.Event] = []
        if tenth % 10 == 0:
            reading = BatteryReading(read_s=now_s, soc_pct=60.0, power_w=power_w)
            happened += [BatteryTold(battery="cellar", reading=reading), storage.Ticked()]
        if (tenth - round(10 * first_s)) % round(10 * period_s) == 0:
            load_w = next(load for since, load in reversed(loads_w.items()) if since <= now_s)
            at = NOON + timedelta(seconds=now_s)
            word = Word(at=at, good=True, grid_w=load_w + power_w, target_w=9_000.0, period_s=period_s)
            happened.append(storage.Heard(word=word))
        for event in happened:
            known = dispatched(storage.after(known, event, RULES, now_s=now_s, now=NOON), RULES)
            wanted = known.cells["cellar"].setpoint
            if wanted is not None and wanted.power_w != told[-1]:
                told.append(wanted.power_w)
                orders.append((now_s, wanted.power_w))
                took = BatteryTook(battery="cellar", setpoint=wanted, power_w=wanted.power_w, sent_s=now_s)
                known = storage.after(known, took, RULES, now_s=now_s, now=NOON)
    return told[1:]


@pytest.mark.parametrize("lag_s", [0.5, 2.5])
@pytest.mark.parametrize("period_s", [1.0, 2.0, 3.0, 4.0, 5.0, 10.0])
def test_a_meter_that_speaks_seldom_is_not_taken_for_one_that_saw_the_last_order(period_s: float, lag_s: float) -> None:
    """Each step of the house is one order, of just that: a telegram of before an order says nothing of what it did."""
    for first_s in (0.4, period_s / 2):
        found = told_w(period_s, first_s=first_s, lag_s=lag_s, loads_w={0: 1_500.0, 150: 600.0, 400: 2_800.0})
        assert [-1_500.0, -600.0, -2_800.0] == found


@pytest.mark.parametrize(
    ("late", "owner_pct", "helps"), [(True, None, True), (False, None, False), (True, 65.0, False)]
)
def test_a_trip_that_takes_the_quarter_above_the_peak_has_the_reserve_too(
    late: bool, owner_pct: float | None, helps: bool
) -> None:
    """The plan keeps 7 kWh for the peak, of which 6 are left: they are for a peak like that. What you set stands."""
    end = NOON + timedelta(hours=2)
    kept = Expected(start=NOON, end=end, load_w=400.0, cars_w=0.0, battery_w=0.0, keep_wh=7_000.0)
    wanted = Wanted(power_w=2_000.0, until=end, why="late for Gent", late=late)
    known = storage.opened(RULES, at=NOON, now_s=0.0)
    if owner_pct is not None:
        known = second(known, 2_000.0, storage.Reserved(reserve_pct=owner_pct))
    known = second(known, 2_000.0, storage.Planned(followed=Followed(until_s=600.0, stretches=(kept,))))
    for _ in range(10):
        known = second(known, 4_000.0, storage.CarsTold(word=CarsWord(wanted=wanted, heard_s=known.now_s)))
    assert helps is (known.help is not None)
    assert helps is not bool(known.refused)
