"""The battery and the prices: day and night, negative noons, spreads that pay or do not, prices that nobody knows."""

import pytest

from lib.core.modes import StorageMode
from tests.conftest import local
from tests.stories.cellars import NIGHT, WINTER, a_battery, a_cellar, prices
from tests.stories.driveway import steps
from tests.stories.homes import NOON

LATE = local("2026-11-20 21:00")  # a Friday; 15 % are kept
DAY_EUR, NIGHT_EUR = 0.40, 0.20


def test_it_buys_in_the_night_under_the_peak_and_gives_by_day() -> None:
    """20 ct for 40: bought with what the house leaves under 2.5 kW, and given from six on."""
    start = local("2026-11-20 05:30")
    slots = prices(local("2026-11-20 05:00"), (NIGHT_EUR, 0.05), *[(DAY_EUR, 0.05)] * 16)
    home = a_cellar(start, soc_pct=40.0, base_w=lambda _: 600.0, prices=slots)
    home.run(minutes=20)
    assert home.stored.startswith("stores 1.8 kW at € 0.200, for 06:00, when a kWh costs € 0.400")
    assert 2300 < home.flows[-1].grid_w <= 2500
    home.run(minutes=30)
    assert "gives 0.6 kW in place of the grid at € 0.400" == home.stored
    assert ([], True) == (home.above, max(home.averages_w) <= 2500)


def test_a_spread_that_does_not_pay_buys_nothing() -> None:
    """36 ct for 40 are eaten by losses and wear: the battery neither buys nor gives its charge away for less."""
    start = local("2026-11-20 05:00")
    slots = prices(start, (0.36, 0.05), *[(DAY_EUR, 0.05)] * 16)
    home = a_cellar(start, soc_pct=40.0, base_w=lambda _: 600.0, prices=slots).run(minutes=10)
    assert all(flow.battery_w <= 0 for flow in home.flows)


def test_it_keeps_its_charge_for_a_dearer_hour() -> None:
    """30 ct now, 60 in an hour: it waits and says for when."""
    slots = prices(LATE, (0.30, 0.05), *[(0.60, 0.05)] * 4, *[(0.30, 0.05)] * 12)
    home = a_cellar(LATE, a_battery(LATE, capacity_wh=3000, soc_pct=60.0), base_w=lambda _: 600.0, prices=slots)
    home.run(minutes=30)
    assert ("keeps its 60 % for 22:00, when a kWh costs € 0.600", 0) == (home.stored, home.battery_w)
    home.run(minutes=35)
    assert "gives 0.6 kW in place of the grid at € 0.600" == home.stored


@pytest.mark.parametrize("sells", [True, False])
def test_a_dear_hour_gets_what_cheap_ones_bring_back_where_the_owner_lets_it(*, sells: bool) -> None:
    """An hour's kWh earns 40 ct and later ones cost 10: all above the reserve is sold in it, or stays for the house."""
    slots = prices(LATE, (0.45, 0.40), *[(0.10, 0.02)] * 16)
    home = a_cellar(LATE, soc_pct=50.0, base_w=lambda _: 600.0, prices=slots, sells=sells).run(minutes=20)
    power, why = (
        (-5000, "more than the house draws: a kWh in the grid earns € 0.400") if sells else (-600, "in place of")
    )
    assert power == pytest.approx(home.battery_w, abs=30)
    assert why in home.stored
    home.run(minutes=39)
    assert home.stored_pct() == pytest.approx(15 if sells else 43, abs=1.5)
    assert ([], True) == (home.above, max(home.averages_w) <= 2500)


def test_a_negative_noon_finds_the_battery_empty_and_then_the_sun_held_back() -> None:
    """The sun is left to the grid before it, the battery filled in it, and what is left is not injected."""
    start = local("2026-06-17 11:30")
    eleven = local("2026-06-17 11:00")
    slots = prices(eleven, (0.25, 0.08), (0.02, -0.05), (0.02, -0.05), *[(0.35, 0.06)] * 12)
    battery = a_battery(start, capacity_wh=2000, charge_w=2500, soc_pct=30.0)
    home = a_cellar(
        start,
        battery,
        base_w=lambda _: 500.0,
        sun_w=lambda _: 4000.0,
        prices=slots,
        storing={"holds_sun": True},
    )
    home.run(minutes=25)
    assert "leaves the sun to the grid now, and stores it when that earns less" == home.stored
    assert battery.soc_pct == pytest.approx(30, abs=1)
    assert home.held_w is None
    home.run(minutes=15)
    assert home.stored == "stores 2.5 kW from the sun"
    assert 3000 == pytest.approx(home.held_w, abs=160)
    assert abs(home.flows[-1].grid_w) < 160
    home.run(minutes=50)
    assert "full" == home.stored
    assert 500 == pytest.approx(home.held_w, abs=160)
    assert abs(home.flows[-1].grid_w) < 160
    home.base_w = lambda _: 2500.0
    home.run(minutes=1)
    assert 2500 == pytest.approx(home.held_w, abs=160)


def test_the_sun_comes_back_to_the_battery_when_the_house_draws_less() -> None:
    """Held back beside a battery that takes all: an oven that comes and goes leaves both as they were."""
    noon = local("2026-06-17 12:00")
    home = a_cellar(
        noon,
        a_battery(noon, soc_pct=30.0, charge_w=2500),
        base_w=steps({0: 500.0, 300: 2500.0, 420: 500.0}),
        sun_w=lambda _: 6000.0,
        prices=prices(noon, (0.02, -0.05), (0.02, -0.05), *[(0.35, 0.06)] * 12),
        storing={"holds_sun": True},
    )
    home.run(minutes=4)
    assert 2500 == pytest.approx(home.battery_w, abs=30)
    assert 3000 == pytest.approx(home.held_w, abs=160)
    home.run(minutes=2.5)
    assert 2500 == pytest.approx(home.battery_w, abs=30)
    assert 5000 == pytest.approx(home.held_w, abs=160)
    home.run(minutes=2)
    assert 2500 == pytest.approx(home.battery_w, abs=30)
    assert 3000 == pytest.approx(home.held_w, abs=160)


def test_where_no_inverter_obeys_the_sun_is_injected_all_the_same() -> None:
    """Nothing is ordered that nobody can do."""
    noon = local("2026-06-17 12:00")
    home = a_cellar(
        noon,
        soc_pct=100.0,
        sun_w=lambda _: 3000.0,
        prices=prices(noon, (0.02, -0.05), *[(0.35, 0.06)] * 12),
    ).run(minutes=3)
    assert (None, "full") == (home.held_w, home.stored)
    assert home.flows[-1].grid_w < -2000


def test_who_is_paid_to_take_takes_from_the_grid_under_the_peak() -> None:
    """-5 ct a kWh: as much as the month's peak leaves."""
    slots = prices(NOON, (-0.05, -0.10), *[(0.35, 0.06)] * 12)
    home = a_cellar(NOON, soc_pct=30.0, base_w=lambda _: 500.0, prices=slots).run(minutes=16)
    assert home.stored.startswith("stores 1.9 kW: a kWh costs € -0.050 now")
    assert 2300 < home.averages_w[0] <= 2500


def test_unknown_prices_leave_the_sun_and_the_house_to_it() -> None:
    """No arbitrage, no waiting; when prices come the plan begins."""
    home = a_cellar(LATE, soc_pct=60.0, base_w=lambda _: 600.0).run(minutes=3)
    assert "gives 0.6 kW in place of the grid" == home.stored
    home.reprice(*prices(LATE, (0.30, 0.05), *[(0.60, 0.05)] * 4, *[(0.30, 0.05)] * 12))
    home.run(minutes=2)
    assert not home.stored.startswith("gives 0.6 kW in place of the grid at € 0.300") or home.bs.plan.steps
    home.reprice()
    home.run(minutes=2)
    assert "gives 0.6 kW in place of the grid" == home.stored


def test_a_price_that_ends_leaves_the_house_to_it() -> None:
    """Tomorrow's prices have not come: at midnight the battery goes on by the rules that need none."""
    start = local("2026-11-20 23:50")
    home = a_cellar(start, soc_pct=60.0, base_w=lambda _: 600.0, prices=prices(local("2026-11-20 23:00"), (0.30, 0.05)))
    home.run(minutes=20)
    assert "gives 0.6 kW in place of the grid" == home.stored


@pytest.mark.parametrize(
    ("mode", "does"),
    [
        (StorageMode.AUTO, "gives 0.6 kW in place of the grid"),
        (StorageMode.FILL, "stores 1.8 kW: you asked for it full; held to 1.8 kW under the month's peak"),
        (StorageMode.HOLD, "keeps its 60 %, as you set it"),
        (StorageMode.OFF, "rests, as you set it"),
        (StorageMode.OWN, "left to its own mode, as you set it"),
    ],
)
def test_the_owner_is_obeyed_and_told_so(mode: StorageMode, does: str) -> None:
    """Each of his modes, in its words."""
    home = a_cellar(NIGHT, soc_pct=60.0, base_w=lambda _: 600.0).run(10)
    home.store(mode)
    home.run(minutes=3)
    assert does == home.stored
    assert [f"battery: {mode}, as you set it"] * (mode is not StorageMode.AUTO) == home.battery_log


def test_off_and_hold_make_no_exception_for_the_peak() -> None:
    """The owner's word is above it; the quarter that comes of it has its cause."""
    for mode in (StorageMode.OFF, StorageMode.HOLD):
        home = a_cellar(WINTER, soc_pct=60.0, base_w=lambda _: 4000.0).run(5)
        home.store(mode)
        home.run(minutes=16)
        assert (0, 1) == (home.battery_w, len(home.above))


def test_fill_ends_full_and_says_so() -> None:
    """Then it stays there, as long as nothing else is wanted."""
    home = a_cellar(NIGHT, a_battery(NIGHT, capacity_wh=1000, soc_pct=80.0), base_w=lambda _: 600.0)
    home.store(StorageMode.FILL)
    home.run(minutes=20)
    assert (100, 0, "full") == (home.stored_pct(), home.battery_w, home.stored)
    home.run(minutes=20)
    assert (100, 2) == (home.stored_pct(), sum(power_w in {0, None} for _, power_w in home.told_w()))
