"""The battery under the month's peak: winter evenings, ovens and kettles, its reserve, and the fuses."""

import pytest

from lib.core.modes import StorageMode
from tests.conftest import local
from tests.stories.cellars import NIGHT, WINTER, a_battery, a_cellar
from tests.stories.driveway import steps
from tests.stories.homestead import Homestead

SHAVES = "to keep the quarter under 2.5 kW"


def shaved(home: Homestead) -> bool:
    """Whether no quarter went above what is paid."""
    return not home.above and max(home.averages_w) <= 2500


def test_a_winter_evening_keeps_its_peak_as_long_as_the_battery_can_give() -> None:
    """Cooking at 4.5 kW from half past five: for the house, then from the reserve for the peak alone, then empty."""
    home = a_cellar(WINTER, a_battery(WINTER, capacity_wh=5000, soc_pct=55.0), base_w=steps({0: 600.0, 1800: 4500.0}))
    home.run(minutes=5)
    assert "gives 0.6 kW in place of the grid" == home.stored
    home.run(minutes=40)
    assert f"gives 2.1 kW {SHAVES}" == home.stored
    home.run(hours=1.5, until=lambda: home.stored.startswith("empty"))
    assert "empty: it is kept above 10 %" == home.stored
    assert 10 == pytest.approx(home.stored_pct(), abs=0.1)
    empty_s = home.second
    home.run(minutes=31)
    full = empty_s // 900
    assert all(average_w <= 2500 for average_w in home.averages_w[:full])
    assert 4000 < home.averages_w[full + 1]
    assert 3500 < empty_s
    assert 4 >= len(home.why_stored[1:])


def test_a_battery_at_its_reserve_rests_and_shaves() -> None:
    """40 % at five: nothing for the house, all for the peak; and what it gave is had back under the peak."""
    home = a_cellar(WINTER, soc_pct=40.0, base_w=steps({0: 1500.0, 1800: 4000.0, 3600: 1500.0}))
    home.run(minutes=29)
    assert ("keeps its 40 % in reserve for the month's peak", 0) == (home.stored, home.battery_w)
    home.run(minutes=15)
    assert f"gives 1.6 kW {SHAVES}" == home.stored
    home.run(minutes=25)
    assert home.stored.startswith("stores 0.")
    assert home.stored.endswith("until its reserve is back")
    home.run(minutes=21)
    assert shaved(home)
    assert all(2200 < average_w for average_w in home.averages_w[2:4])
    assert 32 < home.stored_pct() < 40


@pytest.mark.parametrize("at_s", [20, 400, 700, 850, 885])
def test_a_kettle_of_ten_seconds_needs_no_battery(at_s: int) -> None:
    """Wherever in the quarter: its few watt-hours are in the average anyway, and it makes no peak."""
    home = a_cellar(WINTER, soc_pct=30.0, base_w=steps({at_s: 2900.0, at_s + 10: 500.0}, 500.0))
    home.run(minutes=16)
    assert shaved(home)
    assert -6 < sum(min(0.0, flow.battery_w) for flow in home.flows) / 3600


@pytest.mark.parametrize("soc_pct", [30.0, 60.0])
def test_the_oven_at_minute_13_makes_no_peak(soc_pct: float) -> None:
    """In a quarter that is nearly used up, above the reserve and in it."""
    home = a_cellar(WINTER, soc_pct=soc_pct, base_w=steps({0: 2350.0, 780: 5500.0, 1500: 400.0})).run(minutes=31)
    assert shaved(home)
    assert home.most_told() <= 14


def test_the_reserve_comes_back_in_the_night_under_the_peak() -> None:
    """At eleven 15 % are enough; 10 % are brought back there within three hours, beside a boiler that leaves 0.2 kW."""
    home = a_cellar(NIGHT, soc_pct=10.0, base_w=steps({0: 300.0, 1800: 2200.0, 3600: 300.0}))
    home.run(minutes=5)
    assert "stores 0.3 kW until its reserve is back" == home.stored
    home.run(minutes=39)
    assert "stores 0.2 kW until its reserve is back; held to 0.2 kW under the month's peak" == home.stored
    home.run(hours=2, until=lambda: home.stored_pct() >= 14.9)
    assert shaved(home)
    assert home.second < 3 * 3600
    assert [] == home.battery_log


def test_no_room_under_the_peak_is_said() -> None:
    """A house that draws all of it leaves nothing to refill the reserve with."""
    home = a_cellar(NIGHT, soc_pct=10.5, base_w=lambda _: 2390.0).run(minutes=3)
    assert "is to store until its reserve is back; nothing is left for it under the month's peak" == home.stored
    assert 0 == home.battery_w


def test_a_reserve_by_hand_is_kept_and_one_of_nothing_is_given() -> None:
    """80 % by the owner's word, then the least; each said once."""
    home = a_cellar(WINTER, soc_pct=60.0, base_w=lambda _: 500.0).run(minutes=1)
    assert "gives 0.5 kW in place of the grid" == home.stored
    home.reserve(80.0)
    home.run(minutes=1)
    assert home.stored.endswith("until its reserve is back")
    assert "battery: its reserve is 80 %, as you set it" == home.battery_log[-1]
    home.reserve(5.0)
    home.run(minutes=1)
    assert "gives 0.5 kW in place of the grid" == home.stored
    home.reserve(None)
    home.run(minutes=1)
    assert "battery: its reserve is auto, as you set it" == home.battery_log[-1]
    assert 3 == len(home.battery_log)


def test_without_a_capacity_tariff_there_is_no_reserve() -> None:
    """Down to 10 % for the house, whatever a quarter counts."""
    rules = {"peaks_cost": False}
    home = a_cellar(WINTER, a_battery(WINTER, capacity_wh=2000, soc_pct=40.0), base_w=lambda _: 3000.0, storing=rules)
    home.run(minutes=5)
    assert "gives 3.0 kW in place of the grid" == home.stored
    home.run(minutes=10)
    assert "empty: it is kept above 10 %" == home.stored
    assert [] == home.above


def test_a_loaded_phase_leaves_a_battery_there_what_its_fuse_carries() -> None:
    """20 A of 25 on L1, in a month of 12 kW: filled with the 5 A that are left, and on L2 with all it takes."""
    loaded = lambda _: (4600.0, 200.0, 200.0)  # noqa: E731 (it reads as the load it is)
    home = a_cellar(NIGHT, soc_pct=30.0, base_w=loaded, peak_w=12_000.0)
    home.store(StorageMode.FILL)
    home.run(minutes=3)
    assert home.battery_w == pytest.approx(5 * 230, abs=30)
    assert home.stored == "stores 1.1 kW: you asked for it full; the connection leaves it 1.1 kW"
    beside = a_cellar(NIGHT, a_battery(NIGHT, soc_pct=30.0, wired="2"), base_w=loaded, peak_w=12_000.0)
    beside.store(StorageMode.FILL)
    beside.run(minutes=3)
    assert 5000 == pytest.approx(beside.battery_w, abs=30)
    assert (0, 0) == (home.over_s, beside.over_s)


def test_a_phase_that_fills_up_cuts_the_battery_within_seconds() -> None:
    """An oven on its phase: no fuse carries too much for longer than it takes to tell it."""
    load = steps({0: 500.0, 300: 4500.0})
    home = a_cellar(NIGHT, soc_pct=30.0, base_w=lambda second: (load(second), 200.0, 200.0), peak_w=12_000.0)
    home.store(StorageMode.FILL)
    home.run(minutes=10)
    assert home.over_s <= 3
    assert home.battery_w == pytest.approx(25 * 230 - 4500, abs=30)


def test_two_batteries_of_different_size_act_as_one() -> None:
    """10 kWh and 5 kWh shave together, each by what it has left, and come to their end at the same time."""
    big, small = (
        a_battery(WINTER, soc_pct=30.0),
        a_battery(WINTER, name="sessy", capacity_wh=5000, charge_w=2200, discharge_w=2200, wired="3", soc_pct=35.0),
    )
    home = a_cellar(WINTER, big, small, base_w=steps({0: 2000.0, 600: 8500.0, 2000: 500.0}))
    home.run(minutes=15)
    assert home.stored in {f"gives {power} kW {SHAVES}" for power in ("6.0", "6.1")}
    assert (True, True) == (big.power_w < -3000, small.power_w < -1500)
    home.run(minutes=20)
    assert shaved(home)
    assert big.soc_pct == pytest.approx(small.soc_pct, abs=5)


def test_the_peak_that_is_paid_already_is_free() -> None:
    """In a month of 4 kW a reserve of 40 % is not touched by 3.5 kW."""
    home = a_cellar(WINTER, soc_pct=40.0, base_w=lambda _: 3500.0, peak_w=4000.0).run(minutes=16)
    assert (0, []) == (home.battery_w, home.above)
    assert "keeps its 40 % in reserve for the month's peak" == home.stored


def test_the_month_begins_with_its_floor_for_the_battery_too() -> None:
    """At midnight the 4 kW of November are worth nothing: from then on it shaves to 2.5."""
    start = local("2026-11-30 23:30")
    home = a_cellar(start, soc_pct=15.0, base_w=lambda _: 3400.0, peak_w=4000.0).run(minutes=29.9)
    assert 0 == home.battery_w
    home.run(minutes=20)
    assert f"gives 1.0 kW {SHAVES}" == home.stored
    assert home.averages_w[2] <= 2500
