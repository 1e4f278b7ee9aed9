"""What really happens at a home: the laws of energy, of the charger, of the battery and of the meter."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lib.core.power import PHASE_V
from lib.sim.year.conditions import CLEAN, Conditions, Perfect
from lib.sim.year.course import Course
from lib.sim.year.home import Home
from lib.sim.year.plant import LAG_S, Plant
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import ONE_PHASE, THREE_PHASES, a_home, journey, lively

WAY = 0.95
TRY = (Phase.explicit, Phase.reuse, Phase.generate)  # to shrink hours of a house would take minutes
ORDERS = st.builds(
    Orders,
    current_a=st.floats(0, 40),
    phases=st.sampled_from([1, 3]),
    store_w=st.one_of(st.none(), st.floats(-8_000, 8_000)),
    grid_w=st.one_of(st.none(), st.floats(-3_000, 3_000)),
    shave_w=st.one_of(st.none(), st.floats(0, 3_000)),
)


def a_plant(
    home: Home, *, battery: bool = True, step_s: int = 60, seed: int = 1, conditions: Conditions = CLEAN
) -> Plant:
    """A plant at the start of a home's period."""
    return Plant(home, battery=battery, step_s=step_s, seed=seed, conditions=conditions)


def passed(plant: Plant, orders: Orders, *, minutes: float) -> Course:
    """What has been when so many minutes with these orders are over."""
    end = plant.seen.second + round(minutes * 60)
    while plant.seen.second < end:
        plant.step(orders)
    return plant.course


@settings(max_examples=12, phases=TRY)
@given(st.lists(ORDERS, min_size=8, max_size=8), st.sampled_from([10, 60, 300]), st.booleans())
def test_no_energy_is_made_or_lost(told: list[Orders], step_s: int, battery: bool) -> None:
    """In each quarter what is drawn less what is injected is house less roof, and car, and battery; so it is stored."""
    home = lively(days=1, car=THREE_PHASES)
    plant = a_plant(home, battery=battery, step_s=step_s)
    plant.stored_wh = 300.0 if battery else 0.0  # soon empty
    stored_wh, plant.level_wh = plant.stored_wh, 40_000.0
    level_wh = plant.level_wh
    for orders in told:
        passed(plant, orders, minutes=50)
    passed(plant, told[-1], minutes=10)
    course = plant.course
    assert len(told) * 50 // 15 + 1 == course.quarters
    for n in range(course.quarters):
        row = {name: column[n] for name, column in course.columns.items()}
        drawn = row["load_wh"] - row["sun_wh"] + row["car_wh"] + row["charged_wh"] - row["discharged_wh"]
        assert drawn == pytest.approx(row["import_wh"] - row["export_wh"], abs=1e-6)
        assert home.load_wh[n] == pytest.approx(row["load_wh"])
        assert home.sun_w[n] / 4 == pytest.approx(row["sun_wh"])
        stored_wh += row["charged_wh"] * WAY - row["discharged_wh"] / WAY
        level_wh += row["car_wh"]
        assert (stored_wh, level_wh) == pytest.approx((row["stored_wh"], row["level_wh"]), abs=1e-6)
        assert -1e-6 < row["stored_wh"] < home.battery.capacity_wh + 1e-6
        assert row["level_wh"] < THREE_PHASES.capacity_wh + 1e-6
        assert max(row["charged_wh"], row["discharged_wh"]) <= home.battery.power_w / 4 + 1e-6


@pytest.mark.parametrize(
    ("orders", "power_w"),
    [
        (Orders(5.9, 1), 0.0),
        (Orders(6.0, 1), 6 * PHASE_V),
        (Orders(9.9, 1), 9 * PHASE_V),
        (Orders(40.0, 1), 16 * PHASE_V),
        (Orders(6.2, 3), 18 * PHASE_V),
        (Orders(16.0, 3), 48 * PHASE_V),
    ],
)
def test_a_charger_takes_whole_amperes_from_six_on(orders: Orders, power_w: float) -> None:
    """What is between is rounded down, what is below 6 pauses, what is above its most is its most."""
    plant = a_plant(a_home(car=THREE_PHASES))
    plant.level_wh = 0.0
    passed(plant, orders, minutes=2)
    assert power_w == pytest.approx(plant.seen.car_w)


def test_a_car_has_the_phases_that_it_has() -> None:
    """Three are one to a car of one phase, and are no switch."""
    plant = a_plant(a_home(car=ONE_PHASE))
    plant.level_wh = 0.0
    passed(plant, Orders(10.0, 3), minutes=2)
    assert 10 * PHASE_V == pytest.approx(plant.seen.car_w)
    assert (0, 1) == (plant.course.phase_switches, plant.seen.phases)


def test_an_order_shows_after_its_lag() -> None:
    """At steps of a second nothing for 8 s, then all of it; at a step of a minute the mean of both."""
    fine, coarse = (a_plant(a_home(), step_s=step_s) for step_s in (1, 60))
    shown = []
    for plant in (fine, coarse):
        plant.level_wh = 0.0
    for _ in range(LAG_S + 2):
        fine.step(Orders(10.0, 1, 1_000.0))
        shown.append((fine.seen.car_w, fine.seen.store_w))
    coarse.step(Orders(10.0, 1, 1_000.0))
    assert [(0.0, 0.0)] * LAG_S + [(10 * PHASE_V, 1_000.0)] * 2 == shown
    assert 10 * PHASE_V * (60 - LAG_S) / 60 == pytest.approx(coarse.seen.car_w)


def test_the_order_before_holds_until_the_next_one_shows() -> None:
    """Two orders within a lag show one after the other, each 8 s after it was given."""
    plant = a_plant(a_home(), step_s=1)
    plant.level_wh = 0.0
    shown = []
    for second in range(14):
        plant.step(Orders(10.0 if second < 4 else 6.0))
        shown.append(plant.seen.car_w / PHASE_V)
    assert [0.0] * 8 + [10.0] * 4 + [6.0] * 2 == shown


def test_starts_and_phase_switches_are_counted() -> None:
    """A pause and another charge are a second start; to three phases and back are two switches."""
    plant = a_plant(a_home(car=THREE_PHASES))
    plant.level_wh = 0.0
    for orders in (Orders(10.0, 1), Orders(10.0, 3), Orders(8.0, 1), Orders(0.0, 1), Orders(8.0, 1)):
        passed(plant, orders, minutes=5)
    assert (2, 2, 5) == (plant.course.starts, plant.course.phase_switches, plant.course.settings)


def test_a_full_car_draws_nothing_more() -> None:
    """What it lacks is what it takes, to the Wh."""
    plant = a_plant(a_home())
    plant.level_wh -= 100.0
    course = passed(plant, Orders(32.0), minutes=15)
    assert 100.0 == pytest.approx(course["car_wh"][0], abs=0.02)
    assert 0.0 == plant.seen.car_w


def test_a_trip_takes_its_energy_when_the_car_is_back() -> None:
    """It leaves with what it holds, draws nothing while away, and is back with so much less."""
    plant = a_plant(a_home(journey(departs_h=1, hours=2, kwh=12)))
    plant.level_wh = 50_000.0
    passed(plant, Orders(), minutes=60)
    assert not plant.seen.plugged
    assert [(4, 50_000.0, 12_000.0)] == plant.course.departures
    passed(plant, Orders(32.0), minutes=120)
    assert (True, 3 * 3600, 0.0) == (plant.seen.plugged, plant.seen.since_s, plant.seen.taken_wh)
    assert 38_000.0 == plant.seen.level_wh
    assert 0.0 == sum(plant.course["car_wh"])
    passed(plant, Orders(32.0), minutes=15)
    assert 38_000.0 + plant.seen.taken_wh == pytest.approx(plant.level_wh)
    assert plant.seen.taken_wh > 1_500


def test_a_trip_that_takes_more_than_it_holds_empties_the_car() -> None:
    """Never below nothing: it charged elsewhere."""
    plant = a_plant(a_home(journey(departs_h=1, hours=2, kwh=55)))
    plant.level_wh = 20_000.0
    passed(plant, Orders(), minutes=180)
    assert 0.0 == plant.level_wh


def test_its_own_mode_stores_every_surplus_and_covers_every_import() -> None:
    """Once it is told so, nothing flows through the meter while it is neither full nor empty."""
    sunny = a_plant(a_home(load_w=400.0, sun_w=1_500.0))
    dark = a_plant(a_home(load_w=900.0, sun_w=0.0))
    for plant in (sunny, dark):
        passed(plant, Orders(), minutes=75)
        flowed = [plant.course[name][n] for name in ("import_wh", "export_wh") for n in range(1, 5)]
        assert [0.0] * 8 == pytest.approx(flowed, abs=1e-6)
    assert sum(sunny.course["charged_wh"][1:]) == pytest.approx(1_100)
    assert sum(dark.course["discharged_wh"][1:]) == pytest.approx(900)


def test_it_keeps_the_meter_where_it_is_told() -> None:
    """Told 1 kW it lets the house draw so much, and covers or stores the rest."""
    plant = a_plant(a_home(load_w=2_000.0))
    course = passed(plant, Orders(grid_w=1_000.0), minutes=45)
    assert [250.0, 250.0] == pytest.approx(list(course["import_wh"][1:]))


@pytest.mark.parametrize(
    ("load_w", "store_w", "grid_w", "drawn_wh"),
    [
        (2_000.0, -500.0, 1_000.0, 250.0),
        (400.0, -500.0, 1_000.0, 100.0),
        (400.0, 500.0, 1_000.0, 250.0),
        (2_000.0, 500.0, 1_000.0, 500.0),
        (2_000.0, 0.0, 1_000.0, 250.0),
        (400.0, 0.0, 1_000.0, 100.0),
    ],
)
def test_beside_a_power_it_keeps_the_meter_one_way_only(
    load_w: float, store_w: float, grid_w: float, drawn_wh: float
) -> None:
    """Who gives to keep the meter at 1 kW does not fill up under it, and who rests only gives what is above it."""
    course = passed(a_plant(a_home(load_w=load_w)), Orders(store_w=store_w, grid_w=grid_w), minutes=45)
    assert [drawn_wh] * 2 == pytest.approx(list(course["import_wh"][1:]))


@pytest.mark.parametrize(
    ("load_w", "told", "drawn_wh"),
    [
        (2_000.0, Orders(store_w=500.0, grid_w=600.0, shave_w=1_000.0), 250.0),
        (2_000.0, Orders(store_w=500.0, shave_w=1_000.0), 250.0),
        (2_000.0, Orders(store_w=0.0, shave_w=1_000.0), 250.0),
        (400.0, Orders(store_w=500.0, grid_w=1_000.0, shave_w=2_000.0), 250.0),
        (400.0, Orders(store_w=2_000.0, shave_w=1_000.0), 250.0),
        (400.0, Orders(store_w=0.0, shave_w=1_000.0), 100.0),
    ],
)
def test_what_flows_above_what_is_shaved_it_takes_less_or_gives(load_w: float, told: Orders, drawn_wh: float) -> None:
    """A kettle in the minute of one that stores does not make the quarter."""
    course = passed(a_plant(a_home(load_w=load_w)), told, minutes=45)
    assert [drawn_wh] * 2 == pytest.approx(list(course["import_wh"][1:]))


def test_a_battery_gives_no_more_than_it_holds_and_can() -> None:
    """5 kW at the most, and what is in it less what is lost on the way; then the grid covers."""
    plant = a_plant(a_home(load_w=40_000.0))
    passed(plant, Orders(), minutes=120)
    assert 1_250.0 == pytest.approx(plant.course["discharged_wh"][1])
    assert 5_000 * WAY == pytest.approx(sum(plant.course["discharged_wh"]))
    assert 0.0 == pytest.approx(plant.stored_wh, abs=1e-6)


def test_the_month_peak_is_that_of_the_local_month() -> None:
    """It is the highest quarter that is over, and begins anew at local midnight."""
    start = datetime(2024, 1, 31, 21, 0, tzinfo=UTC)  # two hours before February
    home = a_home(start=start, days=1, car=None)
    home = replace(home, load_wh=[300.0, 700.0] + [200.0] * 94)
    plant = a_plant(home, battery=False)
    peaks = []
    for _ in range(10):
        passed(plant, Orders(), minutes=15)
        peaks.append(plant.seen.peak_w)
    assert [1_200.0, *[2_800.0] * 6, 0.0, 800.0, 800.0] == pytest.approx(peaks)


def test_what_was_drawn_in_a_quarter_does_not_undo_itself() -> None:
    """`used_wh` counts what is drawn, also where the house injects before; counters only rise."""
    plant = a_plant(a_home(load_w=500.0), battery=False)
    drawn = [plant.seen.import_wh]
    for _ in range(30):
        plant.step(Orders())
        drawn.append(plant.seen.import_wh)
        assert plant.seen.left_s + plant.seen.second % 900 == 900
    assert all(one < two for one, two in pairwise(drawn))
    assert 250.0 == pytest.approx(drawn[-1])


@pytest.mark.parametrize("step_s", [0, -60, 7, 120 * 60, 480, 45, 90, 100])
def test_steps_are_parts_of_a_minute_or_minutes_of_a_quarter(step_s: int) -> None:
    """Another one is refused with what to take."""
    with pytest.raises(ValueError, match="take a part of a minute"):
        a_plant(a_home(), step_s=step_s)


def test_a_car_leaves_early_where_trips_do() -> None:
    """An hour before the calendar says; it is back when that says."""
    plant = a_plant(a_home(journey(departs_h=2, hours=2)), conditions=Conditions(early_h=1.0))
    plugged = []
    for _ in range(5):
        passed(plant, Orders(), minutes=59)
        plugged.append(plant.seen.plugged)
        passed(plant, Orders(), minutes=1)
    assert [True, False, False, False, True] == plugged


def test_nobody_tells_how_full_the_car_is_where_that_is_not_known() -> None:
    """What was charged is still counted."""
    plant = a_plant(a_home(), conditions=Conditions(soc_known=False))
    plant.level_wh = 30_000.0
    passed(plant, Orders(10.0), minutes=15)
    assert plant.seen.level_wh is None
    assert 30_000.0 + plant.seen.taken_wh == pytest.approx(plant.level_wh)


def test_a_charger_without_a_least_takes_any_power() -> None:
    """1.5 A are 345 W then."""
    plant = a_plant(a_home(), conditions=Conditions(perfect=frozenset({Perfect.MINIMUM})))
    plant.level_wh = 0.0
    passed(plant, Orders(1.5), minutes=2)
    assert 1.5 * PHASE_V == pytest.approx(plant.seen.car_w)


def test_a_perfect_regulator_meets_an_even_house_and_obeys_at_once() -> None:
    """Each minute draws what the quarter does, and an order shows in its own step."""
    plant = a_plant(lively(days=1), conditions=Conditions(perfect=frozenset({Perfect.REGULATOR})))
    plant.level_wh = 0.0
    loads = set()
    for _ in range(15):
        plant.step(Orders(10.0))
        loads.add(plant.seen.load_w)
    assert 1 == len(loads)
    assert 15 * 10 * PHASE_V / 60 == pytest.approx(plant.seen.taken_wh)


@given(st.integers(0, 50), st.sampled_from([1, 10, 60, 180, 900]))
@settings(max_examples=5)
def test_a_house_draws_the_same_energy_at_any_step(seed: int, step_s: int) -> None:
    """The energy of its quarters is kept, whatever its minutes are."""
    home = lively(days=1)
    plant = a_plant(home, battery=False, step_s=step_s, seed=seed)
    passed(plant, Orders(), minutes=30)
    assert home.load_wh[:2] == pytest.approx(list(plant.course["load_wh"]))
    assert timedelta(minutes=30) == plant.seen.at - home.start
