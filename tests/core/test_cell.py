"""One battery as bs sees it, and all of them as one: ranges of what flows, ends, and how a power is shared out."""

from dataclasses import replace
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lib.core import cell
from lib.core.battery import (
    BatteryBalked,
    BatteryEvent,
    BatteryMeddled,
    BatteryMissed,
    BatteryReading,
    BatteryRules,
    BatteryTold,
    BatteryTook,
    Setpoint,
)
from lib.core.cell import Cell
from lib.core.pool import pool, split

RULES = BatteryRules(name="cellar", capacity_wh=10_000.0)


def told(known: Cell, at_s: float = 0.0, *, soc_pct: float | None = 50.0, power_w: float = 0.0, **more: object) -> Cell:
    """After the battery was read."""
    reading = BatteryReading(read_s=at_s, soc_pct=soc_pct, power_w=power_w, **more)  # type: ignore[arg-type]  # any field
    return cell.after(known, BatteryTold(battery="cellar", reading=reading))


def took(known: Cell, power_w: float, at_s: float) -> Cell:
    """After it took a setpoint."""
    wanted = Setpoint(power_w=power_w, grid_w=0.0)
    return cell.after(known, BatteryTook(battery="cellar", setpoint=wanted, power_w=power_w, sent_s=at_s))


def a_cell(rules: BatteryRules = RULES, **more: object) -> Cell:
    """A battery that was read."""
    return told(cell.opened(rules), **more)  # type: ignore[arg-type]  # as of a reading


def test_a_battery_that_was_not_read_can_do_nothing() -> None:
    """And nobody knows how full it is."""
    known = cell.opened(RULES)
    assert (False, (0.0, 0.0), (0.0, 0.0), None) == (known.able, known.limits_w, known.range_w, known.energy_wh)
    assert pool([known]).energy_wh is None
    assert not pool([known]).able


def test_it_does_what_owner_and_battery_both_allow() -> None:
    """The smaller of the two counts; what it does not say is the owner's."""
    assert (-5000.0, 5000.0) == a_cell().limits_w
    assert (-800.0, 1200.0) == a_cell(charge_w=1200.0, discharge_w=800.0).limits_w
    assert (-2000.0, 5000.0) == a_cell(replace(RULES, discharge_w=2000.0), charge_w=9000.0).limits_w


def test_an_end_is_left_by_a_little_before_it_counts_as_left() -> None:
    """At 10 % it gives no more until 12, at 100 it takes no more until 98."""
    gives, takes = [], []
    known = a_cell()
    for pct in (12.0, 10.0, 11.0, 11.9, 12.0):
        known = told(known, soc_pct=pct)
        gives.append(known.limits_w[0] < 0)
    for pct in (99.0, 100.0, 99.0, 98.1, 98.0):
        known = told(known, soc_pct=pct)
        takes.append(known.limits_w[1] > 0)
    assert [True, False, False, False, True] == gives
    assert [True, False, False, False, True] == takes


def test_an_unknown_state_of_charge_is_neither_empty_nor_full() -> None:
    """It may do both."""
    known = a_cell(soc_pct=None)
    assert (False, False, (-5000.0, 5000.0)) == (known.empty, known.full, known.limits_w)
    assert pool([known]).energy_wh is None


def test_after_an_order_it_draws_anything_between_before_and_after() -> None:
    """Until readings that are three seconds younger agree on what came of it: a slow one is still on its way."""
    known = took(a_cell(), -2000.0, 10.0)
    assert (-2000.0, 0.0) == known.range_w
    known = told(known, 12.0, power_w=-700.0)
    assert (-2000.0, -700.0) == known.range_w
    known = told(known, 13.0, power_w=-1700.0)
    assert (-2000.0, -1700.0) == known.range_w
    known = told(known, 15.0, power_w=-1700.0)
    assert (-1700.0, -1700.0) == told(known, 17.0, power_w=-1700.0).range_w


def test_what_measures_about_what_it_was_told_does_it() -> None:
    """A battery's own measure is off by some per cent, the meter's is not."""
    known = told(took(a_cell(), -2000.0, 10.0), 14.0, power_w=-1860.0)
    assert (-2000.0, -2000.0) == known.range_w
    limited = told(told(known, 16.0, power_w=-300.0), 18.0, power_w=-300.0)
    assert (-300.0, -300.0) == limited.range_w


def test_an_order_of_which_nobody_knows_whether_it_came_counts_both_ways() -> None:
    """A refused one changes nothing, and is remembered with its reason."""
    wanted = Setpoint(power_w=3000.0, grid_w=0.0)
    lost = BatteryBalked(battery="cellar", setpoint=wanted, why="no answer", sent_s=10.0, answered=False)
    assert (0.0, 3000.0) == cell.after(a_cell(), lost).range_w
    said = cell.after(a_cell(), replace(lost, why="it is busy", answered=True))
    assert ((0.0, 0.0), "it is busy") == (said.range_w, said.balked)
    assert "" == took(said, 3000.0, 12.0).balked


def test_a_silent_battery_may_do_what_it_was_told_or_nothing() -> None:
    """It can be told nothing; when it answers again all is as before."""
    known = told(took(a_cell(), -2000.0, 10.0), 14.0, power_w=-2000.0)
    missed = cell.after(known, BatteryMissed(battery="cellar", why="no answer", since_s=20.0, count=3))
    assert (False, (0.0, 0.0), (-2000.0, 0.0)) == (missed.able, missed.limits_w, missed.range_w)
    assert told(missed, 40.0, power_w=-2000.0).able


def test_who_else_steers_it_is_obeyed_until_it_is_ours_again() -> None:
    """And a fault counts as long as it is said."""
    known = cell.after(a_cell(), BatteryMeddled(battery="cellar", what="another program writes the same registers"))
    assert not known.able
    assert not told(known, 5.0, ours=False).able
    assert told(known, 9.0, ours=True).able
    assert not a_cell(fault="too hot").able


def test_one_that_goes_on_refusing_is_not_reckoned_with_until_it_takes_something() -> None:
    """Ten seconds of it are no moment any more: it can do nothing, and what it does is as if the house did it."""
    known, wanted = took(a_cell(), 620.0, 0.0), Setpoint(power_w=-2000.0, grid_w=0.0)
    able = []
    for at_s in (10.0, 11.0, 13.0, 17.0, 25.0):
        balked = BatteryBalked(battery="cellar", setpoint=wanted, why="it is busy", sent_s=at_s)
        known = told(cell.after(known, balked), at_s + 1, power_w=620.0)
        able.append(known.able)
    assert [True, True, True, True, False] == able
    assert ((0.0, 0.0), False) == (known.limits_w, pool([known]).able)
    rests = took(known, 0.0, 40.0)  # which it may do, and no more
    assert (True, (-5000.0, 5000.0), "it is busy") == (rests.able, rests.limits_w, rests.balked)
    assert not cell.after(rests, BatteryBalked(battery="cellar", setpoint=wanted, why="it is busy", sent_s=42.0)).able
    gives = took(rests, -500.0, 42.0)
    assert (True, "") == (gives.able, gives.balked)
    assert cell.after(gives, BatteryBalked(battery="cellar", setpoint=wanted, why="it is busy", sent_s=99.0)).able


def test_one_that_takes_orders_and_gives_nothing_is_reckoned_with_no_more() -> None:
    """For half a minute it may come to it, or the house need less; then it is asked for a little until it gives."""
    known = replace(took(a_cell(), -2000.0, 0.0), setpoint=Setpoint(power_w=-2000.0, grid_w=400.0))
    limits = []
    for at_s, over_w in ((4.0, 2000.0), (20.0, 0.0), (24.0, 2000.0), (44.0, 2000.0), (54.0, 2000.0)):
        known = cell.watched(told(known, at_s), over_w)
        limits.append(known.limits_w[0])
    assert [-5000.0] * 4 + [-250.0] == limits
    assert (0.0, "it gives 0.0 kW and no more") == (known.discharge_w, known.disobeys)
    asked = replace(took(known, -250.0, 56.0), setpoint=Setpoint(power_w=-250.0, grid_w=2150.0))
    assert (-250.0, 0.0) == ((still := cell.watched(told(asked, 70.0), 250.0)).limits_w[0], still.discharge_w)
    gives = cell.watched(told(asked, 70.0, power_w=-240.0), 0.0)
    assert (-5000.0, 5000.0, "") == (gives.limits_w[0], gives.discharge_w, gives.disobeys)


@pytest.mark.parametrize(
    "event",
    [
        BatteryTook(battery="cellar", setpoint=None, power_w=None, sent_s=8.0),
        BatteryMissed(battery="cellar", why="no answer", since_s=8.0),
    ],
)
def test_what_it_lacked_of_an_order_before_counts_for_none_later(event: BatteryEvent) -> None:
    """It was handed back, or silent: the half minute begins anew."""
    order = Setpoint(power_w=-2000.0, grid_w=400.0)
    known = cell.watched(told(replace(took(a_cell(), -2000.0, 0.0), setpoint=order), 4.0), 2000.0)
    known = replace(took(cell.after(known, event), -2000.0, 60.0), setpoint=order)
    assert None is cell.watched(told(known, 64.0), 2000.0).gives_w


def test_one_that_slowly_comes_to_it_is_waited_for() -> None:
    """Half a minute long it gives more from reading to reading: it does as it is told."""
    known = replace(took(a_cell(), -4000.0, 0.0), setpoint=Setpoint(power_w=-4000.0, grid_w=400.0))
    for at_s in range(2, 62, 2):
        known = cell.watched(told(known, float(at_s), power_w=-60.0 * at_s), 4000.0 - 60.0 * at_s)
        assert known.gives_w is None


def test_amperes_are_on_the_phases_that_it_hangs_on() -> None:
    """One phase, or all three."""
    one = told(took(a_cell(replace(RULES, wired="2")), 2300.0, 0.0), 5.0, power_w=2300.0)
    assert ((0.0, 10.0, 0.0), (0.0, 10.0, 0.0)) == one.range_a
    three = replace(RULES, phases=3, wired="123", charge_w=10_000.0)
    all_ = told(took(a_cell(three), 6900.0, 0.0), 5.0, power_w=6900.0)
    assert (10.0, 10.0, 10.0) == all_.range_a[1]


def two(first_pct: float = 50.0, second_pct: float = 50.0, **more: object) -> dict[str, Cell]:
    """10 kWh with 5 kW beside 5 kWh with 2.2 kW."""
    small = BatteryRules(name="sessy", capacity_wh=5_000.0, charge_w=2_200.0, discharge_w=2_200.0)
    return {"cellar": a_cell(soc_pct=first_pct), "sessy": told(cell.opened(small), soc_pct=second_pct, **more)}  # type: ignore[arg-type]  # as of a reading


def test_two_batteries_are_one() -> None:
    """Energies, ends and limits add up; what one cannot be told does not count."""
    known = two(first_pct=40.0, second_pct=70.0)
    whole = pool(known.values())
    assert (7500.0, 50.0, 15_000.0) == (whole.energy_wh, whole.soc_pct, whole.capacity_wh)
    assert (-7200.0, 7200.0, 1500.0, 15_000.0) == (whole.low_w, whole.high_w, whole.least_wh, whole.most_wh)
    alone = pool(two(second_pct=70.0, fault="too hot").values())
    assert (5000.0, 10_000.0, -5000.0) == (alone.energy_wh, alone.capacity_wh, alone.low_w)


def test_what_can_take_or_give_more_gets_more_of_it() -> None:
    """So that they are full, or empty, together; what one cannot do the other does."""
    known = two(first_pct=40.0, second_pct=80.0)
    assert {"cellar": pytest.approx(1500 * 6 / 7), "sessy": pytest.approx(1500 / 7)} == split(known, 1500.0, {})
    assert {"cellar": pytest.approx(-1500 * 3 / 6.5), "sessy": pytest.approx(-1500 * 3.5 / 6.5)} == split(
        known, -1500.0, {}
    )
    assert {"cellar": -4800.0, "sessy": -2200.0} == split(known, -7000.0, {})
    assert {"cellar": 1000.0, "sessy": 500.0} == split(known, 1500.0, {"cellar": 1000.0})


@settings(max_examples=200)
@given(
    power_w=some.floats(-20_000, 20_000),
    levels=some.tuples(some.floats(0, 100), some.floats(0, 100)),
    rooms=some.dictionaries(some.sampled_from(["cellar", "sessy"]), some.floats(0, 6000)),
)
def test_what_is_shared_out_is_all_that_they_can_do(
    power_w: float, levels: tuple[float, float], rooms: dict[str, float]
) -> None:
    """The sum is what was wanted as far as it goes, each stays within its limits, and none works against the other."""
    known = two(*levels)
    found = split(known, power_w, rooms)
    most_w = {name: min(one.limits_w[1], rooms.get(name, one.limits_w[1])) for name, one in known.items()}
    least_w = {name: max(one.limits_w[0], -rooms.get(name, inf)) for name, one in known.items()}
    wanted_w = min(power_w, sum(most_w.values())) if power_w > 0 else max(power_w, sum(least_w.values()))
    assert sum(found.values()) == pytest.approx(wanted_w, abs=0.01)
    for name, part_w in found.items():
        assert least_w[name] - 0.01 <= part_w <= most_w[name] + 0.01
        assert part_w * power_w >= 0
