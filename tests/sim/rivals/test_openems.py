"""OpenEMS, controller by controller."""

from functools import partial
from typing import Any

import pytest

from lib.sim.rivals.cable import held
from lib.sim.rivals.openems import WITH_SUN, OpenEms, Options, Priority, Shaving
from lib.sim.year.seen import Orders
from tests.sim.rivals.seen import THREE_PHASES, Bench, a_bench, a_home, lively, looks_ahead, run

NONE = Orders(0.0, 1)
SHAVES = Orders(0.0, 1, store_w=1.0, grid_w=1_000.0, shave_w=2_500.0)


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


@pytest.mark.parametrize(("peak_w", "shave_w"), [(0.0, 2_500.0), (4_500.0, 4_500.0)], ids=["the floor", "what is paid"])
def test_shaving_always(peak_w: float, shave_w: float) -> None:
    """Fed with the month's peak; beside whatever the car does, by the second."""
    steps = bench(battery=True, shaving=Shaving.ALWAYS, least_w=None)
    assert SHAVES._replace(current_a=32.0, shave_w=shave_w) == steps.at(0, peak_w=peak_w)
    assert SHAVES._replace(shave_w=shave_w) == steps.at(1, plugged=False, peak_w=peak_w)


@pytest.mark.parametrize(("load_w", "grid_w"), [(4_000, 2_500), (2_000, 2_000), (400, 1_000)])
def test_above_it_gives_below_it_stores_and_between_it_rests(load_w: float, grid_w: float) -> None:
    """With the plant, without a car: what flows through the meter in the second quarter; its minutes are not alike."""
    course = run(OpenEms, a_home(days=1, load_w=load_w, car=None), battery=True)
    assert grid_w == pytest.approx(4 * course["import_wh"][1], abs=200)


def test_a_step_hardly_changes_what_it_makes_of_a_house() -> None:
    """Its rules go by the second, whatever the step."""
    peaks_w = [4 * max(run(OpenEms, lively(days=2), battery=True, step_s=step_s)["import_wh"]) for step_s in (60, 10)]
    assert peaks_w[0] == pytest.approx(peaks_w[1], abs=50)


def test_a_part_is_kept_for_shaving() -> None:
    """Above it another controller covers all import; once below, it must rise by the hysteresis."""
    steps = bench(battery=True, kept=0.3)
    orders = [steps.at(0, plugged=False, stored_wh=stored_wh) for stored_wh in (3_100.0, 2_900.0, 3_100.0, 3_300.0)]
    assert [NONE, SHAVES, SHAVES, NONE] == orders


def test_in_a_slot_it_shaves_and_before_it_is_filled() -> None:
    """From 17 to 22 and from 13 on; full, it may fall by the hysteresis; at other hours it covers all import."""
    steps = bench(battery=True, shaving=Shaving.SLOT)
    house = {"plugged": False, "load_w": 2_000.0}
    assert [NONE, SHAVES, NONE] == [steps.at(hour, **house) for hour in (12, 17, 22)]
    filled = [steps.at(38, stored_wh=stored_wh, **house) for stored_wh in (9_900.0, 10_000.0, 9_900.0, 9_700.0)]
    assert [SHAVES, held(0.0, 1), held(0.0, 1), SHAVES] == filled


def test_a_home_without_a_roof_only_shaves() -> None:
    """A battery that covers import from import only loses."""
    known = a_bench(OpenEms, a_home(), battery=True).at(0, plugged=False, stored_wh=9_000.0)
    assert SHAVES == known
    sunny = a_bench(OpenEms, a_home(sun_w=1.0), battery=True).at(0, plugged=False, stored_wh=9_000.0)
    assert (Shaving.KEPT, NONE) == (WITH_SUN.shaving, sunny)


def test_the_car_is_charged_from_plug_in() -> None:
    """With the plant: days with trips of ten kWh leave a full car."""
    levels_wh = [departure.level_wh for departure in run(OpenEms, lively(), battery=True).departures]
    assert [60_000.0] * 4 == pytest.approx(levels_wh, rel=0.001)


def test_it_does_not_look_ahead() -> None:
    """Other days change no decision before."""
    assert [False, False] == [looks_ahead(OpenEms, battery=battery) for battery in (False, True)]
