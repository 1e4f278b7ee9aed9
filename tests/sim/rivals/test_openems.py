"""OpenEMS, controller by controller."""

from functools import partial
from typing import Any

import pytest

from lib.sim.rivals.openems import WITH_SUN, OpenEms, Options, Priority, Shaving
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import THREE_PHASES, Bench, a_bench, a_home, lively, looks_ahead, run

NONE = Orders(0.0, 1)


def bench(*, battery: bool = False, sun_w: float = 0.0, **options: Any) -> Bench:
    """OpenEMS so set up, at a home with one phase."""
    return a_bench(partial(OpenEms, options=Options(**options)), a_home(sun_w=sun_w), battery=battery)


def test_forced_it_charges_fully_from_plug_in() -> None:
    """No trip, no price, no peak."""
    assert Orders(32.0, 1) == bench(least_w=None).at(0)


def test_without_surplus_the_car_gets_what_its_owner_set() -> None:
    """2 kW are 8 A; less than 6 A is 6 A; a charger of three phases is wired for one where three give more at least."""
    assert Orders(8.0, 1) == bench(least_w=2_000.0).at(0)
    assert Orders(6.0, 1) == bench(least_w=700.0).at(0)
    assert Orders(9.0, 1) == a_bench(OpenEms, a_home(car=THREE_PHASES)).at(0)
    assert Orders(6.0, 3) == a_bench(partial(OpenEms, options=Options(least_w=4_200.0)), a_home(car=THREE_PHASES)).at(0)


def test_a_car_that_is_away_gets_nothing() -> None:
    """The cable is empty."""
    assert NONE == bench().at(0, plugged=False)


def test_surplus_goes_into_the_car_after_30_s_and_is_missed_for_120_s() -> None:
    """A step of a minute starts it, the second one without surplus ends it."""
    steps = bench(least_w=0.0)
    amps = [steps.at(minute / 60, sun_w=sun_w).current_a for minute, sun_w in enumerate((0, 4_000, 400, 400, 400))]
    assert [0.0, 15.0, 6.0, 0.0, 0.0] == amps


def test_what_the_battery_stores_is_the_cars_with_its_priority() -> None:
    """4 kW of sun, 2 kW into the battery: 3.6 kW are 15 A; else 1.4 kW are 6 A, less 200 W none."""
    shows = {"sun_w": 4_000.0, "store_w": 2_000.0}
    first = bench(battery=True, priority=Priority.CAR, least_w=0.0)
    second = bench(battery=True, priority=Priority.STORAGE, least_w=0.0)
    assert (15.0, 6.0) == (first.at(0, **shows).current_a, second.at(0, **shows).current_a)
    assert 15.0 == second.at(0.1, stored_wh=9_800.0, **shows).current_a  # it is full


@pytest.mark.parametrize(
    ("shows", "orders"),
    [
        pytest.param({"load_w": 4_000.0}, Orders(0.0, 1, grid_w=2_500.0), id="above the floor it shaves"),
        pytest.param({"load_w": 4_000.0, "peak_w": 4_500.0}, Orders(0.0, 1, 0.0), id="the month's peak is paid"),
        pytest.param({"load_w": 2_000.0}, Orders(0.0, 1, 0.0), id="between the limits it rests"),
        pytest.param({"load_w": 400.0}, Orders(0.0, 1, grid_w=1_000.0), id="below the recharge power it is filled"),
    ],
)
def test_shaving_always(shows: dict[str, float], orders: Orders) -> None:
    """Fed with the month's peak."""
    assert orders == bench(battery=True, shaving=Shaving.ALWAYS).at(0, plugged=False, **shows)


def test_the_battery_answers_to_what_the_car_was_just_told() -> None:
    """A car that begins is shaved at once, one that is full is not counted."""
    steps = bench(battery=True, shaving=Shaving.ALWAYS, least_w=None)
    assert Orders(32.0, 1, grid_w=2_500.0) == steps.at(0)
    assert Orders(32.0, 1, grid_w=1_000.0) == steps.at(1, car_w=0.0)


def test_a_part_is_kept_for_shaving() -> None:
    """Above it another controller covers all import; once below, it must rise by the hysteresis."""
    steps = bench(battery=True, kept=0.3)
    orders = [steps.at(0, plugged=False, stored_wh=stored_wh) for stored_wh in (3_100.0, 2_900.0, 3_100.0, 3_300.0)]
    shaves = Orders(0.0, 1, grid_w=1_000.0)
    assert [NONE, shaves, shaves, NONE] == orders


def test_in_a_slot_it_shaves_and_before_it_is_filled() -> None:
    """From 17 to 22 and from 13 on; full, it may fall by the hysteresis; at other hours it covers all import."""
    steps = bench(battery=True, shaving=Shaving.SLOT)
    house = {"plugged": False, "load_w": 2_000.0}
    fills, rests = Orders(0.0, 1, grid_w=1_000.0), Orders(0.0, 1, 0.0)
    assert [NONE, rests, NONE] == [steps.at(hour, **house) for hour in (12, 17, 22)]
    house["load_w"] = 400.0
    filled = [steps.at(38, stored_wh=stored_wh, **house) for stored_wh in (9_900.0, 10_000.0, 9_900.0, 9_700.0)]
    assert [fills, rests, rests, fills] == filled


def test_a_home_without_a_roof_only_shaves() -> None:
    """A battery that covers import from import only loses."""
    known = a_bench(OpenEms, a_home(), battery=True).at(0, plugged=False, stored_wh=9_000.0)
    assert Orders(0.0, 1, grid_w=1_000.0) == known
    sunny = a_bench(OpenEms, a_home(sun_w=1.0), battery=True).at(0, plugged=False, stored_wh=9_000.0)
    assert (Shaving.KEPT, NONE) == (WITH_SUN.shaving, sunny)


def test_the_car_is_charged_from_plug_in() -> None:
    """With the plant: days with trips of ten kWh leave a full car."""
    levels_wh = [departure.level_wh for departure in run(OpenEms, lively(), battery=True).departures]
    assert [60_000.0] * 4 == pytest.approx(levels_wh, rel=0.001)


def test_it_does_not_look_ahead() -> None:
    """Other days change no decision before."""
    assert [False, False] == [looks_ahead(OpenEms, battery=battery) for battery in (False, True)]
