"""evcc, rule by rule: which holds first, the circuit, the battery, and what it does not know."""

import pickle

import pytest

from lib.core.charger import LEAST_A
from lib.sim.rivals.evcc import Evcc, Mode, Options, evcc_peak, evcc_plan, evcc_static, month_peak_w
from lib.sim.year.contract import contract
from lib.sim.year.live import Frame, Year
from lib.sim.year.seen import Known, Maker, Orders, Seen, Setup
from tests.sim.rivals.seen import ONE_PHASE, THREE_PHASES, Bench, a_bench, a_home, journey, lively, looks_ahead, run

FULL = Orders(32.0, 1)
OFF = Orders(0.0, 1)
SETTINGS = [evcc_static, evcc_peak, evcc_plan]
MINUTE = 1 / 60


def five_kw(_: Seen) -> float:
    """A circuit's limit."""
    return 5_000.0


def low_kw(_: Seen) -> float:
    """A lower one."""
    return 4_400.0


def set_up(options: Options) -> Maker:
    """With these settings."""

    def maker(setup: Setup, known: Known) -> Evcc:
        return Evcc(setup, known, options)

    return maker


def bench(options: Options, *journeys_h: float, three: bool = False, battery: bool = False) -> Bench:
    """A home whose car leaves at these hours."""
    trips = (journey(departs_h=hours, hours=4) for hours in journeys_h)
    home = a_home(*trips, car=THREE_PHASES if three else ONE_PHASE)
    return a_bench(set_up(options), home, battery=battery)


def test_a_car_that_is_away_gets_nothing() -> None:
    """In whatever mode."""
    assert OFF == bench(Options(mode=Mode.NOW)).at(0, plugged=False)


def test_it_decides_each_half_minute() -> None:
    """Between two ticks nothing changes."""
    evcc = bench(Options(mode=Mode.NOW))
    assert [FULL, FULL, OFF] == [evcc.at(second / 3600, plugged=second == 0) for second in (0, 29, 30)]


def test_below_its_least_level_a_car_charges_at_full_power() -> None:
    """From 20 % on the sun decides."""
    evcc = bench(Options(least_pct=20))
    assert [FULL, OFF] == [evcc.at(hour, level_wh=level_wh) for hour, level_wh in ((0, 11_900), (1, 12_000))]


def test_a_level_that_nobody_tells_counts_from_an_empty_car() -> None:
    """It charges as much as the least level would be, whatever the car holds."""
    evcc = bench(Options(least_pct=20))
    found = [evcc.at(hour, level_wh=None, taken_wh=taken_wh) for hour, taken_wh in ((0, 0.0), (1, 11_900), (2, 12_000))]
    assert [FULL, FULL, OFF] == found


def test_a_slot_of_the_plan_is_charged_at_full_power() -> None:
    """30 kWh at 7.36 kW take four hours and five minutes."""
    evcc = bench(Options(), 6)
    assert [OFF, FULL] == [evcc.at(hour) for hour in (1.9, 2)]


def test_a_circuit_makes_the_plan_longer() -> None:
    """30 kWh at 5 kW take six hours; the house beside them is not reckoned with."""
    evcc = bench(Options(circuit_w=five_kw), 7)
    assert [0.0, 20.0] == [evcc.at(hour).current_a for hour in (0.9, 1)]


def test_a_goal_is_what_the_trip_needs_and_some_to_spare() -> None:
    """30 of 60 kWh hold; 10 for the trip, a fifth that is left and 16 to spare are 8 more: an hour and five minutes."""
    evcc = bench(Options(spare_wh=16_000.0), 6)
    assert [OFF, OFF, FULL, OFF] == [
        evcc.at(4, level_wh=30_000.0),
        evcc.at(4.7),
        evcc.at(5),
        evcc.at(5.9, level_wh=38_000.0),
    ]


def test_full_is_full() -> None:
    """A car at its limit gets nothing."""
    assert OFF == bench(Options(mode=Mode.NOW)).at(0, level_wh=60_000.0)


def test_a_price_below_the_limit_charges_at_full_power() -> None:
    """Nights and weekends cost 0.256 € here, days 0.280 €."""
    evcc = bench(Options(cheap_eur_kwh=0.26))
    assert [FULL, OFF] == [evcc.at(hour) for hour in (6, 8)]


@pytest.mark.parametrize(("mode", "amps"), [(Mode.PV, 0.0), (Mode.MIN_PV, LEAST_A)])
def test_where_feeding_in_earns_enough_the_sun_is_not_for_the_car(mode: Mode, amps: float) -> None:
    """Though it shines."""
    evcc = bench(Options(mode=mode, dear_eur_kwh=0.01))
    assert [amps] * 3 == [evcc.at(minute * MINUTE, sun_w=5_000.0).current_a for minute in range(3)]


def test_the_sun_is_charged_whole_ampere_by_ampere() -> None:
    """After a minute of 2.6 kW it begins, then follows: 11 A."""
    evcc = bench(Options())
    assert [0.0, LEAST_A] == [evcc.at(minute * MINUTE, sun_w=3_000.0).current_a for minute in range(2)]
    assert 11.0 == evcc.at(2 * MINUTE, car_w=1_380.0).current_a


def test_three_phases_begin_the_sun_on_one() -> None:
    """2.6 kW are too little for three."""
    evcc = bench(Options(), three=True)
    found = [evcc.at(minute * MINUTE, sun_w=3_000.0) for minute in range(2)]
    assert [Orders(0.0, 1), Orders(LEAST_A, 1)] == found


@pytest.mark.parametrize(
    ("car_w", "grid_w", "amps"), [(0.0, 400.0, 20.0), (4_600.0, 6_000.0, 15.0), (4_600.0, 8_600.0, 0.0)]
)
def test_a_circuit_throttles_by_the_power_of_the_moment(car_w: float, grid_w: float, amps: float) -> None:
    """Of 5 kW, what the rest of the house leaves; below six amperes the car is off."""
    assert amps == bench(Options(mode=Mode.NOW, circuit_w=five_kw)).at(0, car_w=car_w, grid_w=grid_w).current_a


def test_a_circuit_may_also_switch_off() -> None:
    """Another way it was seen to behave: what would be lowered ends, what begins fits."""
    evcc = bench(Options(mode=Mode.NOW, circuit_w=five_kw, throttles=False))
    found = [evcc.at(0), evcc.at(1, car_w=4_600.0, load_w=800.0), evcc.at(2, car_w=0.0)]
    assert [20.0, 0.0, 18.0] == [orders.current_a for orders in found]


def test_a_circuit_looks_at_no_quarter() -> None:
    """What was used so far changes nothing."""
    options = Options(mode=Mode.NOW, circuit_w=month_peak_w)
    assert 1 == len({bench(options).at(0.2, used_wh=used_wh) for used_wh in (0.0, 600.0)})


def test_the_months_peak_is_fed_in_with_each_tick() -> None:
    """At least 2.5 kW."""
    evcc = bench(Options(mode=Mode.NOW, circuit_w=month_peak_w))
    assert [9.0, 17.0] == [evcc.at(hour, peak_w=peak_w).current_a for hour, peak_w in ((0, 1_000.0), (1, 4_500.0))]


def test_a_circuit_without_room_for_three_phases_tries_one() -> None:
    """4 kW are 16 A on one phase, and nothing on three; a car that does not charge is switched at once."""
    assert Orders(16.0, 1) == bench(Options(mode=Mode.NOW, circuit_w=low_kw), three=True).at(0)


def test_what_the_battery_charges_is_for_the_car() -> None:
    """2.6 kW of sun go into the battery; above `first_pct` they count as spare, below it they do not."""
    for first_pct, amps in ((0.0, LEAST_A), (60.0, 0.0)):
        evcc = bench(Options(first_pct=first_pct), battery=True)
        shows = {"sun_w": 3_000.0, "store_w": 2_600.0}
        assert [0.0, amps] == [evcc.at(minute * MINUTE, **shows).current_a for minute in range(2)]


def test_what_the_battery_gives_is_not_spare() -> None:
    """It would go round in a circle."""
    evcc = bench(Options(), battery=True)
    assert [OFF] * 3 == [evcc.at(minute * MINUTE, load_w=2_400.0, store_w=-2_400.0) for minute in range(3)]


def test_a_battery_that_is_full_enough_starts_the_car_and_keeps_it_on() -> None:
    """From `buffer_on_pct` it starts, above `buffer_pct` it goes on, below it ends."""
    evcc = bench(Options(buffer_pct=70, buffer_on_pct=90), battery=True)
    shown = [
        (0, 8_000.0, 0.0),
        (1, 9_000.0, 0.0),
        (2, 8_000.0, 1_380.0),
        (3, 7_000.0, 1_380.0),
        (3.05, 7_000.0, 1_380.0),
    ]
    found = [evcc.at(hour, stored_wh=stored_wh, car_w=car_w).current_a for hour, stored_wh, car_w in shown]
    assert [0.0, LEAST_A, LEAST_A, LEAST_A, 0.0] == found


def test_the_battery_is_held_while_the_car_charges_at_full_power() -> None:
    """It gives nothing, and takes what would be fed in."""
    evcc = bench(Options(mode=Mode.NOW, holds=True), battery=True)
    assert [0.0, 600.0] == [evcc.at(hour, sun_w=sun_w).store_w for hour, sun_w in ((0, 0.0), (1, 1_000.0))]
    others = [Options(mode=Mode.NOW), Options(mode=Mode.MIN_PV, holds=True)]
    assert [None, None] == [bench(options, battery=True).at(0).store_w for options in others]


def test_the_battery_charges_from_the_grid_while_that_is_cheap() -> None:
    """Up to its level, and beside any circuit."""
    evcc = bench(Options(store_eur_kwh=0.26, store_pct=80, circuit_w=month_peak_w), battery=True)
    shown = [(6, 5_000.0), (6.1, 8_000.0), (8, 5_000.0)]
    assert [5_000.0, None, None] == [evcc.at(hour, stored_wh=stored_wh).store_w for hour, stored_wh in shown]


def test_without_a_plan_no_departure_counts() -> None:
    """It was told none."""
    assert OFF == bench(Options(plans=False), 2).at(1)


def test_a_plan_without_a_level_goes_by_the_trip_that_was() -> None:
    """10 kWh by the calendar take an hour and 22 minutes; a car that was just charged so much gets none."""
    home = a_home(journey(departs_h=1, hours=1), journey(departs_h=6))
    evcc = a_bench(set_up(Options()), home)
    evcc.at(0, level_wh=60_000.0)
    evcc.at(1, plugged=False, level_wh=None)
    found = [
        evcc.at(hour, plugged=True, taken_wh=taken_wh) for hour, taken_wh in ((4.5, 0.0), (5, 0.0), (5.5, 10_000.0))
    ]
    assert [OFF, FULL, OFF] == found


@pytest.mark.parametrize("maker", SETTINGS)
def test_days_that_were_put_away_go_on(maker: Maker) -> None:
    """As if they had not been."""
    home, rates = lively(), contract("dynamic")
    year = Year(home, maker, contract=rates, prices=rates.prices(home), frame=Frame(battery=True))
    year.go(130)
    year = pickle.loads(pickle.dumps(year))
    year.go()
    assert run(maker, home, battery=True)["import_wh"] == year.course["import_wh"]
    assert sum(year.course["car_wh"]) > 5_000


@pytest.mark.parametrize("maker", SETTINGS)
def test_what_is_to_come_changes_nothing(maker: Maker) -> None:
    """Not before it is there."""
    assert not looks_ahead(maker, car=THREE_PHASES)
