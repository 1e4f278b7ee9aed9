"""What happens when somebody is lost: the battery, its box, bs, ev, dm, the meter."""

from datetime import timedelta

import pytest

from lib.core.claims import Cause
from lib.core.modes import Mode, StorageMode
from lib.sim.battery import OwnMode
from tests.stories.cellars import NIGHT, SUMMER, WINTER, a_battery, a_cellar, prices, with_a_car
from tests.stories.driveway import steps
from tests.stories.homes import NOON, a_trip
from tests.stories.homestead import NO_ANSWER
from tests.stories.test_battery_help import late

SAFE = "handed back to its own mode"


def test_a_box_that_refuses_is_asked_again_and_shown() -> None:
    """It goes on with what it took last; a line when it begins and one when it is over."""
    home = a_cellar(NIGHT, soc_pct=60.0, base_w=steps({0: 500.0, 60: 1500.0})).run(59)
    home.grumpy.add("cellar")
    home.run(60)
    assert -500 == home.battery_w
    assert home.stored.endswith("the battery does not do as it is told: it is busy")
    home.grumpy.clear()
    home.run(20)
    assert -1500 == pytest.approx(home.battery_w, abs=30)
    assert "gives 1.5 kW in place of the grid" == home.stored
    assert [
        "cellar: the battery does not do as it is told: it is busy",
        "cellar: the battery does as it is told again",
    ] == home.battery_log


def test_a_battery_that_goes_on_refusing_helps_nobody() -> None:
    """It is asked to rest until it takes that; meanwhile nobody counts on it, and what it does is the house's."""
    home = late(trip_pct=52)
    home.batteries["cellar"].own = OwnMode.IDLE
    home.grumpy.add("cellar")
    home.run(minutes=3)
    assert (0, 0, None) == (home.helps_w, home.bs_said.can_help_w, home.bs_said.store)
    assert "the battery does not do as it is told: it is busy" == home.stored == home.bs_said.refused
    assert not home.bs_said.drawn[0].controlled
    assert "with the home battery's help" not in home.why()
    home.run(minutes=43)
    assert 1 == home.battery_log.count("cellar: the battery does not do as it is told: it is busy")
    assert not any("helps the cars" in line for line in home.battery_log[2:])
    home.grumpy.clear()
    home.run(minutes=1)
    assert home.bs_said.can_help_w > 0
    assert home.batteries["cellar"].is_told


def test_one_of_two_batteries_refuses_and_the_other_does_all() -> None:
    """It keeps the oven under the peak alone; it was told only its half of that."""
    both = [a_battery(WINTER, name=name, soc_pct=70.0, own=OwnMode.IDLE, wired=name) for name in ("1", "2")]
    home = a_cellar(WINTER, *both, base_w=steps({0: 400.0, 900: 6000.0, 1800: 400.0}))
    home.grumpy.add("1")
    home.run(minutes=31)
    assert [] == home.above
    assert max(home.averages_w) <= 2500


def test_what_a_battery_goes_on_taking_that_refuses_is_no_room_of_the_cars() -> None:
    """It took 0.6 kW in a cheap hour and then refused to rest: each quarter was a little higher than the one before."""
    cheap = prices(NIGHT, (0.10, 0.02), *[(0.40, 0.03)] * 40)
    home = with_a_car(NIGHT, soc_pct=30.0, base_w=lambda _: 400.0, prices=cheap).run(minutes=29)
    assert home.battery_w > 500
    home.grumpy.add("cellar")
    home.run(60)
    home.list_trips(a_trip("@car_1@ Gent 47 %", NIGHT + timedelta(hours=3.5)))
    home.run(minutes=61)
    assert home.battery_w > 500
    assert home.points["garage"].power_w > 1300
    assert not any(one.cause is Cause.BASE for one in home.above)
    home.grumpy.clear()
    home.run(minutes=1)
    assert home.battery_w <= 0


def test_a_battery_that_hangs_helps_nobody_and_the_car_escalates_without_it() -> None:
    """After three misses it counts as gone; its last watts are not spare power, and the peak is announced."""
    home = late().run(minutes=10)
    assert home.helps_w > 0
    home.silent.add("cellar")
    home.run(15)
    assert (0, 0) == (home.helps_w, home.bs_said.can_help_w)
    assert f"the battery does not answer: {NO_ANSWER}" == home.stored
    home.run(minutes=2)
    assert [line for line in home.log if "may take" in line]
    assert "with the home battery's help" not in home.why()
    assert 1 == home.log.count(f"cellar: the battery does not answer: {NO_ANSWER}")
    home.silent.clear()
    home.run(minutes=1)
    assert home.bs_said.can_help_w > 0
    assert 1 == home.log.count("cellar: the battery answers again")


def test_a_battery_whose_watchdog_ran_out_is_taken_again() -> None:
    """Eighty seconds without a word, in which it went to its own mode; then it does as it is told again."""
    home = a_cellar(NIGHT, a_battery(NIGHT, soc_pct=60.0, watchdog_s=60), base_w=lambda _: 500.0).run(minutes=2)
    home.silent.add("cellar")
    home.run(80)
    battery = home.batteries["cellar"]
    assert (False, 1) == (battery.is_told, battery.expired)
    home.silent.clear()
    home.run(20)
    assert battery.is_told
    assert home.battery_w == pytest.approx(-500, abs=30)
    assert "gives 0.5 kW in place of the grid" == home.stored


def test_bs_is_killed_while_the_battery_gives_for_a_car() -> None:
    """Its watchdog brings it to its own mode, dm forgets the help, and the car falls back within the lease."""
    home = late()
    home.batteries["cellar"].watchdog_s = 60
    home.batteries["cellar"].own = OwnMode.IDLE
    home.run(minutes=10)
    helped_w = home.points["garage"].power_w
    assert home.house.ledger.help_w(home.second) > 0
    home.kill_bs()
    home.run(32)
    assert 0 == home.house.ledger.help_w(home.second)
    home.run(35)
    assert (False, 0) == (home.batteries["cellar"].is_told, home.battery_w)
    assert "with the home battery's help" not in home.why()
    home.run(minutes=2)
    assert 0 < home.points["garage"].power_w
    assert helped_w > 2200
    home.restart_bs()
    home.run(minutes=2)
    assert home.bs_said.can_help_w > 0
    assert home.batteries["cellar"].is_told


def test_bs_killed_and_started_again_goes_on() -> None:
    """The day's books go on, the battery is handed back first and then taken; nothing swings."""
    home = a_cellar(NIGHT, a_battery(NIGHT, soc_pct=60.0, watchdog_s=60), base_w=lambda _: 500.0).run(minutes=3)
    home.kill_bs()
    home.run(5)
    assert -500 == pytest.approx(home.battery_w, abs=30)
    home.restart_bs()
    home.run(30)
    assert -500 == pytest.approx(home.battery_w, abs=30)
    assert "gives 0.5 kW in place of the grid" == home.stored


def test_five_seconds_without_dm_change_nothing() -> None:
    """What it was told it goes on with."""
    home = a_cellar(NIGHT, soc_pct=60.0, base_w=lambda _: 500.0).run(minutes=2)
    told = len(home.told_w())
    home.dm_lives = False
    home.run(5)
    home.dm_lives = True
    home.run(30)
    assert told == len(home.told_w())
    assert "gives 0.5 kW in place of the grid" == home.stored


@pytest.mark.parametrize("who", ["dm", "meter"])
def test_a_minute_without_the_meter_hands_the_battery_back(who: str) -> None:
    """After 30 s, not before, with its reason; when the meter speaks again it is taken again."""
    home = a_cellar(NIGHT, soc_pct=60.0, base_w=lambda _: 500.0).run(minutes=2)
    if who == "dm":
        home.dm_lives = False
    else:
        home.meter_talks = False
    home.run(28)
    assert home.batteries["cellar"].is_told
    home.run(6)
    assert not home.batteries["cellar"].is_told
    assert home.stored == f"{SAFE}: the meter{' app' if who == 'dm' else ''} is silent"
    home.run(26)
    if who == "dm":
        home.restart_dm()
    else:
        home.meter_talks = True
    home.run(20)
    assert home.batteries["cellar"].is_told
    assert "gives 0.5 kW in place of the grid" == home.stored
    assert sum(told is None for _, told in home.told_w()) == 1


def test_help_ends_with_dm_and_the_car_is_at_its_safe_current() -> None:
    """Nobody gives on a permission that has lapsed."""
    home = late().run(minutes=10)
    home.dm_lives = False
    home.run(60)
    assert (0, 6.0, False) == (home.helps_w, home.amps(), home.batteries["cellar"].is_told)
    assert 0.0 == home.bs_said.can_help_w
    home.restart_dm()
    home.run(minutes=2)
    assert home.helps_w > 0
    assert home.batteries["cellar"].is_told


def test_help_ends_with_ev() -> None:
    """What ev wanted half a minute ago it may not want any more; its car counts as the house's own from then on."""
    home = late().run(minutes=10)
    home.kill_ev()
    home.run(36)
    assert 0 == home.helps_w
    assert "battery: its help for the cars is over" in home.battery_log
    home.restart_ev()
    home.run(minutes=3)
    assert home.helps_w > 0


def test_a_car_that_leaves_while_ev_is_dead_does_not_hide_the_house() -> None:
    """What it drew last it may draw or not: the battery goes on covering the house, and keeps it under the peak."""
    home = with_a_car(NIGHT, soc_pct=80.0, base_w=steps({0: 400.0, 1800: 4000.0}))
    home.want(Mode.MAX)
    home.run(minutes=5)
    assert home.points["garage"].power_w > 3_000
    home.kill_ev()
    home.run(60)
    home.points["garage"].unplug()
    home.run(minutes=20)
    assert -400 == pytest.approx(home.battery_w, abs=30)
    home.run(minutes=35)
    assert "to keep the quarter under 2.5 kW" in home.stored
    assert max(home.averages_w) <= 2_500
    assert home.most_told() <= 20


def test_an_owner_takes_it_back_and_gives_it_again() -> None:
    """Own mode: handed back once; auto: taken again."""
    home = a_cellar(NIGHT, soc_pct=60.0, base_w=lambda _: 500.0).run(minutes=1)
    home.store(StorageMode.OWN)
    home.run(minutes=1)
    assert (False, "left to its own mode, as you set it") == (home.batteries["cellar"].is_told, home.stored)
    home.store(StorageMode.AUTO)
    home.run(minutes=1)
    assert (True, "gives 0.5 kW in place of the grid") == (home.batteries["cellar"].is_told, home.stored)
    assert ["battery: own, as you set it", "battery: auto, as you set it"] == home.battery_log


def test_one_of_two_batteries_hangs_and_the_other_goes_on() -> None:
    """It takes what the silent one would have; the silent one is not counted as help."""
    both = a_battery(WINTER, soc_pct=60.0), a_battery(WINTER, name="sessy", capacity_wh=5000, soc_pct=60.0, wired="2")
    home = a_cellar(WINTER, *both, base_w=lambda _: 3000.0).run(minutes=2)
    home.batteries["sessy"].own = OwnMode.IDLE
    home.silent.add("sessy")
    home.batteries["sessy"].told(None)
    home.run(minutes=1)
    assert -3000 == pytest.approx(home.batteries["cellar"].power_w, abs=60)
    assert 5000.0 == home.bs_said.can_help_w
    assert abs(home.meter.grid_w) < 60


@pytest.mark.parametrize("who", ["unknown", "silent"])
def test_a_moment_without_its_charge_as_the_plan_is_due_costs_no_quarter(who: str) -> None:
    """Around 23:15 nobody knows how full it is; then it goes on keeping itself for the dear hours."""
    dear = prices(NIGHT, (0.10, 0.02), (0.10, 0.02), (0.10, 0.02), *[(0.40, 0.03)] * 40)
    home = a_cellar(NIGHT, soc_pct=60.0, base_w=lambda _: 800.0, prices=dear).run(minutes=14.5)
    home.batteries["cellar"].own = OwnMode.IDLE
    assert home.stored.startswith("keeps its 60 %")
    getattr(home, who).add("cellar")
    home.run(45)
    getattr(home, who).clear()
    home.run(30)
    assert home.stored.startswith("keeps its 60 %")


def test_a_start_listens_before_it_acts() -> None:
    """Five seconds for the house, the prices and the cars."""
    home = a_cellar(SUMMER, soc_pct=60.0, base_w=lambda _: 500.0)
    assert "waits for the first word of the meter app" == home.run(4).stored
    assert [] == home.told_w()
    assert -500 == pytest.approx(home.run(6).battery_w, abs=30)


def test_a_battery_is_not_taken_for_the_house_when_it_is_read_late() -> None:
    """It was giving by itself while nobody could read it: the house's own load is what it was."""
    home = a_cellar(NOON, soc_pct=60.0, base_w=lambda _: 800.0)
    home.silent.add("cellar")
    home.run(60)
    home.silent.clear()
    home.run(20)
    assert 800 == pytest.approx(home.bs.site.base_w or 0.0, abs=50)
    assert 790 < (home.house.ledger.base_w or 0.0) < 1100  # what it was in the first second falls slowly


def test_a_trip_that_no_battery_can_save_is_late_without_it() -> None:
    """Empty at its reserve: the car is announced above the peak within half a minute."""
    home = with_a_car(NIGHT, soc_pct=15.0, base_w=lambda _: 400.0)
    home.list_trips(a_trip("@car_1@ Gent 60 %", NIGHT + timedelta(hours=3)))
    home.run(40)
    assert [line for line in home.log if "may take" in line]


def test_a_start_of_dm_makes_no_house_of_the_car() -> None:
    """Its first words know of no car: the battery, which heard of it from ev, gives that nothing more."""
    home = late().run(minutes=10)
    home.restart_dm()
    home.run(20)
    assert min(flow.battery_w for flow in home.flows[600:]) > -1500


def test_a_battery_with_a_slow_ramp_is_at_rest_before_it_turns() -> None:
    """Five seconds from all to nothing: it is waited for, and nothing of it is taken for the house's."""
    load = steps({0: 5000.0, 120: 0.0, 240: 4000.0}, 500.0)
    slow = a_battery(NIGHT, soc_pct=60.0, ramp_s=5.0)
    home = a_cellar(NIGHT, slow, base_w=load, sun_w=steps({120: 4000.0, 240: 0.0})).run(minutes=6)
    assert 4000 == pytest.approx(-home.battery_w, abs=60)
    at_rest = [flow.second for flow in home.flows if not flow.battery_w and 120 < flow.second]
    assert [True, True] == [4 <= sum(since <= second < since + 30 for second in at_rest) <= 12 for since in (120, 240)]
    assert home.most_told() <= 12
